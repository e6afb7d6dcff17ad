/**
 * Replies that send a worker away for half a minute, held for a random time: workers wait without jitter, so those that were
 * sent away in the same moment would come back in the same moment, for ever.
 */

/** A held reply costs a socket that would be idle anyway, and a timer. */
const MOST_HELD = 20_000;

export class ReplyJitter {
  readonly #jitterMs: number;
  readonly #mostHeld: number;
  readonly #held = new Map<NodeJS.Timeout, () => void>();

  /** @param jitterMs the longest that a reply is held, in milliseconds; 0: none is */
  constructor(jitterMs: number, mostHeld = MOST_HELD) {
    this.#jitterMs = jitterMs;
    this.#mostHeld = mostHeld;
  }

  /** Calls `send` later; at once when enough are held. */
  hold(send: () => void): void {
    if (this.#jitterMs === 0 || this.#held.size >= this.#mostHeld) {
      send();
      return;
    }
    const timer = setTimeout(
      () => {
        this.#held.delete(timer);
        send();
      },
      Math.floor(Math.random() * (this.#jitterMs + 1)),
    );
    this.#held.set(timer, send);
  }

  /** Replies that are held now. */
  get size(): number {
    return this.#held.size;
  }

  /** Sends what is held: the server stops. */
  release(): void {
    for (const [timer, send] of this.#held) {
      clearTimeout(timer);
      send();
    }
    this.#held.clear();
  }
}
