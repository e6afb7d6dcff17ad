/**
 * Answers of GitHub in the store, so that a restart asks nothing again, and all instances on one database share them. Bounded
 * by number, size and age: what was not wanted for the longest goes first. Nothing depends on it: whatever fails here costs a call.
 */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { GitHubAnswerRecord, GitHubAnswerWrite } from '../model/github-answer.js';
import { pushItem, withSystem } from '../operations/changes.js';
import type { State } from '../state/state.js';
import type { Reader } from '../store/port.js';
import type { KeptAnswer } from './answer-cache.js';
import { answersOfReference, REFERENCE_KEY } from './reference-answers.js';

export interface StoredAnswersParts {
  readonly state: State;
  readonly reader: Pick<Reader, 'gitHubAnswers' | 'gitHubAnswerSizes' | 'keyValue'>;
  readonly now?: () => number;
  /** Told of what fails. */
  readonly onProblem: (problem: string) => void;
  readonly mostBytes?: number;
  readonly mostAnswers?: number;
}

const MOST_BYTES = 256 * 1024 * 1024;
const MOST_ANSWERS = 50_000;
const DAY_MS = 86_400_000;
const UNUSED_MS = 400 * DAY_MS;
/** The bounds are looked after once in so many new answers. */
const PUTS_A_PRUNE = 100;
const KEYS_A_WRITE = 1_000;
const LONG = 1024;
/** JSON begins with no such byte. */
const GZIP_MAGIC = 0x1f;
const zip = promisify(gzip);
const unzip = promisify(gunzip);

export class StoredAnswers {
  readonly #parts: StoredAnswersParts;
  readonly #mostBytes: number;
  readonly #mostAnswers: number;
  readonly #now: () => number;
  #ofReference: Promise<ReadonlyMap<string, KeptAnswer>> | undefined;
  #putsToPrune = 1;
  #isClosed = false;

  constructor(parts: StoredAnswersParts) {
    const { mostBytes = MOST_BYTES, mostAnswers = MOST_ANSWERS, now = Date.now } = parts;
    this.#parts = parts;
    this.#mostBytes = mostBytes;
    this.#mostAnswers = mostAnswers;
    this.#now = now;
  }

  /** Those that are there. Never throws. */
  async find(keys: readonly string[]): Promise<ReadonlyMap<string, KeptAnswer>> {
    const found = new Map<string, KeptAnswer>();
    try {
      for (const record of await this.#parts.reader.gitHubAnswers(keys)) {
        const kept = await keptOf(record);
        if (kept === undefined) continue;
        found.set(record.key, kept);
        this.#noteUse(record);
      }
      const missing = keys.filter((key) => !found.has(key));
      const others = missing.length > 0 ? await this.#reference() : undefined;
      for (const key of missing) {
        const kept = others?.get(key);
        if (kept !== undefined) found.set(key, kept);
      }
    } catch (error) {
      this.#tell('cannot be read', error);
    }
    return found;
  }

  /** Never throws; the answer is stored some moments later. @param json of the answer */
  async put(key: string, { at, etag = '' }: KeptAnswer, json: string): Promise<void> {
    try {
      const answer = json.length > LONG ? await zip(json) : Buffer.from(json);
      this.#write({ write: 'put', record: { key, at, used: this.#today(), etag, answer } });
      this.#putsToPrune -= 1;
      if (this.#putsToPrune <= 0) {
        this.#putsToPrune = PUTS_A_PRUNE;
        await this.#prune();
      }
    } catch (error) {
      this.#tell('cannot be kept', error);
    }
  }

  /** From here on nothing is written. */
  close(): void {
    this.#isClosed = true;
  }

  async #prune(): Promise<void> {
    const oldest = this.#now() - UNUSED_MS;
    let answers = 0;
    let size = 0;
    const tooMany: string[] = [];
    for (const { key, used, bytes } of await this.#parts.reader.gitHubAnswerSizes()) {
      answers += 1;
      size += bytes;
      if (answers > this.#mostAnswers || size > this.#mostBytes || used < oldest) tooMany.push(key);
    }
    for (let from = 0; from < tooMany.length; from += KEYS_A_WRITE) {
      this.#write({ write: 'remove', keys: tooMany.slice(from, from + KEYS_A_WRITE) });
    }
  }

  /** Once a day: a write for each look would cost more than it tells. */
  #noteUse(record: GitHubAnswerRecord): void {
    const today = this.#today();
    if (record.used < today) this.#write({ write: 'put', record: { ...record, used: today } });
  }

  #today(): number {
    const now = this.#now();
    return now - (now % DAY_MS);
  }

  #write(write: GitHubAnswerWrite): void {
    if (this.#isClosed) return;
    const { state } = this.#parts;
    withSystem(state, (slot) => pushItem(state, slot, { kind: 'gitHubAnswer', write }));
    state.commits.next();
  }

  /** What fishtest's own server had found out on the same database. */
  #reference(): Promise<ReadonlyMap<string, KeptAnswer>> {
    this.#ofReference ??= this.#parts.reader
      .keyValue(REFERENCE_KEY)
      .then((value) => answersOfReference(value, this.#now()));
    return this.#ofReference;
  }

  #tell(what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.onProblem(`answers of GitHub ${what}: ${reason}`);
  }
}

/** Undefined: it cannot be read, and is found out anew. */
async function keptOf({ at, etag, answer }: GitHubAnswerRecord): Promise<KeptAnswer | undefined> {
  try {
    const bytes = answer[0] === GZIP_MAGIC ? await unzip(answer) : Buffer.from(answer);
    return { answer: JSON.parse(bytes.toString()) as unknown, at, storedAt: at, etag: etag || undefined };
  } catch {
    return undefined;
  }
}
