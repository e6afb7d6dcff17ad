/** From a page's outcome to bytes and headers. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip, gzipSync } from 'node:zlib';
import { BoundedCache } from '../memory/bounded-cache.js';
import { missingPage } from './error-pages.js';
import { layout } from './layout.js';
import { inReadingOrder } from './reading-order.js';
import type { SiteAnswer, SiteRequest } from './site-messages.js';
import type { Outcome, PageOutcome, Visit } from './visit.js';

type Headers = readonly (readonly [string, string])[];
type Page = SiteAnswer & { kind: 'page' };

/** Everything comes from this server; nothing is written into a page as script or style (docs/spec/web-ui.md §10). */
const SECURITY: Headers = [
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
      "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'same-origin'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
];
const HTML = 'text/html; charset=utf-8';
const PLAIN = 'text/plain; charset=utf-8';
/** Shorter ones gain nothing. */
const GZIP_FROM_BYTES = 1_000;
const GZIP_LEVEL = 5;
/** What many ask for at once, such as the list of tests, is made ready once: that takes longer than comparing it with what was. */
const MOST_PACKED = 8;
const LONGEST_PACKED = 1_000_000;
const packed = new BoundedCache<string, Buffer>(MOST_PACKED);
/** Files are asked for far less often than pages, which would drive them out. */
const packedFiles = new BoundedCache<string, Buffer>(MOST_PACKED);
/** What is longer is compressed beside what the thread does. */
const gzipBeside = promisify(gzip);

export async function render(visit: Visit, outcome: Outcome): Promise<Page> {
  const { request, route } = visit;
  const cache: Headers =
    route.cache === 'no-store'
      ? [
          ['Cache-Control', 'no-store'],
          ['Expires', '0'],
        ]
      : [['Cache-Control', 'no-cache, private']];
  if (outcome.kind === 'redirect') {
    return {
      kind: 'page',
      status: 302,
      headers: [...SECURITY, ...cache, ['Location', outcome.to]],
      body: '',
    };
  }
  if (outcome.kind === 'fragment') {
    return await fragment(request, outcome, cache, String(await outcome.body));
  }
  const page: PageOutcome = outcome.kind === 'missing' ? missingPage(outcome.text) : outcome;
  const own = page.headers ?? [];
  const isCached = own.some(([name]) => name === 'Cache-Control');
  const headers = [...SECURITY, ...(isCached ? [] : cache), ['Vary', 'HX-Request'] as const, ...own];
  return compress(request, page.status ?? 200, headers, String(await layout(visit, page)), HTML);
}

/** A part of a page, which the browser keeps and asks for again with its tag: what has not changed is not sent again. */
async function fragment(
  request: SiteRequest,
  outcome: Outcome & { kind: 'fragment' },
  cache: Headers,
  body: string,
): Promise<Page> {
  const { status = 200, headers: own = [], contentType = HTML } = outcome;
  const tag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const isCached = own.some(([name]) => name === 'Cache-Control');
  const headers: Headers = [
    ...SECURITY,
    ...(isCached ? [] : cache),
    ['Vary', 'HX-Request, Cookie'],
    ['ETag', tag],
    ...own,
  ];
  if (status === 200 && request.headers.ifNoneMatch === tag) {
    return { kind: 'page', status: 304, headers, body: '' };
  }
  if (body.length <= LONGEST_PACKED || !takesGzip(request))
    return compress(request, status, headers, body, contentType);
  const long = await gzipBeside(hasMarkup(contentType) ? inReadingOrder(body) : body, { level: GZIP_LEVEL });
  return packedPage(status, [...headers, ['Content-Type', contentType]], long);
}

function pack(text: string, isMarkup: boolean): Buffer {
  const cache = isMarkup ? packed : packedFiles;
  const known = cache.get(text);
  if (known !== undefined) return known;
  const body = gzipSync(isMarkup ? inReadingOrder(text) : text, { level: GZIP_LEVEL });
  if (text.length <= LONGEST_PACKED) cache.set(text, body);
  return body;
}

/** An answer without the frame, for what went wrong before a page could be made. */
export function plainPage(request: SiteRequest, status: number, text: string, headers: Headers = []): Page {
  return compress(request, status, [...SECURITY, ['Cache-Control', 'no-store'], ...headers], text, PLAIN);
}

function compress(request: SiteRequest, status: number, headers: Headers, text: string, type: string): Page {
  const all: Headers = [...headers, ['Content-Type', type]];
  const isMarkup = hasMarkup(type);
  if (text.length < GZIP_FROM_BYTES || !takesGzip(request)) {
    return { kind: 'page', status, headers: all, body: isMarkup ? inReadingOrder(text) : text };
  }
  return packedPage(status, all, pack(text, isMarkup));
}

function hasMarkup(type: string): boolean {
  return /html|xml/.test(type);
}

function takesGzip({ headers }: SiteRequest): boolean {
  return /\bgzip\b/.test(headers.acceptEncoding);
}

function packedPage(status: number, headers: Headers, body: Uint8Array): Page {
  return {
    kind: 'page',
    status,
    headers: [...headers, ['Content-Encoding', 'gzip'], ['Vary', 'Accept-Encoding']],
    body,
  };
}
