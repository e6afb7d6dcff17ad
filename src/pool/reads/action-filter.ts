/**
 * Filters of the action log in the language of MongoDB: the operators that are allowed, and what they mean for the
 * members that an action can have (docs/spec/worker-api.md §5.3). What a filter asks of the index is told apart, so that the
 * log need not be read from end to end.
 */
import type { ActionDocument } from '../../model/documents.js';
import { isComparable, OPERATORS, sameValue } from './filter-operators.js';

export type Test = (action: ActionDocument) => boolean;

export interface ActionFilter {
  readonly matches: Test;
  /** Values of which one must be met; undefined: any. */
  readonly kinds?: readonly unknown[];
  readonly runIds?: readonly unknown[];
  readonly usernames?: readonly unknown[];
  /** Seconds, inclusive. */
  readonly since?: number;
  readonly until?: number;
}

/** The filter cannot be used. `known`: MongoDB has the operator, but it is not allowed here. */
export class BadFilter extends Error {
  readonly known: boolean;

  constructor(message: string, known: boolean) {
    super(message);
    this.name = 'BadFilter';
    this.known = known;
  }
}

/** How deep and how wide a filter may be. */
const DEEPEST = 10;
const MOST_TESTS = 2_000;

const NARROWING = { action: 'kinds', run_id: 'runIds', username: 'usernames' } as const;

/** @throws BadFilter */
export function compileFilter(filter: Readonly<Record<string, unknown>>): ActionFilter {
  return compile(filter, { left: MOST_TESTS }, 0);
}

/** Conditions and values that the filter may still have. */
interface Bounds {
  left: number;
}

function compile(filter: Readonly<Record<string, unknown>>, bounds: Bounds, depth: number): ActionFilter {
  if (depth > DEEPEST) throw new BadFilter('the filter is nested too deeply', true);
  let narrow: Omit<ActionFilter, 'matches'> = {};
  const tests: Test[] = [];
  for (const [key, condition] of Object.entries(filter)) {
    spend(bounds, 1);
    if (key === '$and' || key === '$or') {
      const parts = branches(key, condition).map((part) => compile(part, bounds, depth + 1));
      if (key === '$or') tests.push((action) => parts.some(({ matches }) => matches(action)));
      else tests.push((action) => parts.every(({ matches }) => matches(action)));
      if (key === '$and') for (const { matches: _matches, ...part } of parts) narrow = { ...part, ...narrow };
      continue;
    }
    if (key.startsWith('$')) throw unknownOperator(key);
    tests.push(compileMember(key, condition, bounds));
    narrow = { ...narrow, ...narrowing(key, condition) };
  }
  return { ...narrow, matches: (action) => tests.every((test) => test(action)) };
}

function spend(bounds: Bounds, tests: number): void {
  bounds.left -= tests;
  if (bounds.left < 0)
    throw new BadFilter(`the filter has more than ${MOST_TESTS} conditions and values`, true);
}

function branches(operator: string, condition: unknown): Record<string, unknown>[] {
  const isList = Array.isArray(condition) && condition.length > 0 && condition.every(isObject);
  if (!isList) throw new BadFilter(`${operator} needs a list of filters`, false);
  return condition as Record<string, unknown>[];
}

function compileMember(key: string, condition: unknown, bounds: Bounds): Test {
  if (!isObject(condition) || !Object.keys(condition)[0]?.startsWith('$')) {
    return (action) => sameValue(member(action, key), condition);
  }
  const tests = Object.entries(condition).map(([operator, operand]) => {
    if (!Object.hasOwn(OPERATORS, operator)) throw unknownOperator(operator);
    if (operator === '$in' || operator === '$nin') {
      if (!Array.isArray(operand)) throw new BadFilter(`${operator} needs a list`, false);
      spend(bounds, operand.length);
    }
    return OPERATORS[operator]!(operand);
  });
  return (action) => {
    const value = member(action, key);
    return tests.every((test) => test(value));
  };
}

/** An action's own id is no text in the database, so that no JSON value equals it; here it is as good as an object. */
function member(action: ActionDocument, key: string): unknown {
  if (key === '_id') return OBJECT_ID;
  return Object.hasOwn(action, key) ? action[key as keyof ActionDocument] : undefined;
}

const OBJECT_ID = Symbol('object id');

/** What a condition says of the index; a condition on a list of more than texts says nothing. */
function narrowing(key: string, condition: unknown): Omit<ActionFilter, 'matches'> {
  if (key === 'time' && isObject(condition)) {
    const since = condition['$gte'] ?? condition['$gt'];
    const until = condition['$lte'] ?? condition['$lt'];
    return { ...(isInstant(since) && { since }), ...(isInstant(until) && { until }) };
  }
  if (!Object.hasOwn(NARROWING, key)) return {};
  const values = isObject(condition) ? (condition['$in'] ?? single(condition['$eq'])) : [condition];
  if (!Array.isArray(values) || values.some((value) => value === null)) return {};
  return { [NARROWING[key as keyof typeof NARROWING]]: values };
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && isComparable(value);
}

function single(value: unknown): unknown[] | undefined {
  return value === undefined ? undefined : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const REFUSED =
  /^\$(?:where|regex|options|expr|text|jsonSchema|nor|not|mod|all|elemMatch|size|type|comment|near|nearSphere|geo\w+|bits\w+|rand|sampleRate|natural|search)$/;

function unknownOperator(operator: string): BadFilter {
  const known = REFUSED.test(operator);
  const allowed = [...Object.keys(OPERATORS), '$and', '$or'].join(', ');
  return new BadFilter(`the operator ${operator.slice(0, 40)} is not allowed: use ${allowed}`, known);
}
