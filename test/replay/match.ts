/** Compares an answer with the recorded one: status, headers that carry meaning, and the body. */
import { isRecord } from '../golden/suite.js';
import type { Placeholders } from './placeholders.js';
import type { RawResponse } from './raw-http.js';
import type { ExpectedResponse } from './transcript.js';

/** Headers about the server, not about the answer. */
const NOT_COMPARED: ReadonlySet<string> = new Set([
  'date',
  'server',
  'content-length',
  'connection',
  'reason',
]);
/** Headers that an answer may have only where the recorded one has them. */
const NEVER_MORE = /^(?:access-control-.*|allow|location|set-cookie|content-encoding|content-disposition)$/;
/** Formulas may differ in the last digits. */
const TOLERANCE = 1e-7;

export interface MatchContext {
  readonly placeholders: Placeholders;
  readonly method: string;
  /** Any of these may be named as missing. */
  readonly anyOfKeys: readonly string[];
  /** The request held a captured value, so that an error which shows the request shows another one. */
  readonly echoesCapture: boolean;
}

/** The first difference, or undefined. */
export function differenceOf(
  actual: RawResponse,
  recorded: ExpectedResponse,
  context: MatchContext,
): string | undefined {
  if (actual.status !== recorded.status) {
    const shown = actual.body.toString('utf8').slice(0, 200);
    return `status: actual ${actual.status}, recorded ${recorded.status} (${shown})`;
  }
  return headerDifference(actual, recorded, context) ?? bodyDifference(actual, recorded, context);
}

function headerDifference(
  actual: RawResponse,
  recorded: ExpectedResponse,
  { placeholders, method }: MatchContext,
): string | undefined {
  const wanted = recorded.headers ?? [];
  for (const [name, value] of wanted) {
    if (NOT_COMPARED.has(name.toLowerCase())) continue;
    const given = actual.headers.filter(([key]) => key === name.toLowerCase()).map(([, text]) => text);
    if (!given.some((text) => placeholders.matches(text, value))) {
      return `header ${name}: actual ${given.join(' | ') || 'nothing'}, recorded ${value}`;
    }
  }
  const more = actual.headers.find(
    ([key]) => NEVER_MORE.test(key) && !wanted.some(([name]) => name.toLowerCase() === key),
  );
  if (more !== undefined) return `header ${more[0]}: actual ${more[1]}, recorded nothing`;
  const lengths = actual.headers.filter(([key]) => key === 'content-length').map(([, text]) => text);
  const length = wanted.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  if (length === undefined) return undefined;
  // Numbers may be spelled otherwise, so the length is that of the body; a HEAD has none to measure.
  const right = method === 'HEAD' ? length.startsWith('{{') || lengths[0] === length : true;
  return lengths.length === 1 && /^\d+$/.test(lengths[0]!) && right
    ? undefined
    : `header content-length: actual ${lengths.join(' | ') || 'nothing'}, recorded ${length}`;
}

function bodyDifference(
  { body }: RawResponse,
  recorded: ExpectedResponse,
  context: MatchContext,
): string | undefined {
  if (context.method === 'HEAD') return body.length === 0 ? undefined : 'a HEAD was answered with a body';
  if (recorded.bodyBase64 !== undefined) {
    const given = body.toString('base64');
    return given === recorded.bodyBase64
      ? undefined
      : `body: actual ${given.slice(0, 100)} (base64), recorded ${recorded.bodyBase64.slice(0, 100)}`;
  }
  const text = body.toString('utf8');
  if (recorded.html !== undefined) return titleDifference(text, recorded.html.title);
  if (recorded.text === undefined && (recorded.body === undefined || typeof recorded.body === 'string')) {
    if (recorded.body === undefined) return undefined;
    return context.placeholders.matches(text, recorded.body as string)
      ? undefined
      : `body: actual ${text.slice(0, 200)}, recorded ${String(recorded.body).slice(0, 200)}`;
  }
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return `body: actual ${text.slice(0, 200)} is no JSON`;
  }
  const wanted = recorded.body === undefined ? JSON.parse(recorded.text!) : recorded.body;
  return valueDifference(normalise(given), wanted, context, '$') ?? spsaDifference(given);
}

function titleDifference(text: string, title: string | undefined): string | undefined {
  if (title === undefined) return undefined;
  const given = /<title>([^<]*)<\/title>/i.exec(text)?.[1]?.trim();
  return given === title ? undefined : `title: actual ${given ?? 'nothing'}, recorded ${title}`;
}

