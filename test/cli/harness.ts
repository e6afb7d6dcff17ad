/** A real admin server over a MemoryAdminService in a data directory of its own, and the command run against it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../../src/cli/program.js';
import { type AdminServer, startAdminServer } from '../../src/http/admin-api/admin-server.js';
import { loadOrCreateAdminAccess } from '../../src/http/admin-api/token.js';
import { MemoryAdminService } from './memory-admin-service.js';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Site {
  readonly data: string;
  readonly token: string;
  readonly service: MemoryAdminService;
  readonly server: AdminServer;
  /** What the server reported as its own failures. */
  readonly errors: unknown[];
  /** Runs `shoal` with --data of this site. */
  shoal(...args: string[]): Promise<Outcome>;
  close(): Promise<void>;
}

export async function openSite(): Promise<Site> {
  const data = await mkdtemp(join(tmpdir(), 'shoal-cli-'));
  const access = await loadOrCreateAdminAccess(data);
  const service = new MemoryAdminService();
  const errors: unknown[] = [];
  const server = await startAdminServer({
    port: 0,
    token: access.token,
    service,
    onError: (_verb, error) => errors.push(error),
  });
  await access.publish(server.host, server.port);
  return {
    data,
    token: access.token,
    service,
    server,
    errors,
    shoal: (...args) => shoal(['--data', data, ...args]),
    async close() {
      await server.close();
      await rm(data, { recursive: true });
    },
  };
}

/** Runs one command line in this process, with `input` on its standard input. */
export async function shoal(args: string[], env: NodeJS.ProcessEnv = {}, input = ''): Promise<Outcome> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    env,
    stdin: (async function* () {
      yield input;
    })(),
    write: (text) => {
      out += text;
    },
    warn: (text) => {
      err += text;
    },
  });
  return { code, out, err };
}
