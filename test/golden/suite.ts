/**
 * What the golden runner and its suites agree on: the shape of a recorded case, the verdicts, and how an answer is
 * compared with the recorded one.
 */

/** A recorded call of the reference server: what it was given and what it answered. */
export interface GoldenCase {
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: unknown;
  readonly tags?: readonly string[];
  /** The outcome depended on rounding noise or on iteration order. */
  readonly tie?: boolean;
  /** Suggested tolerance; null where a correct algorithm may differ a lot. */
  readonly tol?: number | null;
}

export type AuthResult =
  | { readonly kind: 'pass' }
  /** Differs on purpose, by the rule of deviations.ts with this id. */
  | { readonly kind: 'deviated'; readonly rule: string }
  | { readonly kind: 'fail'; readonly why: string };

/** Replays the cases of one kind; the verdicts come in the order of the cases. */
export type Suite = (cases: GoldenCase[]) => Promise<AuthResult[]>;

/** How far numbers may be apart: |actual − expected| ≤ tolerance · max(floor, |expected|). */
export interface Tolerance {
  readonly tolerance: number;
  /** 1 makes the bound absolute for small numbers, 0 keeps it relative throughout. */
  readonly floor: number;
}

const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** Turns the strings "NaN", "Infinity" and "-Infinity" at any depth of a recorded value into numbers. */
export function revive(value: unknown): unknown {
  if (typeof value === 'string') return Object.hasOwn(NON_FINITE, value) ? NON_FINITE[value] : value;
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, revive(member)]));
  }
  return value;
}

/**
 * Compares deeply and reports the first difference as `path: actual x, recorded y`; undefined when there is none.
 * A recorded string "NaN", "Infinity" or "-Infinity" also stands for that number. Members that are undefined count
 * as absent; members that only one side has are differences.
 */
export function compare(
  actual: unknown,
  expected: unknown,
  tolerance: number | Tolerance = 0,
  path = '$',
): string | undefined {
  const { tolerance: bound, floor } = typeof tolerance === 'number' ? { tolerance, floor: 1 } : tolerance;
  if (typeof actual === 'number' && typeof expected === 'string' && Object.hasOwn(NON_FINITE, expected)) {
    return compare(actual, NON_FINITE[expected], tolerance, path);
  }
  if (typeof actual === 'number' && typeof expected === 'number') {
    if (Object.is(actual, expected) || actual === expected) return undefined;
    const near = Math.abs(actual - expected) <= bound * Math.max(floor, Math.abs(expected));
    return near && Number.isFinite(expected) ? undefined : difference(path, actual, expected);
  }
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length !== expected.length)
      return difference(`${path}.length`, actual.length, expected.length);
    return firstDefined(actual.keys(), (i) => compare(actual[i], expected[i], tolerance, `${path}[${i}]`));
  }
  if (isRecord(actual) && isRecord(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return firstDefined(keys, (key) => compare(actual[key], expected[key], tolerance, `${path}.${key}`));
  }
  return actual === expected ? undefined : difference(path, actual, expected);
}

/** The verdict of a plain comparison. */
export function judge(why: string | undefined): AuthResult {
  return why === undefined ? { kind: 'pass' } : { kind: 'fail', why };
}

/** True for a recorded `{"error": type}`: the reference raised an exception. */
export function isRecordedError(output: unknown): output is { error: string } {
  return isRecord(output) && typeof output['error'] === 'string' && Object.keys(output).length === 1;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function difference(path: string, actual: unknown, expected: unknown): string {
  return `${path}: actual ${brief(actual)}, recorded ${brief(expected)}`;
}

function brief(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function firstDefined<T>(items: Iterable<T>, probe: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = probe(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
