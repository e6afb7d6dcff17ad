/** Any number of threads gives the same final state for the same requests: only who comes first differs. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Reader } from '../../src/store/port.js';
import { trialForm } from '../../src/swarm/demo-runs.js';
import { Identity } from '../../src/swarm/identity.js';
import type { SwarmUser } from '../../src/swarm/options.js';
import { pgnFor } from '../../src/swarm/pgn-of-size.js';
import { requestBody } from '../../src/swarm/request-body.js';
import { Random } from '../../src/swarm/seeded-random.js';
import { noResults } from '../../src/swarm/simulated-games.js';
import type { ServerProcess } from './server-process.js';
import { Site } from './site.js';

const WORKERS = 40;
/** Of 32 games, as the sequential test wants them. */
const BATCHES = 4;
const FORMS = [
  trialForm('fixed', 'fixed games', { num_games: 400_000 }),
  trialForm('sequential', 'an SPRT', { sprt: { elo0: 0, elo1: 2 } }),
  trialForm('tune', 'a tune', { num_games: 100_000, spsa: { raw_params: 'a,10,0,100,5,0.002' } }),
];

interface Held {
  readonly post: (path: string, more?: object) => Promise<Record<string, unknown>>;
  readonly task: { readonly run_id: string; readonly task_id: number };
  readonly isTune: boolean;
}

/** One of many workers of the same make, so that any of them may get any of the tasks. */
async function takeTask(server: ServerProcess, user: SwarmUser, number: number): Promise<Held> {
  const identity = new Identity(new Random(7), [user], number);
  const common = JSON.parse(requestBody(identity, identity.workerInfo(true, false), {})) as object;
  const post: Held['post'] = async (path, more = {}) => {
    const { status, body } = await server.post(`/api/${path}`, { ...common, ...more });
    assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
    return body;
  };
  const { run, task_id } = (await post('request_task')) as {
    run?: { _id: string; args: { spsa?: object } };
    task_id?: number;
  };
  assert.ok(run !== undefined && task_id !== undefined, 'a task was assigned');
  return { post, task: { run_id: run._id, task_id }, isTune: run.args.spsa !== undefined };
}

/** What is reported of a task follows from its number, whoever plays it. */
async function playTask({ post, task, isTune }: Held): Promise<void> {
  const stats = noResults();
  const won = task.task_id % 2 === 0;
  for (let batch = 1; batch <= BATCHES; batch++) {
    const given = isTune ? await post('request_spsa', task) : {};
    await post('beat', task);
    stats.draws += 30;
    stats.pentanomial[2] += 15;
    stats[won ? 'wins' : 'losses'] += 2;
    stats.pentanomial[won ? 4 : 0] += 1;
    const spsa = { wins: 16, losses: 16, draws: 0, num_games: 32, sig: given['sig'] };
    const { task_alive } = await post('update_task', { ...task, stats, ...(isTune ? { spsa } : {}) });
    assert.equal(task_alive, true);
  }
  if (task.task_id % 5 === 0) await post('failed_task', { ...task, message: 'a failure' });
  if (task.task_id % 7 === 0) await post('worker_log', { ...task, message: 'a line' });
  if (task.task_id % 3 === 0) await post('upload_pgn', { ...task, pgn: pgnFor(16) });
}

/** Everything that the store holds in the end, but for instants, names, and what chance or the order decides. */
async function finalState(reader: Reader, runs: readonly string[]): Promise<object> {
  const state: object[] = [];
  for (const id of runs) {
    const { workers, cores, committed_games, total_games, results, finished, args } = (await reader.run(id))!;
    const tasks: object[] = [];
    for await (const { num_games, start, active, stats } of reader.tasks(id)) {
      tasks.push({ num_games, start, active, stats });
    }
    const { llr, state: decision } = args.sprt ?? {};
    const { iter, params } = args.spsa ?? {};
    const totals = { workers, cores, committed_games, total_games, results, finished };
    state.push({ ...totals, llr, decision, iter, params, tasks, pgnBytes: await reader.pgnBytes(id) });
  }
  const actions: Record<string, number> = {};
  for await (const { action } of reader.actionLog()) actions[action] = (actions[action] ?? 0) + 1;
  return { runs: state, actions };
}

async function play(env: Record<string, string>): Promise<object> {
  const site = await Site.open(env);
  try {
    const { access, runs } = await site.prepare(FORMS);
    const numbers = Array.from({ length: WORKERS }, (_, number) => number);
    const held = await Promise.all(numbers.map((number) => takeTask(site.server, access.users[0]!, number)));
    await Promise.all(held.map(playTask));
    assert.equal(await site.server.end('SIGTERM'), 0);
    const reader = await site.openReader();
    const state = await finalState(reader, runs);
    await reader.close();
    return state;
  } finally {
    await site.close();
  }
}

describe('4 pool threads and 2 front threads', () => {
  it('end in the state in which 1 and 1 end', async () => {
    const one = await play({ HTTP_THREADS: '1', THREADPOOL_THREADS: '1' });
    const many = await play({ HTTP_THREADS: '2', THREADPOOL_THREADS: '4' });
    assert.deepEqual(many, one);
  });
});
