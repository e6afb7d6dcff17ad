/** A person without a browser: cookies and the token of a session, for what is sent by hand. */
import { PASSWORD } from './site-seed.js';

export class HttpMember {
  readonly url: string;
  readonly cookie: string;
  /** Of the session, as forms send it. */
  readonly token: string;

  private constructor(url: string, cookie: string, token: string) {
    this.url = url;
    this.cookie = cookie;
    this.token = token;
  }

  static async signIn(url: string, username: string): Promise<HttpMember> {
    const form = await fetch(`${url}/login`);
    const body = new URLSearchParams({
      username,
      password: PASSWORD,
      csrf_token: tokenIn(await form.text()),
    });
    const headers = { cookie: cookiesOf(form) };
    const answer = await fetch(`${url}/login`, { method: 'POST', body, headers, redirect: 'manual' });
    if (answer.status !== 302) throw new Error(`${username} cannot sign in: ${await answer.text()}`);
    const cookie = cookiesOf(answer);
    const page = await fetch(`${url}/user`, { headers: { cookie } });
    return new HttpMember(url, cookie, tokenIn(await page.text()));
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(`${this.url}${path}`, {
      headers: { cookie: this.cookie, ...headers },
      redirect: 'manual',
    });
  }

  async post(
    path: string,
    body: string | URLSearchParams | FormData,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const init = { method: 'POST', body, redirect: 'manual' } as const;
    return await fetch(`${this.url}${path}`, { ...init, headers: { cookie: this.cookie, ...headers } });
  }
}

function tokenIn(page: string): string {
  return /name="csrf_token" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? '';
}

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}