function valueDifference(
  actual: unknown,
  recorded: unknown,
  context: MatchContext,
  path: string,
): string | undefined {
  const differs = () => `${path}: actual ${brief(actual)}, recorded ${brief(recorded)}`;
  if (typeof recorded === 'string') {
    return textMatches(actual, recorded, context) ? undefined : differs();
  }
  if (typeof recorded === 'number' && typeof actual === 'number') {
    const near = Math.abs(actual - recorded) <= TOLERANCE * Math.max(1, Math.abs(recorded));
    const same = Number.isInteger(recorded) && Number.isInteger(actual) ? actual === recorded : near;
    return same ? undefined : differs();
  }
  if (Array.isArray(recorded) && Array.isArray(actual)) {
    if (recorded.length !== actual.length) {
      return `${path}.length: actual ${actual.length}, recorded ${recorded.length}`;
    }
    return first(recorded.map((item, i) => () => valueDifference(actual[i], item, context, `${path}[${i}]`)));
  }
  if (isRecord(recorded) && isRecord(actual)) return membersDifference(actual, recorded, context, path);
  return actual === recorded ? undefined : differs();
}

/** Keys may be placeholders. The order counts where the keys are ids: it is that of the list. */
function membersDifference(
  actual: Record<string, unknown>,
  recorded: Record<string, unknown>,
  context: MatchContext,
  path: string,
): string | undefined {
  const wanted = Object.entries(recorded).map(([key, value]) => [context.placeholders.fillText(key), value]);
  const keys = Object.keys(actual);
  const names = wanted.map(([key]) => key as string);
  const missing = names.find((key) => !Object.hasOwn(actual, key));
  if (missing !== undefined)
    return `${path}.${missing}: actual nothing, recorded ${brief(recorded[missing])}`;
  const extra = keys.find((key) => !names.includes(key));
  if (extra !== undefined) return `${path}.${extra}: actual ${brief(actual[extra])}, recorded nothing`;
  if (names.every((key) => /^[0-9a-f]{24}$/.test(key)) && names.join() !== keys.join()) {
    return `${path}: actual order ${keys.join()}, recorded ${names.join()}`;
  }
  return first(
    wanted.map(
      ([key, value]) =>
        () =>
          valueDifference(actual[key as string], value, context, `${path}.${key}`),
    ),
  );
}

function textMatches(actual: unknown, recorded: string, context: MatchContext): boolean {
  if (context.placeholders.matches(actual, recorded)) return true;
  if (typeof actual !== 'string') return false;
  if (context.echoesCapture) {
    const shown = recorded.replace(/'sig': \d+/, "'sig': {{echo}}");
    if (shown !== recorded && context.placeholders.matches(actual, shown)) return true;
  }
  return context.anyOfKeys.some((key) =>
    context.placeholders.matches(actual, recorded.replace(/\['[^']*'\](?= is missing$)/, `['${key}']`)),
  );
}

/** Replaces what the recorder set to 0: durations, times of actions, and figures that depend on the clock. */
function normalise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalise);
  if (!isRecord(value)) return value;
  const zero = (name: string) => (typeof copy[name] === 'number' ? { [name]: 0 } : {});
  const copy: Record<string, unknown> = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, normalise(member)]),
  );
  const { args } = copy;
  if (isRecord(args) && typeof args['itp'] === 'number') copy['args'] = { ...args, itp: 0 };
  if ('games_per_minute' in copy) Object.assign(copy, zero('games_per_minute'), zero('nps'));
  if ('action' in copy) Object.assign(copy, zero('time'));
  if ('_uninitialized' in copy) Object.assign(copy, zero('reset'));
  return Object.assign(copy, zero('duration'));
}

/** Values of both sides of an SPSA batch lie 2·flip·c apart, unless a bound cut one of them. */
function spsaDifference(body: unknown): string | undefined {
  if (!isRecord(body) || !Array.isArray(body['w_params']) || !Array.isArray(body['b_params']))
    return undefined;
  const black = body['b_params'] as { value: number }[];
  return first(
    (body['w_params'] as { name: string; value: number; c: number; flip: number }[]).map(
      ({ name, value, c, flip }, i) =>
        () => {
          const apart = (value - black[i]!.value) * flip;
          return apart >= 0 && apart <= 2 * c * (1 + TOLERANCE)
            ? undefined
            : `${name}: the sides lie ${apart} apart, which is not from 0 to 2c`;
        },
    ),
  );
}

function first(probes: readonly (() => string | undefined)[]): string | undefined {
  for (const probe of probes) {
    const found = probe();
    if (found !== undefined) return found;
  }
  return undefined;
}

function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 250 ? `${text.slice(0, 250)}…` : text;
}
