/**
 * A visitor's session with `SITE=off`: a signed cookie that holds the token which a form must send back (docs/spec/ui.md §1).
 * Nobody signs in then, so it holds nothing else.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const NAME = 'fishtest_session';
const TOKEN = /^[0-9a-f]{64}$/;

export interface Session {
  readonly csrfToken: string;
  /** Value of the Set-Cookie header. */
  readonly cookie: string;
}

/** The session of a request, or a new one when its cookie is missing or was not made here. */
export function readSession(cookies: string, scheme: string, secret: string): Session {
  const csrfToken = tokenOf(cookies, secret) ?? randomBytes(32).toString('hex');
  const secure = scheme === 'https' ? '; secure' : '';
  const value = `${csrfToken}.${sign(csrfToken, secret)}`;
  return { csrfToken, cookie: `${NAME}=${value}; path=/; httponly; samesite=lax${secure}` };
}

/** True for the session's own token. */
export function isToken({ csrfToken }: Session, given: string): boolean {
  return TOKEN.test(given) && timingSafeEqual(Buffer.from(given), Buffer.from(csrfToken));
}

function tokenOf(cookies: string, secret: string): string | undefined {
  const pair = cookies.split(';').find((entry) => entry.trim().startsWith(`${NAME}=`));
  const [token = '', signature = ''] =
    pair
      ?.trim()
      .slice(NAME.length + 1)
      .split('.') ?? [];
  const wanted = Buffer.from(sign(token, secret));
  const given = Buffer.from(signature);
  return TOKEN.test(token) && given.length === wanted.length && timingSafeEqual(given, wanted)
    ? token
    : undefined;
}

function sign(token: string, secret: string): string {
  return createHmac('sha256', secret).update(token).digest('hex');
}
