/**
 * Says which writer a database has, and holds the log of its latest batch: one document that only its holder changes.
 *
 * The lease has an epoch, which rises with every holder and never falls: writes carry it, so that those of a former holder come to
 * nothing (`epoch-fence.ts`). The holder counts `beats` up for as long as its process is well; who waits for the lease watches
 * that count (`lease-watch.ts`). No write is safe because of a time: the times only say how long to wait for a holder that is silent.
 */
import type { Binary, Collection } from 'mongodb';
import { StoreError } from '../store-error.js';

/** How often the lease is renewed in the time for which it may stand still. */
const RENEWALS = 12;
export const LEASE_KEY = 'primary';

/** The latest batch: its operations packed, here or in documents of their own. */
export interface LoggedBatch {
  id: string;
  time: Date;
  /** True when every operation was done. */
  done: boolean;
  pieces: Binary[];
  /** Keys of the documents that hold the pieces when they are too long for this one. */
  keys: string[];
}

export interface LeaseDocument {
  _id: string;
  holder: string | null;
  /** Absent when only versions without it have held the lease. */
  epoch?: number;
  host: string;
  pid: number;
  beats: number;
  since: Date;
  group?: LoggedBatch;
  /** Names the redo log whose entries count. */
  updates?: string;
  /** The holder is about to go. */
  leaving?: boolean;
  /** Who comes after it, and whether that one listens already. */
  heir?: string;
  heirListens?: boolean;
}

/** What the holder before left. */
export type LeftBehind = Pick<LeaseDocument, 'group' | 'updates'>;

export interface LeaseTerms {
  /** A lease that stood still for so long may be taken. */
  readonly leaseMs: number;
  /** Whether this process may keep the lease: a process that hangs has to lose it. */
  readonly mayRenew: () => boolean;
  /** Told when the database has confirmed the lease, as it was asked at `asked` of this thread's steady clock. */
  readonly onRenewed: (asked: number) => void;
  /** Another writer has the lease: told once. */
  readonly onLost: (error: StoreError) => void;
}

export class WriterLease {
  readonly epoch: number;
  readonly #leases: Collection<LeaseDocument>;
  readonly holder: string;
  readonly #terms: LeaseTerms;
  readonly #timer: NodeJS.Timeout;
  #isLost = false;
  #renewal: Promise<void> | undefined;
  /** The latest write, while it is on its way. */
  #latest: Promise<unknown> | undefined;
  /** When the database last confirmed the lease, by this thread's steady clock. */
  #confirmed = performance.now();

  /** @param held the holder's name and the epoch, as they are in the document already */
  constructor(leases: Collection<LeaseDocument>, held: { holder: string; epoch: number }, terms: LeaseTerms) {
    this.#leases = leases;
    this.holder = held.holder;
    this.epoch = held.epoch;
    this.#terms = terms;
    terms.onRenewed(this.#confirmed);
    this.#timer = setInterval(() => this.#renew(), terms.leaseMs / RENEWALS).unref();
  }

  /** Replaces the logged batch: the moment from which the batch will be applied, whatever happens to this process. */
  async log(batch: LoggedBatch): Promise<void> {
    await this.#write({ group: batch });
  }

  /** From here on the entries of this redo log count, and no others. */
  async startUpdates(updates: string): Promise<void> {
    await this.#write({ updates });
  }

  /** Says that the holder is about to go. */
  async announceLeave(): Promise<void> {
    await this.#write({ leaving: true });
  }

  async markDone(id: string): Promise<void> {
    await this.#inTurn(() =>
      this.#leases.updateOne({ ...this.#own, 'group.id': id }, { $set: { 'group.done': true } }),
    );
  }

  /** Asks the database whether the lease is still this writer's. @throws StoreError `in-use` when it is not */
  async confirm(): Promise<void> {
    await this.#write({});
  }

  /** Before writes that name neither the lease nor its epoch. @throws StoreError `in-use` when the lease is lost */
  async confirmIfOld(): Promise<void> {
    if (this.#isLost || performance.now() - this.#confirmed > this.#terms.leaseMs / 2) await this.confirm();
  }

  /** What a writer says of itself whose epoch is over; from here on it writes nothing. */
  lose(): StoreError {
    const error = new StoreError('in-use', 'Another writer has taken the database over: this one must end.');
    if (!this.#isLost) {
      this.#isLost = true;
      clearInterval(this.#timer);
      this.#terms.onLost(error);
    }
    return error;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    // Not every server of the protocol changes a document in one step: a renewal under way could bring the holder back.
    await this.#renewal;
    if (this.#isLost) return;
    await this.#leases.updateOne(this.#own, { $set: { holder: null } });
  }

  get #own() {
    return { _id: LEASE_KEY, holder: this.holder, epoch: this.epoch };
  }

  #renew(): void {
    if (this.#renewal !== undefined || !this.#terms.mayRenew()) return;
    this.#renewal = this.confirm()
      // A database that is away confirms nothing, and the lease grows old.
      .catch(() => {})
      .finally(() => {
        this.#renewal = undefined;
      });
  }

  async #write(members: Pick<LeaseDocument, 'group' | 'updates' | 'leaving'>): Promise<void> {
    if (this.#isLost) throw this.lose();
    await this.#inTurn(() => this.#beat(members));
  }

  async #beat(members: Pick<LeaseDocument, 'group' | 'updates' | 'leaving'>): Promise<void> {
    const asked = performance.now();
    const isWell = this.#terms.mayRenew();
    const $set = Object.keys(members).length > 0 && { $set: members };
    const update = { $inc: { beats: isWell ? 1 : 0 }, ...$set };
    const { matchedCount } = await this.#leases.updateOne(this.#own, update);
    if (matchedCount === 0) throw this.lose();
    if (!isWell) return;
    this.#confirmed = asked;
    this.#terms.onRenewed(asked);
  }

  /**
   * One write after the other: not every server of the protocol changes a document in one step, and there one would undo another. A
   * write that hangs is passed by after a while, for the lease has to be renewed.
   */
  async #inTurn<T>(write: () => Promise<T>): Promise<T> {
    const before = this.#latest;
    const written = before === undefined ? write() : this.#behind(before).then(write);
    const settled = written.then(
      () => {},
      () => {},
    );
    this.#latest = settled;
    try {
      return await written;
    } finally {
      if (this.#latest === settled) this.#latest = undefined;
    }
  }

  async #behind(before: Promise<unknown>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#terms.leaseMs / RENEWALS);
    });
    await Promise.race([before, patience]);
    clearTimeout(timer);
  }
}
