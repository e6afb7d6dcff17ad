/** The main thread's end of the channel: takes what clients ask, lets the service answer, and sends the answer back. */
import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import type { GitHub } from './github.js';
import { GitHubError } from './github-error.js';
import type { GitHubAccess, GitHubAnswer, GitHubCall, GitHubReply, GitHubWish } from './github-messages.js';

/** Channels that are kept open: one for each thread that asks, and some of threads that are gone. */
const MOST_CHANNELS = 256;

export class GitHubDesk {
  readonly access: GitHubAccess;
  readonly #github: GitHub;
  readonly #calls: BroadcastChannel;
  readonly #clients = new Map<string, BroadcastChannel>();

  constructor(github: GitHub) {
    this.#github = github;
    this.access = { channel: `github/${randomUUID()}`, isOn: github.isOn };
    this.#calls = new BroadcastChannel(this.access.channel);
    this.#calls.onmessage = ({ data }: { data: unknown }) => void this.#serve(data as GitHubCall);
    this.#calls.unref();
  }

  close(): void {
    this.#calls.close();
    for (const channel of this.#clients.values()) channel.close();
    this.#clients.clear();
  }

  async #serve({ from, id, wish }: GitHubCall): Promise<void> {
    const answer = await this.#answer(wish);
    this.#client(from).postMessage({ id, answer } satisfies GitHubReply);
  }

  async #answer(wish: GitHubWish): Promise<GitHubAnswer> {
    if (wish.kind === 'quota') return { kind: 'quota', quota: await this.#github.quota() };
    if (wish.kind === 'known') return { kind: 'known', known: await this.#github.known(wish.questions) };
    const { question, withinMs, isSubmit } = wish;
    try {
      const answer = await this.#github.ask(question.kind, question.about, { withinMs, isSubmit });
      return { kind: 'answer', answer };
    } catch (error) {
      if (error instanceof GitHubError) return { kind: 'failure', failure: error.failure };
      const message = `GitHub could not be asked: ${error instanceof Error ? error.message : String(error)}`;
      return { kind: 'failure', failure: { reason: 'malformed', message } };
    }
  }

  #client(name: string): BroadcastChannel {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const oldest = this.#clients.keys().next().value;
    if (this.#clients.size >= MOST_CHANNELS && oldest !== undefined) {
      this.#clients.get(oldest)!.close();
      this.#clients.delete(oldest);
    }
    const channel = new BroadcastChannel(name);
    channel.unref();
    this.#clients.set(name, channel);
    return channel;
  }
}
