/** `shoal doctor`: looks at everything around a server that is known to go wrong, and says what to change. */
import type { Command } from 'commander';
import type { Config } from '../../config/config.js';
import { Settings, unknownText } from '../../config/live-settings.js';
import { ConfigError } from '../../config/read-config.js';
import type { StatusView } from '../../protocol/admin.js';
import { examineMachine } from '../doctor/check-machine.js';
import { examineProxy, examineServer } from '../doctor/check-server.js';
import { examineStore } from '../doctor/check-store.js';
import { type Finding, fail, ok, warn } from '../doctor/finding.js';
import { CliFailure, RefusedError } from '../failures.js';
import { plain, table } from '../print.js';
import type { Session } from '../session.js';

export function addDoctorCommand(program: Command, session: Session): void {
  program
    .command('doctor')
    .description('check runtime, limits, settings, store, clock and proxy, and say what to change')
    .option('--through <url>', 'address that workers use, to see what the proxy there tells the server')
    .addHelpText(
      'after',
      '\nExample: shoal doctor --through https://tests.example.org\n\nRun it as the user, and with the environment, of the server. Exit code 1 when something does not work.',
    )
    .action(async ({ through }: { through?: string }) => {
      const findings = await examine(session, through);
      session.show({ findings }, describe);
      const bad = findings.filter(({ state }) => state === 'fail').length;
      if (bad > 0) throw new RefusedError(`${bad} ${bad === 1 ? 'check' : 'checks'} failed`);
    });
}

async function examine(session: Session, through: string | undefined): Promise<Finding[]> {
  const { settings, findings } = readSettings(session);
  const status = await session.call('status', {}).then(
    (answer) => answer.status,
    (error: unknown) => {
      if (error instanceof CliFailure) return undefined;
      throw error;
    },
  );
  const config = status === undefined ? settings.config : await serverConfig(session, settings.config);
  findings.push(...examineMachine(config, status?.pid));
  findings.push(...(await examineStore(config.STORE_URL)));
  findings.push(...(await server(status)));
  if (through !== undefined) findings.push(...(await examineProxy(through)));
  return findings;
}

/** What the running server goes by; the address of a database comes without its password, so this shell's is taken. */
async function serverConfig(session: Session, own: Config): Promise<Config> {
  const { settings } = await session.call('configList', {});
  const known = settings
    .filter(({ name, value }) => name !== 'STORE_URL' || value.startsWith('sqlite:'))
    .map(({ name, value }) => [name, typeof own[name as keyof Config] === 'number' ? Number(value) : value]);
  return { ...own, ...Object.fromEntries(known) };
}

async function server(status: StatusView | undefined): Promise<Finding[]> {
  if (status !== undefined) return await examineServer(status);
  return [
    warn(
      'server',
      'none is running here',
      'Start it, and the doctor looks at it too (--data names its directory).',
    ),
  ];
}

function readSettings(session: Session): { settings: Settings; findings: Finding[] } {
  try {
    const settings = new Settings(session.env);
    const unknown = settings
      .unknown()
      .map((name) => warn('settings', unknownText(name), 'Correct the name.'));
    return { settings, findings: unknown.length > 0 ? unknown : [ok('settings', 'no mistakes')] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const findings = error.problems.map((problem) =>
      fail('settings', problem, 'Correct it: the server does not start.'),
    );
    return { settings: new Settings({}), findings };
  }
}

const SIGNS = { ok: 'ok', warn: 'WARN', fail: 'FAIL' } as const;

function describe({ findings }: { findings: readonly Finding[] }): string {
  const list = table<Finding>(
    [
      { title: '', text: ({ state }) => SIGNS[state] },
      { title: 'WHAT', text: ({ topic }) => topic },
      { title: 'FOUND', text: ({ found }) => found },
    ],
    findings,
    'nothing was looked at',
  );
  const advice = findings
    .filter((finding) => finding.advice !== '')
    .map((finding) => `${SIGNS[finding.state]}  ${plain(finding.topic)}: ${plain(finding.advice)}`);
  return advice.length === 0
    ? `${list}\n\nAll is well.`
    : [list, '', 'What to change:', ...advice].join('\n');
}
