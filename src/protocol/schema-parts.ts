/**
 * The pieces schemas are made of. A schema is the one source of the static type, of the compiled validator, of the
 * error text (explain.ts) and of the OpenAPI page.
 *
 * A `title` on a scalar is the reference's name of that type, and what an error text calls it. A refinement's error
 * callback returns what follows the member's path in an error text.
 */

import { isUsername } from './configured-names.js';
import { ANY_FLOAT } from './count-booleans.js';
import { type Static, type TProperties, type TSchema, Type } from './typebox.js';
import { valueText } from './value-text.js';

/** Largest count a request may carry: the columns of shared memory hold 32 bits. */
export const LARGEST_COUNT = 0x7fffffff;

/** An object with exactly the members given: none missing, none besides. */
export const strict = <P extends TProperties>(members: P, options: { title?: string } = {}) =>
  Type.Object(members, { ...options, additionalProperties: false });

/** The tail of an error text about a value of the wrong type. */
export const notOfType = (name: string) => (value: unknown) =>
  ` (value:${valueText(value)}) is not of type '${name}'`;

/** A schema whose values must also pass `check`; `name` is what an error text calls the type. */
export const refined = <S extends TSchema>(schema: S, name: string, check: (value: Static<S>) => boolean) =>
  Type.Refine<S, Static<S>>(schema, check, notOfType(name));

/** What a dot means in the patterns of the reference. */
export const ANY_CHARACTER = '[^\\n]';

/** A string that matches the pattern as a whole. `source` is anchored here. */
export const text = (source: string, title: string) => Type.String({ pattern: `^(?:${source})$`, title });

export const count = Type.Integer({ minimum: 0, maximum: LARGEST_COUNT });
export const positiveCount = Type.Integer({ minimum: 1, maximum: LARGEST_COUNT });
export const evenCount = Type.Integer({ minimum: 0, maximum: LARGEST_COUNT, multipleOf: 2 });

export const nonNegativeInt = Type.Integer({ minimum: 0 });
export const positiveInt = Type.Integer({ minimum: 1 });
export const nonNegativeEvenInt = Type.Integer({ minimum: 0, multipleOf: 2 });

/** A number of a stored document that passes the check: databases hold NaN and the infinities too. */
const float = (check: (value: number) => boolean) =>
  refined(
    Type.Unsafe<number>({ title: ANY_FLOAT }),
    ANY_FLOAT,
    (value) => typeof value === 'number' && check(value),
  );

export const num = float(() => true);
export const nonNegativeNumber = float((value) => value >= 0);
export const positiveNum = float((value) => value > 0);

/** Milliseconds since the epoch. */
export const instant = Type.Number({ title: 'datetime_utc' });

/** Takes the place, in an error text, of the path of the value, which is written in front of it. */
export const SAME_PATH = '\0path';

/** Two or more ASCII letters and digits, or a legacy name. */
export const username = Type.Refine(Type.String({ title: 'username' }), isUsername, (name) => {
  const shown = `(value:${valueText(name)})`;
  return ` ${shown} is not of type 'valid_username' and ${SAME_PATH} ${shown} is not of type 'legacy_username'`;
});

/** 24 hex digits of either case, as a string (a run's id in requests, actions and nets). */
export const hexId = text('[0-9a-fA-F]{24}', 'valid_object_id');

/** A document's own id: 24 hex digits in lower case. */
export const documentId = text('[0-9a-f]{24}', 'object_id');

// The unescaped dot is the reference's: its databases may hold such names.
export const netName = text(`nn-[a-f0-9]{12}${ANY_CHARACTER}nnue`, 'net_name');

export const repoUrl = text('https://(www\\.)?github\\.com/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+', 'github_repo');

const SHORT_NAME = `${ANY_CHARACTER}*-\\p{Nd}+cores-[a-zA-Z0-9]{2,8}`;

/** `<username>-<concurrency>cores-<first segment of unique_key>` */
export const shortWorkerName = text(SHORT_NAME, 'short_worker_name');

export function isShortWorkerName(name: string): boolean {
  return new RegExp(`^(?:${SHORT_NAME})$`, 'u').test(name);
}

/** The short name, a dash and the key's second segment; `*` marks a modified worker. */
export const longWorkerName = text(`${SHORT_NAME}-[a-f0-9]{4}\\*?`, 'long_worker_name');

type Pentanomial = readonly [number, number, number, number, number];

/** The three rules by which game counts and game pairs must agree (docs/spec/worker-api.md §2.5). */
function resultsAgree(results: {
  wins: number;
  losses: number;
  draws: number;
  pentanomial: Pentanomial;
}): boolean {
  const { wins, losses, draws, pentanomial } = results;
  const [p0, p1, p2, p3, p4] = pentanomial;
  return (
    wins + losses + draws === 2 * (p0 + p1 + p2 + p3 + p4) &&
    wins - losses === 2 * p4 + p3 - p1 - 2 * p0 &&
    draws >= p3 + p1 &&
    draws <= p3 + 2 * p2 + p1
  );
}

/** Outcome counts of a task or a run (docs/spec/worker-api.md §2.5). */
export const results = refined(
  strict({
    wins: count,
    losses: count,
    draws: count,
    crashes: count,
    time_losses: count,
    pentanomial: Type.Tuple([count, count, count, count, count]),
  }),
  'valid_results',
  resultsAgree,
);

/** Binary data. */
export const bytes = refined(Type.Unsafe<Uint8Array>({}), 'bytes', (value) => value instanceof Uint8Array);
