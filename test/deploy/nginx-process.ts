/** nginx with the site of deploy/nginx, on a free port, in front of a server; and whether there is an nginx. */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { freePort } from '../../src/http/transport/free-port.js';

const SITE = fileURLToPath(new URL('../../../deploy/nginx/shoal.conf', import.meta.url));

export function hasTool(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;
}

export class NginxProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string, url: string) {
    this.#child = child;
    this.#directory = directory;
    this.url = url;
  }

  /** Checks the configuration with `nginx -t`, then serves it. The site is as it stands but for its two addresses. */
  static async start(serverUrl: string): Promise<NginxProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'shoal-nginx-'));
    const port = await freePort();
    const site = (await readFile(SITE, 'utf8'))
      .replaceAll('127.0.0.1:8000', new URL(serverUrl).host)
      .replace('listen 80 ', `listen 127.0.0.1:${port} `);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${directory}/${kind};`,
    );
    const main = `
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      daemon off; pid ${directory}/nginx.pid; error_log ${directory}/error.log warn; worker_processes 1;
      events { worker_connections 1024; }
      http { access_log off; ${temporary.join(' ')} ${site} }`;
    const file = join(directory, 'nginx.conf');
    await writeFile(file, main);
    const args = ['-e', `${directory}/error.log`, '-c', file];
    await promisify(execFile)('nginx', ['-t', ...args]);
    const child = spawn('nginx', args, { stdio: 'inherit' });
    const nginx = new NginxProcess(child, directory, `http://127.0.0.1:${port}`);
    for (let tries = 0; ; tries++) {
      const answer = await fetch(`${nginx.url}/healthz`).catch(() => undefined);
      if (answer?.ok) return nginx;
      if (tries === 100) throw new Error(`nginx does not serve: ${await nginx.errors()}`);
      await sleep(50);
    }
  }

  errors(): Promise<string> {
    return readFile(join(this.#directory, 'error.log'), 'utf8');
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGQUIT');
    await exited;
    await rm(this.#directory, { recursive: true, force: true });
  }
}
