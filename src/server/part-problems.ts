/** Mistakes in settings that only a part itself can find: the driver of the store, and the layout of shared memory. */
import type { Config } from '../config/config.js';
import { RegionError } from '../memory/region.js';
import { Shared } from '../runtime/shared.js';
import { checkStoreUrl } from '../store/open-store.js';
import { StoreError } from '../store/store-error.js';
import { MIB, sharedOptions } from './shared-memory.js';

/** What ended a start says that the same settings end the next one, too. */
export function isSettingsMistake(error: unknown): boolean {
  return error instanceof RegionError || (error instanceof StoreError && error.code === 'url');
}

/** Opens nothing; the reservation of shared memory is made and let go. */
export async function partProblems(config: Config): Promise<string[]> {
  const attempts: [string, () => unknown][] = [
    ['STORE_URL', () => checkStoreUrl(config.STORE_URL)],
    ['SHARED_MEMORY_MB', () => Shared.create(config.SHARED_MEMORY_MB * MIB, sharedOptions(config))],
  ];
  const problems: string[] = [];
  for (const [name, attempt] of attempts) {
    try {
      await attempt();
    } catch (error) {
      if (!isSettingsMistake(error)) throw error;
      problems.push(`${name}: ${(error as Error).message}`);
    }
  }
  return problems;
}
