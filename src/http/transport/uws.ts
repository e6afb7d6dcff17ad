/**
 * The one place that knows which uWebSockets.js serves: the first of three whose native part this Node.js, processor and C
 * library can load. It is loaded by its file: the older package's entry puts a JavaScript stand-in, at a fraction of the speed, in
 * the place of a native part that does not load. The types are the newer one's; what both have is all that Shoal uses.
 */
import type * as Uws from 'uWebSockets.js';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The packages, the better one first: it needs glibc 2.38, the other one Node.js 20. */
const PACKAGES = ['uWebSockets.js', 'uws-node20'];

/** Folders below a package's in which releases keep their native parts. */
const FOLDERS = ['.', 'binaries', 'dist'];

const NATIVE_FILE = /^uws_.+\.node$/;

/** For the error: what runs where (native-notes/uws.md). */
const COMBINATIONS =
  'These work: Node.js 20, 22, 24 or 25 with glibc 2.38 or later (Debian 13, Ubuntu 24.04), or on macOS and Windows; ' +
  'Node.js 20 with an older glibc (Debian 12), if the optional packages are installed. musl (Alpine) does not. ' +
  "uNetworking's own release for other versions: unpack it and set UWS_PATH to its folder (native-notes/uws.md).";

/**
 * The longest head of a request that the newer binding takes, in bytes; by itself it takes 4,096, which cookies of other pages under
 * the same domain fill. It reads this once in the process, when the first thread loads it. The older one takes longer heads anyway.
 */
const LONGEST_HEAD = '16384';

export interface Binding {
  readonly uws: typeof Uws;
  /** Package or folder, version and file, for people. */
  readonly name: string;
}

/**
 * Loads the native part in this thread.
 * @param path folder of another release, used instead of what is installed; '' for what is installed
 * @throws Error that says which combinations work and why nothing could be loaded
 */
export function loadBinding(path = ''): Binding {
  process.env['UWS_HTTP_MAX_HEADERS_SIZE'] ??= LONGEST_HEAD;
  const require = createRequire(import.meta.url);
  const reasons: string[] = [];
  for (const root of path === '' ? installed() : [path]) {
    const name = describe(root);
    const file = nativeFile(root);
    if (file === undefined) {
      reasons.push(`${name} has no ${fileName()}`);
      continue;
    }
    try {
      return { uws: require(file) as typeof Uws, name: `${name} (${fileName()})` };
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (reasons.length === 0) reasons.push('neither of its packages is installed: run "npm ci" again');
  throw new Error(
    `uWebSockets.js cannot be loaded by ${runtimeName()}: ${reasons.join('; ')}. ${COMBINATIONS}`,
  );
}

/** Every native file of the installed packages that this machine does not load, with its size: `shoal prune` removes them. */
export function superfluousFiles(): { file: string; size: number }[] {
  const roots = installed();
  const used = roots.map(nativeFile).filter((file) => file !== undefined);
  return roots
    .flatMap((root) => FOLDERS.map((folder) => join(root, folder)))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => [name, join(folder, name)] as const))
    .filter(([name, file]) => NATIVE_FILE.test(name) && !used.includes(file))
    .map(([, file]) => ({ file, size: statSync(file).size }));
}

/** Node.js, processor and C library, as the errors name them. */
function runtimeName(): string {
  const { version, platform, arch, versions } = process;
  return `Node.js ${version} (ABI ${versions.modules}) on ${platform} ${arch}${libcName()}`;
}

function libcName(): string {
  if (process.platform !== 'linux') return '';
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  const glibc = report.header?.glibcVersionRuntime;
  return glibc === undefined ? ', musl or another C library' : `, glibc ${glibc}`;
}

function fileName(): string {
  return `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
}

function nativeFile(root: string): string | undefined {
  return FOLDERS.map((folder) => join(root, folder, fileName())).find((file) => existsSync(file));
}

/** The folders of the packages that are installed. */
function installed(): string[] {
  const { resolve } = createRequire(import.meta.url);
  return PACKAGES.flatMap((name) => {
    try {
      const entry = dirname(resolve(name));
      return existsSync(join(entry, 'package.json')) ? [entry] : [dirname(entry)];
    } catch {
      return [];
    }
  });
}

function describe(root: string): string {
  try {
    const text = readFileSync(join(root, 'package.json'), 'utf8');
    const { name, version } = JSON.parse(text) as { name?: string; version?: string };
    return `${name ?? root} ${version ?? 'of unknown version'}`;
  } catch {
    return root;
  }
}

/** The package's types lack this form of listen, which its native part has. */
interface ExclusiveListener {
  listen(
    host: string,
    port: number,
    options: number,
    done: (socket: Uws.us_listen_socket | false) => void,
  ): void;
}
const EXCLUSIVE_PORT = 1;

/** Listens on a port that nobody else may have; without this, whoever also agrees to share gets a part of the connections. */
export function listenExclusively(
  app: Uws.TemplatedApp,
  host: string,
  port: number,
  done: (socket: Uws.us_listen_socket | false) => void,
): void {
  (app as unknown as ExclusiveListener).listen(host, port, EXCLUSIVE_PORT, done);
}
