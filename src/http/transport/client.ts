/** Who is asking, as seen through trusted proxies (docs/spec/worker-api.md §1.4). */

import type { HttpRequest } from 'uWebSockets.js';
import { type AddressSet, parseAddress } from '../../config/network-address.js';
import { WORKER_ROUTES } from '../../operations/worker/worker-routes.js';
import type { WorkerEndpoint } from '../../protocol/worker-endpoints.js';
import { readFraming } from './framing.js';

/** What is known of a worker's client whatever it asks for. */
export interface Caller {
  /** Two capital letters, or "?". */
  readonly countryCode: string;
  /** Call while the connection is there. */
  address(): string;
  /** These only where the endpoint's operation looks at them. */
  readonly remoteAddr?: string;
  readonly scheme?: string;
  readonly host?: string;
}

export interface Client extends Caller {
  readonly remoteAddr: string;
  readonly scheme: string;
  readonly host: string;
}

type Peer = { readonly peer: ArrayBuffer };

/** How this thread is spoken with where no proxy says more. */
let ownScheme = 'http';

export function setOwnScheme(scheme: 'http' | 'https'): void {
  ownScheme = scheme;
}

const SCHEMES: ReadonlySet<string> = new Set(['http', 'https', 'ws', 'wss']);

/** Who is asking, where only a password to check makes the address matter: asking the socket costs more than a beat. */
class LazyClient implements Caller {
  readonly countryCode: string;
  readonly #from: Peer;
  readonly #forwarded: string;
  readonly #trusted: AddressSet;

  constructor(from: Peer, forwarded: string, trusted: AddressSet, countryCode: string) {
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
  trusted: AddressSet,
  forwarded = readFraming(request).forwardedFor,
): Caller {
  const { client } = WORKER_ROUTES[endpoint];
  if (client === 'all') return readClient(request, exchange.peer, trusted, forwarded);
  const country = client === 'country' ? readCountry(request) : '?';
  return new LazyClient(exchange, forwarded, trusted, country);
}

/**
 * @param peer bytes of the socket's address: 4, or 16
 * @param forwarded all X-Forwarded-For as one list
 */
export function readClient(
  request: HttpRequest,
  peer: ArrayBuffer,
  trusted: AddressSet,
  forwarded = readFraming(request).forwardedFor,
): Client {
  const peerAddr = formatAddress(new Uint8Array(peer));
  const isTrusted = trusted.has(peerAddr);
  const protocol = isTrusted ? request.getHeader('x-forwarded-proto').trim().toLowerCase() : '';
  const remoteAddr = isTrusted ? forwardedFor(forwarded, peerAddr, trusted) : peerAddr;
  return {
    remoteAddr,
    address: () => remoteAddr,
    scheme: SCHEMES.has(protocol) ? protocol : ownScheme,
    host: request.getHeader('host'),
    countryCode: readCountry(request),
  };
}

function readCountry(request: HttpRequest): string {
  const country = request.getHeader('x-country-code');
  return /^[A-Z][A-Z]$/.test(country) && country !== 'ZZ' ? country : '?';
}

/**
 * The last address that is not a trusted proxy's; the first one if all are. What is no address, such as "unknown", counts as
 * the peer's: whoever wrote it is trusted, and does not say more.
 */
function forwardedFor(header: string, peerAddr: string, trusted: AddressSet): string {
  if (header === '') return peerAddr;
  let address = peerAddr;
  const entries = header.split(',');
  for (let i = entries.length - 1; i >= 0; i--) {
    // Empty elements of a list count for nothing (RFC 9110 §5.6.1).
    if (entries[i]!.trim() === '') continue;
    const told = parseAddress(entries[i]!);
    if (told === undefined) return peerAddr;
    address = told;
    if (!trusted.has(told)) break;
  }
  return address;
}

/** Text of an address; an IPv4 address inside of an IPv6 one is written as IPv4. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16));
  const text = groups.join(':');
  return parseAddress(text) ?? text;
}
