/** What is wrong with the text of a setting, by what it names. Each returns undefined when nothing is. */
import { isIP } from 'node:net';
import { AddressSet, parseAddress } from './network-address.js';

const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*\.?$/i;
const LARGEST_PORT = 65_535;
const NO_PORT = 'nothing can be reached at port 0';
const MOST_WEB_HOOKS = 10;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** Of the key, as Standard Webhooks has it. */
const SECRET_BYTES = { least: 24, most: 64 };

/** Where to listen. */
export function hostProblem(text: string): string | undefined {
  if (isIP(text) !== 0) return undefined;
  if (/^\[.*\]$/.test(text)) return 'an IPv6 address is written without brackets here';
  const looksNumeric = /^[\d.]+$/.test(text);
  return HOST_NAME.test(text) && !looksNumeric ? undefined : 'neither an address nor the name of a host';
}

export function addressesProblem(text: string): string | undefined {
  try {
    new AddressSet(text);
    return undefined;
  } catch (error) {
    return (error as RangeError).message;
  }
}

/** Paths are put behind it, so it may have none of what comes after a path. */
export function webUrlProblem(text: string): string | undefined {
  if (text === '') return undefined;
  // Of more slashes than two, and of backslashes, the parser makes two: a host that is missing would be what comes after them.
  if (!/^https?:\/\/[^\s?#/\\][^\s?#\\]*$/i.test(text) || !URL.canParse(text)) {
    return 'not an address that begins with http:// or https://, without blanks, "?" and "#"';
  }
  const { username, password, port } = new URL(text);
  if (port === '0') return NO_PORT;
  return username === '' && password === '' ? undefined : 'a user and a password cannot be in this address';
}

export function netUrlProblem(text: string): string | undefined {
  return text === 'own' ? undefined : webUrlProblem(text);
}

/** Each may hold a secret, so no problem quotes one. */
export function webHookUrlsProblem(text: string): string | undefined {
  const urls = listedUrls(text);
  if (urls.length > MOST_WEB_HOOKS) return `more than ${MOST_WEB_HOOKS} addresses`;
  for (const [i, url] of urls.entries()) {
    const which = `address ${i + 1} of ${urls.length}`;
    if (!URL.canParse(url)) return `${which} is none`;
    const { protocol, hostname, username, password, port } = new URL(url);
    const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
    if (!isSafe) return `${which} is neither https:// nor http:// of localhost, 127.0.0.1 or [::1]`;
    if (port === '0') return `${which}: ${NO_PORT}`;
    if (username !== '' || password !== '') return `${which} has a user or a password, which cannot be`;
  }
  return undefined;
}

/** Without blanks, each once. */
export function listedUrls(text: string): string[] {
  const urls = text.split(',').map((url) => url.trim());
  return [...new Set(urls.filter((url) => url !== ''))];
}

export function webHookSecretProblem(text: string): string | undefined {
  if (text === '') return undefined;
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const length = base64 === undefined ? 0 : Buffer.from(base64, 'base64').length;
  const isFit = length >= SECRET_BYTES.least && length <= SECRET_BYTES.most;
  return isFit
    ? undefined
    : 'not whsec_ and the base64 of 24 to 64 bytes, as "openssl rand -base64 32" makes them';
}

/** It travels in a header. */
export function tokenProblem(text: string): string | undefined {
  return /^[\x21-\x7e]*$/.test(text) ? undefined : 'holds a blank or another character that no token has';
}

/** As the reference has it: a negative number is none. */
export function primaryPortProblem(text: string): string | undefined {
  const isPort = /^-?\d+$/.test(text) && Number(text) <= LARGEST_PORT;
  return text === '' || isPort ? undefined : `not an integer up to ${LARGEST_PORT}`;
}

/** Listeners that need ports of their own. */
export function portConflicts(config: {
  readonly FISHTEST_PORT: number;
  readonly FISHTEST_PRIMARY_PORT: string;
  readonly HTTP_HOST: string;
  readonly ADMIN_PORT: number;
  readonly ADMIN_HOST: string;
}): string[] {
  const { FISHTEST_PORT: port, ADMIN_PORT: adminPort } = config;
  const host = parseAddress(config.HTTP_HOST) ?? config.HTTP_HOST.toLowerCase();
  const adminHost = parseAddress(config.ADMIN_HOST) ?? config.ADMIN_HOST.toLowerCase();
  const meet = covers(host, adminHost) || covers(adminHost, host);
  if (port === 0 || port !== adminPort || !meet) return [];
  // A secondary has no admin API.
  const primaryPort = Number(config.FISHTEST_PRIMARY_PORT || port);
  if (primaryPort >= 0 && primaryPort !== port) return [];
  return [
    `ADMIN_PORT=${adminPort}: workers have it by FISHTEST_PORT=${port}; the two listeners need ports of their own`,
  ];
}

/** The registry of threads has 64 slots (`memory/locks/thread-row.ts`); some are left for those that died and are not repaired yet. */
const MOST_THREADS = 60;
/** Main, writer and reaper. */
const OTHER_THREADS = 3;

/** More threads than the registry takes. Each front thread has as many pool and page threads as the others. */
export function threadConflicts(config: {
  readonly HTTP_THREADS: number;
  readonly THREADPOOL_THREADS: number;
  readonly SITE_THREADS: number;
  readonly SITE: string;
}): string[] {
  const { HTTP_THREADS: fronts, THREADPOOL_THREADS: pool, SITE_THREADS: pages } = config;
  const ofEach = 1 + Math.ceil(pool / fronts) + (config.SITE === 'on' ? Math.ceil(pages / fronts) : 0);
  const threads = OTHER_THREADS + fronts * ofEach;
  if (threads <= MOST_THREADS) return [];
  const named = `HTTP_THREADS=${fronts}, THREADPOOL_THREADS=${pool}, SITE_THREADS=${pages}`;
  return [`${named}: these make ${threads} threads, of ${MOST_THREADS} at most: lower one of them`];
}

/** Whether a listener on `host` has what one on `other` wants, as far as the texts tell. */
function covers(host: string, other: string): boolean {
  if (host === other || host === '::') return true;
  if (host === '0.0.0.0') return isIP(other) !== 6;
  return host === 'localhost' && (other === '127.0.0.1' || other === '::1');
}
