/**
 * Names that requests may carry and that the operator can extend: worker architectures and legacy usernames.
 * Set once when a thread starts, before it serves requests.
 */

/** Architectures the Stockfish build script names (docs/spec/worker-api.md §2.6). */
export const WORKER_ARCHS: readonly string[] = [
  'apple-silicon',
  'armv7',
  'armv7-neon',
  'armv8',
  'armv8-dotprod',
  'e2k',
  'general-32',
  'general-64',
  'loongarch64',
  'loongarch64-lasx',
  'loongarch64-lsx',
  'ppc-32',
  'ppc-64',
  'ppc-64-altivec',
  'ppc-64-vsx',
  'riscv64',
  'x86-32',
  'x86-32-sse2',
  'x86-32-sse41-popcnt',
  'x86-64',
  'x86-64-avx2',
  'x86-64-avx512',
  'x86-64-avxvnni',
  'x86-64-bmi2',
  'x86-64-sse3-popcnt',
  'x86-64-sse41-popcnt',
  'x86-64-ssse3',
  'x86-64-vnni512',
  'x86-64-avx512icl',
];

/** What a worker reports when the build script knows no name for its machine. */
const UNKNOWN_ARCH = 'unknown';

const USERNAME = /^[A-Za-z0-9]{2,}$/;

const workerArchs: ReadonlySet<string> = new Set([...WORKER_ARCHS, UNKNOWN_ARCH]);
let legacyUsernames: ReadonlySet<string> = new Set();

/** From what an old database holds under the key. */
export function legacyUsernamesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

/** Replaces the usernames accepted although they break the pattern (docs/spec/data-model.md §8, legacy_usernames). */
export function setLegacyUsernames(names: Iterable<string>): void {
  legacyUsernames = new Set(names);
}

/** The usernames accepted although they break the pattern. */
export function legacyUsernamesInForce(): ReadonlySet<string> {
  return legacyUsernames;
}

/** The architectures in force, "unknown" included. */
export function knownWorkerArchs(): readonly string[] {
  return [...workerArchs];
}

/** True for an architecture in force or "unknown". */
export function isWorkerArch(name: string): boolean {
  return workerArchs.has(name);
}

/** True for two or more ASCII letters and digits, or a legacy username (docs/spec/worker-api.md §2.4). */
export function isUsername(name: string): boolean {
  return USERNAME.test(name) || legacyUsernames.has(name);
}
