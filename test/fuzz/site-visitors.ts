/** People of the web application whose cookies the inputs carry: nobody, an author, an approver. */
import assert from 'node:assert/strict';
import { PASSWORD } from '../site/site-seed.js';

export interface Visitor {
  readonly name: string;
  readonly cookie: string;
  /** What the forms of its session send. */
  readonly token: string;
}

const PEOPLE = ['bob', 'dan'] as const;
const TOKEN = /name="csrf-token" content="([0-9a-f]+)"/;

/** Signs them in; the sessions of earlier calls stay. */
export async function visitors(url: string): Promise<Visitor[]> {
  const found = [await visitor(url, '')];
  for (const name of PEOPLE) found.push(await signedIn(url, name));
  return found;
}

async function visitor(url: string, cookie: string, name = 'nobody'): Promise<Visitor> {
  const response = await fetch(`${url}${name === 'nobody' ? '/login' : '/user'}`, { headers: { cookie } });
  const token = TOKEN.exec(await response.text())?.[1];
  assert.ok(token !== undefined, `no token for ${name}, status ${response.status}`);
  return { name, cookie: cookie === '' ? cookieOf(response) : cookie, token };
}

export async function signedIn(url: string, name: string): Promise<Visitor> {
  const { cookie, token } = await visitor(url, '');
  const fields = { username: name, password: PASSWORD, csrf_token: token, stay_logged_in: '1' };
  const response = await fetch(`${url}/login`, {
    method: 'POST',
    headers: { cookie },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  assert.equal(response.status, 302, `${name} cannot sign in: ${response.status}`);
  return await visitor(url, cookieOf(response), name);
}

function cookieOf(response: Response): string {
  const cookies = response.headers.getSetCookie().map((each) => each.split(';', 1)[0]!);
  return cookies.join('; ');
}
