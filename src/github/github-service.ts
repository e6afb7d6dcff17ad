/**
 * The one client of GitHub, on the main thread, which serves no workers: answers from what it kept, asks equal questions
 * once, and keeps within the quota (docs/spec/web-ui.md §5.6).
 */
import { AnswerCache, type KeptAnswer } from './answer-cache.js';
import { ASK_MS, type AskOptions, type GitHub } from './github.js';
import { type Addresses, GitHubCalls, parse, UNCHANGED, unwilling } from './github-calls.js';
import { GitHubError } from './github-error.js';
import { GitHubHttp } from './github-http.js';
import { HANDLERS, type Handler } from './question-handlers.js';
import {
  type About,
  type AnswerTo,
  isRef,
  isRepo,
  isSha,
  type Known,
  type Question,
  type QuestionKind,
  type Quota,
} from './questions.js';
import { QuotaMeter } from './quota-meter.js';
import type { StoredAnswers } from './stored-answers.js';

export interface GitHubOptions extends Addresses {
  /** False: only what was kept is answered. */
  readonly isOn: boolean;
  /** Where the metadata of the opening books is. */
  readonly booksUrl: string;
  readonly token: string;
  /** Where answers outlive the process; undefined: nowhere. */
  readonly store?: StoredAnswers | undefined;
  /** For one attempt of one call. */
  readonly attemptMs?: number;
  readonly now?: () => number;
}

const ATTEMPT_MS = 3_000;
const QUOTA_MS = 60_000;
/** An answer that was only confirmed is written again after so long. */
const CONFIRM_MS = 600_000;
const MOST_ANSWERS = 6_000;
const MOST_SIZE = 16 * 1024 * 1024;

export class GitHubService implements GitHub {
  readonly isOn: boolean;
  readonly #apiUrl: string;
  readonly #booksUrl: string;
  readonly #now: () => number;
  readonly #meter: QuotaMeter;
  readonly #http: GitHubHttp;
  readonly #calls: GitHubCalls;
  readonly #store: StoredAnswers | undefined;
  readonly #cache = new AnswerCache(MOST_ANSWERS, MOST_SIZE);
  readonly #asking = new Map<string, Promise<unknown>>();
  readonly #running = new Set<AbortController>();
  #isStopped = false;
  #quotaAsked = Number.NEGATIVE_INFINITY;
  #quotaAsking: Promise<void> | undefined;

  constructor(options: GitHubOptions) {
    const { isOn, token, attemptMs = ATTEMPT_MS, now = Date.now } = options;
    this.isOn = isOn;
    this.#apiUrl = options.apiUrl;
    this.#booksUrl = options.booksUrl;
    this.#now = now;
    this.#store = options.store;
    this.#meter = new QuotaMeter(now);
    this.#http = new GitHubHttp({ token, attemptMs }, this.#meter);
    this.#calls = new GitHubCalls(this.#http, options);
  }

