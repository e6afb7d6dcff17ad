/** Texts and bodies of replies, compared with what the reference server was recorded to say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as replies from '../../src/protocol/replies.js';
import * as texts from '../../src/protocol/texts.js';
import { valueText } from '../../src/protocol/value-text.js';
import { wrapText } from '../../src/protocol/wrap-text.js';

const RUN = 'af3df85fe05ab42e4493faac';

test('duration is appended to every body', () => {
  assert.equal(replies.withDuration('{}', 0), '{"duration":0}');
  assert.equal(replies.withDuration(replies.VERSION_BODY, 0.25), '{"version":325,"duration":0.25}');
  assert.equal(replies.withDuration(replies.ALIVE_BODY, 1e-7), '{"task_alive":true,"duration":1e-7}');
});

test('an error names its path first', () => {
  const reply: unknown = JSON.parse(replies.errorReply('/api/beat', texts.MISSING_RUN_ID, 0.5));
  assert.deepEqual(reply, { error: '/api/beat: Missing run_id', duration: 0.5 });
});

test('refusals inside a 200 keep their members', () => {
  assert.deepEqual(JSON.parse(replies.taskEnded('info', 'x')), { task_alive: false, info: 'x' });
  assert.deepEqual(JSON.parse(replies.noTask('error', 'x')), { task_waiting: false, error: 'x' });
  assert.deepEqual(JSON.parse(replies.detailReply('Not Found')), { detail: 'Not Found' });
});

test('an assignment holds the args as they were given, and zero stats', () => {
  const reply = replies.withDuration(replies.assignment(RUN, '{"tc":"10+0.1"}', 3, 200, 64), 0);
  assert.deepEqual(JSON.parse(reply), {
    run: {
      _id: RUN,
      args: { tc: '10+0.1' },
      my_task: {
        num_games: 200,
        start: 64,
        stats: { wins: 0, losses: 0, draws: 0, crashes: 0, time_losses: 0, pentanomial: [0, 0, 0, 0, 0] },
      },
    },
    task_id: 3,
    duration: 0,
  });
});

test('SPSA values carry the signature', () => {
  const white = [{ name: 'a', value: 1, c: 2, R: 0.5, flip: -1 }];
  assert.deepEqual(JSON.parse(replies.spsaValues(7, white, [{ name: 'a', value: 3 }])), {
    task_alive: true,
    sig: 7,
    w_params: white,
    b_params: [{ name: 'a', value: 3 }],
  });
});

test('recorded texts', () => {
  const said: [string, string][] = [
    [texts.invalidRunId(RUN), `Invalid run_id: ${RUN}`],
    [texts.invalidTaskId(RUN, 9999), `Invalid task_id 9999 for run_id ${RUN}`],
    [texts.tooFewGames('joe'), 'User joe has too few games to stop a run'],
    [texts.alreadyFinished(RUN), `Run ${RUN} is already finished`],
    [texts.machineLimit('joe'), 'Request_task: Machine limit reached for user joe'],
    [texts.taskNotActive('request_spsa_data', RUN, 0), `request_spsa_data: task ${RUN}/0 is not active`],
    [
      texts.incompatibleStats(RUN, 1, 16, 0, 0),
      `Update_task: task ${RUN}/1 has incompatible stats. Before 16. Now 0. SPSA_games 0.`,
    ],
    [
      texts.wrongBatchSize(RUN, 2),
      `Update_task: the number of games received for task ${RUN}/2 is incompatible with the SPRT batch size`,
    ],
    [
      texts.duplicateWorker('joe-4cores-aaaa1111-5a28', 3, RUN, 1, 'joe-4cores-aaaa1111-0000*'),
      `Request_task: There is already a worker running with name "joe-4cores-aaaa1111-5a28" which 3 seconds ago sent an update for task ${RUN}/1 (my name is "joe-4cores-aaaa1111-0000*")`,
    ],
  ];
  for (const [actual, recorded] of said) assert.equal(actual, recorded);
});

/** Recorded: what approvers wrote, and how the worker's screen showed it. */
const BLOCK_MESSAGES: readonly [string, string][] = [
  ['', 'Message:'],
  ['short', 'Message: short'],
  [
    'Please update your compiler, it crashes on every second build of the engine.',
    'Message: Please update your compiler, it crashes on every second build\nof the engine.',
  ],
  [
    'This worker produces a very large number of time losses, please lower the concurrency and then unblock it.',
    'Message: This worker produces a very large number of time losses,\nplease lower the concurrency and then unblock it.',
  ],
  [
    'Too many time losses, please check your machine and then unblock the worker.',
    'Message: Too many time losses, please check your machine and then\nunblock the worker.',
  ],
  [
    'Your worker produces too many crashes. '.repeat(3),
    'Message: Your worker produces too many crashes. Your worker produces\ntoo many crashes. Your worker produces too many crashes.',
  ],
  [
    'crashes '.repeat(30),
    `Message:${' crashes'.repeat(7)}\n${`${'crashes '.repeat(8).trimEnd()}\n`.repeat(2)}${'crashes '.repeat(7).trimEnd()}`,
  ],
];

test('a blocked worker is shown the message wrapped at 70 columns, and links that stay whole', () => {
  const stars = '*'.repeat(70);
  for (const [message, shown] of BLOCK_MESSAGES) {
    assert.equal(
      texts.blockedWorker('peerWorker-4cores-b10cced0', message, 'https://tests.example.org'),
      `\n\n${stars}\nRequest_task: This worker has been blocked!\n${shown}\n` +
        'You may possibly find more information at\n' +
        'https://tests.example.org/actions?text=%22peerWorker-4cores-b10cced0%22.\n' +
        'If you require help, feel free to contact the #fishtest-dev channel on\n' +
        'the Stockfish Discord server: https://discord.com/invite/awnh2qZfTT.\n' +
        'After fixing the issues you can unblock the worker at\n' +
        `https://tests.example.org/workers/peerWorker-4cores-b10cced0.\n${stars}\n`,
    );
  }
});

test('wrapping loses no letter, fills no line beyond 70, and cuts only words that no line has room for', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, maxLength: 200 })), (words) => {
      const text = words.join(' ');
      const lines = wrapText(text).split('\n');
      assert.equal(lines.join('').replaceAll(/\s/gu, ''), text.replaceAll(/\s/gu, ''));
      for (const line of lines) assert.ok([...line].length <= 70, line);
      for (const word of wordsOf(text)) {
        if ([...word].length <= 70)
          assert.ok(
            lines.some((line) => line.includes(word)),
            word,
          );
      }
    }),
  );
});

test('a word longer than a line begins on the line that it starts on', () => {
  assert.equal(
    wrapText(`Message: ${'x'.repeat(80)} end`),
    `Message: ${'x'.repeat(61)}\n${'x'.repeat(19)} end`,
  );
  assert.equal(wrapText('y'.repeat(141)), `${'y'.repeat(70)}\n${'y'.repeat(70)}\ny`);
});

function wordsOf(text: string): string[] {
  return text.split(/\s+/u).filter((word) => word !== '');
}

test('values are shown as the reference shows them, and briefly', () => {
  assert.equal(valueText({ a: [1, null, true], b: "it's" }), `{'a': [1, None, True], 'b': "it's"}`);
  assert.equal(valueText(-0.5), '-0.5');
  fc.assert(fc.property(fc.anything(), (value) => valueText(value).length <= 203));
});
