/**
 * The comparisons of MongoDB between the values an action can have (text, number, nothing) and JSON values: only values
 * of one kind compare, and a missing member counts as null.
 */

type ValueTest = (value: unknown) => boolean;

export function sameValue(value: unknown, wanted: unknown): boolean {
  if (wanted === null) return value === undefined || value === null;
  // No member of an action is a list or an object.
  return typeof wanted !== 'object' && value === wanted;
}

/** True for what an order is defined on. */
export function isComparable(value: unknown): boolean {
  return typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value));
}

const ordered =
  (holds: (order: number) => boolean) =>
  (bound: unknown): ValueTest => {
    if (bound === null) return (value) => holds(0) && sameValue(value, null);
    return (value) => {
      if (typeof value !== typeof bound || !isComparable(value) || !isComparable(bound)) return false;
      const [a, b] = [value as string, bound as string];
      return holds(a < b ? -1 : a > b ? 1 : 0);
    };
  };

/** Each makes a test of its operand. */
export const OPERATORS: Readonly<Record<string, (operand: unknown) => ValueTest>> = {
  $eq: (wanted) => (value) => sameValue(value, wanted),
  $ne: (wanted) => (value) => !sameValue(value, wanted),
  $in: (wanted) => oneOf(wanted as unknown[]),
  $nin: (wanted) => {
    const isIn = oneOf(wanted as unknown[]);
    return (value) => !isIn(value);
  },
  $gt: ordered((order) => order > 0),
  $gte: ordered((order) => order >= 0),
  $lt: ordered((order) => order < 0),
  $lte: ordered((order) => order <= 0),
  $exists: (wanted) => {
    const isWanted = wanted !== false && wanted !== 0 && wanted !== null;
    return (value) => (value !== undefined) === isWanted;
  },
};

function oneOf(wanted: readonly unknown[]): ValueTest {
  const values = new Set<unknown>(wanted.map((value) => (value === null ? undefined : value)));
  return (value) => values.has(value);
}
