/**
 * Requests to the pages: every route of the table with odd paths, queries, cookies and forms, url-encoded and multipart, by
 * nobody, an author and an approver. The texts carry marks that must come back neither as markup nor as a header.
 */
import { SITE_ROUTES } from '../../src/site/routes.js';
import type { Random } from '../../src/swarm/seeded-random.js';
import { RUN_ID } from '../server/seed.js';
import { BOOKS, NET } from '../site/site-seed.js';
import { FIELD_NAMES, PATH_TEXTS, QUERY_NAMES, TEXTS, VALUES } from './site-texts.js';
import type { Visitor } from './site-visitors.js';

export interface SiteInput {
  readonly kind: 'site';
  readonly bytes: Buffer;
  readonly path: string;
  readonly isHead: boolean;
}

type Pair = readonly [name: string, value: string];

/** They end sessions: sent with the right token they would leave nobody signed in. */
const ENDING: ReadonlySet<string> = new Set(['/logout', '/user_sessions']);
/** A wrong password costs a slow hash by design. */
const HASHING: ReadonlySet<string> = new Set(['/login', '/user', '/signup', '/reset/{secret}']);
const MOST_PARTS = 230;

export function makeSiteInput(random: Random, visitors: readonly Visitor[]): SiteInput {
  for (let i = 0; i < 4; i++) random.uint32();
  const visitor = random.pick(visitors);
  const route = random.pick(SITE_ROUTES);
  const isHash = HASHING.has(route.path) && route.method === 'POST';
  const method = random.chance(0.9) && !(isHash && random.chance(0.8)) ? route.method : random.pick(METHODS);
  const path = pathOf(route.path, random);
  const query = random.chance(0.5) ? '' : `?${queryOf(random)}`;
  const body = method === 'POST' ? makeForm(route.path, visitor, random) : undefined;
  const lines = [`${method} ${path}${query} HTTP/1.1`, 'Host: localhost', ...headersOf(visitor, random)];
  if (body !== undefined) lines.push(`Content-Type: ${body.type}`, `Content-Length: ${body.bytes.length}`);
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const bytes = body === undefined ? head : Buffer.concat([head, body.bytes]);
  return { kind: 'site', bytes, path, isHead: method === 'HEAD' };
}

const METHODS = ['GET', 'GET', 'HEAD', 'OPTIONS', 'DELETE', 'PUT'] as const;

function pathOf(pattern: string, random: Random): string {
  const path = pattern.replace(/\{\w+\}/g, () => random.pick(PATH_TEXTS));
  const kind = random.unit();
  if (kind < 0.03) return `${path}/`;
  if (kind < 0.04) return `/${path}`;
  if (kind < 0.05) return `${path}/${random.pick(PATH_TEXTS)}`;
  return path;
}

function queryOf(random: Random): string {
  const pairs = Array.from(
    { length: random.pick([1, 1, 2, 3, 8]) },
    (): Pair => [random.pick(QUERY_NAMES), anyText(random)],
  );
  const text = urlEncoded(pairs);
  return random.pick([
    text,
    text,
    text,
    `${text}&%`,
    `${text}%ff%fe`,
    text.replaceAll('=', ''),
    `${text}&&=&`,
  ]);
}

function headersOf(visitor: Visitor, random: Random): string[] {
  const lines: string[] = [];
  const cookies = [random.chance(0.03) ? spoilt(visitor.cookie, random) : visitor.cookie];
  if (random.chance(0.3)) cookies.push(urlEncoded([[random.pick(COOKIE_NAMES), anyText(random)]]));
  if (random.chance(0.02)) cookies.unshift(random.pick(ODD_COOKIES));
  if (cookies.join('') !== '') lines.push(`Cookie: ${cookies.join('; ')}`);
  if (random.chance(0.25)) lines.push('HX-Request: true');
  if (random.chance(0.3)) lines.push(random.pick(HEADERS));
  return lines;
}

const COOKIE_NAMES = [
  'theme',
  'login_remember_me',
  'master_only',
  'machines_sort',
  'machines_page',
  'machines_q',
  'machines_my_workers',
  'tasks_sort',
  'tasks_order',
  'tasks_state',
  'tasks_q',
  'active_run_filters',
  'active_run_filters_panel',
  'finished_state',
  'workers_state',
  'contributors_findme',
  '__proto__',
];
const ODD_COOKIES = [
  'fishtest_session',
  'fishtest_session=; fishtest_session=x',
  '=',
  ';;;',
  'a=%ff',
  'x'.repeat(3000),
];
const HEADERS = [
  'Origin: https://evil.example',
  'Origin: null',
  'Sec-Fetch-Site: cross-site',
  'Sec-Fetch-Mode: navigate',
  'Referer: http://localhost/tests?page=2',
  'Referer: javascript:alert(1)',
  `Referer: http://localhost/tests/view/${RUN_ID}?x=%0d%0aX-Fuzz:1`,
  'X-Forwarded-Proto: https',
  'X-Forwarded-For: ::1, 1.2.3.4, \u00ff',
  'If-None-Match: W/"1"',
  'Accept-Encoding: gzip, br;q=0, *',
  'Accept-Language: \u00ff\u00fe',
  `User-Agent: <x-fuzz>${'u'.repeat(600)}`,
  'Authorization: Basic AAAA',
  'Expect: 100-continue',
  'Upgrade-Insecure-Requests: 1',
];

interface Body {
  readonly type: string;
  readonly bytes: Buffer;
}

