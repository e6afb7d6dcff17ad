/** `--from FILE`: a run's args, as a form or as any answer of the server that holds them, become a form again. */
import type { NewRunForm } from '../../protocol/admin.js';
import { UsageError } from '../failures.js';

type Members = Readonly<Record<string, unknown>>;

/** Members of args that a new run gets afresh. */
const NOT_COPIED: ReadonlySet<string> = new Set(['itp', 'book_sri', 'sprt', 'spsa', 'num_games']);

/** Members that a form and args share. */
const COPIED: ReadonlySet<string> = new Set<keyof NewRunForm>([
  'new_tag',
  'base_tag',
  'username',
  'resolved_new',
  'resolved_base',
  'new_signature',
  'base_signature',
  'tc',
  'new_tc',
  'threads',
  'new_options',
  'base_options',
  'new_nets',
  'base_nets',
  'msg_new',
  'msg_base',
  'tests_repo',
  'master_repo',
  'info',
  'book',
  'book_depth',
  'priority',
  'throughput',
  'arch_filter',
  'compiler',
  'auto_purge',
  'adjudication',
  'rescheduled_from',
]);

/** Accepts args, `{args}` (a run) and `{run: {args}}`. Types are the server's to check. */
export function formFromJson(json: string): Partial<NewRunForm> {
  const args = findArgs(parse(json));
  const form: Record<string, unknown> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(args)) {
    if (COPIED.has(name)) form[name] = value;
    else if (!NOT_COPIED.has(name)) unknown.push(name);
  }
  if (unknown.length > 0) throw new UsageError(`the file has members that no run has: ${unknown.join(', ')}`);
  return { ...form, ...stopRule(args) };
}

function stopRule(args: Members): Partial<NewRunForm> {
  const { sprt, spsa, num_games } = args;
  if (isObject(sprt)) {
    const { elo0, elo1, elo_model = 'normalized' } = sprt;
    if (elo_model !== 'normalized') {
      throw new UsageError(
        `the file's SPRT is ${String(elo_model)}: new runs use normalized Elo, give bounds with --sprt`,
      );
    }
    return { sprt: { elo0, elo1 } as { elo0: number; elo1: number } };
  }
  const games = num_games === undefined ? {} : { num_games: num_games as number };
  return isObject(spsa) ? { ...games, spsa: tuning(spsa, num_games) } : games;
}

/** A run stores A in game pairs; the form has it as a fraction of them, rounded as fishtest's form does (docs/spec/spsa.md §2). */
function tuning(spsa: Members, numGames: unknown): NonNullable<NewRunForm['spsa']> {
  const { A, A_ratio, alpha, gamma, raw_params } = spsa;
  const ratio = A_ratio ?? (typeof A === 'number' && Number(numGames) > 0 ? ratioOf(A, Number(numGames)) : A);
  const given = { A_ratio: ratio, alpha, gamma, raw_params };
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as NonNullable<NewRunForm['spsa']>;
}

function ratioOf(A: number, numGames: number): number {
  return Math.round((1_000 * 2 * A) / numGames) / 1_000;
}

function findArgs(value: unknown): Members {
  if (!isObject(value)) throw new UsageError('the file does not hold a JSON object');
  if (isObject(value['run'])) return findArgs(value['run']);
  return isObject(value['args']) ? value['args'] : value;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`the file is not JSON: ${(error as Error).message}`);
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
