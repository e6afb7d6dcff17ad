/** The table of all settings: name, default, bounds, meaning. `read-config.ts` reads an environment by it. */
import {
  addressesProblem,
  hostProblem,
  netUrlProblem,
  primaryPortProblem,
  tokenProblem,
  webHookSecretProblem,
  webHookUrlsProblem,
  webUrlProblem,
} from './setting-checks.js';
import { pathProblem, storeUrlProblem } from './store-url.js';

export interface Setting<T> {
  readonly value: T;
  readonly meaning: string;
  readonly min?: number;
  readonly max?: number;
  readonly options?: readonly string[];
  /** What is wrong with a text; undefined when nothing is. Every text without options has one, but for the secret, which may be any. */
  readonly check?: (text: string) => string | undefined;
  /** It can change while the server runs. */
  readonly live?: true;
  /** An empty value is a value, not the default. */
  readonly emptyCounts?: true;
  /** It is never shown. */
  readonly secret?: true;
}

export const SETTINGS = {
  FISHTEST_PORT: { value: 8000, min: 0, max: 65535, meaning: 'port for workers; 0 takes a free one' },
  FISHTEST_PRIMARY_PORT: {
    value: '',
    check: primaryPortProblem,
    meaning: 'port of the primary; another FISHTEST_PORT makes this a secondary, which reads and takes PGNs',
  } as Setting<string>,
  HTTP_HOST: { value: '0.0.0.0', check: hostProblem, meaning: 'address for workers' } as Setting<string>,
  HTTP_THREADS: { value: 1, min: 1, max: 16, meaning: 'front threads that share the port' },
  THREADPOOL_THREADS: { value: 2, min: 1, max: 32, meaning: 'pool threads, spread over the front threads' },
  THREADPOOL_TOKENS: {
    value: 64,
    min: 1,
    max: 10_000,
    live: true,
    meaning: 'dispatched calls in flight, and as many of pages',
  } as Setting<number>,
  THREADPOOL_QUEUE: {
    value: 50_000,
    min: 1,
    max: 1_000_000,
    meaning: 'dispatched calls that wait for a token',
  },
  TASK_SEMAPHORE_SIZE: {
    value: 256,
    min: 1,
    max: 100_000,
    live: true,
    meaning: 'request_task calls admitted at once',
  } as Setting<number>,
  REPLY_SPREAD_MS: {
    value: 0,
    min: 0,
    max: 20_000,
    meaning:
      'longest that a busy or no-task reply is held, at random, so that workers do not retry in step; 0: not at all',
  } as Setting<number>,
  STORE_URL: {
    value: 'sqlite:./data',
    check: storeUrlProblem,
    meaning: 'where state is kept: sqlite:DIRECTORY or mongodb://HOST/DATABASE',
  } as Setting<string>,
  STORE_CONNECTIONS: {
    value: 48,
    min: 1,
    max: 10_000,
    meaning: 'connections of all pool and page threads to a database server; other threads have 8 each',
  },
  STANDBY: {
    value: 'refuse',
    options: ['refuse', 'wait'],
    meaning:
      'wait: several primaries are set up for the store, and this one waits while another serves; refuse: it does not start then',
  } as Setting<string>,
  CLUSTER_LEASE_MS: {
    value: 6000,
    min: 1000,
    max: 600_000,
    meaning:
      'a primary that is silent for so long may be replaced by one that waits; the same for all of a store',
  },
  DURABILITY: {
    value: 'strict',
    options: ['strict', 'relaxed'],
    meaning: 'strict: a reply leaves when the store has what it promises',
  } as Setting<string>,
  FLUSH_INTERVAL_MS: { value: 1000, min: 1, max: 60_000, meaning: 'how often beats are written' },
  ADMIN_HOST: {
    value: '127.0.0.1',
    check: hostProblem,
    meaning: 'address of the admin API',
  } as Setting<string>,
  ADMIN_PORT: { value: 8001, min: 0, max: 65535, meaning: 'port of the admin API; 0 takes a free one' },
  TRUSTED_PROXIES: {
    value: '127.0.0.1,::1',
    check: addressesProblem,
    meaning: 'addresses and ranges (10.0.0.0/8) whose X-Forwarded-For and X-Forwarded-Proto are believed',
  } as Setting<string>,
  BODY_LIMIT_KB: { value: 1024, min: 16, max: 65_536, meaning: 'largest request body, PGN uploads aside' },
  PGN_BODY_LIMIT_MB: { value: 32, min: 1, max: 200, meaning: 'largest body of a PGN upload' },
  CREDENTIAL_MAX_AGE_S: {
    value: 86_400,
    min: 1,
    max: 2_592_000,
    meaning: 'how long a verified password is remembered',
  },
  PASSWORD_FAILURES_PER_ACCOUNT: {
    value: 50,
    min: 1,
    max: 1_000_000,
    meaning: 'wrong passwords in 15 minutes, a front thread, after which new ones of the account must wait',
  },
  PASSWORD_FAILURES_PER_ADDRESS: {
    value: 200,
    min: 1,
    max: 1_000_000,
    meaning: 'wrong passwords in 15 minutes, a front thread, after which new ones from the address must wait',
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
  GH_TOKEN: {
    value: '',
    check: tokenProblem,
    secret: true,
    meaning: 'bearer token for GitHub',
  } as Setting<string>,
  SHOAL_GITHUB: {
    value: 'on',
    options: ['on', 'off'],
    meaning: 'off: GitHub is not asked; people type shas and signatures by hand',
  } as Setting<string>,
  SHOAL_CONTRIBUTORS: {
    value: 'auto',
    options: ['auto', 'on', 'off'],
    meaning:
      "who counts what contributors gave; auto: Shoal, unless fishtest's script has done so in this database; on: Shoal; off: somebody else",
  },
  LOG_LEVEL: {
    value: 'info',
    options: ['fatal', 'error', 'warn', 'info', 'debug', 'trace'],
    live: true,
    meaning: 'least severe level that is logged; debug writes a line for each request',
  } as Setting<string>,
  LOG_FORMAT: {
    value: 'auto',
    options: ['auto', 'json', 'pretty'],
    meaning: 'auto: pretty on a terminal, else JSON',
  } as Setting<string>,
  TASK_TIMEOUT_MS: {
    value: 20_000,
    min: 500,
    max: 600_000,
    meaning: 'a pool or page thread that stands still for longer is replaced, and its calls are made again',
  },
  SHUTDOWN_TIMEOUT_MS: {
    value: 10_000,
    min: 1000,
    max: 600_000,
    meaning: 'how long stopping may take; then the server ends without waiting any longer, with exit code 1',
  },
  SLOW_REQUEST_MS: {
    value: 1000,
    min: 1,
    max: 3_600_000,
    meaning: 'a request that took longer is logged as a warning',
  },
  LOCK_HOLD_WARN_MS: {
    value: 20,
    min: 1,
    max: 60_000,
    meaning: 'a lock that was held longer is logged as a warning',
  },
  DASHBOARD: {
    value: 'on',
    options: ['on', 'off'],
    meaning: "whether the workers' port shows the dashboard at /dashboard, or at / with SITE=off",
  } as Setting<string>,
  SITE: {
    value: 'on',
    options: ['on', 'off'],
    meaning:
      "whether the workers' port serves the web application, where people sign in; off: a bare list of tests",
  } as Setting<string>,
  SITE_THREADS: {
    value: 1,
    min: 1,
    max: 16,
    meaning: 'threads that make pages, spread over the front threads; they start with the first page',
  },
  SITE_NICE: {
    value: 10,
    min: 0,
    max: 19,
    meaning:
      'by how much the priority (nice) of threads that make pages is lower than that of the others, on Linux',
  },
  FISHTEST_AUTHENTICATION_SECRET: {
    value: '',
    secret: true,
    meaning:
      'signs forms of visitors who are not signed in; empty: a new one at each start, so that open forms are void',
  } as Setting<string>,
  SIGNUP: {
    value: 'open',
    options: ['open', 'closed'],
    meaning: 'closed: nobody can sign up on the pages',
  } as Setting<string>,
  SIGNUP_CHECK_MAIL: {
    value: 'on',
    options: ['on', 'off'],
    meaning: 'whether the domain of a new e-mail address is asked for the servers that take its mail',
  } as Setting<string>,
  SIGNUPS_PER_HOUR: {
    value: 5,
    min: 1,
    max: 1_000_000,
    meaning: 'accounts that one address may sign up for in an hour, a front thread',
  },
  SESSION_IDLE_HOURS: {
    value: 12,
    min: 1,
    max: 8760,
    meaning: 'a session that is not to be remembered ends after so long without a request',
  },
  SESSION_REMEMBER_DAYS: {
    value: 400,
    min: 1,
    max: 400,
    meaning: '"stay signed in" lasts this long after the last use',
  },
  SITE_POSTS_PER_MINUTE: {
    value: 60,
    min: 1,
    max: 1_000_000,
    meaning: 'forms that an account may send in a minute, a front thread',
  },
  LIVE_SOCKETS: {
    value: 2_000,
    min: 0,
    max: 100_000,
    meaning: 'open pages that get live updates over a socket; others ask now and then; 0: none does',
  },
  SITE_SEARCHES_PER_MINUTE: {
    value: 30,
    min: 1,
    max: 1_000_000,
    meaning: 'costly searches of an address in a minute, a front thread',
  },
  REHASH_PASSWORDS: {
    value: 'off',
    options: ['on', 'off'],
    meaning:
      "on: a clear-text password is replaced by its hash when its owner signs in; fishtest's own server reads no hash",
  } as Setting<string>,
  FISHTEST_URL: {
    value: '',
    check: webUrlProblem,
    meaning: "public address of fishtest's pages; the dashboard links runs to it",
  } as Setting<string>,
  WEB_HOOK_URLS: {
    value: '',
    check: webHookUrlsProblem,
    secret: true,
    meaning:
      'addresses, divided by commas, that are told which tests have ended; https, or http on this machine',
  } as Setting<string>,
  WEB_HOOK_SECRET: {
    value: '',
    check: webHookSecretProblem,
    secret: true,
    meaning: 'signs what web hooks are told: whsec_ and the base64 of 24 to 64 bytes; empty: not signed',
  } as Setting<string>,
  FISHTEST_NN_URL: {
    value: 'own',
    check: netUrlProblem,
    emptyCounts: true,
    meaning: 'where networks are downloaded; own: the address that the client used; empty: a path only',
  } as Setting<string>,
  GITHUB_API_URL: {
    value: '',
    check: webUrlProblem,
    meaning:
      "address of GitHub's API, where it is not its own; asked for the quota even with SHOAL_GITHUB=off",
  } as Setting<string>,
  GITHUB_RAW_URL: {
    value: '',
    check: webUrlProblem,
    meaning: "address of GitHub's files, where it is not its own: files are at OWNER/NAME/SHA/PATH under it",
  } as Setting<string>,
  BOOKS_URL: {
    value: '',
    check: webUrlProblem,
    meaning:
      'raw address of books.json, where it is not that of the official books; asked even with SHOAL_GITHUB=off',
  } as Setting<string>,
  SHOAL_DATA: {
    value: '',
    check: pathProblem,
    meaning: 'directory of the admin token; that of an embedded store when empty',
  } as Setting<string>,
  TLS_CERT_FILE: {
    value: '',
    check: pathProblem,
    meaning:
      "PEM file of the certificate and its chain, for https on the workers' port; SIGHUP reads it again",
  } as Setting<string>,
  TLS_KEY_FILE: {
    value: '',
    check: pathProblem,
    meaning: "PEM file of the certificate's private key",
  } as Setting<string>,
  UWS_PATH: {
    value: '',
    check: pathProblem,
    meaning: "folder of a release of uWebSockets.js to use instead of the installed one's",
  } as Setting<string>,
  SHOAL_NETS: {
    value: '',
    check: pathProblem,
    meaning:
      'directory of the networks, each as NAME.gz; nets in the directory of the admin token when empty',
  } as Setting<string>,
  SHOAL_ENV_FILE: {
    value: '',
    check: pathProblem,
    meaning: 'file of NAME=value lines that outweigh the environment; SIGHUP reads it again',
  } as Setting<string>,
} as const;

export type Config = {
  [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name]['value'] extends number ? number : string;
};
