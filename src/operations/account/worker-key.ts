/**
 * Keys that workers send in place of their owner's password, so that the password need not be on other people's disks
 * (docs/spec/web-ui.md §9). A key is 256 random bits: its plain digest is enough to know it again, and cheap to check.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { SiteRecord } from '../../model/site-record.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkMayAct } from '../actor.js';
import { commitSystem, pushItem } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';

const PREFIX = 'sht_';
const SECRET = /^sht_[A-Za-z0-9_-]{43}$/;
const HINT_LENGTH = 10;
const LONGEST_NAME = 60;
const MOST_KEYS = 50;
/** The last use of a key is noted this often. */
const USE_NOTED_MS = 3_600_000;

export interface KeyParts {
  readonly state: State;
  readonly reader: Pick<Reader, 'user' | 'siteRecord' | 'siteRecordsOf'>;
}

export interface NewWorkerKey {
  /** Shown once: only its digest is stored. */
  readonly secret: string;
  readonly record: SiteRecord<'workerKey'>;
}

export function isWorkerKey(password: string): boolean {
  return SECRET.test(password);
}

export async function createWorkerKey(
  { state, reader }: KeyParts,
  actor: Actor,
  name: string,
  now: number,
): Promise<Changed<NewWorkerKey>> {
  checkMayAct(state, actor);
  if (name === '' || name.length > LONGEST_NAME) {
    throw new OperationRefused('invalid', `A key needs a name of at most ${LONGEST_NAME} characters.`);
  }
  if ((await reader.siteRecordsOf('workerKey', actor.name)).length >= MOST_KEYS) {
    throw new OperationRefused('conflict', `There are ${MOST_KEYS} keys already: revoke one first.`);
  }
  const secret = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  const record: SiteRecord<'workerKey'> = {
    kind: 'workerKey',
    key: digestOf(secret),
    owner: actor.name,
    expires: 0,
    doc: { name, made: now, hint: secret.slice(0, HINT_LENGTH) },
  };
  const sequence = commitSystem(state, (slot) =>
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'put', record } }),
  );
  return { value: { secret, record }, sequence };
}

/** Workers with the key are refused from now on; those with another credential are checked again. */
export async function revokeWorkerKey(
  { state, reader }: KeyParts,
  actor: Actor,
  key: string,
): Promise<Changed<SiteRecord<'workerKey'>>> {
  const record = await reader.siteRecord('workerKey', key);
  if (record === undefined || record.owner !== actor.name) {
    throw new OperationRefused('unknown', 'There is no such key.');
  }
  const user = await reader.user(actor.name);
  const sequence = commitSystem(state, (slot) => {
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'remove', kind: 'workerKey', key } });
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'remove', kind: 'workerKeyUse', key } });
  });
  // Forgets what was verified before.
  if (user !== undefined) state.users.change(user, {});
  return { value: record, sequence };
}

/** Whether this secret is a key of the account. */
export async function verifyWorkerKey(
  { state, reader }: KeyParts,
  username: string,
  secret: string,
  now: number,
): Promise<boolean> {
  const key = digestOf(secret);
  const record = await reader.siteRecord('workerKey', key);
  if (record === undefined || record.owner !== username) return false;
  const use = await reader.siteRecord('workerKeyUse', key);
  if (use === undefined || now - use.doc.usedAt >= USE_NOTED_MS) {
    const noted = { kind: 'workerKeyUse', key, owner: username, expires: 0, doc: { usedAt: now } } as const;
    commitSystem(state, (slot) =>
      pushItem(state, slot, { kind: 'siteRecord', write: { write: 'put', record: noted } }),
    );
  }
  return true;
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
