/** Shoal as an operator gets it: packed by `npm pack`, installed by `npm i -g` into an empty folder, with an empty cache. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { UNHURRIED } from '../server/server-process.js';
import { type LoneNetwork, openLoneNetwork } from './lone-network.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** What `npm pack` takes, and what its build needs. */
const SOURCES = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'LICENSE',
  'CHANGELOG.md',
  'SECURITY.md',
  'deploy',
  'docs',
  'native-notes',
  'src',
];
const UNREACHABLE =
  /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|UNABLE_TO_\w+|SELF_SIGNED_\w+)\b/;

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class InstalledShoal {
  /** Holds everything that is made. */
  readonly #home: string;
  #network: LoneNetwork | undefined;
  readonly #servers = new Set<ChildProcess>();

  constructor(home: string) {
    this.#home = home;
  }

  /** Where npm has put the package. */
  get root(): string {
    return join(this.#home, 'prefix/lib/node_modules/shoal');
  }

  get command(): string {
    return join(this.#home, 'prefix/bin/shoal');
  }

  /** Builds and packs a copy of the sources, so that others may use what is built here. Returns the tarball. */
  async pack(): Promise<string> {
    const copy = join(this.#home, 'copy');
    await mkdir(copy);
    for (const name of SOURCES) await cp(join(ROOT, name), join(copy, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const { code, out, err } = await this.#run(
      'npm',
      ['pack', '--json', '--pack-destination', this.#home],
      copy,
    );
    if (code !== 0) throw new Error(`npm pack: ${err}`);
    const [{ filename }] = JSON.parse(out.slice(out.search(/^\[/m))) as [{ filename: string }];
    return join(this.#home, filename);
  }

  /** Returns whether the registry could be reached. */
  async install(tarball: string): Promise<boolean> {
    const prefix = join(this.#home, 'prefix');
    await mkdir(prefix);
    const { code, err } = await this.#run('npm', ['i', '-g', '--prefix', prefix, tarball], this.#home);
    if (code !== 0 && UNREACHABLE.test(err)) return false;
    if (code !== 0) throw new Error(`npm i -g: ${err}`);
    return true;
  }

  /** What runs from then on reaches nothing but this machine. Returns whether that can be had here. */
  async cutOff(): Promise<boolean> {
    this.#network = await openLoneNetwork();
    return this.#network !== undefined;
  }

  /** Ends what a test that failed has left running, and removes everything. */
  async close(): Promise<void> {
    for (const server of this.#servers) {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
    await this.#network?.close();
    await rm(this.#home, { recursive: true, force: true });
  }

  /** The network interfaces that a program sees which runs as the installed command does. */
  async interfaces(): Promise<string[]> {
    const script = 'console.log(JSON.stringify(Object.keys(os.networkInterfaces())))';
    return JSON.parse((await this.#run(process.execPath, ['-e', script], this.#home)).out) as string[];
  }

  /** Runs the installed command in an empty folder. */
  shoal(...args: string[]): Promise<Outcome> {
    return this.#run(this.command, args, this.#home);
  }

  npx(tarball: string, ...args: string[]): Promise<Outcome> {
    return this.#run('npx', ['--yes', '--offline', `--package=${tarball}`, 'shoal', ...args], this.#home);
  }

  /** Serves until the returned function ends it, which resolves to the exit code. */
  async serve(data: string): Promise<() => Promise<number | null>> {
    const [file, ...args] = this.#inNetwork(this.command, ['serve', '--data', data]);
    const child = spawn(file, args, {
      cwd: this.#home,
      env: this.#env(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#servers.add(child);
    child.once('exit', () => this.#servers.delete(child));
    const exited = once(child, 'exit');
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('the server ended before it served');
      if ((value as string).includes('serves workers')) break;
    }
    child.stdout.resume();
    return async () => {
      child.kill('SIGTERM');
      const [code] = (await exited) as [number | null];
      return code;
    };
  }

  /** Only this Node.js and the system: no package of the repository is on the way. */
  #env(): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(?:npm_|NODE_OPTIONS$|SHOAL_|STORE_)/.test(name),
    );
    const folders = (process.env['PATH'] ?? '')
      .split(':')
      .filter((folder) => !folder.includes('node_modules'));
    return {
      ...Object.fromEntries(inherited),
      PATH: [dirname(process.execPath), ...folders].join(':'),
      npm_config_cache: join(this.#home, 'cache'),
      // Of three tries, the last one would come after minutes.
      npm_config_fetch_retries: '1',
      FISHTEST_PORT: '0',
      ADMIN_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      SHOAL_GITHUB: 'off',
      LOG_FORMAT: 'json',
      ...UNHURRIED,
    };
  }

  #inNetwork(file: string, args: readonly string[]): [string, ...string[]] {
    return [...(this.#network?.command ?? []), file, ...args] as [string, ...string[]];
  }

  #run(file: string, args: readonly string[], cwd: string): Promise<Outcome> {
    return new Promise((resolve) => {
      const options = { cwd, env: this.#env(), maxBuffer: 2 ** 24 };
      const [command, ...words] = this.#inNetwork(file, args);
      const child = execFile(command, words, options, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code), out, err });
      });
      // Nobody is there to answer what npm asks.
      child.stdin?.end();
    });
  }
}
