/** `shoal worker …`: machines that play games, and the list of blocked ones. */
import type { Command } from 'commander';
import type { WorkerDocument } from '../../model/documents.js';
import type { AdminAnswer, AdminRequest, WorkerView } from '../../protocol/admin.js';
import { duration, facts, instant, table } from '../print.js';
import type { Session } from '../session.js';
import { count } from '../values.js';

export function addWorkerCommands(program: Command, session: Session): void {
  const worker = program.command('worker').description('machines');

  worker
    .command('block <name>')
    .description('give a worker no more tasks; its owner sees the message')
    .requiredOption('--message <text>', 'why, and what the owner should do (up to 500 characters)')
    .option('--by <user>', 'who is named in the event log')
    .addHelpText(
      'after',
      '\nExample: shoal worker block alice-8cores-a1b2c3 --message "Time losses: lower the concurrency"',
    )
    .action(async (name: string, options: { message: string; by?: string }) => {
      session.show(await session.call('workerBlock', { worker_name: name, ...options }), describeEntry);
    });

  worker
    .command('unblock <name>')
    .description('give a worker tasks again')
    .option('--by <user>', 'who is named in the event log')
    .addHelpText('after', '\nExample: shoal worker unblock alice-8cores-a1b2c3')
    .action(async (name: string, options: { by?: string }) => {
      session.show(await session.call('workerUnblock', { worker_name: name, ...options }), describeEntry);
    });

  worker
    .command('list')
    .description('list the workers that hold a task, or the blocked ones')
    .option('--blocked', 'the blocked ones')
    .option('--limit <n>', 'most lines (the server takes 100)', count)
    .addHelpText('after', '\nExample: shoal worker list --blocked')
    .action(async (options: { blocked?: true; limit?: number }) => {
      const request: AdminRequest<'workerList'> = { state: options.blocked ? 'blocked' : 'active' };
      if (options.limit !== undefined) request.limit = options.limit;
      const answer = await session.call('workerList', request);
      session.show(answer, options.blocked ? describeBlocked : describeActive);
    });
}

/** A table of workers on tasks; used for one run as well. */
export function workerTable(workers: readonly WorkerView[], withRun: boolean): string {
  const now = Date.now();
  const run = withRun ? [{ title: 'RUN', text: (row: WorkerView) => row.run_id }] : [];
  return table<WorkerView>(
    [
      { title: 'WORKER', text: (row) => row.worker },
      ...run,
      { title: 'TASK', right: true, text: (row) => row.task_id },
      { title: 'CORES', right: true, text: (row) => row.concurrency },
      { title: 'KNPS', right: true, text: (row) => Math.round(row.nps / 1_000) },
      { title: 'GAMES', right: true, text: (row) => `${row.games}/${row.num_games}` },
      { title: 'FROM', text: (row) => row.country_code },
      { title: 'HEARD', right: true, text: (row) => `${duration(now - row.last_updated)} ago` },
    ],
    workers,
    'no workers',
  );
}

function describeActive({ active, total }: AdminAnswer<'workerList'>): string {
  return workerTable(active, true) + rest(active.length, total);
}

function describeBlocked({ blocked, total }: AdminAnswer<'workerList'>): string {
  const columns = [
    { title: 'WORKER', text: (row: WorkerDocument) => row.worker_name },
    { title: 'SINCE OR LAST SEEN', text: (row: WorkerDocument) => instant(row.last_updated) },
    { title: 'MESSAGE', text: (row: WorkerDocument) => row.message },
  ];
  return table(columns, blocked, 'no blocked workers') + rest(blocked.length, total);
}

function rest(shown: number, total: number): string {
  return total > shown ? `\n… and ${total - shown} more: raise --limit` : '';
}

function describeEntry({ worker }: { worker: WorkerDocument }): string {
  return facts([
    ['worker', worker.worker_name],
    ['blocked', worker.blocked ? 'yes' : 'no'],
    ['message', worker.message],
  ]);
}
