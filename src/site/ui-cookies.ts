/** Cookies that remember how a visitor likes a page (docs/spec/web-ui.md §2.2). Their values are never trusted. */
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Visit } from './visit.js';

const AGE_S = 34_560_000;
const LONGEST = 200;

/** Empty when there is none. */
export function uiCookie(visit: Pick<Visit, 'request'>, name: string): string {
  const value = parseCookie(visit.request.headers.cookie)[name] ?? '';
  return value.length > LONGEST ? '' : value;
}

export function setUiCookie(visit: Pick<Visit, 'setCookie'>, name: string, value: string): void {
  visit.setCookie(
    stringifySetCookie({ name, value: value.slice(0, LONGEST), path: '/', maxAge: AGE_S, sameSite: 'lax' }),
  );
}
