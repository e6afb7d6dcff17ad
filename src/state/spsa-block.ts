/**
 * The live numbers of an SPSA tune (docs/spec/spsa.md §1), as one blob of 64-bit floats that operations change in place under
 * the run's lock. Names and texts stay in the run's head document.
 */
import type { Slab } from '../memory/tables/slab.js';
import type { Spsa } from '../model/documents.js';

const Header = {
  iter: 0,
  A: 1,
  alpha: 2,
  gamma: 3,
  numIter: 4,
  params: 5,
  history: 6,
  hasHistory: 7,
} as const;
const HEADER = 8;
const Param = { theta: 0, min: 1, max: 2, c: 3, a: 4 } as const;
const PARAM = 5;

export function putSpsaBlock(slab: Slab, spsa: Spsa, historyLength: number): number {
  const block = new Float64Array(HEADER + PARAM * spsa.params.length);
  block[Header.iter] = spsa.iter;
  block[Header.A] = spsa.A;
  block[Header.alpha] = spsa.alpha;
  block[Header.gamma] = spsa.gamma;
  block[Header.numIter] = spsa.num_iter;
  block[Header.params] = spsa.params.length;
  block[Header.history] = historyLength;
  block[Header.hasHistory] = spsa.param_history === undefined ? 0 : 1;
  spsa.params.forEach((param, i) => {
    block.set([param.theta, param.min, param.max, param.c, param.a], HEADER + PARAM * i);
  });
  return slab.put(new Uint8Array(block.buffer));
}

/** A view of the block; valid while the run's lock is held. */
export class SpsaBlock {
  readonly #block: Float64Array;

  constructor(slab: Slab, handle: number) {
    const bytes = slab.read(handle);
    this.#block = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  }

  get iter(): number {
    return this.#block[Header.iter]!;
  }

  set iter(value: number) {
    this.#block[Header.iter] = value;
  }

  get A(): number {
    return this.#block[Header.A]!;
  }

  get alpha(): number {
    return this.#block[Header.alpha]!;
  }

  get gamma(): number {
    return this.#block[Header.gamma]!;
  }

  /** Number of parameters. */
  get length(): number {
    return this.#block[Header.params]!;
  }

  /** Entries of param_history, which the store keeps. */
  get historyLength(): number {
    return this.#block[Header.history]!;
  }

  set historyLength(value: number) {
    this.#block[Header.history] = value;
  }

  /** Whether the document has a param_history at all, be it empty. */
  get hasHistory(): boolean {
    return this.#block[Header.hasHistory] === 1;
  }

  set hasHistory(value: boolean) {
    this.#block[Header.hasHistory] = value ? 1 : 0;
  }

  theta(i: number): number {
    return this.#block[HEADER + PARAM * i + Param.theta]!;
  }

  setTheta(i: number, value: number): void {
    this.#block[HEADER + PARAM * i + Param.theta] = value;
  }

  min(i: number): number {
    return this.#block[HEADER + PARAM * i + Param.min]!;
  }

  max(i: number): number {
    return this.#block[HEADER + PARAM * i + Param.max]!;
  }

  c(i: number): number {
    return this.#block[HEADER + PARAM * i + Param.c]!;
  }

  a(i: number): number {
    return this.#block[HEADER + PARAM * i + Param.a]!;
  }

  thetas(): Float64Array {
    return Float64Array.from({ length: this.length }, (_, i) => this.theta(i));
  }
}
