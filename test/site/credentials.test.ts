/** Names, passwords, sessions and worker keys where two come at once, or one is taken back while it is used, on both stores. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/http/transport/free-port.js';
import type { UserDocument } from '../../src/model/documents.js';
import { verifyPassword } from '../../src/operations/account/password.js';
import { openStore } from '../../src/store/open-store.js';
import { RUN_ID, workerInfo } from '../server/seed.js';
import { ServerProcess } from '../server/server-process.js';
import { collect } from '../store/documents.js';
import { type MongodbPlace, mongodbPlace, withoutMongodb } from '../store/mongodb-place.js';
import { HttpMember } from './http-member.js';
import { PASSWORD, seedPeople } from './site-seed.js';

const NEW_PASSWORD = 'granite-Otter-lantern-47';
/** A form that is sent sooner was not filled in by a person. */
const YOUNGEST_MS = 3_100;

class Visitor {
  readonly #url: string;
  readonly #cookie: string;
  readonly #fields: Record<string, string>;

  private constructor(url: string, cookie: string, fields: Record<string, string>) {
    this.#url = url;
    this.#cookie = cookie;
    this.#fields = fields;
  }

  static async open(url: string): Promise<Visitor> {
    const answer = await fetch(`${url}/signup`);
    const page = await answer.text();
    const cookie = answer.headers.getSetCookie().map((each) => each.split(';', 1)[0]);
    const field = (name: string) => new RegExp(`name="${name}" value="([^"]+)"`).exec(page)![1]!;
    return new Visitor(url, cookie.join('; '), { csrf_token: field('csrf_token'), nonce: field('nonce') });
  }

