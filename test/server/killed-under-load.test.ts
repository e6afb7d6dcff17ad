/** A server that is killed while a swarm plays: what it acknowledged is there, and nothing is handed out twice. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { trialForm } from '../../src/swarm/demo-runs.js';
import type { Fleet } from '../../src/swarm/fleet.js';
import type { HeldTask } from '../../src/swarm/ledger.js';
import { addResults, gamesIn, noResults } from '../../src/swarm/simulated-games.js';
import { runSwarm } from '../../src/swarm/swarm.js';
import { describeVerification } from '../../src/swarm/verify.js';
import { Site } from './site.js';

const FORMS = [
  trialForm('sequential', 'an SPRT', { sprt: { elo0: 0, elo1: 1 } }),
  trialForm('fixed', 'fixed games', { num_games: 400_000 }),
  trialForm('tune', 'a tune', { num_games: 400_000, spsa: { raw_params: 'a,10,0,100,5,0.002' } }),
];

/** The results that the store may hold for a task. */
function possible({ acknowledged, uncertain }: HeldTask): object[] {
  if (uncertain === undefined) return [acknowledged];
  const more = noResults();
  addResults(more, acknowledged);
  addResults(more, uncertain);
  return [acknowledged, more];
}

describe('a server that is killed under load', () => {
  let site: Site;
  before(async () => {
    site = await Site.open({ HTTP_THREADS: '2' });
  });
  after(() => site.close());

  it('keeps each acknowledged result and hands out no batch twice', async () => {
    const { access } = await site.prepare(FORMS);
    const end = new AbortController();
    let started: (fleet: Fleet) => void = () => {};
    const starting = new Promise<Fleet>((resolve) => {
      started = resolve;
    });
    const swarm = runSwarm(
      access,
      {
        workers: 120,
        seconds: 60,
        ramp: 0.5,
        timeScale: 240,
        elo: 0.3,
        allowOutage: true,
        keepTasks: true,
        signal: end.signal,
      },
      (made) => {
        started(made);
        return () => {};
      },
    );
    const { ledger } = await starting;
    const moreGames = async (): Promise<void> => {
      const { games } = ledger;
      for (let waits = 0; ledger.games === games; waits++) {
        assert.ok(waits < 600, 'games are acknowledged');
        await sleep(50);
      }
      await sleep(500);
    };
    await moreGames();
    await site.restart('SIGKILL');
    await moreGames();
    end.abort();
    const { faults, verification, tasks } = await swarm;
    assert.deepEqual(
      faults.filter(({ kind }) => kind === 'violation' || kind === 'refused'),
      [],
    );
    assert.ok(
      faults.some(({ kind }) => kind === 'broken'),
      'the kill broke connections',
    );
    assert.ok(verification!.agrees, describeVerification(verification!));
    assert.ok(tasks.assigned > 100);

    assert.equal(await site.server.end('SIGTERM'), 0);
    const reader = await site.openReader();
    for (const task of ledger.tasks!) {
      const stored = await reader.task(task.run.id, task.id);
      const place = `task ${task.run.id}/${task.id} of ${gamesIn(task.acknowledged)} acknowledged games`;
      assert.ok(stored !== undefined, `${place} is not in the store`);
      assert.ok(
        possible(task).some((results) => JSON.stringify(results) === JSON.stringify(stored.stats)),
        `${place}: the store has ${JSON.stringify(stored.stats)}, the swarm ${JSON.stringify(possible(task))}`,
      );
    }
    await reader.close();
  });
});
