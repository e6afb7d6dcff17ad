/**
 * Every text that somebody can enter, and every one that an old database may hold, is hostile here; every page shows them, and
 * takes as hostile parameters. On no page does any of it become markup, or turn the direction of what is read.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ActionDocument, ActionKind, RunArgs, TaskDocument } from '../../src/model/documents.js';
import { newTune } from '../../src/rules/spsa-form.js';
import { SITE_ROUTES } from '../../src/site/routes.js';
import { emptyBatch } from '../../src/state/collect-batch.js';
import { openStore } from '../../src/store/open-store.js';
import { ServerProcess } from '../server/server-process.js';
import { HttpMember } from './http-member.js';
import { seededTask, seedRuns } from './run-seed.js';
import { APPROVERS, PASSWORD, seedPeople } from './site-seed.js';

const TURN = '\u202e';
const RUNS = ['active', 'tune', 'finished', 'pending'].map((name, i) => ({
  name,
  id: `66f1a2b3c4d5e6f7081930${i}0`,
}));
const [ACTIVE, TUNE, FINISHED, PENDING] = RUNS.map(({ id }) => id) as [string, string, string, string];

/** What each text is of, by the number in it. */
const fields: string[] = [];

/** No page tells where a worker is, who owns a worker that an event names, or an address that is none of a repository. */
const NEVER_SHOWN =
  /: (ARCH|country_code|remote_addr) of a worker|^repository|^event (failed_task|crash_or_time|dead_task|worker_log): username/;

/** Begins with its number, so that it is known even where it is cut. */
function evil(field: string, before = ''): string {
  const number = fields.push(field) - 1;
  return `${before}q${number}q"'><script>evil()<img src=x onerror=evil()>${TURN}&lt;`;
}

function evilArgs(run: string): Partial<RunArgs> {
  const text = (name: string, before?: string) => evil(`${run}: ${name}`, before);
  return {
    new_tag: text('new_tag'),
    base_tag: text('base_tag'),
    info: text('info', 'javascript:evil() '),
    new_options: text('new_options', 'Hash='),
    base_options: text('base_options', 'Hash='),
    tests_repo: text('tests_repo', 'javascript:evil()//'),
    msg_new: text('msg_new'),
    msg_base: text('msg_base'),
    resolved_new: text('resolved_new'),
    resolved_base: text('resolved_base'),
    new_signature: text('new_signature'),
    base_signature: text('base_signature'),
    book: text('book'),
    book_depth: text('book_depth'),
    tc: text('tc'),
    new_nets: [text('new_nets')],
    base_nets: [text('base_nets')],
    username: text('username'),
    arch_filter: text('arch_filter'),
    compiler: text('compiler'),
  };
}

function evilTask(run: string, active: boolean): TaskDocument {
  const task = seededTask('0badc0de', [1, 2, 3, 4, 5], { active });
  const text = (name: string) => evil(`${run}: ${name} of a worker`);
  const info = {
    ...task.worker_info,
    uname: text('uname'),
    compiler: text('compiler'),
    ARCH: text('ARCH'),
    worker_arch: text('worker_arch'),
    username: text('username'),
    unique_key: `0badc0de-${text('unique_key')}`,
    country_code: text('country_code'),
    remote_addr: text('remote_addr'),
  };
  return { ...task, worker_info: info };
}

const KINDS: readonly ActionKind[] = [
  'failed_task',
  'crash_or_time',
  'dead_task',
  'stop_run',
  'new_run',
  'modify_run',
  'finished_run',
  'purge_run',
  'delete_run',
  'approve_run',
  'system_event',
  'log_message',
  'worker_log',
  'upload_nn',
  'block_user',
  'accept_user',
  'block_worker',
];

function evilEvent(action: ActionKind, i: number): ActionDocument {
  const text = (name: string) => evil(`event ${action}: ${name}`);
  return {
    _id: `eeeeeeeeeeeeeeeeeeeeee${i.toString(16).padStart(2, '0')}`,
    time: 1_760_000_000 + i,
    action,
    username: text('username'),
    message: text('message'),
    ...(['failed_task', 'crash_or_time', 'dead_task', 'worker_log', 'block_worker'].includes(action) && {
      worker: text('worker'),
    }),
    ...(['block_user', 'accept_user'].includes(action) && { user: text('user') }),
    ...(action === 'upload_nn' && { nn: text('nn') }),
    ...((action.endsWith('_run') || action.endsWith('_task')) && {
      run_id: ACTIVE,
      run: text('run'),
      task_id: 0,
    }),
  };
}