  async signUp(username: string, email: string, password: string): Promise<number> {
    const fields = { ...this.#fields, username, email, password, password2: password, tests_repo: '' };
    const answer = await fetch(`${this.#url}/signup`, {
      method: 'POST',
      headers: { cookie: this.#cookie },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    });
    return answer.status;
  }
}

for (const kind of ['SQLite', 'MongoDB'] as const) {
  describe(`credentials on ${kind}`, { skip: kind === 'MongoDB' && withoutMongodb }, () => {
    let directory: string;
    let place: MongodbPlace | undefined;
    let env: Record<string, string>;
    let server: ServerProcess;
    before(async () => {
      directory = await mkdtemp(join(tmpdir(), 'shoal-credentials-'));
      place = kind === 'MongoDB' ? await mongodbPlace() : undefined;
      const storeUrl = place?.url ?? `sqlite:${directory}`;
      await seedPeople(storeUrl);
      env = {
        STORE_URL: storeUrl,
        SHOAL_DATA: directory,
        SIGNUP_CHECK_MAIL: 'off',
        SIGNUPS_PER_HOUR: '1000',
      };
      server = await ServerProcess.start(directory, env);
    });
    after(async () => {
      await server?.end('SIGTERM');
      await place?.remove();
      await rm(directory, { recursive: true, force: true });
    });

    const accountsLike = async (isLike: (user: UserDocument) => boolean) => {
      const reader = await openStore(env['STORE_URL']!).openReader();
      try {
        return (await collect(reader.users())).filter(isLike);
      } finally {
        await reader.close();
      }
    };
    /** All send their form at once. Whoever is told to have the account has it, and nobody else. */
    const race = async (
      urls: readonly string[],
      names: (i: number) => { username: string; email: string },
      isLike: (user: UserDocument) => boolean,
    ) => {
      const visitors = await Promise.all(urls.map((url) => Visitor.open(url)));
      const passwords = visitors.map((_, i) => `${NEW_PASSWORD}-${i}`);
      await sleep(YOUNGEST_MS);
      const statuses = await Promise.all(
        visitors.map((visitor, i) => visitor.signUp(names(i).username, names(i).email, passwords[i]!)),
      );
      assert.deepEqual(statuses.toSorted(), [302, ...visitors.slice(1).map(() => 422)]);
      const winner = statuses.indexOf(302);
      const accounts = await accountsLike(isLike);
      assert.deepEqual(
        accounts.map(({ username }) => username),
        [names(winner).username],
      );
      assert.ok(await verifyPassword(accounts[0]!.password, passwords[winner]!));
    };
    const raceForName = (username: string, urls: readonly string[]) =>
      race(
        urls,
        (i) => ({
          username: i % 2 === 0 ? username : username.toUpperCase(),
          email: `${username}${i}@example.org`,
        }),
        (user) => user.username.toLowerCase() === username.toLowerCase(),
      );
    const raceForAddress = (email: string, urls: readonly string[]) =>
      race(
        urls,
        (i) => ({ username: `${email.split('@', 1)[0]}${i}`, email }),
        (user) => user.email === email,
      );
    const work = async (path: string, password: string, more: object = {}) => {
      const info = { ...workerInfo('aaaa1111'), username: 'ann' };
      const { status, body } = await server.post(`/api/${path}`, { password, worker_info: info, ...more });
      return { status, error: body['error'], body };
    };

    it('of two who sign up at once with one name, or one address, one has the account', async () => {
      await raceForName('Newbie', [server.url, server.url]);
      await raceForAddress('single@example.org', [server.url, server.url]);
    });

    it('a sign-up that is refused keeps no address from the next one', async () => {
      const visitor = await Visitor.open(server.url);
      await sleep(YOUNGEST_MS);
      assert.equal(await visitor.signUp('ann', 'free@example.org', NEW_PASSWORD), 422);
      assert.equal(await visitor.signUp('Fresh', 'free@example.org', NEW_PASSWORD), 302);
    });

    it('of two instances of the database one gives a name or an address away', {
      skip: kind === 'SQLite',
    }, async () => {
      const secondary = await ServerProcess.start(directory, {
        ...env,
        FISHTEST_PORT: String(await freePort()),
        FISHTEST_PRIMARY_PORT: new URL(server.url).port,
      });
      try {
        const urls = [server.url, secondary.url, server.url, secondary.url];
        for (let i = 0; i < 3; i++) {
          await raceForName(`Shared${i}`, urls);
          await raceForAddress(`shared${i}@example.org`, urls);
        }
        const members = await Promise.all(['bob', 'ann'].map((name, i) => HttpMember.signIn(urls[i]!, name)));
        const email = 'wanted@example.org';
        const statuses = await Promise.all(
          members.map(async (member) => {
            const fields = { csrf_token: member.token, email, old_password: PASSWORD };
            return (await member.post('/user', new URLSearchParams(fields))).status;
          }),
        );
        assert.deepEqual(statuses.toSorted(), [302, 422]);
        assert.equal((await accountsLike((user) => user.email === email)).length, 1);
        const winner = members[statuses.indexOf(302)]!;
        const back = `${['bob', 'ann'][statuses.indexOf(302)]}@example.org`;
        const fields = { csrf_token: winner.token, email: back, old_password: PASSWORD };
        assert.equal((await winner.post('/user', new URLSearchParams(fields))).status, 302);
      } finally {
        await secondary.end('SIGTERM');
      }
    });

    it('a key that is revoked while its worker plays is refused at once, and the task is the worker’s', async () => {
      const ann = await HttpMember.signIn(server.url, 'ann');
      const form = (fields: Record<string, string>) =>
        new URLSearchParams({ csrf_token: ann.token, ...fields });
      const made = await (await ann.post('/user_keys', form({ name: 'my farm' }))).text();
      const secret = /sht_[A-Za-z0-9_-]{43}/.exec(made)![0];
      const { body } = await work('request_task', secret);
      const task = { run_id: (body['run'] as { _id: string })._id, task_id: body['task_id'] };
      assert.equal(task.run_id, RUN_ID);
      assert.equal((await work('beat', secret, task)).body['task_alive'], true);
      const page = await (await ann.get('/user')).text();
      const key = /action="\/user_keys\/revoke"[\s\S]*?name="key" value="([0-9a-f]{64})"/.exec(page)![1]!;
      assert.equal((await ann.post('/user_keys/revoke', form({ key }))).status, 302);
      const refused = await work('beat', secret, task);
      assert.equal(refused.status, 401);
      assert.match(String(refused.error), /Invalid username or password/);
      const stats = {
        wins: 4,
        losses: 4,
        draws: 8,
        crashes: 0,
        time_losses: 0,
        pentanomial: [0, 2, 4, 2, 0],
      };
      assert.equal((await work('update_task', secret, { ...task, stats })).status, 401);
      // Its owner gives it the password: it goes on where it was.
      assert.equal((await work('update_task', PASSWORD, { ...task, stats })).body['task_alive'], true);
      const read = await fetch(`${server.url}/api/get_task/${task.run_id}/${String(task.task_id)}`);
      const { active, stats: kept } = (await read.json()) as { active: boolean; stats: { draws: number } };
      assert.deepEqual([active, kept.draws], [true, 8]);
    });

    it('sessions, messages and followed tests outlive the server', async () => {
      const cora = await HttpMember.signIn(server.url, 'cora');
      const form = new URLSearchParams({ csrf_token: cora.token, 'run-id': RUN_ID });
      assert.equal((await cora.post('/follows/add', form)).status, 302);
      // Whom the message is for has not seen it when the server ends.
      const other = new URLSearchParams({ csrf_token: cora.token, which: 'others' });
      assert.equal((await cora.post('/user_sessions', other)).status, 302);
      await server.end('SIGTERM');
      server = await ServerProcess.start(directory, { ...env, FISHTEST_PORT: new URL(server.url).port });
      const page = await (await cora.get('/tests')).text();
      assert.match(page, /class="who"[^>]*>\s*cora/);
      assert.match(page, /You are signed out everywhere else/);
      const follows = (await (await cora.get('/follows')).json()) as { id: string }[];
      assert.deepEqual(
        follows.map(({ id }) => id),
        [RUN_ID],
      );
      assert.equal((await cora.post('/follows/remove', form)).status, 302);
      assert.deepEqual(await (await cora.get('/follows')).json(), []);
    });

    it('a new password ends the other browsers’ sessions, whose forms change nothing and say so', async () => {
      const [one, other] = [
        await HttpMember.signIn(server.url, 'bob'),
        await HttpMember.signIn(server.url, 'bob'),
      ];
      const form = (member: HttpMember, fields: Record<string, string>) =>
        member.post('/user', new URLSearchParams({ csrf_token: member.token, ...fields }));
      const change = { password: NEW_PASSWORD, password2: NEW_PASSWORD, old_password: PASSWORD };
      assert.equal((await form(one, change)).status, 302);
      const late = await form(other, { email: 'late@example.org', old_password: NEW_PASSWORD });
      assert.deepEqual([late.status, late.headers.get('location')], [302, '/login']);
      const cookie = late.headers.getSetCookie()[0]!.split(';', 1)[0]!;
      const told = await fetch(`${server.url}/login`, { headers: { cookie } });
      assert.match(await told.text(), /Your session has ended.*Nothing was saved/);
      const mine = await (await one.get('/user')).text();
      assert.match(mine, /bob@example\.org/);
      assert.doesNotMatch(mine, /late@example\.org/);
    });
  });
}
