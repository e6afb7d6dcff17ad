/** Names in an environment that look meant for Shoal but are no setting of it, each with the nearest name that is. */
import { describeSettings } from './read-config.js';

/** Read elsewhere than in the table of settings: by tests and by the check of lock use. */
const OTHER_NAMES = [
  'SHOAL_LOCK_CHECK',
  'SHOAL_GOLDEN',
  'SHOAL_CHROMIUM',
  'SHOAL_BROWSER',
  'SHOAL_SCREENSHOTS',
  'SHOAL_TEST_AGAIN',
  'SHOAL_NEWER_NODE',
];
/** How many letters a name without the prefix may be off and still be taken for a slip. */
const SLIP = 2;

export interface UnknownName {
  readonly name: string;
  readonly nearest: string;
}

/** Every unknown SHOAL_ name, and every other name that is a setting's but for a slip or two. */
export function unknownNames(env: Readonly<Record<string, string | undefined>>): UnknownName[] {
  const known = [...describeSettings().map(({ name }) => name), ...OTHER_NAMES];
  const found: UnknownName[] = [];
  for (const name of Object.keys(env).sort()) {
    if (known.includes(name)) continue;
    // A start compares no name of others with all of these: of most of them the length tells enough.
    const mayBe = (other: string) =>
      Math.abs(other.length - name.length) <= SLIP && distance(name, other) <= SLIP;
    const candidates = name.startsWith('SHOAL_') ? known : known.filter(mayBe);
    if (candidates.length > 0) found.push({ name, nearest: nearestOf(name, candidates) });
  }
  return found;
}

/** The setting whose name looks most like this one. */
export function nearestSetting(name: string): string {
  return nearestOf(
    name.toUpperCase(),
    describeSettings().map((setting) => setting.name),
  );
}

function nearestOf(name: string, known: readonly string[]): string {
  return known.reduce((best, other) => (distance(name, other) < distance(name, best) ? other : best));
}

/** Letters to insert, delete or replace until `a` is `b` (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
