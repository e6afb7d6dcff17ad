/** `shoal config …`: what every setting is and who said so; changes of a running server; a check without one. */
import type { Command } from 'commander';
import { Settings } from '../../config/live-settings.js';
import { ConfigError } from '../../config/read-config.js';
import type { AdminAnswer, SettingView } from '../../protocol/admin.js';
import { UsageError } from '../failures.js';
import { table } from '../print.js';
import type { Session } from '../session.js';

export function addConfigCommands(program: Command, session: Session): void {
  const config = program.command('config').description('settings');

  config
    .command('list', { isDefault: true })
    .description('list every setting of the running server: value, default, source and meaning')
    .addHelpText('after', '\nExample: shoal config list')
    .action(async () => session.show(await session.call('configList', {}), describeSettings));

  config
    .command('set <name> <value>')
    .description('change a setting of the running server, until it ends or gets SIGHUP')
    .addHelpText('after', '\nExample: shoal config set THREADPOOL_TOKENS 128')
    .action(async (name: string, value: string) => {
      session.show(await session.call('configSet', { name, value }), ({ setting }) => {
        return `${setting.name} is ${setting.value} now`;
      });
    });

  config
    .command('check')
    .description('check the environment of this shell, without a server')
    .addHelpText('after', '\nExample: THREADPOOL_TOKENS=128 shoal config check')
    .action(() => {
      try {
        const settings = new Settings(session.env);
        session.show({ settings: settings.view(), unknown: settings.unknown() }, describeSettings);
      } catch (error) {
        if (error instanceof ConfigError) throw new UsageError(error.message);
        throw error;
      }
    });
}

function describeSettings({ settings, unknown }: AdminAnswer<'configList'>): string {
  const list = table<SettingView>(
    [
      { title: 'NAME', text: ({ name, live }) => `${name}${live ? ' *' : ''}` },
      { title: 'VALUE', text: ({ value }) => value },
      { title: 'DEFAULT', text: (row) => (row.default === row.value ? '' : row.default) },
      { title: 'SOURCE', text: ({ source }) => source },
      { title: 'MEANING', text: ({ meaning }) => meaning },
    ],
    settings,
    'no settings',
  );
  const hints = unknown.map(({ name, nearest }) => `${name} is no setting; the nearest is ${nearest}`);
  return [list, '', '* can be changed while the server runs: shoal config set NAME VALUE', ...hints].join(
    '\n',
  );
}
