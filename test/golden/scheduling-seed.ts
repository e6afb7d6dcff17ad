/** Documents of recorded scenarios. */
import type { RunDocument, UserDocument } from '../../src/model/documents.js';
import type { FarmSeed } from './farm.js';

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON
export type Recorded = any;

/** What a scenario starts with, as documents. */
export function seedOf(scenario: Recorded): FarmSeed {
  const instant = scenario.start_time * 1000;
  return {
    users: scenario.users.map((user: Recorded) => ({
      user: userOf(user, instant),
      cpuHours: user.cpu_hours,
    })),
    workers: scenario.blocked_workers.map((worker: Recorded) => ({
      blocked: true,
      last_updated: instant,
      ...worker,
    })),
    runs: scenario.runs.map(runOf),
    keyValues: [
      { key: 'books', value: scenario.books },
      { key: 'worker_runs', value: scenario.worker_runs ?? {} },
    ],
  };
}

function userOf({ cpu_hours: _hours, ...user }: Recorded, instant: number): UserDocument {
  const defaults = {
    pending: false,
    blocked: false,
    email: '',
    groups: [],
    tests_repo: '',
    machine_limit: 16,
  };
  return { ...defaults, registration_time: instant, ...user };
}

/** Recorded instants are seconds. */
export function runOf(run: Recorded): RunDocument {
  return {
    ...run,
    start_time: run.start_time * 1000,
    last_updated: run.last_updated * 1000,
    tasks: run.tasks.map((task: Recorded) => ({ ...task, last_updated: task.last_updated * 1000 })),
    bad_tasks: (run.bad_tasks ?? []).map((task: Recorded) => ({
      ...task,
      last_updated: task.last_updated * 1000,
    })),
  };
}
