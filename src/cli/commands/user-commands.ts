/** `shoal user …`: accounts of volunteers and authors. */
import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import type { AdminAnswer, AdminRequest, UserView } from '../../protocol/admin.js';
import { UsageError } from '../failures.js';
import { facts, instant, table, yes } from '../print.js';
import type { Session } from '../session.js';
import { count } from '../values.js';

const GENERATED_BYTES = 15;

interface PasswordOptions {
  password?: string;
  passwordStdin?: true;
  clearText?: true;
}

interface AddOptions extends PasswordOptions {
  email?: string;
  limit?: number;
  approver?: true;
  repository?: string;
  pending?: true;
}

export function addUserCommands(program: Command, session: Session): void {
  const user = program.command('user').description('accounts');

  withPasswordOptions(user.command('add <name>'))
    .description('add an account that may run workers and submit runs at once')
    .option('--email <address>', 'e-mail address')
    .option('--limit <n>', 'most active tasks for each remote address (the server takes 16)', count)
    .option('--approver', 'may approve runs and change those of others')
    .option('--repository <url>', 'where the code of its tests is: https://github.com/<owner>/<name>')
    .option('--pending', 'it waits for an approver, as one that signed up does')
    .addHelpText(
      'after',
      '\nWithout a password one is made and printed once.\n\nExample: shoal user add alice --approver',
    )
    .action((name: string, options: AddOptions) => addUser(session, name, options));

  withPasswordOptions(user.command('password <name>'))
    .description('set the password of an account')
    .addHelpText(
      'after',
      `
Without a password one is made and printed once. Workers that still send the old one are refused from then on.
With --clear-text the database holds the password itself: fishtest's own server reads no hash, so each account needs
that once before it takes over again. "shoal user list" shows which have it.

Example: shoal user password alice --clear-text`,
    )
    .action((name: string, options: PasswordOptions) => setPassword(session, name, options));

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

function withPasswordOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--password <pw>', 'password; better generated or read from a pipe, since shells keep it'),
    )
    .addOption(new Option('--password-stdin', 'read the password from standard input').conflicts('password'))
    .option('--clear-text', "store the password itself, which fishtest's own server needs, and no hash");
}

async function addUser(session: Session, name: string, options: AddOptions): Promise<void> {
  const { password: _, passwordStdin: __, clearText: ___, limit, repository, ...rest } = options;
  const chosen = await choosePassword(session, options);
  const request: AdminRequest<'userAdd'> = { username: name, ...chosen.request, ...rest };
  if (limit !== undefined) request.machine_limit = limit;
  if (repository !== undefined) request.tests_repo = repository;
  showUser(session, await session.call('userAdd', request), chosen.generated);
}

async function setPassword(session: Session, name: string, options: PasswordOptions): Promise<void> {
  const { request, generated } = await choosePassword(session, options);
  showUser(session, await session.call('userPassword', { username: name, ...request }), generated);
}

interface ChosenPassword {
  readonly request: { password: string; clear_text?: true };
  /** To be shown, since nobody knows it yet. */
  readonly generated: string | undefined;
}

async function choosePassword(session: Session, options: PasswordOptions): Promise<ChosenPassword> {
  const { password: given, passwordStdin, clearText } = options;
  const isGenerated = given === undefined && passwordStdin !== true;
  const password = isGenerated
    ? randomBytes(GENERATED_BYTES).toString('base64url')
    : (given ?? (await session.readInput()));
  if (password === '') throw new UsageError('the password is empty');
  return {
    request: { password, ...(clearText && { clear_text: clearText }) },
    generated: isGenerated ? password : undefined,
  };
}

function showUser(session: Session, answer: { user: UserView }, generated: string | undefined): void {
  const shown: { user: UserView; password?: string } =
    generated === undefined ? answer : { ...answer, password: generated };
  session.show(shown, ({ user }) => {
    const clear = user.has_clear_password
      ? "\n\nThe database holds this password in clear text, as fishtest's own server needs it: who reads the database reads it."
      : '';
    const note = generated === undefined ? '' : `\n\npassword: ${generated}\nIt is not shown again.`;
    return describeUser(user) + clear + note;
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
      { title: 'PASSWORD', text: (user) => (user.has_clear_password ? 'clear text' : 'hash') },
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
