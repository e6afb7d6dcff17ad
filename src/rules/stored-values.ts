/** Single values of old documents, which may have another type than they should (docs/spec/data-model.md §2.7). */

/** What a date can hold, in milliseconds. */
export const LAST_INSTANT_MS = 8.64e15;

export type Stored<T> = { readonly [name in keyof T]?: unknown };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function members(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

export function text(value: unknown): string {
  return isText(value) ? value : '';
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function number(value: unknown, fallback: number): number {
  return isNumber(value) ? value : fallback;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function count(value: unknown): number {
  return isCount(value) ? value : 0;
}

export function isInstant(value: unknown): value is number {
  return isNumber(value) && Math.abs(value) <= LAST_INSTANT_MS;
}

export function instant(value: unknown, fallback: number): number {
  return isInstant(value) ? value : fallback;
}
