/**
 * Records as old databases hold them, made such that nothing fails that looks into them (docs/spec/data-model.md §2.7): of a member of
 * another type the reader gets what stands for nothing, and whatever no type names stays. What is copied never comes this way.
 */
import type {
  ActionDocument,
  ContributorDocument,
  NetDocument,
  UserDocument,
  WorkerDocument,
} from '../model/documents.js';
import { instant, isNumber, isRecord, isText, number, type Stored, text } from '../rules/stored-values.js';

/** A hash that no password has: an account without a text for one is entered by nobody. */
const NO_PASSWORD = '$scrypt$';
const ACTION_TEXTS = ['worker', 'run_id', 'run', 'message', 'user', 'nn'] as const;

/** A key is a text in memory and in the embedded store; others have the text that JSON gives them. */
export function nameText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function usableUser(user: UserDocument): UserDocument {
  const { machine_limit: limit, ...stored }: Stored<UserDocument> = user;
  return {
    ...stored,
    username: nameText(stored.username),
    password: typeof stored.password === 'string' ? stored.password : NO_PASSWORD,
    registration_time: instant(stored.registration_time, 0),
    // What looks blocked is.
    pending: Boolean(stored.pending),
    blocked: Boolean(stored.blocked),
    email: text(stored.email),
    groups: Array.isArray(stored.groups) ? stored.groups.filter(isText) : [],
    tests_repo: text(stored.tests_repo),
    ...(isNumber(limit) && { machine_limit: limit }),
  } as UserDocument;
}

export function usableWorker(worker: WorkerDocument): WorkerDocument {
  const stored: Stored<WorkerDocument> = worker;
  return {
    ...worker,
    worker_name: nameText(stored.worker_name),
    blocked: Boolean(stored.blocked),
    message: text(stored.message),
    last_updated: instant(stored.last_updated, 0),
  };
}

export function usableNet<T extends NetDocument>(net: T): T {
  const { first_test: first, last_test: last, is_master: isMaster, ...stored }: Stored<T> = net;
  return {
    ...stored,
    name: nameText(stored.name),
    user: text(stored.user),
    downloads: number(stored.downloads, 0),
    ...(testOf(first) && { first_test: testOf(first) }),
    ...(testOf(last) && { last_test: testOf(last) }),
    ...(isMaster === true && { is_master: true }),
  } as T;
}

function testOf(value: unknown): NetDocument['first_test'] {
  if (!isRecord(value) || !isText(value['id'])) return undefined;
  return { ...value, id: value['id'], date: instant(value['date'], 0) };
}

export function usableContributor(entry: Stored<ContributorDocument>): ContributorDocument {
  return {
    ...entry,
    username: nameText(entry.username),
    cpu_hours: number(entry.cpu_hours, 0),
    games: number(entry.games, 0),
    games_per_hour: number(entry.games_per_hour, 0),
    tests: number(entry.tests, 0),
    tests_repo: text(entry.tests_repo),
    last_updated: instant(entry.last_updated, -1),
  };
}

export function usableAction(action: ActionDocument): ActionDocument {
  const stored: Stored<ActionDocument> = action;
  const usable: Record<string, unknown> = {
    ...stored,
    time: actionTime(stored.time),
    action: isText(stored.action) ? stored.action : 'log_message',
    username: stored.username === undefined ? '' : nameText(stored.username),
  };
  for (const name of ACTION_TEXTS) if (name in usable && !isText(usable[name])) delete usable[name];
  if ('task_id' in usable && !Number.isSafeInteger(usable['task_id'])) delete usable['task_id'];
  return usable as unknown as ActionDocument;
}

/** Seconds since the epoch. */
export function actionTime(value: unknown): number {
  if (value instanceof Date) return instant(value.getTime(), 0) / 1000;
  return instant(number(value, 0) * 1000, 0) / 1000;
}
