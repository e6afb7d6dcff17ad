/** What people send: the list of tests, and a new test by somebody who is signed in. */
import type { Plan } from '../load/plan.js';
import { PASSWORD, USERNAME } from './farm.js';

export interface Author {
  readonly cookie: string;
  /** What the forms of its session send. */
  readonly token: string;
}

const TOKEN = /name="csrf-token" content="([0-9a-f]+)"/;
/** Overwritten for each sending, so that no two forms are the same. */
const NONCE = '900000000001';

export async function signIn(url: string): Promise<Author> {
  const form = await fetch(`${url}/login`);
  const fields = { username: USERNAME, password: PASSWORD, csrf_token: tokenIn(await form.text()) };
  const answer = await fetch(`${url}/login`, {
    method: 'POST',
    headers: { cookie: cookieOf(form) },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  });
  if (answer.status !== 302) throw new Error(`${USERNAME} cannot sign in: ${answer.status}`);
  const cookie = cookieOf(answer);
  const profile = await fetch(`${url}/user`, { headers: { cookie } });
  return { cookie, token: tokenIn(await profile.text()) };
}

/** The list of tests, asked for by nobody or by somebody who is signed in. */
export function homePlan(author?: Author): Plan {
  const cookie = author === undefined ? '' : `Cookie: ${author.cookie}\r\n`;
  const head = `GET /tests HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n${cookie}\r\n`;
  return { requests: [{ bytes: Buffer.from(head), patches: [] }], expect: '' };
}

export function submitPlan({ cookie, token }: Author): Plan {
  const fields = {
    csrf_token: token,
    nonce: NONCE,
    'tests-repo': `https://github.com/${USERNAME}/Stockfish`,
    'test-branch': 'idea',
    'test-commit': 'a'.repeat(40),
    'base-commit': 'b'.repeat(40),
    'test-signature': '1234567',
    'base-signature': '7654321',
    'run-info': 'a test of the benchmark',
  };
  const body = new URLSearchParams(fields).toString();
  const head =
    `POST /tests/run HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${cookie}\r\n` +
    `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  const patch = {
    at: bytes.indexOf(NONCE),
    width: NONCE.length,
    start: Date.now() % 1e11,
    step: 1,
    radix: 10,
  } as const;
  return { requests: [{ bytes, patches: [patch] }], expect: '', status: 302 };
}

function tokenIn(page: string): string {
  const token = TOKEN.exec(page)?.[1];
  if (token === undefined) throw new Error('a page holds no token for its forms');
  return token;
}

function cookieOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0]!)
    .join('; ');
}