const EVIL_NAME = evil('name of an account');
const EVIL_WORKER = evil('name of a blocked worker', 'ann-4cores-');

async function seedEvil(storeUrl: string): Promise<void> {
  const raw = 'P,10,0,100,5,0.002';
  const tune = newTune(
    { spsa_A: '0.1', spsa_alpha: '0.602', spsa_gamma: '0.101', spsa_raw_params: raw },
    20_000,
  );
  const [param] = tune.params;
  await seedRuns(storeUrl, [
    {
      id: ACTIVE,
      head: { approved: true, approver: evil('active: approver') },
      args: evilArgs('active'),
      tasks: [evilTask('active', true), evilTask('active, done', false)],
    },
    {
      id: TUNE,
      form: { sprt: undefined as never, num_games: 20_000, spsa: { raw_params: raw } },
      args: {
        ...evilArgs('tune'),
        spsa: {
          ...tune,
          raw_params: evil('tune: raw_params'),
          params: [{ ...param!, name: evil('tune: name of a parameter') }],
        },
      },
      history: [[{ theta: 10, R: 0.002, c: 5 }]],
    },
    {
      id: FINISHED,
      head: { approved: true, finished: true, failed: true },
      args: evilArgs('finished'),
      tasks: [evilTask('finished', false)],
    },
    { id: PENDING, args: evilArgs('pending') },
  ]);
  const now = Date.now();
  const user = {
    username: EVIL_NAME,
    password: PASSWORD,
    registration_time: now,
    pending: true,
    blocked: false,
    email: evil('e-mail'),
    groups: [evil('group')],
    tests_repo: evil('repository', 'javascript:evil()//'),
    machine_limit: 16,
  };
  const contributor = {
    username: evil('contributor'),
    cpu_hours: 1_000,
    games: 1_000,
    games_per_hour: 1,
    tests: 1,
    tests_repo: evil('repository of a contributor', 'javascript:evil()//'),
    last_updated: now,
  };
  const member = { ...user, username: 'cora', pending: false, groups: APPROVERS };
  const [email, repository] = [evil('own e-mail'), evil('own repository', 'javascript:evil()//')];
  const key = { name: evil('name of a key'), made: now, hint: evil('hint of a key') };
  const follow = { runId: ACTIVE, tag: evil('tag of a followed test'), made: now };
  const puts = [
    { kind: 'workerKey', key: 'k'.repeat(64), owner: 'cora', expires: 0, doc: key },
    {
      kind: 'signupNote',
      key: EVIL_NAME,
      owner: EVIL_NAME,
      expires: 0,
      doc: { made: now, note: evil('note') },
    },
    { kind: 'follow', key: `cora ${ACTIVE}`, owner: 'cora', expires: 0, doc: follow },
  ] as const;
  const writer = await openStore(storeUrl).openWriter();
  await writer.commit({
    ...emptyBatch(),
    users: [user, { ...member, email, tests_repo: repository }],
    actions: KINDS.map(evilEvent),
    nets: [{ name: evil('name of a network'), user: evil('who uploaded a network'), downloads: 1 }],
    workers: [
      {
        worker_name: EVIL_WORKER,
        blocked: true,
        message: evil('why a worker is blocked'),
        last_updated: now,
      },
    ],
    contributorEntries: (['all', 'month'] as const).map((period) => {
      return { period, username: contributor.username, entry: contributor };
    }),
    siteRecords: puts.map((record) => ({ write: 'put', record })),
  });
  await writer.close();
}

