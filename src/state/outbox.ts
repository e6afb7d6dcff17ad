/**
 * What must be appended to the store together with a run's changes: actions, purged tasks, SPSA history, and, under the
 * system's slot, users, block-list entries, key-values and PGNs. A singly linked list of blobs for each run, so that an
 * entry leaves in the same batch as the change that it records: never lost, never twice.
 */
import { pack, unpack } from 'msgpackr';
import { failpoint } from '../memory/failpoint.js';
import type { Slab } from '../memory/tables/slab.js';
import type {
  ActionDocument,
  BadTaskDocument,
  Keyed,
  NetDocument,
  PgnDocument,
  SpsaHistoryPoint,
  UserDocument,
  WorkerDocument,
} from '../model/documents.js';
import type { GitHubAnswerWrite } from '../model/github-answer.js';
import type { SiteRecordWrite } from '../model/site-record.js';
import { RunWord } from './run-record.js';
import type { RunTable } from './runs.js';
import type { ContributorWrite, NetTest, UserChange } from './write-batch.js';

export type OutboxItem =
  | { kind: 'action'; action: ActionDocument }
  | { kind: 'badTask'; badTask: BadTaskDocument }
  | { kind: 'spsaHistory'; entry: SpsaHistoryPoint[] }
  /** A new account. */
  | { kind: 'user'; user: UserDocument }
  | { kind: 'userChange'; change: UserChange }
  | { kind: 'worker'; worker: WorkerDocument }
  | { kind: 'net'; net: Keyed<NetDocument> }
  | { kind: 'netRemoved'; net: string }
  | { kind: 'netTest'; test: NetTest }
  | { kind: 'masterNet'; net: string }
  | { kind: 'pgn'; pgn: PgnDocument }
  | { kind: 'removeUser'; username: string }
  | { kind: 'siteRecord'; write: SiteRecordWrite }
  | { kind: 'gitHubAnswer'; write: GitHubAnswerWrite }
  | { kind: 'contributors'; writes: ContributorWrite[] }
  /** A network was downloaded once more. */
  | { kind: 'download'; net: string }
  | { kind: 'keyValue'; key: string; value: unknown };

/** Bytes before an item's content: the handle of the next item. */
const LINK_BYTES = 4;

export class Outbox {
  readonly #slab: Slab;
  readonly #runs: RunTable;

  constructor(slab: Slab, runs: RunTable) {
    this.#slab = slab;
    this.#runs = runs;
  }

  /** Adds an item to the run's list. Call under the run's lock, and mark the run. */
  push(slot: number, item: OutboxItem): void {
    const content = pack(item);
    const blob = Buffer.alloc(LINK_BYTES + content.length);
    blob.set(content, LINK_BYTES);
    const handle = this.#slab.put(blob);
    const { i32 } = this.#runs.records;
    const offset = this.#runs.at(slot);
    const tail = i32[offset + RunWord.outboxTail]! >>> 0;
    failpoint?.('outbox: appending');
    if (tail === 0) i32[offset + RunWord.outbox] = handle;
    else this.#link(tail).setUint32(0, handle);
    i32[offset + RunWord.outboxTail] = handle;
  }

  /** Takes the run's whole list, oldest first. Call under the run's lock. */
  take(slot: number): OutboxItem[] {
    const { i32 } = this.#runs.records;
    const offset = this.#runs.at(slot);
    const items: OutboxItem[] = [];
    let handle = i32[offset + RunWord.outbox]! >>> 0;
    i32[offset + RunWord.outbox] = 0;
    i32[offset + RunWord.outboxTail] = 0;
    while (handle !== 0) {
      const next = this.#link(handle).getUint32(0);
      items.push(unpack(this.#slab.copy(handle).subarray(LINK_BYTES)) as OutboxItem);
      this.#slab.free(handle);
      handle = next;
    }
    return items;
  }

  /** Frees what was appended after `tail`; from `first` on when the list was empty (tail 0). */
  cut(tail: number, first: number): void {
    let handle = first;
    if (tail !== 0) {
      handle = this.#link(tail).getUint32(0);
      this.#link(tail).setUint32(0, 0);
    }
    while (handle !== 0) {
      const next = this.#link(handle).getUint32(0);
      this.#slab.free(handle);
      handle = next;
    }
  }

  #link(handle: number): DataView {
    const bytes = this.#slab.read(handle);
    return new DataView(bytes.buffer, bytes.byteOffset, LINK_BYTES);
  }
}
