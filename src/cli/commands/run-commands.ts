/** `shoal run …`: tests of engine changes. */
import { type Command, Option } from 'commander';
import type { AdminRequest } from '../../protocol/admin.js';
import type { Session } from '../session.js';
import { count, decimal, integer, runId } from '../values.js';
import { addRunAdd } from './run-add.js';
import { describeRun, describeRuns, describeSummary } from './run-view.js';

const BY = ['--by <user>', 'who is named in the event log'] as const;
const ID = ['<id>', 'the run', runId] as const;
const EXAMPLE_ID = '66f1a2b3c4d5e6f708192a3b';

type ListState = AdminRequest<'runList'>['state'];

export function addRunCommands(program: Command, session: Session): void {
  const run = program.command('run').description('runs');
  addRunAdd(run, session);
  addReading(run, session);

  run
    .command('approve')
    .description('let workers have a run')
    .argument(...ID)
    .requiredOption('--by <user>', 'the approver, who is not the owner')
    .addHelpText('after', `\nExample: shoal run approve ${EXAMPLE_ID} --by bob`)
    .action(async (id: string, { by }: { by: string }) => {
      const answer = await session.call('runApprove', { id, approver: by });
      session.show(answer, ({ run: approved, lost_nets: lost }) =>
        [
          describeSummary(approved),
          ...lost.map((net) => `WARNING: no worker gets ${net}: shoal net add ${net}`),
        ].join('\n'),
      );
    });

  run
    .command('stop')
    .description('end a run now')
    .argument(...ID)
    .option(...BY)
    .option('--reason <text>', 'told in the event log, on one line')
    .addHelpText('after', `\nExample: shoal run stop ${EXAMPLE_ID} --reason "wrong branch"`)
    .action(async (id: string, options: { by?: string; reason?: string }) => {
      session.show(await session.call('runStop', { id, ...options }), (done) => describeSummary(done.run));
    });

  run
    .command('unstop')
    .description('let a run go on that was stopped by mistake, within 10 minutes')
    .argument(...ID)
    .option(...BY)
    .addHelpText('after', `\nExample: shoal run unstop ${EXAMPLE_ID} --by bob`)
    .action(async (id: string, options: { by?: string }) => {
      session.show(await session.call('runUnstop', { id, ...options }), (done) => describeSummary(done.run));
    });

  run
    .command('delete')
    .description('end a run and hide it; its record stays in the store')
    .argument(...ID)
    .option(...BY)
    .addHelpText('after', `\nExample: shoal run delete ${EXAMPLE_ID}`)
    .action(async (id: string, options: { by?: string }) => {
      session.show(await session.call('runDelete', { id, ...options }), (done) => describeSummary(done.run));
    });
  addPurge(run, session);
  addPriority(run, session);
}

function addReading(run: Command, session: Session): void {
  run
    .command('list')
    .description('list runs')
    .addOption(
      new Option('--state <state>', 'active: approved and unfinished, pending: waiting for approval')
        .choices(['active', 'pending', 'finished', 'all'] satisfies ListState[])
        .default('all' satisfies ListState),
    )
    .option('--username <owner>', "only this account's runs")
    .option('--limit <n>', 'most lines (the server takes 100)', count)
    .addHelpText('after', '\nExample: shoal run list --state active')
    .action(async (options: { state: ListState; username?: string; limit?: number }) => {
      const isFiltered = options.state !== 'all' || options.username !== undefined;
      session.show(await session.call('runList', options), (answer) => describeRuns(answer, isFiltered));
    });

  run
    .command('show')
    .description('tell everything about a run')
    .argument(...ID)
    .addHelpText('after', `\nExample: shoal run show ${EXAMPLE_ID} --json`)
    .action(async (id: string) => session.show(await session.call('runShow', { id }), describeRun));
}

function addPurge(run: Command, session: Session): void {
  run
    .command('purge')
    .description('take back the results of bad workers from a finished run, which may go on then')
    .argument(...ID)
    .option('--p <p>', 'chi-squared probability below which the worst worker is bad (0.01)', decimal)
    .option('--res <residual>', 'residual above which a worker is bad (4.5)', decimal)
    .option(...BY)
    .addHelpText('after', `\nExample: shoal run purge ${EXAMPLE_ID} --res 4`)
    .action(async (id: string, options: { p?: number; res?: number; by?: string }) => {
      const answer = await session.call('runPurge', { id, ...options });
      session.show(answer, (done) => {
        const said = done.message === '' ? '' : `: ${done.message}`;
        const outcome = `${done.purged ? 'purged' : 'nothing purged'}${said}`;
        return `${describeSummary(done.run)}\n${outcome}`;
      });
    });
}

function addPriority(run: Command, session: Session): void {
  run
    .command('priority')
    .description('set the priority of a run, and its throughput; a finished run stays finished')
    .argument(...ID)
    .argument('<n>', 'higher runs first; for a negative number write -- before the id', integer)
    .option('--throughput <n>', 'share of the fleet in percent', count)
    .option(...BY)
    .addHelpText('after', `\nExample: shoal run priority ${EXAMPLE_ID} 1 --throughput 200`)
    .action(async (id: string, priority: number, options: { throughput?: number; by?: string }) => {
      const answer = await session.call('runPriority', { id, priority, ...options });
      session.show(
        answer,
        (done) =>
          `${describeSummary(done.run)}\npriority ${done.run.priority}, throughput ${done.run.throughput}`,
      );
    });
}
