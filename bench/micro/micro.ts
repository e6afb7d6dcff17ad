/** All micro benchmarks, one after the other. */
import type { Figure } from '../work/result.js';
import { measureCodecs } from './codecs.js';
import type { MicroOptions } from './compare.js';
import { measureDispatch } from './dispatch.js';
import { measureFraming } from './framing.js';
import { measureLocks } from './locks.js';
import { measureRequests } from './requests.js';
import { measureStatistics } from './statistics.js';
import { measureStructures } from './structures.js';

export async function measureMicro(options: MicroOptions): Promise<Figure[]> {
  const groups = [
    measureLocks,
    measureStructures,
    measureDispatch,
    measureRequests,
    measureFraming,
    measureStatistics,
    measureCodecs,
  ];
  const figures: Figure[] = [];
  for (const measure of groups) figures.push(...(await measure(options)));
  return figures;
}
