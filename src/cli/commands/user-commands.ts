/** `shoal user …`: accounts of volunteers and authors. */
import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { AdminAnswer, AdminRequest, UserView } from '../../protocol/admin.js';
import { UsageError } from '../failures.js';
import { facts, instant, table, yes } from '../print.js';
import type { Session } from '../session.js';
import { count } from '../values.js';

const GENERATED_BYTES = 15;

interface AddOptions {
  password?: string;
  passwordStdin?: true;
  email?: string;
  limit?: number;
  approver?: true;
}

export function addUserCommands(program: Command, session: Session): void {
  const user = program.command('user').description('accounts: add, accept, block, limit, list');

  user
    .command('add <name>')
    .description('add an account that may run workers and submit runs at once')
    .addOption(
      new Option('--password <pw>', 'password; better generated or read from a pipe, since shells keep it'),
    )
    .addOption(new Option('--password-stdin', 'read the password from standard input').conflicts('password'))
    .option('--email <address>', 'e-mail address')
    .option('--limit <n>', 'most active tasks for each remote address (the server takes 16)', count)
    .option('--approver', 'may approve runs and change those of others')
    .addHelpText(
      'after',
      '\nWithout a password one is made and printed once.\n\nExample: shoal user add alice --approver',
    )
    .action((name: string, options: AddOptions) => addUser(session, name, options));

  const change = (verb: 'userApprove' | 'userBlock' | 'userUnblock', word: string, meaning: string): void => {
    user
      .command(`${word} <name>`)
      .description(meaning)
      .option('--by <user>', 'who is named in the event log')
      .addHelpText('after', `\nExample: shoal user ${word} alice`)
      .action(async (name: string, options: { by?: string }) => {
        session.show(await session.call(verb, { username: name, ...options }), ({ user }) =>
          describeUser(user),
        );
      });
  };
  change('userApprove', 'approve', 'accept an account that waits for approval');
  change('userBlock', 'block', 'refuse all requests of an account, its workers included');
  change('userUnblock', 'unblock', 'undo a block');

  user
    .command('limit <name>')
    .description('set the most active tasks for each remote address of an account')
    .argument('<n>', 'number of tasks', count)
    .addHelpText('after', '\nExample: shoal user limit alice 64')
    .action(async (name: string, limit: number) => {
      const answer = await session.call('userLimit', { username: name, machine_limit: limit });
      session.show(answer, ({ user }) => describeUser(user));
    });

  user
    .command('list')
    .description('list the accounts')
    .option('--pending', 'only those that wait for approval')
    .addHelpText('after', '\nExample: shoal user list --pending')
    .action(async (options: { pending?: true }) => {
      session.show(await session.call('userList', options), describeUsers);
    });
}

async function addUser(session: Session, name: string, options: AddOptions): Promise<void> {
  const { password: given, passwordStdin, limit, ...rest } = options;
  const generated = given === undefined && passwordStdin !== true;
  const password = generated
    ? randomBytes(GENERATED_BYTES).toString('base64url')
    : (given ?? (await session.readInput()));
  if (password === '') throw new UsageError('the password is empty');
  const request: AdminRequest<'userAdd'> = { username: name, password, ...rest };
  if (limit !== undefined) request.machine_limit = limit;
  const answer = await session.call('userAdd', request);
  const shown: AdminAnswer<'userAdd'> & { password?: string } = generated ? { ...answer, password } : answer;
  session.show(shown, ({ user }) => {
    const note = generated ? `\n\npassword: ${password}\nIt is not shown again.` : '';
    return describeUser(user) + note;
  });
}

function describeUser(user: UserView): string {
  return facts([
    ['user', user.username],
    ['state', state(user)],
    ['groups', user.groups.join(', ')],
    ['e-mail', user.email],
    ['limit', user.machine_limit],
    ['registered', instant(user.registration_time)],
  ]);
}

function describeUsers({ users }: AdminAnswer<'userList'>): string {
  return table<UserView>(
    [
      { title: 'USER', text: (user) => user.username },
      { title: 'STATE', text: state },
      { title: 'APPROVER', text: (user) => yes(user.groups.includes('group:approvers')) },
      { title: 'LIMIT', right: true, text: (user) => user.machine_limit },
      { title: 'REGISTERED', text: (user) => instant(user.registration_time) },
      { title: 'E-MAIL', text: (user) => user.email },
    ],
    users,
    'no accounts',
  );
}

function state(user: UserView): string {
  if (user.blocked) return 'blocked';
  return user.pending ? 'pending' : 'accepted';
}
