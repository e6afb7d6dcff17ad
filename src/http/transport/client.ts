/** Who is asking, as seen through trusted proxies (spec: worker-api.md §1.4). */

import type { HttpRequest } from 'uWebSockets.js';
import { isIPv6 } from 'node:net';
import { WORKER_ROUTES } from '../../operations/worker/worker-routes.js';
import type { WorkerEndpoint } from '../../protocol/worker-endpoints.js';

export interface Client {
  readonly remoteAddr: string;
  readonly scheme: string;
  readonly host: string;
  /** Two capital letters, or "?". */
  readonly countryCode: string;
  /** The same as remoteAddr, which is empty where no operation looks at it. Call while the connection is there. */
  address(): string;
}

type Peer = { readonly peer: ArrayBuffer };

const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'ws', 'wss']);

/** Who is asking, where only a password to check makes the address matter: asking the socket costs more than a beat. */
class LazyClient implements Client {
  readonly remoteAddr = '';
  readonly scheme = 'http';
  readonly host = '';
  readonly countryCode: string;
  readonly #from: Peer;
  readonly #forwarded: string;
  readonly #trusted: ReadonlySet<string>;

  constructor(from: Peer, forwarded: string, trusted: ReadonlySet<string>, countryCode: string) {
    this.#from = from;
    this.#forwarded = forwarded;
    this.#trusted = trusted;
    this.countryCode = countryCode;
  }

  address(): string {
    const peerAddr = formatAddress(new Uint8Array(this.#from.peer));
    return this.#trusted.has(peerAddr) ? forwardedFor(this.#forwarded, peerAddr, this.#trusted) : peerAddr;
  }
}

/** Only what the endpoint's operation looks at: reading headers and addresses costs more than answering a beat. */
export function readClientFor(
  endpoint: WorkerEndpoint,
  request: HttpRequest,
  exchange: Peer,
  trusted: ReadonlySet<string>,
): Client {
  const { client } = WORKER_ROUTES[endpoint];
  if (client === 'all') return readClient(request, exchange.peer, trusted);
  const country = client === 'country' ? readCountry(request) : '?';
  return new LazyClient(exchange, allForwardedFor(request), trusted, country);
}

/** @param peer bytes of the socket's address: 4, or 16. */
export function readClient(request: HttpRequest, peer: ArrayBuffer, trusted: ReadonlySet<string>): Client {
  const peerAddr = formatAddress(new Uint8Array(peer));
  const isTrusted = trusted.has(peerAddr);
  const protocol = isTrusted ? request.getHeader('x-forwarded-proto').trim() : '';
  const remoteAddr = isTrusted ? forwardedFor(allForwardedFor(request), peerAddr, trusted) : peerAddr;
  return {
    remoteAddr,
    address: () => remoteAddr,
    scheme: SCHEMES.has(protocol) ? protocol : 'http',
    host: request.getHeader('host'),
    countryCode: readCountry(request),
  };
}

function readCountry(request: HttpRequest): string {
  const country = request.getHeader('x-country-code');
  return /^[A-Z][A-Z]$/.test(country) && country !== 'ZZ' ? country : '?';
}

/** All headers of that name, as one list: uWS by itself gives the first. */
function allForwardedFor(request: HttpRequest): string {
  if (request.getHeader('x-forwarded-for') === '') return '';
  const lists: string[] = [];
  request.forEach((name, value) => {
    if (name === 'x-forwarded-for') lists.push(value);
  });
  return lists.join();
}

/** The last address that is not a trusted proxy's; the first one if all are; the peer's if that is empty. */
function forwardedFor(header: string, peerAddr: string, trusted: ReadonlySet<string>): string {
  const addresses = header.split(',').map((entry) => withoutPort(entry.trim()));
  return (addresses.findLast((address) => !trusted.has(address)) ?? addresses[0]) || peerAddr;
}

function withoutPort(entry: string): string {
  const bracketed = /^\[(.*)\](?::\d+)?$/.exec(entry);
  if (bracketed !== null) return bracketed[1]!;
  const dotted = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(entry);
  return dotted === null ? entry : dotted[1]!;
}

/** Text of an address; an IPv4 address inside of an IPv6 one is written as IPv4. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const isMapped =
    bytes.length === 16 &&
    bytes.subarray(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 255 &&
    bytes[11] === 255;
  if (isMapped) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  const text = groups.join(':');
  // The URL parser knows the canonical short form (RFC 5952).
  return isIPv6(text) ? new URL(`http://[${text}]`).hostname.slice(1, -1) : text;
}
