/** Short simulations; `npm run simulate` plays long ones. A failing seed is printed with the shortest script. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { evictRuns } from '../../src/operations/run/evict-runs.js';
import type { OperationName } from '../../src/operations/worker/worker-routes.js';
import type { WorkerRequest } from '../../src/protocol/request.js';
import { playScript, shrink } from './play.js';
import { Simulation } from './simulation.js';
import { makeEpisode, type Scene, type Step } from './steps.js';

const STEPS = 2500;
const EPISODES = 6;

test('farms agree with the naive model, through crashes, stalls and jumps of the clock', async () => {
  const seed = Number(process.env['SHOAL_SEED'] ?? randomInt(2 ** 31));
  for (let episode = 0; episode < EPISODES; episode++) {
    const { scene, script } = makeEpisode(seed, episode, STEPS);
    const failure = await playScript(scene, script);
    if (failure === undefined) continue;
    const short = await shrink(scene, script.slice(0, failure.at + 1), 10_000);
    const last = await playScript(scene, short);
    assert.fail(
      `SHOAL_SEED=${seed}, episode ${episode}: ${last?.error.stack}\n${JSON.stringify({ scene, script: short })}`,
    );
  }
});

test('a run whose last changes are on their way to a slow store stays in memory', async () => {
  const scene: Scene = { workers: 200, runs: 25 };
  const script: Step[] = [
    ['requestTask', 1501974847, 513194743],
    ['requestTask', 530326139, 3131401485],
    ['requestTask', 791757358, 2650066222],
    ['requestTask', 2985770095, 2240644436],
    ['beginFlush', 0, 0],
    ['endFlush', 0, 0],
    ['update', 2619406019, 3073323512],
    ['passTime', 0, 1390201722],
    ['beginFlush', 0, 0],
    ['evict', 0, 0],
    ['modify', 3711077770, 170155825],
  ];
  assert.equal((await playScript(scene, script))?.error, undefined);
});

test('a finished run that left memory answers as it did before', async () => {
  const simulation = await Simulation.open({ workers: 40, runs: 3 });
  for (let who = 0; who < 40; who++) await simulation.play(['requestTask', who, who]);
  const [run] = [...simulation.model.runs.values()].filter(({ tasks }) => tasks.length > 0);
  assert.ok(run, 'no worker got a task');
  const { worker_info, stats } = run.tasks[0]!;
  const { remote_addr: remoteAddr, country_code: countryCode, ...info } = worker_info;
  await simulation.farm.command(run._id, { kind: 'delete' }, simulation.now);
  const calls: [OperationName, Partial<WorkerRequest>][] = [
    ['beat', {}],
    ['beat', { task_id: 999 }],
    ['failed_task', { message: 'late' }],
    ['request_spsa', {}],
    ['stop_run', {}],
    ['update_task', {}],
    ['update_task', { stats: stats as Required<typeof stats> }],
    ['update_task', { stats: { ...(stats as Required<typeof stats>), wins: 2_000_000_000 } }],
  ];
  const answers = async () => {
    const replies: object[] = [];
    for (const [name, members] of calls) {
      const request = { password: '', worker_info: info as never, run_id: run._id, task_id: 0, ...members };
      const address = { path: `/api/${name}`, hostUrl: '', remoteAddr, countryCode };
      const { status, json } = await simulation.farm.answer(
        name,
        { ...address, request, now: simulation.now },
        () => [1],
      );
      replies.push({ name, status, json });
    }
    return replies;
  };
  const inMemory = await answers();
  for (let flush = 0; flush < 2; flush++) {
    simulation.farm.beginFlush();
    await simulation.farm.endFlush();
  }
  assert.equal(evictRuns(simulation.farm.state, simulation.now + 3_600_000), 1);
  assert.deepEqual(await answers(), inMemory);
});
