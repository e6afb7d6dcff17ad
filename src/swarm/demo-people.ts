/** Accounts of the demonstration, which somebody who opens it signs in with. */
import { randomBytes } from 'node:crypto';
import { urlOfRepo } from '../github/questions.js';
import { DEVELOPER_REPO } from './demo-github.js';
import { APPROVER, OWNER } from './demo-runs.js';
import type { Call } from './verify.js';

export interface DemoPerson {
  readonly username: string;
  readonly password: string;
  /** What to do in its name. */
  readonly role: string;
}

/** Nobody else is to sign in on a machine with several people; and short enough to be typed. */
const PASSWORD_BYTES = 4;
/** Waits for an approver. */
const NEWCOMER = 'newcomer';

/** An author of tests, an approver, and one who has only just signed up. */
export async function addPeople(call: Call): Promise<DemoPerson[]> {
  const people: DemoPerson[] = [
    person(OWNER, 'submits tests, and changes or stops own ones'),
    person(APPROVER, "approves tests of others, accepts accounts, changes everybody's"),
    person(NEWCOMER, 'has signed up, and cannot sign in before an approver accepts'),
  ];
  for (const { username, password } of people) {
    await call('userAdd', {
      username,
      password,
      ...(username === OWNER && { tests_repo: urlOfRepo(DEVELOPER_REPO) }),
      ...(username === APPROVER && { approver: true }),
      ...(username === NEWCOMER && { pending: true }),
    });
  }
  return people;
}

function person(username: string, role: string): DemoPerson {
  return { username, password: `shoal-${randomBytes(PASSWORD_BYTES).toString('hex')}`, role };
}
