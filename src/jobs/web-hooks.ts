/**
 * Tells web hooks which tests have ended. Each address has a queue of its own, which is the action log from its place on: in order,
 * one message at a time, tried again ever later. A message is sent again if its answer, or the new place, was lost with the
 * process; so it comes at least once, always with the same id.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActionDocument } from '../model/documents.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';
import { ENDS, signedHeaders, webHookMessage } from './web-hook-message.js';
import { WebHookPlaces } from './web-hook-places.js';

const ANSWER_MS = 10_000;
/** Messages of one address in one run of the job. */
const MOST_AT_ONCE = 50;
/** What ended longer ago is given up: a receiver that was away for days wants no flood. */
const KEEP_S = 3 * 86_400;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** Between two messages to one address: chats refuse more. */
const PAUSE_MS = 1_000;

export interface WebHookSettings {
  readonly urls: readonly string[];
  /** Signs messages; empty: they are not signed. */
  readonly secret: string;
  /** Of the pages; empty: links are paths. */
  readonly publicUrl: string;
  readonly answerMs?: number;
  readonly pauseMs?: number;
}

export interface WebHookNews {
  /** Of the receiver, without what may be secret in its address. */
  readonly host: string;
  /** What went wrong; absent when it works again. */
  readonly problem?: string;
}

export interface WebHookParts extends WebHookSettings {
  readonly state: State;
  readonly reader: Pick<Reader, 'actions' | 'keyValue' | 'run'>;
  readonly onNews: (news: WebHookNews) => void;
}

interface Failing {
  readonly count: number;
  /** By the steady clock. */
  readonly nextMs: number;
}

export class WebHooks {
  readonly #parts: WebHookParts;
  readonly #failing = new Map<string, Failing>();
  #places: WebHookPlaces | undefined;

  constructor(parts: WebHookParts) {
    this.#parts = parts;
  }

  /**
   * @param steady milliseconds of the steady clock
   * @returns how many messages were taken
   */
  async run(signal: AbortSignal, steady = performance.now()): Promise<number> {
    const { urls } = this.#parts;
    this.#places ??= await WebHookPlaces.read(this.#parts, urls, oldestKept());
    const taken = await Promise.all(urls.map((url) => this.#tell(url, signal, steady)));
    return taken.reduce((sum, count) => sum + count, 0);
  }

  async #tell(url: string, signal: AbortSignal, steady: number): Promise<number> {
    const failing = this.#failing.get(url);
    if (failing !== undefined && steady < failing.nextMs) return 0;
    let taken = 0;
    for (const event of await this.#waiting(url)) {
      if (taken > 0 && !(await pause(this.#parts.pauseMs ?? PAUSE_MS, signal))) break;
      if (event.time < oldestKept()) {
        this.#news(url, `event ${event._id} is given up: it is older than ${KEEP_S / 86_400} days`);
      } else {
        const problem = await this.#send(url, event, signal);
        if (signal.aborted && problem !== undefined) break;
        this.#noteAnswer(url, problem, steady);
        if (problem !== undefined) break;
        taken += 1;
      }
      this.#places!.pass(url, event);
    }
    return taken;
  }

  /** The oldest first. */
  async #waiting(url: string): Promise<ActionDocument[]> {
    const { from, done } = this.#places!.of(url);
    const events = await this.#parts.reader.actions({
      kinds: [...ENDS],
      since: from,
      oldestFirst: true,
      limit: done.size + MOST_AT_ONCE,
    });
    return events.filter(({ _id }) => !done.has(_id));
  }

  /** @returns why it was not taken; undefined when it was */
  async #send(url: string, event: ActionDocument, signal: AbortSignal): Promise<string | undefined> {
    const { reader, secret, publicUrl, answerMs = ANSWER_MS } = this.#parts;
    const head = event.run_id === undefined ? undefined : await reader.run(event.run_id);
    const message = webHookMessage(event, head, publicUrl);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'shoal',
          ...signedHeaders(message, secret, Date.now()),
        },
        body: message.body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      });
      await answer.body?.cancel();
      return answer.ok ? undefined : `answer ${answer.status}`;
    } catch (error) {
      return reasonOf(error);
    }
  }

  #noteAnswer(url: string, problem: string | undefined, steady: number): void {
    const before = this.#failing.get(url)?.count ?? 0;
    if (problem === undefined) {
      this.#failing.delete(url);
      if (before > 0) this.#news(url);
      return;
    }
    const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** before);
    this.#failing.set(url, { count: before + 1, nextMs: steady + waitMs });
    this.#news(url, `${problem}; tried again in ${waitMs / 1_000} s`);
  }

  #news(url: string, problem?: string): void {
    this.#parts.onNews({ host: new URL(url).host, ...(problem !== undefined && { problem }) });
  }
}

/** Seconds since the epoch. */
function oldestKept(): number {
  return Date.now() / 1_000 - KEEP_S;
}

async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return await sleep(ms, true, { signal }).catch(() => false);
}

function reasonOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.name === 'TimeoutError' ? 'no answer in time' : cause.message || cause.name;
}