function makeForm(route: string, visitor: Visitor, random: Random): Body {
  const pairs: Pair[] = [];
  const isRight = random.chance(ENDING.has(route) ? 0.002 : 0.9);
  if (isRight) pairs.push(['csrf_token', visitor.token]);
  else if (random.chance(0.5)) pairs.push(['csrf_token', anyText(random)]);
  const names = FIELD_NAMES[route] ?? [];
  const usual = route === '/tests/run' ? usualTest(random) : new Map<string, string>();
  for (const name of names) {
    if (random.chance(usual.size > 0 ? 0.02 : 0.1)) continue;
    const plain = usual.get(name);
    pairs.push([name, plain !== undefined && random.chance(0.95) ? plain : fieldValue(name, random)]);
  }
  if (random.chance(0.1))
    pairs.push([random.pick(['__proto__', 'constructor', '', 'x', 'then']), anyText(random)]);
  if (random.chance(0.05)) pairs.push(random.pick(pairs.length > 0 ? pairs : [['a', 'b']]));
  if (random.chance(0.005)) for (let i = 0; i < MOST_PARTS; i++) pairs.push([`f${i}`, 'x']);
  return random.chance(0.25) ? multipart(pairs, random) : encoded(pairs, random);
}

/** A form that is taken, or nearly. */
function usualTest(random: Random): Map<string, string> {
  const usual = new Map([
    ['nonce', String(random.uint32())],
    ['tests-repo', 'https://github.com/ann/Stockfish'],
    ['test-branch', 'idea'],
    ['base-branch', 'master'],
    ['test-signature', '1234567'],
    ['base-signature', '7654321'],
    ['new-options', 'Hash=16'],
    ['base-options', 'Hash=16'],
    ['run-info', 'fuzzed <x-fuzz>'],
    ['test-commit', 'a'.repeat(40)],
    ['base-commit', 'b'.repeat(40)],
    ['test-nets', NET],
    ['base-nets', NET],
    ['stop_rule', random.pick(['sprt', 'games', 'spsa'])],
    ['num-games', '60000'],
    ['sprt_elo0', '0'],
    ['sprt_elo1', '2'],
    ['spsa_A', '0.1'],
    ['spsa_alpha', '0.602'],
    ['spsa_gamma', '0.101'],
    ['spsa_raw_params', 'a,1,0,2,0.5,0.002\nb,-3,-9,9,1,0.002'],
    ['threads', '1'],
    ['tc', '10+0.1'],
    ['new_tc', '10+0.1'],
    ['priority', '0'],
    ['throughput', '100'],
    ['book', Object.keys(BOOKS)[0]!],
    ['book-depth', '8'],
  ]);
  if (random.chance(0.3)) usual.delete('stop_rule');
  return usual;
}

function fieldValue(name: string, random: Random): string {
  const known = VALUES[name];
  // Any other password might be good enough to be set.
  return known !== undefined && (name.startsWith('password') || random.chance(0.7))
    ? random.pick(known)
    : anyText(random);
}

function anyText(random: Random): string {
  const text = random.pick(TEXTS);
  return random.chance(0.1) ? text + random.pick(TEXTS) : text;
}

function encoded(pairs: readonly Pair[], random: Random): Body {
  const text = urlEncoded(pairs);
  const bytes = Buffer.from(random.chance(0.03) ? `${text}&%&%zz=%&=` : text);
  const type = random.chance(0.95)
    ? 'application/x-www-form-urlencoded'
    : random.pick([
        'text/plain',
        '',
        'application/json',
        'application/x-www-form-urlencoded; charset=utf-16',
      ]);
  return { type, bytes: random.chance(0.03) ? spoiltBytes(bytes, random) : bytes };
}

function urlEncoded(pairs: readonly Pair[]): string {
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();
}

function multipart(pairs: readonly Pair[], random: Random): Body {
  const boundary = random.pick(['xyz', '----WebKitFormBoundaryAAAA', `"q q"`, 'a'.repeat(70)]);
  const mark = boundary.replaceAll('"', '');
  const parts = pairs.map(([name, value]) => {
    const file = random.chance(0.02) ? `; filename="${random.pick(['', 'a.txt', '../../x'])}"` : '';
    const quoted = name.replaceAll('"', '%22');
    return `--${mark}\r\nContent-Disposition: form-data; name="${quoted}"${file}\r\n\r\n${value}\r\n`;
  });
  const whole = Buffer.from(`${parts.join('')}--${mark}--\r\n`);
  const type = random.chance(0.95)
    ? `multipart/form-data; boundary=${boundary}`
    : random.pick([
        'multipart/form-data',
        'multipart/form-data; boundary=',
        'multipart/form-data; boundary="',
      ]);
  return { type, bytes: random.chance(0.1) ? spoiltBytes(whole, random) : whole };
}

function spoiltBytes(bytes: Buffer, random: Random): Buffer {
  const at = Math.floor(random.unit() * bytes.length);
  const flipped = Buffer.from(bytes);
  if (flipped.length > 0) flipped[at] = random.uint32() & 0xff;
  return random.pick([bytes.subarray(0, at), flipped, Buffer.concat([bytes, bytes]), Buffer.alloc(0)]);
}

function spoilt(text: string, random: Random): string {
  const at = Math.floor(random.unit() * text.length);
  return random.pick([
    text.slice(0, at),
    `${text.slice(0, at)}A${text.slice(at + 1)}`,
    `${text}; ${text}`,
    '',
  ]);
}
