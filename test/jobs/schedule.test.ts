import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, JobSchedule } from '../../src/jobs/job-schedule.js';
import { Region } from '../../src/memory/region.js';
import { JobBoard } from '../../src/runtime/job-status.js';

const SECOND = 0.01;

function scheduleOf(jobs: Job[]) {
  const errors: string[] = [];
  const board = new JobBoard(Region.create(1024 * 1024));
  const schedule = new JobSchedule(jobs, {
    onError: (job, error) => errors.push(`${job}: ${String(error)}`),
    onChange: (job, state) => board.record(job, state),
  });
  const stop = new AbortController();
  return { errors, board, stop, ended: schedule.run(stop.signal) };
}

/** Waits for what the jobs do; a machine under load makes it slow, not wrong. */
async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; !holds() && Date.now() < deadline; ) await sleep(5);
}

test('jobs run again and again, one at a time, and a failing one stays scheduled', async () => {
  let running = 0;
  let most = 0;
  const run = async () => {
    most = Math.max(most, ++running);
    await sleep(3);
    running--;
  };
  const fail = async () => {
    await run();
    throw new Error('no luck');
  };
  const { errors, board, stop, ended } = scheduleOf([
    { name: 'scavenge', period: SECOND, run },
    { name: 'update itp', period: SECOND, first: 0, run: fail },
  ]);
  await until(() =>
    board.read().every(({ name, runs }) => !['scavenge', 'update itp'].includes(name) || runs >= 3),
  );
  stop.abort();
  await ended;
  assert.equal(most, 1);
  const [good, bad] = board.read();
  assert.ok(
    good!.runs >= 3 && good!.failures === 0 && !good!.failed && good!.lastDuration >= 2,
    'scavenge ran',
  );
  assert.ok(bad!.runs >= 3 && bad!.failures === bad!.runs && bad!.failed, 'update itp ran and failed');
  // A failure after the stop is counted, but nobody is told.
  assert.ok(bad!.runs - errors.length <= 1, `${errors.length} errors of ${bad!.runs} runs`);
  assert.match(errors[0]!, /^update itp: Error: no luck$/);
});

test('a background job is not waited for, and never runs twice at once', async () => {
  let copies = 0;
  let most = 0;
  const slow = async (signal: AbortSignal) => {
    most = Math.max(most, ++copies);
    await sleep(10_000, undefined, { signal }).catch(() => undefined);
    copies--;
  };
  const { board, stop, ended } = scheduleOf([
    { name: 'update books', period: SECOND, first: 0, background: true, run: slow },
    { name: 'scavenge', period: SECOND, run: () => 1 },
  ]);
  const books = () => board.read().find(({ name }) => name === 'update books')!;
  await until(() => books().skipped >= 3 && board.read()[0]!.runs >= 3);
  const before = books();
  stop.abort();
  await ended;
  assert.equal(most, 1);
  assert.equal(copies, 0, 'stopping waits for background jobs');
  assert.ok(before.running && before.skipped >= 3, `skipped ${before.skipped}`);
  assert.ok(board.read()[0]!.runs >= 3, 'the other job ran meanwhile');
});

test('what is due at the start does not wait for a share of its period', async () => {
  const names = ['scavenge', 'update itp', 'update nps', 'evict runs', 'update books'] as const;
  const begun = new Set<string>();
  const jobs = names.map((name) => ({ name, period: 100_000, first: 0, run: () => void begun.add(name) }));
  const { stop, ended } = scheduleOf(jobs);
  await until(() => begun.size === names.length);
  stop.abort();
  await ended;
  assert.equal(begun.size, names.length);
});
