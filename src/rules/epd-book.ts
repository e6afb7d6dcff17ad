/**
 * What workers and pages know of a book of positions (docs/spec/data-model.md §12): how many, by the side to move, at what depth, and
 * the hash of its text. Fed in pieces, since books have millions of lines.
 */
import { createHash } from 'node:crypto';
import type { BookMetadata } from '../model/documents.js';

const LEAST_FIELDS = 4;
/** In a FEN the counts of moves follow on the four fields of the position. */
const HALF_MOVES = 4;
const FULL_MOVES = 5;
const COUNT = /^\d+$/;

/** The line is no position. */
export class BadLine extends Error {
  override readonly name = 'BadLine';
}

export class EpdBook {
  readonly #hash = createHash('sha384');
  /** The last piece's part of a line, and its carriage return when that may be half of a line's end. */
  #rest = '';
  #isReturnHeld = false;
  #line = 0;
  #white = 0;
  #black = 0;
  #leastPly = Number.POSITIVE_INFINITY;
  #mostPly = 0;
  #isDepthKnown = true;

  /** @throws BadLine */
  add(piece: Buffer): void {
    // One character a byte: whatever the encoding, the hash is of the bytes.
    let text = piece.toString('latin1');
    if (this.#isReturnHeld) text = `\r${text}`;
    this.#isReturnHeld = text.endsWith('\r');
    if (this.#isReturnHeld) text = text.slice(0, -1);
    this.#take(text);
  }

  /** @throws BadLine, also for a book without positions */
  finish(): BookMetadata {
    if (this.#isReturnHeld) this.#take('\r');
    if (this.#rest !== '') this.#position(this.#rest);
    const total = this.#white + this.#black;
    if (total === 0) throw new BadLine('there is no position in it');
    return {
      total,
      white: this.#white,
      black: this.#black,
      min_depth: this.#isDepthKnown ? this.#leastPly : null,
      max_depth: this.#isDepthKnown ? this.#mostPly : null,
      sri: this.#hash.digest('base64'),
    };
  }

  /** Text whose line ends are whole; the hash is of lines that end as on Unix. */
  #take(text: string): void {
    const normalized = text.replaceAll(/\r\n?/g, '\n');
    this.#hash.update(normalized, 'latin1');
    const lines = (this.#rest + normalized).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#position(line);
  }

  #position(line: string): void {
    this.#line++;
    const fields = line.trim().split(/\s+/);
    if (fields.length === 1 && fields[0] === '') return;
    const side = fields[1];
    if (fields.length < LEAST_FIELDS || (side !== 'w' && side !== 'b')) {
      throw new BadLine(
        `line ${this.#line} is no position in EPD or FEN: ${JSON.stringify(line.slice(0, 80))}`,
      );
    }
    if (side === 'w') this.#white++;
    else this.#black++;
    this.#noteDepth(fields, side);
  }

  /** Half-moves since the start of the game, where every line tells. */
  #noteDepth(fields: readonly string[], side: string): void {
    const half = fields[HALF_MOVES] ?? '';
    const full = fields[FULL_MOVES] ?? '';
    if (!COUNT.test(half) || !COUNT.test(full)) {
      this.#isDepthKnown = false;
      return;
    }
    const ply = 2 * (Math.max(1, Number(full)) - 1) + (side === 'b' ? 1 : 0);
    this.#leastPly = Math.min(this.#leastPly, ply);
    this.#mostPly = Math.max(this.#mostPly, ply);
  }
}