  async ask<Kind extends QuestionKind>(
    kind: Kind,
    about: About<Kind>,
    { withinMs = ASK_MS, isSubmit = false }: AskOptions = {},
  ): Promise<AnswerTo<Kind>> {
    const handler = HANDLERS[kind] as unknown as Handler<Kind>;
    const what = handler.what(about);
    requireNames(what, about);
    return await within(this.#answer(kind, handler, about, isSubmit), withinMs, what);
  }

  async #answer<Kind extends QuestionKind>(
    kind: Kind,
    handler: Handler<Kind>,
    about: About<Kind>,
    isSubmit: boolean,
  ): Promise<AnswerTo<Kind>> {
    const what = handler.what(about);
    const key = `${kind} ${handler.key(about)}`;
    const kept = (await this.#kept([key])).get(key);
    if (kept !== undefined && this.#isFresh(handler, about, kept)) return kept.answer as AnswerTo<Kind>;
    if (!this.isOn) {
      const message = `${what}: this server does not ask GitHub (SHOAL_GITHUB=off).`;
      throw new GitHubError({ reason: 'off', message });
    }
    const turn = isSubmit ? `submit ${key}` : key;
    const find = () => this.#find(key, handler, about, { what, isUrgent: isSubmit, kept });
    const isJoined = this.#asking.has(turn);
    try {
      return (await this.#once(turn, find)) as AnswerTo<Kind>;
    } catch (error) {
      // The other began while GitHub was away; it may have come back since.
      if (!isJoined || !(error instanceof GitHubError) || error.reason !== 'away') throw error;
      return (await this.#once(turn, find)) as AnswerTo<Kind>;
    }
  }

  async known<Kind extends QuestionKind>(
    questions: readonly Question<Kind>[],
  ): Promise<(Known<Kind> | undefined)[]> {
    const asked = questions.map(({ kind, about }) => {
      const handler = HANDLERS[kind] as unknown as Handler<Kind>;
      return { handler, about, key: `${kind} ${handler.key(about)}` };
    });
    const found = await this.#kept(asked.map(({ key }) => key));
    return asked.map(({ handler, about, key }) => {
      const kept = found.get(key);
      if (kept === undefined) return undefined;
      const isFresh = this.#isFresh(handler, about, kept);
      return { answer: kept.answer as AnswerTo<Kind>, at: kept.at, isFresh };
    });
  }

  async quota(): Promise<Quota> {
    if (this.#apiUrl !== '' && Math.abs(this.#now() - this.#quotaAsked) >= QUOTA_MS) {
      this.#quotaAsked = this.#now();
      this.#quotaAsking = this.#askQuota().finally(() => {
        this.#quotaAsking = undefined;
      });
    }
    await this.#quotaAsking;
    return this.#meter.quota;
  }

  get lastQuota(): Quota {
    return this.#meter.quota;
  }

  /** The metadata of all opening books, as it is; the caller checks it. Asked also when GitHub is off. @throws GitHubError */
  async books(): Promise<unknown> {
    const what = `metadata of the books at ${this.#booksUrl}`;
    const call = { url: this.#booksUrl, what, host: 'free' } as const;
    const { status, text } = await this.#timed((signal) => this.#http.get({ ...call, signal }));
    if (status !== 200) throw unwilling(what, status);
    return parse(what, text);
  }

  /** Gives up what is being asked. */
  stop(): void {
    this.#isStopped = true;
    for (const controller of this.#running) controller.abort();
    this.#store?.close();
  }

  async #find<Kind extends QuestionKind>(
    key: string,
    handler: Handler<Kind>,
    about: About<Kind>,
    { what, isUrgent, kept }: { what: string; isUrgent: boolean; kept: KeptAnswer | undefined },
  ): Promise<AnswerTo<Kind>> {
    const found = await this.#timed((signal) =>
      handler.find(about, { what, signal, isUrgent, etag: kept?.etag }, this.#calls),
    );
    const at = this.#now();
    if (found === UNCHANGED) {
      const storedAt = kept!.storedAt ?? Number.NEGATIVE_INFINITY;
      const answer = kept!.answer as AnswerTo<Kind>;
      this.#keep(key, { ...kept!, at }, handler.keepMs(answer, about) > 0 && at - storedAt >= CONFIRM_MS);
      return answer;
    }
    const { answer, etag } = found;
    this.#keep(key, { answer, at, etag }, handler.keepMs(answer, about) > 0);
    return answer;
  }

  /** From memory, else from the store. */
  async #kept(keys: readonly string[]): Promise<ReadonlyMap<string, KeptAnswer>> {
    const found = new Map<string, KeptAnswer>();
    for (const key of keys) {
      const kept = this.#cache.get(key);
      if (kept !== undefined) found.set(key, kept);
    }
    const missing = keys.filter((key) => !found.has(key));
    if (missing.length === 0 || this.#store === undefined) return found;
    for (const [key, kept] of await this.#store.find(missing)) {
      found.set(key, kept);
      this.#cache.set(key, kept, JSON.stringify(kept.answer).length);
    }
    return found;
  }

  #keep(key: string, kept: KeptAnswer, isStored: boolean): void {
    const json = JSON.stringify(kept.answer);
    const isWritten = isStored && this.#store !== undefined;
    this.#cache.set(key, isWritten ? { ...kept, storedAt: kept.at } : kept, json.length);
    if (isWritten) void this.#store?.put(key, kept, json);
  }

  #isFresh<Kind extends QuestionKind>(handler: Handler<Kind>, about: About<Kind>, kept: KeptAnswer): boolean {
    // From far in the future, where the clock stepped back since, is long ago.
    return Math.abs(this.#now() - kept.at) < handler.keepMs(kept.answer as AnswerTo<Kind>, about);
  }

  #once(key: string, work: () => Promise<unknown>): Promise<unknown> {
    const running = this.#asking.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => this.#asking.delete(key));
    this.#asking.set(key, started);
    return started;
  }

  /** Ends what takes too long, and everything when the service stops. */
  async #timed<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), ASK_MS);
    this.#running.add(controller);
    if (this.#isStopped) controller.abort();
    try {
      return await work(controller.signal);
    } finally {
      clearTimeout(timer);
      this.#running.delete(controller);
    }
  }

  /** Costs nothing of the quota. While GitHub does not answer, the last known figures stand. */
  async #askQuota(): Promise<void> {
    try {
      const url = `${this.#apiUrl}/rate_limit`;
      const call = { url, what: 'quota', host: 'api', isUncounted: true } as const;
      const answer = await this.#timed((signal) => this.#http.get({ ...call, signal }));
      if (answer.status !== 200) return;
      const { resources } = JSON.parse(answer.text) as { resources?: { core?: Record<string, unknown> } };
      const { limit, remaining, used, reset } = resources?.core ?? {};
      this.#meter.set({ limit, remaining, used, reset });
    } catch {
      // Not reachable, or no JSON.
    }
  }
}

/** What was typed goes into no address before it has the form of a name. @throws GitHubError */
function requireNames(what: string, about: Partial<Record<string, string>>): void {
  const { repo, ref, branch, sha, base, head } = about;
  if (repo !== undefined && !isRepo(repo)) {
    throw new GitHubError({ reason: 'no-repository', message: `${what}: that is no name of a repository.` });
  }
  const refs = [ref, branch, base].filter((name) => name !== undefined);
  const shas = [sha, head].filter((name) => name !== undefined);
  if (refs.every(isRef) && shas.every(isSha)) return;
  throw new GitHubError({ reason: 'no-commit', message: `${what}: that is no name of a commit.` });
}

async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `${what}: no answer from GitHub in time. Please try again in a minute.`;
    timer = setTimeout(() => reject(new GitHubError({ reason: 'away', message })), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
