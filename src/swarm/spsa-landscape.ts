/**
 * What simulated games of a tune depend on: a smooth hill over the parameters whose top lies away from their start, so that
 * a server that applies the results rightly is seen to climb it.
 */
import type { SpsaParam } from '../model/documents.js';
import type { Random } from './seeded-random.js';

/** Elo lost when one parameter stands half its range away from the optimum. */
const ELO_PER_PARAM = 40;

export interface Landscape {
  /** Elo of the first engine's parameters against the second's. Unknown names count nothing. */
  difference(first: readonly NamedValue[], second: readonly NamedValue[]): number;
}

export interface NamedValue {
  readonly name: string;
  readonly value: number;
}

/** Where the hill's top is: at 70 % of the range. */
function optimum(param: SpsaParam): number {
  return param.min + 0.7 * (param.max - param.min);
}

export function landscapeOf(params: readonly SpsaParam[]): Landscape {
  const hills = new Map(
    params.map((param) => [param.name, { top: optimum(param), width: (param.max - param.min) / 2 || 1 }]),
  );
  const height = (values: readonly NamedValue[]): number => {
    let sum = 0;
    for (const { name, value } of values) {
      const hill = hills.get(name);
      if (hill) sum -= ELO_PER_PARAM * ((value - hill.top) / hill.width) ** 2;
    }
    return sum;
  };
  return { difference: (first, second) => height(first) - height(second) };
}

/** The worker's stochastic rounding: floor(value + U[0,1)) (docs/spec/spsa.md §3). */
export function roundValues(random: Random, values: readonly NamedValue[]): NamedValue[] {
  return values.map(({ name, value }) => ({ name, value: Math.floor(value + random.unit()) }));
}
