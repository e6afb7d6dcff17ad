/**
 * How error texts show a value from a request: as Python writes it, because volunteers compare these texts with
 * those of the reference server. Bounded in length and depth, whatever the value.
 */

const LONGEST = 200;
const DEEPEST = 6;

/** The value as Python's repr would show it, cut after 200 characters. */
export function valueText(value: unknown): string {
  const text = render(value, 0);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

function render(value: unknown, depth: number): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return nonFinite(value);
  if (typeof value !== 'object') return String(value);
  const isArray = Array.isArray(value);
  const inner = depth < DEEPEST ? members(value, isArray, depth) : '...';
  return isArray ? `[${inner}]` : `{${inner}}`;
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

function members(value: object, isArray: boolean, depth: number): string {
  const parts: string[] = [];
  let length = 0;
  for (const key in value) {
    if (length > LONGEST) break;
    const part = render((value as Record<string, unknown>)[key], depth + 1);
    parts.push(isArray ? part : `${quoted(key)}: ${part}`);
    length += part.length + key.length + 2;
  }
  return parts.join(', ');
}

function quoted(text: string): string {
  const shown = JSON.stringify(text.length > LONGEST ? text.slice(0, LONGEST) : text);
  const body = shown.slice(1, -1).replaceAll('\\"', '"');
  return body.includes("'") && !body.includes('"') ? `"${body}"` : `'${body.replaceAll("'", "\\'")}'`;
}
