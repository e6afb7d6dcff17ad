/** Booleans count as 0 and 1 wherever the reference wants a number (docs/spec/worker-api.md §1.3, docs/spec/data-model.md §0). */

/** What of a schema says where numbers are wanted. */
export interface NumericShape {
  readonly type?: string;
  readonly title?: string;
  readonly properties?: Readonly<Record<string, NumericShape>>;
  readonly patternProperties?: Readonly<Record<string, NumericShape>>;
  readonly items?: NumericShape | readonly NumericShape[];
  readonly anyOf?: readonly NumericShape[];
}

/** Title of numbers that may be NaN or infinite, which JSON Schema has no type for. */
export const ANY_FLOAT = 'float';

/** Turns booleans into numbers in the value itself wherever the schema wants a number; true when there were any. */
export function countBooleans(schema: NumericShape, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const holder = value as Record<string, unknown>;
  let found = false;
  for (const [key, current] of Object.entries(holder)) {
    const member = memberOf(schema, key);
    if (member === undefined) continue;
    if (typeof current !== 'boolean') {
      found = countBooleans(member, current) || found;
    } else if (wantsNumber(member)) {
      holder[key] = current ? 1 : 0;
      found = true;
    }
  }
  return found;
}

function memberOf(schema: NumericShape, key: string): NumericShape | undefined {
  const { items, properties, patternProperties } = schema;
  if (items !== undefined) return Array.isArray(items) ? items[Number(key)] : (items as NumericShape);
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return Object.entries(patternProperties ?? {}).find(([pattern]) => new RegExp(pattern, 'u').test(key))?.[1];
}

function wantsNumber({ type, title, anyOf }: NumericShape): boolean {
  return (
    type === 'integer' || type === 'number' || title === ANY_FLOAT || (anyOf?.some(wantsNumber) ?? false)
  );
}
