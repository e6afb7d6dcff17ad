/** Mistakes in settings that only a part itself can find: the driver of the store, and the layout of shared memory. */
import { statSync } from 'node:fs';
import type { Config } from '../config/config.js';
import { ConfigError } from '../config/read-config.js';
import { sqliteDirectory } from '../config/store-url.js';
import { checkTlsFiles, tlsFiles } from '../http/transport/tls.js';
import { loadBinding } from '../http/transport/uws.js';
import { RegionError } from '../memory/region.js';
import { Shared } from '../runtime/shared.js';
import { checkStoreUrl } from '../store/open-store.js';
import { StoreError } from '../store/store-error.js';
import { MIB, sharedOptions } from './shared-memory.js';

/** What ended a start says that the same settings end the next one, too. */
export function isSettingsMistake(error: unknown): boolean {
  if (error instanceof RegionError || error instanceof ConfigError) return true;
  return error instanceof StoreError && error.code === 'url';
}

/** What settings name that is not there, or is something else. A start looks, too: its parts would fail one by one, later. */
export function placeProblems(config: Config): string[] {
  const { TLS_CERT_FILE: cert, TLS_KEY_FILE: key, UWS_PATH, SHOAL_DATA, SHOAL_NETS, STORE_URL } = config;
  const problems = [
    directoryProblem('STORE_URL', sqliteDirectory(STORE_URL) ?? ''),
    directoryProblem('SHOAL_DATA', SHOAL_DATA),
    directoryProblem('SHOAL_NETS', SHOAL_NETS),
    problemOf(() => {
      const files = tlsFiles(cert, key);
      if (files !== undefined) checkTlsFiles(files);
    }),
    UWS_PATH === '' ? undefined : problemOf(() => loadBinding(UWS_PATH)),
  ];
  return problems.filter((problem) => problem !== undefined);
}

/** What is not there is made; a file is not. */
function directoryProblem(name: string, path: string): string | undefined {
  if (path === '') return undefined;
  const problem = `${name} names the directory ${path}, but there is a file in its place`;
  try {
    return statSync(path).isDirectory() ? undefined : problem;
  } catch (error) {
    // A directory that is missing is made. Other failures, such as a missing permission, are told by whoever needs the directory.
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR' ? problem : undefined;
  }
}

function problemOf(attempt: () => unknown): string | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Opens nothing; the reservation of shared memory is made and let go. */
export async function partProblems(config: Config): Promise<string[]> {
  const attempts: [string, () => unknown][] = [
    ['STORE_URL', () => checkStoreUrl(config.STORE_URL)],
    ['SHARED_MEMORY_MB', () => Shared.create(config.SHARED_MEMORY_MB * MIB, sharedOptions(config))],
  ];
  const problems = placeProblems(config);
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
