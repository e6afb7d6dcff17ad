/** Asks the service from another thread. One client a thread; it keeps no process alive but while it waits. */
import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import { ASK_MS, type AskOptions, type GitHub } from './github.js';
import { GitHubError } from './github-error.js';
import type { GitHubAccess, GitHubAnswer, GitHubCall, GitHubReply, GitHubWish } from './github-messages.js';
import type { About, AnswerTo, Known, Question, QuestionKind, Quota } from './questions.js';

/** What was kept is found at once, or the page does without. */
const KNOWN_MS = 2_000;
const QUOTA_MS = 5_000;
/** The last quota is asked for again after so long, for the next who looks. */
const QUOTA_AGE_MS = 30_000;
/** The service ends a question in its time: this is for one that does not run. */
const GRACE_MS = 500;
const NO_QUOTA: Quota = {
  limit: 5000,
  remaining: 5000,
  reset: 0,
  used: 0,
  resource: 'core',
  _uninitialized: true,
};

export class GitHubClient implements GitHub {
  readonly isOn: boolean;
  readonly #service: BroadcastChannel;
  readonly #own: BroadcastChannel;
  readonly #name: string;
  readonly #waiting = new Map<number, (answer: GitHubAnswer | undefined) => void>();
  #last = 0;
  #quota = NO_QUOTA;
  #quotaAsked = Number.NEGATIVE_INFINITY;

  constructor({ channel, isOn }: GitHubAccess) {
    this.isOn = isOn;
    this.#name = `${channel}/${randomUUID()}`;
    this.#service = new BroadcastChannel(channel);
    this.#service.unref();
    this.#own = new BroadcastChannel(this.#name);
    this.#own.onmessage = ({ data }: { data: unknown }) => {
      const { id, answer } = data as GitHubReply;
      this.#waiting.get(id)?.(answer);
    };
    this.#own.unref();
  }

  async ask<Kind extends QuestionKind>(
    kind: Kind,
    about: About<Kind>,
    { withinMs = ASK_MS, isSubmit = false }: AskOptions = {},
  ): Promise<AnswerTo<Kind>> {
    const question = { kind, about } as Question;
    const answer = await this.#send({ kind: 'ask', question, withinMs, isSubmit }, withinMs + GRACE_MS);
    if (answer?.kind === 'answer') return answer.answer as AnswerTo<Kind>;
    if (answer?.kind === 'failure') throw new GitHubError(answer.failure);
    const message = `GitHub was not asked within ${withinMs} ms: the server is busy. Please try again.`;
    throw new GitHubError({ reason: 'away', message });
  }

  async known<Kind extends QuestionKind>(
    questions: readonly Question<Kind>[],
  ): Promise<(Known<Kind> | undefined)[]> {
    if (questions.length === 0) return [];
    const wish = { kind: 'known', questions: questions as readonly Question[] } as const;
    const answer = await this.#send(wish, KNOWN_MS);
    return answer?.kind === 'known'
      ? (answer.known as (Known<Kind> | undefined)[])
      : questions.map(() => undefined);
  }

  async quota(): Promise<Quota> {
    const answer = await this.#send({ kind: 'quota' }, QUOTA_MS);
    if (answer?.kind === 'quota') this.#quota = answer.quota;
    return this.#quota;
  }

  get lastQuota(): Quota {
    if (performance.now() - this.#quotaAsked >= QUOTA_AGE_MS) {
      this.#quotaAsked = performance.now();
      void this.quota();
    }
    return this.#quota;
  }

  close(): void {
    for (const done of this.#waiting.values()) done(undefined);
    this.#service.close();
    this.#own.close();
  }

  /** @returns undefined when no answer came in time */
  async #send(wish: GitHubWish, ms: number): Promise<GitHubAnswer | undefined> {
    const id = ++this.#last;
    return await new Promise((resolve) => {
      const done = (answer: GitHubAnswer | undefined) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(done, ms, undefined);
      this.#waiting.set(id, done);
      this.#service.postMessage({ from: this.#name, id, wish } satisfies GitHubCall);
    });
  }
}
