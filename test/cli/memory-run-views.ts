/** Runs and their workers as the service in memory shows them. */
import type { RunDocument } from '../../src/model/documents.js';
import type { RunDetail, RunSummary, WorkerView } from '../../src/protocol/admin.js';

export const NOW = Date.UTC(2026, 0, 31, 12, 30);

export const WORKER: WorkerView = {
  worker: 'alice-8cores-a1b2c3-5a28*',
  username: 'alice',
  run_id: '0123456789abcdef01234567',
  task_id: 3,
  concurrency: 8,
  nps: 812_345,
  country_code: 'NO',
  games: 16,
  num_games: 408,
  last_updated: NOW,
};

export function summary(run: RunDocument): RunSummary {
  const { args, results } = run;
  const open = run.approved ? 'paused' : 'pending';
  const sprt = args.sprt;
  return {
    id: run._id,
    username: args.username,
    new_tag: args.new_tag,
    base_tag: args.base_tag,
    info: args.info,
    state: run.finished ? 'finished' : open,
    approved: run.approved,
    approver: run.approver,
    deleted: run.deleted,
    is_green: run.is_green,
    is_yellow: run.is_yellow,
    tc: args.tc,
    threads: args.threads,
    priority: args.priority,
    throughput: args.throughput,
    num_games: args.num_games,
    games: results.wins + results.losses + results.draws,
    workers: run.workers,
    cores: run.cores,
    results,
    ...(sprt === undefined ? {} : { sprt: { ...sprt, elo_model: 'normalized', state: sprt.state ?? '' } }),
    ...(args.spsa === undefined ? {} : { spsa: { iter: args.spsa.iter, num_iter: args.spsa.num_iter } }),
    start_time: run.start_time,
    last_updated: run.last_updated,
  };
}

export function detail(run: RunDocument): RunDetail {
  return {
    ...summary(run),
    elo: { elo: 1.2345, low: -0.5, high: 2.969, los: 0.917 },
    tasks: { total: 12, active: 1, bad: 2 },
    nps: 6_500_000,
    games_per_minute: 42.5,
    args: run.args,
    active_workers: [WORKER],
  };
}
