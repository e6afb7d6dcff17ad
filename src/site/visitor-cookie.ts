/** The session of a visitor who is not signed in: all of it is in a signed cookie, so that strangers fill no store. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Flash } from '../model/site-record.js';

export interface Visitor {
  readonly csrfToken: string;
  readonly flashes: readonly Flash[];
}

/** Tells a visitor's cookie from the id of a session. */
const PREFIX = 'v1.';
/** A cookie holds 4 kB; the oldest messages go first. */
const LONGEST = 3_000;

export function newCsrfToken(): string {
  return randomBytes(32).toString('hex');
}

export function writeVisitor({ csrfToken, flashes }: Visitor, secret: string): string {
  for (let first = 0; ; first++) {
    const data = Buffer.from(JSON.stringify([csrfToken, flashes.slice(first)])).toString('base64url');
    if (data.length <= LONGEST || first >= flashes.length) return `${PREFIX}${data}.${sign(data, secret)}`;
  }
}

/** Undefined for what was not written here with this secret. */
export function readVisitor(cookie: string, secret: string): Visitor | undefined {
  if (!cookie.startsWith(PREFIX)) return undefined;
  const [data = '', signature = ''] = cookie.slice(PREFIX.length).split('.');
  const wanted = Buffer.from(sign(data, secret));
  const given = Buffer.from(signature);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return undefined;
  const [csrfToken, flashes] = JSON.parse(Buffer.from(data, 'base64url').toString('utf8')) as [
    string,
    Flash[],
  ];
  return { csrfToken, flashes };
}

function sign(data: string, secret: string): string {
  return createHmac('sha256', secret).update(`visitor ${data}`).digest('base64url');
}
