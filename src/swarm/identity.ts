/**
 * Who a simulated worker is: drawn once from plausible distributions, kept as a few numbers, written out as the JSON text
 * that the real worker would send (docs/spec/worker-api.md §2.3, spacing as in §6.1).
 */
import type { SwarmUser } from './options.js';
import type { Random } from './seeded-random.js';

const CORES = [1, 2, 3, 4, 6, 7, 8, 12, 15, 16, 24, 32, 63, 64, 128];
const CORES_WEIGHTS = [10, 8, 6, 14, 6, 16, 10, 5, 6, 5, 3, 4, 3, 2, 2];

interface Machine {
  readonly uname: string;
  readonly architecture: string;
  readonly workerArch: string;
  readonly archText: string;
  readonly weight: number;
}

const MACHINES: readonly Machine[] = [
  machine('Linux 6.1.0', '["64bit", "ELF"]', 'x86-64-avx2', '64bit AVX2 SSE41 SSSE3 SSE2 POPCNT', 30),
  machine('Linux 6.8.0', '["64bit", "ELF"]', 'x86-64-bmi2', '64bit BMI2 AVX2 SSE41 SSSE3 SSE2 POPCNT', 30),
  machine(
    'Linux 5.15.0',
    '["64bit", "ELF"]',
    'x86-64-vnni512',
    '64bit VNNI AVX512 BMI2 AVX2 SSE41 POPCNT',
    15,
  ),
  machine(
    'Linux 6.12.0',
    '["64bit", "ELF"]',
    'x86-64-avx512icl',
    '64bit AVX512ICL VNNI BMI2 AVX2 POPCNT',
    12,
  ),
  machine('Windows 10', '["64bit", "WindowsPE"]', 'x86-64-avx2', '64bit AVX2 SSE41 SSSE3 SSE2 POPCNT', 8),
  machine('Darwin 24.1.0', '["64bit", ""]', 'apple-silicon', '64bit POPCNT NEON_DOTPROD', 5),
];

function machine(uname: string, architecture: string, arch: string, text: string, weight: number): Machine {
  return { uname, architecture, workerArch: arch, archText: text, weight };
}

const COUNTRIES = ['DE', 'US', 'FR', 'GB', 'NL', 'FI', 'JP', 'CA', 'ZZ'];
const WORKERS_PER_ADDRESS = 4;

export class Identity {
  readonly user: SwarmUser;
  readonly machine: Machine;
  readonly concurrency: number;
  readonly maxMemory: number;
  readonly clang: boolean;
  readonly nps: number;
  readonly country: string;
  readonly #number: number;
  uniqueKey: string;

  /** @param number the worker's place in the swarm: no two have the same first key segment. */
  constructor(random: Random, users: readonly SwarmUser[], number: number) {
    this.#number = number;
    this.user = users[number % users.length]!;
    this.machine = MACHINES[random.weighted(MACHINES.map((entry) => entry.weight))]!;
    this.concurrency = CORES[random.weighted(CORES_WEIGHTS)]!;
    this.maxMemory = 1024 * Math.max(4, this.concurrency * random.pick([1, 1, 2, 2, 4]));
    this.clang = random.chance(0.3);
    this.nps = Math.round(random.between(400_000, 1_100_000));
    this.country = random.pick(COUNTRIES);
    this.uniqueKey = newKey(random, number);
  }

  /** As a worker that was started anew: another key, and so another name. */
  restart(random: Random, generation: number, workers: number): void {
    this.uniqueKey = newKey(random, this.#number + generation * workers);
  }

  get remoteAddress(): string {
    const host = Math.floor(this.#number / WORKERS_PER_ADDRESS) + 1;
    return `10.${(host >> 16) & 255}.${(host >> 8) & 255}.${host & 255}`;
  }

  /** The `worker_info` object. @param benched false before the first benchmark: speed and compile flags are unknown. */
  workerInfo(benched: boolean, nearGithubLimit: boolean): string {
    const { machine } = this;
    return (
      `{"uname": "${machine.uname}", "architecture": ${machine.architecture}, "concurrency": ${this.concurrency}, ` +
      `"max_memory": ${this.maxMemory}, "min_threads": 1, "username": ${JSON.stringify(this.user.username)}, ` +
      `"version": 325, "python_version": [3, 12, 3], "gcc_version": ${this.clang ? '[18, 1, 3]' : '[13, 2, 0]'}, ` +
      `"compiler": "${this.clang ? 'clang++' : 'g++'}", "unique_key": "${this.uniqueKey}", "modified": false, ` +
      `"worker_arch": "${machine.workerArch}", "ARCH": "${benched ? machine.archText : '?'}", ` +
      `"nps": ${benched ? this.nps : 0}.0, "near_github_api_limit": ${nearGithubLimit}}`
    );
  }
}

/** The first segment is a one-to-one image of the number, so short names cannot collide within a swarm. */
function newKey(random: Random, number: number): string {
  const first = (Math.imul(number + 1, 0x9e37_79b1) >>> 0).toString(16).padStart(8, '0');
  return `${first}-${random.hex(4)}-${random.hex(4)}-${random.hex(4)}-${random.hex(12)}`;
}
