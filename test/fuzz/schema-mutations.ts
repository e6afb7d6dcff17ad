/** Breaks a valid request where its schema says something: types, bounds, members, lengths. */
import type { Random } from '../../src/swarm/seeded-random.js';

/** What TypeBox leaves of a schema. */
interface Node {
  type?: string;
  properties?: Record<string, Node>;
  items?: Node | Node[];
  minimum?: number;
  maximum?: number;
  enum?: unknown[];
}

export interface Place {
  path: readonly (string | number)[];
  node: Node;
}

/** Every place that the schema describes, the whole included. */
export function placesOf(schema: object, path: readonly (string | number)[] = []): Place[] {
  const node = schema as Node;
  const places: Place[] = [{ path, node }];
  for (const [name, member] of Object.entries(node.properties ?? {})) {
    places.push(...placesOf(member, [...path, name]));
  }
  if (Array.isArray(node.items)) {
    for (const [i, item] of node.items.entries()) places.push(...placesOf(item, [...path, i]));
  }
  return places;
}

/** Numbers as JSON may spell them, most of which no count can be. */
const NUMBERS = [
  'NaN',
  'Infinity',
  '-Infinity',
  '1e309',
  '-1e309',
  '1e-400',
  '-0',
  '0.1',
  '-1',
  '2147483648',
];
const MORE_NUMBERS = [
  '9007199254740993',
  '1e21',
  `1${'0'.repeat(400)}`,
  '00',
  '0x10',
  '1_000',
  '+1',
  '.5',
  '1.',
];
const TEXTS = [
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\\ufeff"',
  `"${'a'.repeat(3000)}"`,
  '"$&"',
  '"__proto__"',
  '"../.."',
];
const OTHERS = [
  'null',
  'true',
  '[]',
  '{}',
  '[[[[]]]]',
  '{"__proto__":{"x":1}}',
  '{"constructor":null}',
  'undefined',
];
const MEMBERS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'x',
  '',
  'duration',
  'then',
];

/** A placeholder that `print` replaces by text that JSON.stringify would not write. */
const raw = (text: string): string => `\u0001${text}\u0001`;

/** Changes the request at one place, or adds or removes a member. */
export function mutate(request: object, places: readonly Place[], random: Random): void {
  const { path, node } = random.pick(places);
  const parent = path.length === 0 ? undefined : reach(request, path.slice(0, -1));
  const last = path.at(-1);
  const kind = random.unit();
  if (parent === undefined || last === undefined || kind < 0.1) {
    const target = (reach(request, path) ?? request) as Record<string, unknown>;
    if (!Array.isArray(target)) define(target, random.pick(MEMBERS), random.pick(['x', 1, null]));
  } else if (kind < 0.25) delete parent[last];
  else parent[last] = kind < 0.7 ? nearMiss(node, parent[last], random) : raw(anything(random));
}

/** A value of about the right kind. */
function nearMiss(node: Node, value: unknown, random: Random): unknown {
  if (node.type === 'integer' || node.type === 'number') {
    const bounds = [node.minimum, node.maximum].filter((bound) => bound !== undefined);
    const near = bounds.flatMap((bound) => [bound - 1, bound, bound + 1, bound + 0.5]);
    return random.chance(0.5) && near.length > 0
      ? random.pick(near)
      : raw(random.pick([...NUMBERS, ...MORE_NUMBERS]));
  }
  if (typeof value === 'string' && value !== '') {
    const at = Math.floor(random.unit() * value.length);
    const inserted = random.pick(['\n', '\0', 'é', '\u2028', '"', '-', '😀', 'A']);
    return random.pick([value.slice(0, at), value + value, value.slice(0, at) + inserted + value.slice(at)]);
  }
  if (Array.isArray(value))
    return random.pick([[...value, 1], value.slice(1), [...value].reverse(), { ...value }]);
  return raw(anything(random));
}

function anything(random: Random): string {
  return random.pick([...NUMBERS, ...MORE_NUMBERS, ...TEXTS, ...OTHERS]);
}

/** The request as text, placeholders replaced. */
export function print(request: object): string {
  return JSON.stringify(request).replaceAll(/"\\u0001((?:[^"\\]|\\.)*?)\\u0001"/g, (_all, text: string) =>
    JSON.parse(`"${text}"`),
  );
}

function reach(
  value: unknown,
  path: readonly (string | number)[],
): Record<string | number, unknown> | undefined {
  let at = value as Record<string | number, unknown> | undefined;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = at[step] as typeof at;
  }
  return typeof at === 'object' && at !== null ? at : undefined;
}

/** As an own member, whatever its name. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