/** Each page for each thing that it can be about, and with parameters that mean something. */
function addresses(): string[] {
  const more = [
    '/tests?live=run_tables',
    '/tests/finished?mode=search&user=q',
    '/tests/finished?failed=1',
    '/actions?max_count=500',
    '/actions?action=dead_task',
    '/actions?action=system_event',
    '/user_management?group=pending',
    '/user_management?group=all',
    '/workers/show?filter=all-workers',
    `/tests/run?id=${ACTIVE}`,
    `/tests/run?id=${TUNE}`,
    `/tests/run?id=${FINISHED}`,
    ...RUNS.map(({ id }) => `/tests/view/${id}?show_task=0`),
  ];
  const all = SITE_ROUTES.filter(({ method }) => method === 'GET').flatMap(({ path }) => {
    if (path.includes('{id}')) return RUNS.map(({ id }) => path.replace('{id}', id));
    if (path.includes('{secret}')) return [path.replace('{secret}', encodeURIComponent(`"'><script>evil()`))];
    if (!path.includes('{name}')) return [path];
    return [EVIL_NAME, EVIL_WORKER, 'cora'].map((name) => path.replace('{name}', encodeURIComponent(name)));
  });
  return [...all, ...more];
}

const PARAMETERS = [
  'action',
  'after',
  'base-branch',
  'before',
  'branch',
  'edit',
  'elo-model',
  'expected',
  'filter',
  'findme',
  'format',
  'group',
  'highlight',
  'id',
  'kind',
  'mode',
  'network_name',
  'next',
  'order',
  'page',
  'panel',
  'q',
  'run_id',
  'search',
  'show_task',
  'sort',
  'state',
  'table',
  'tests-repo',
  'text',
  'user',
  'view',
];

/** What an approver's own fields hold is not turned round: he is to see and change what is stored. */
function withoutFields(page: string): string {
  return page.replaceAll(/<textarea[\s\S]*?<\/textarea>/g, '').replaceAll(/ value="[^"]*"/g, '');
}

describe('texts of others', () => {
  let directory: string;
  let server: ServerProcess;
  let cora: HttpMember;
  const seen = new Set<number>();
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-markup-'));
    const storeUrl = `sqlite:${directory}`;
    await seedPeople(storeUrl);
    await seedEvil(storeUrl);
    server = await ServerProcess.start(directory, {
      SITE_SEARCHES_PER_MINUTE: '1000000',
      SITE_POSTS_PER_MINUTE: '1000000',
    });
    cora = await HttpMember.signIn(server.url, 'cora');
  });
  after(async () => {
    await server?.end('SIGTERM');
    await rm(directory, { recursive: true, force: true });
  });

  const check = async (answer: Response, address: string) => {
    const text = await answer.text();
    assert.ok(answer.status < 500, `${address}: ${answer.status} ${text.slice(0, 500)}`);
    for (const [, number] of text.matchAll(/q(\d+)q/g)) seen.add(Number(number));
    if (!/html|xml/.test(answer.headers.get('content-type') ?? '')) return;
    const where = address.slice(0, 100);
    const near = (at: number) => `${where}: ${text.slice(Math.max(0, at - 150), at + 100)}`;
    for (const bad of [/q\d+q["'<>]/, /<script>evil/, /<img src=x/, /href="\s*javascript:/i]) {
      const at = text.search(bad);
      assert.equal(at, -1, near(at));
    }
    const rest = withoutFields(text);
    const at = rest.indexOf(TURN);
    assert.equal(at, -1, `${where}: ${rest.slice(Math.max(0, at - 200), at + 20)}`);
  };

  it('are shown as texts on every page', async () => {
    for (const address of addresses()) {
      await check(await cora.get(address), address);
      await check(await cora.get(address, { 'HX-Request': 'true' }), `${address} (a part)`);
      await check(await fetch(`${server.url}${address}`, { redirect: 'manual' }), `${address} (a visitor)`);
    }
    const hidden = fields.filter((field, number) => !seen.has(number) && !NEVER_SHOWN.test(field));
    assert.equal(hidden.join('; '), '');
  });

  it('come from a parameter as texts, too', async () => {
    for (const address of addresses()) {
      const query = PARAMETERS.map((name) => `${name}=${encodeURIComponent(evil(`parameter ${name}`))}`);
      const whole = `${address}${address.includes('?') ? '&' : '?'}${query.join('&')}`;
      await check(await cora.get(whole), whole);
      await check(await cora.get(whole, { 'HX-Request': 'true' }), whole);
    }
  });
});
