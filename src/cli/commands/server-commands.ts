/** `shoal status`, `shoal cluster`, `shoal handover` and `shoal backup`: the server as a whole. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { AdminAnswer } from '../../protocol/admin.js';
import { duration, facts, instant } from '../print.js';
import type { Session } from '../session.js';

const MIB = 1_048_576;

export function addServerCommands(program: Command, session: Session): void {
  program
    .command('status')
    .description('tell what the server is doing')
    .addHelpText('after', '\nExample: shoal status --json')
    .action(async () => session.show(await session.call('status', {}), describeStatus));

  program
    .command('cluster')
    .description('tell which primary has the store, and which stand by')
    .addHelpText('after', '\nExample: shoal cluster')
    .action(async () => session.show(await session.call('cluster', {}), describeCluster));

  program
    .command('handover')
    .description('give the store to a primary that stands by, and end this one')
    .addHelpText('after', '\nExample: shoal handover')
    .action(async () => {
      const answer = await session.call('handover', {});
      session.show(answer, ({ standbys }) => `handing over to ${standbys.join(' or ')}; see "shoal cluster"`);
    });

  program
    .command('backup <file>')
    .description('copy the store, consistent at one instant, into a new file on the server')
    .addHelpText('after', '\nExample: shoal backup backups/shoal-monday.db')
    .action(async (file: string) => {
      const answer = await session.call('backup', { file: resolve(file) });
      session.show(answer, (done) => {
        const size = (done.bytes / MIB).toFixed(1);
        return `${done.file}: ${size} MiB in ${(done.ms / 1_000).toFixed(1)} s`;
      });
    });
}

function describeCluster({ cluster }: AdminAnswer<'cluster'>): string {
  const { role, node, epoch, holder, standbys, waits } = cluster;
  const lease =
    cluster.lease_age_ms === undefined
      ? "the kernel's, for as long as the process lives"
      : `renewed ${cluster.lease_age_ms} ms ago; silent for ${cluster.lease_ms} ms it may be replaced`;
  return facts([
    ['this server', `${node}: ${role}`],
    ['served by', holder === '' ? 'nobody that is known' : holder],
    ['epoch', epoch],
    ...(role === 'active' || role === 'leaving' ? [['lease', lease] as const] : []),
    ['standing by', standbys.length > 0 ? standbys.join(', ') : waits ? 'nobody' : 'nobody (STANDBY=refuse)'],
  ]);
}

function describeStatus({ status }: AdminAnswer<'status'>): string {
  const { users, runs } = status;
  return facts([
    ['server', `version ${status.version}, process ${status.pid}${status.draining ? ', stopping' : ''}`],
    ['state', status.state],
    ['up', `${duration(Date.now() - status.start_time)}, since ${instant(status.start_time)} UTC`],
    ['store', status.store],
    ['served at', status.worker_url],
    ['runs', `${runs.active} active, ${runs.paused} paused, ${runs.pending} pending`],
    ['workers', status.workers],
    ['cores', status.cores],
    ['nps', Math.round(status.nps)],
    ['games/minute', status.games_per_minute.toFixed(1)],
    [
      'users',
      users === null
        ? 'not known: the store does not answer'
        : `${users.total}, ${users.pending} pending, ${users.blocked} blocked`,
    ],
    ...status.limits.map((text) => ['LIMIT', text] as const),
    ...Object.entries(status.gauges).map(([name, value]) => [name, value] as const),
  ]);
}
