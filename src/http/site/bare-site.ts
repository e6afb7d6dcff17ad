/**
 * With `SITE=off`: the paths of fishtest's site that Shoal then answers (docs/spec/ui.md §1, §2); for any other there is a page.
 * The pages where people sign in are made by `site/`.
 */
import { detail } from '../transport/answers.js';
import type { Answer, Exchange } from '../transport/exchange.js';
import { LOGIN_PAGE, NOT_FOUND_PAGE, PAGE_POLICY, TESTS_PAGE } from './bare-pages.js';
import { isToken, readSession, type Session } from './bare-session.js';
import { robots } from './robots.js';

const HTML = 'text/html; charset=utf-8';
const LONGEST_FORM = 64 * 1024;

export interface SiteRequest {
  readonly path: string;
  /** In capitals. */
  readonly method: string;
  readonly cookies: string;
  /** The X-CSRF-Token header. */
  readonly token: string;
  readonly scheme: string;
}

/** Answers every request, at once or when its form is read. */
export function serveSite(request: SiteRequest, exchange: Exchange, secret: string): void {
  const { path, method } = request;
  const isRead = method === 'GET' || method === 'HEAD';
  const session = readSession(request.cookies, request.scheme, secret);
  if (path === '/static/robots.txt') exchange.send(isRead ? robots() : detail(405, 'Method Not Allowed'));
  else if (path === '/tests' && isRead) exchange.send(personal(TESTS_PAGE, session));
  else if (path === '/login' && isRead) exchange.send(personal(LOGIN_PAGE, session));
  else if ((path === '/login' || path === '/logout') && method === 'POST')
    readForm(request, exchange, session);
  else if (path === '/tests') exchange.send(detail(405, 'Method Not Allowed', [['Allow', 'GET']]));
  else if (path === '/login') exchange.send(detail(405, 'Method Not Allowed', [['Allow', 'GET']]));
  else if (path === '/logout') exchange.send(detail(405, 'Method Not Allowed', [['Allow', 'POST']]));
  else exchange.send(html(404, NOT_FOUND_PAGE, session));
}

/** With `SITE=off` nobody can sign in; signing out makes a new session. */
function readForm({ path, token }: SiteRequest, exchange: Exchange, session: Session): void {
  exchange.body(LONGEST_FORM, (form) => {
    if (form === undefined) {
      exchange.send({ ...detail(413, 'Content Too Large'), close: true });
      return;
    }
    const field = new URLSearchParams(form.toString('utf8')).get('csrf_token') ?? '';
    if (path === '/logout' && isToken(session, token || field)) {
      const expired = 'fishtest_session=; path=/; max-age=0; httponly; samesite=lax';
      exchange.send({
        status: 302,
        headers: [
          ['Location', '/tests'],
          ['Set-Cookie', expired],
        ],
      });
    } else {
      exchange.send(html(403, LOGIN_PAGE, session));
    }
  });
}

function html(status: number, body: string, { cookie }: Session, more: Answer['headers'] = []): Answer {
  const headers = [['Content-Security-Policy', PAGE_POLICY], ['Set-Cookie', cookie], ...more] as const;
  return { status, contentType: HTML, headers, body };
}

function personal(body: string, session: Session): Answer {
  return html(200, body, session, [
    ['Vary', 'HX-Request'],
    ['Cache-Control', 'no-store'],
    ['Expires', '0'],
  ]);
}
