/** Every knob: name, default, bounds, meaning. All mistakes are reported at once. */

interface Knob<T> {
  readonly value: T;
  readonly meaning: string;
  readonly min?: number;
  readonly max?: number;
  readonly options?: readonly string[];
}

const KNOBS = {
  FISHTEST_PORT: { value: 8000, min: 0, max: 65535, meaning: 'port for workers; 0 takes a free one' },
  HTTP_HOST: { value: '0.0.0.0', meaning: 'address for workers' } as Knob<string>,
  HTTP_THREADS: { value: 1, min: 1, max: 16, meaning: 'front threads that share the port' },
  THREADPOOL_THREADS: { value: 2, min: 1, max: 32, meaning: 'pool threads, spread over the front threads' },
  THREADPOOL_TOKENS: { value: 64, min: 1, max: 10_000, meaning: 'dispatched calls in flight' },
  THREADPOOL_QUEUE: {
    value: 50_000,
    min: 1,
    max: 1_000_000,
    meaning: 'dispatched calls that wait for a token',
  },
  TASK_SEMAPHORE_SIZE: { value: 256, min: 1, max: 100_000, meaning: 'request_task calls admitted at once' },
  STORE_URL: { value: 'sqlite:./data', meaning: 'where state is kept' } as Knob<string>,
  DURABILITY: {
    value: 'strict',
    options: ['strict', 'relaxed'],
    meaning: 'strict: a reply leaves when the store has what it promises',
  } as Knob<string>,
  FLUSH_INTERVAL_MS: { value: 1000, min: 1, max: 60_000, meaning: 'how often beats are written' },
  ADMIN_HOST: { value: '127.0.0.1', meaning: 'address of the admin API' } as Knob<string>,
  ADMIN_PORT: { value: 8001, min: 0, max: 65535, meaning: 'port of the admin API; 0 takes a free one' },
  TRUSTED_PROXIES: {
    value: '127.0.0.1,::1',
    meaning: 'addresses whose X-Forwarded-For and X-Forwarded-Proto are believed',
  } as Knob<string>,
  BODY_LIMIT_KB: { value: 1024, min: 16, max: 65_536, meaning: 'largest request body, PGN uploads aside' },
  PGN_BODY_LIMIT_MB: { value: 32, min: 1, max: 200, meaning: 'largest body of a PGN upload' },
  CREDENTIAL_MAX_AGE_S: {
    value: 86_400,
    min: 1,
    max: 2_592_000,
    meaning: 'how long a verified password is remembered',
  },
  SHARED_MEMORY_MB: {
    value: 4096,
    min: 256,
    max: 65_536,
    meaning: 'reservation of shared memory; pages come when touched',
  },
  SHOAL_MAX_RUNS: { value: 4096, min: 16, max: 4096, meaning: 'live runs' },
  SHOAL_MAX_TASKS: { value: 2_000_000, min: 1024, max: 8_000_000, meaning: 'tasks of live runs' },
  SHOAL_MAX_WORKERS: { value: 1_000_000, min: 1024, max: 4_000_000, meaning: 'workers remembered' },
  SHOAL_MAX_USERS: { value: 100_000, min: 64, max: 1_000_000, meaning: 'accounts' },
  LOG_LEVEL: {
    value: 'info',
    options: ['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    meaning: 'least severe level that is logged',
  } as Knob<string>,
} as const;

export type Config = {
  [Name in keyof typeof KNOBS]: (typeof KNOBS)[Name]['value'] extends number ? number : string;
};

/** The environment holds values that cannot be used; the message lists them all. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`bad configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** @throws ConfigError */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const entries = (Object.entries(KNOBS) as [string, Knob<number | string>][]).map(([name, knob]) => {
    const text = env[name];
    if (text === undefined || text === '') return [name, knob.value];
    const problem = typeof knob.value === 'number' ? numberProblem(text, knob) : optionProblem(text, knob);
    if (problem !== undefined) problems.push(`${name}=${text}: ${problem} (${knob.meaning})`);
    return [name, typeof knob.value === 'number' ? Number(text) : text];
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.fromEntries(entries) as Config;
}

function numberProblem(text: string, { min, max }: Knob<unknown>): string | undefined {
  const value = Number(text);
  return Number.isInteger(value) && value >= min! && value <= max!
    ? undefined
    : `not an integer from ${min} to ${max}`;
}

function optionProblem(text: string, { options }: Knob<unknown>): string | undefined {
  return options === undefined || options.includes(text) ? undefined : `not one of ${options.join(', ')}`;
}

/** Name, default and meaning of every knob, for manuals. */
export function describeKnobs(): { name: string; value: string; meaning: string }[] {
  return Object.entries(KNOBS).map(([name, { value, meaning }]) => ({ name, value: String(value), meaning }));
}
