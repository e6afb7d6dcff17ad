/**
 * The one client of GitHub, on the main thread, which serves no workers: answers from what it kept, asks equal questions
 * once, and keeps within the quota (docs/spec/web-ui.md §5.6).
 */
import { AnswerCache, type KeptAnswer } from './answer-cache.js';
import { ASK_MS, type AskOptions, type GitHub } from './github.js';
import { type Addresses, type Asking, GitHubCalls, parse, UNCHANGED, unwilling } from './github-calls.js';
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

export interface GitHubOptions extends Addresses {
  /** False: only what was kept is answered. */
  readonly isOn: boolean;
  /** Where the metadata of the opening books is. */
  readonly booksUrl: string;
  readonly token: string;
  /** For one attempt of one call. */
  readonly attemptMs?: number;
  readonly now?: () => number;
}

const ATTEMPT_MS = 3_000;
const QUOTA_MS = 60_000;
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
  readonly #cache = new AnswerCache(MOST_ANSWERS, MOST_SIZE);
  readonly #asking = new Map<string, Promise<unknown>>();
  readonly #stop = new AbortController();
  #quotaAsked = Number.NEGATIVE_INFINITY;
  #quotaAsking: Promise<void> | undefined;

  constructor(options: GitHubOptions) {
    const { isOn, token, attemptMs = ATTEMPT_MS, now = Date.now } = options;
    this.isOn = isOn;
    this.#apiUrl = options.apiUrl;
    this.#booksUrl = options.booksUrl;
    this.#now = now;
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
    const key = `${kind} ${handler.key(about)}`;
    const kept = await this.#kept(key);
    if (kept !== undefined && this.#isFresh(handler, about, kept)) return kept.answer as AnswerTo<Kind>;
    if (!this.isOn) {
      const message = `${what}: this server does not ask GitHub (SHOAL_GITHUB=off).`;
      throw new GitHubError({ reason: 'off', message });
    }
    const work = this.#once(isSubmit ? `submit ${key}` : key, () =>
      this.#find(key, handler, about, { what, isUrgent: isSubmit, kept }),
    );
    return (await within(work, withinMs, what)) as AnswerTo<Kind>;
  }

  async known<Kind extends QuestionKind>(
    questions: readonly Question<Kind>[],
  ): Promise<(Known<Kind> | undefined)[]> {
    return await Promise.all(
      questions.map(async ({ kind, about }) => {
        const handler = HANDLERS[kind] as unknown as Handler<Kind>;
        const kept = await this.#kept(`${kind} ${handler.key(about)}`);
        if (kept === undefined) return undefined;
        const isFresh = this.#isFresh(handler, about, kept);
        return { answer: kept.answer as AnswerTo<Kind>, at: kept.at, isFresh };
      }),
    );
  }

  async quota(): Promise<Quota> {
    if (this.#apiUrl !== '' && this.#now() - this.#quotaAsked >= QUOTA_MS) {
      this.#quotaAsked = this.#now();
      this.#quotaAsking = this.#askQuota().finally(() => {
        this.#quotaAsking = undefined;
      });
    }
    await this.#quotaAsking;
    return this.#meter.quota;
  }

  /** The metadata of all opening books, as it is; the caller checks it. Asked also when GitHub is off. @throws GitHubError */
  async books(): Promise<unknown> {
    const what = `metadata of the books at ${this.#booksUrl}`;
    const { status, text } = await this.#http.get({
      url: this.#booksUrl,
      what,
      signal: this.#limit(),
      host: 'free',
    });
    if (status !== 200) throw unwilling(what, status);
    return parse(what, text);
  }

  /** Gives up what is being asked. */
  stop(): void {
    this.#stop.abort();
  }

  async #find<Kind extends QuestionKind>(
    key: string,
    handler: Handler<Kind>,
    about: About<Kind>,
    { what, isUrgent, kept }: { what: string; isUrgent: boolean; kept: KeptAnswer | undefined },
  ): Promise<AnswerTo<Kind>> {
    const asking: Asking = { what, signal: this.#limit(), isUrgent, etag: kept?.etag };
    const found = await handler.find(about, asking, this.#calls);
    const at = this.#now();
    const answer = found === UNCHANGED ? (kept!.answer as AnswerTo<Kind>) : found.answer;
    const etag = found === UNCHANGED ? kept!.etag : found.etag;
    this.#keep(key, { answer, at, etag });
    return answer;
  }

  async #kept(key: string): Promise<KeptAnswer | undefined> {
    return this.#cache.get(key);
  }

  #keep(key: string, kept: KeptAnswer): void {
    this.#cache.set(key, kept, JSON.stringify(kept.answer).length);
  }

  #isFresh<Kind extends QuestionKind>(handler: Handler<Kind>, about: About<Kind>, kept: KeptAnswer): boolean {
    return this.#now() - kept.at < handler.keepMs(kept.answer as AnswerTo<Kind>, about);
  }

  #once(key: string, work: () => Promise<unknown>): Promise<unknown> {
    const running = this.#asking.get(key);
    if (running !== undefined) return running;
    const started = work().finally(() => this.#asking.delete(key));
    this.#asking.set(key, started);
    return started;
  }

  #limit(): AbortSignal {
    return AbortSignal.any([this.#stop.signal, AbortSignal.timeout(ASK_MS)]);
  }

  /** Costs nothing of the quota. While GitHub does not answer, the last known figures stand. */
  async #askQuota(): Promise<void> {
    try {
      const url = `${this.#apiUrl}/rate_limit`;
      const signal = this.#limit();
      const answer = await this.#http.get({ url, what: 'quota', signal, host: 'api', isUncounted: true });
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
  const refs = [ref, branch].filter((name) => name !== undefined);
  const shas = [sha, base, head].filter((name) => name !== undefined);
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
