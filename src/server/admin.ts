/** The admin API's place in a primary: its access files, what it answers from, its listener. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Settings } from '../config/live-settings.js';
import { dataDirectory, withoutCredentials } from '../config/store-url.js';
import { startAdminServer } from '../http/admin-api/admin-server.js';
import { makeAdminService } from '../http/admin-api/admin-service.js';
import { makeStatus } from '../http/admin-api/admin-status.js';
import { operatorPages } from '../http/admin-api/operator-pages.js';
import { loadOrCreateAdminAccess, reachableHost } from '../http/admin-api/token.js';
import { Sampler } from '../metrics/sampler.js';
import type { Shared } from '../runtime/shared.js';
import { NetFiles } from '../store/networks/net-files.js';
import type { Reader } from '../store/port.js';
import { netsDirectory } from './nets-directory.js';
import { ownScheme } from './role.js';
import type { WriterThread } from './threads/writer-handle.js';

export interface AdminParts {
  readonly config: Config;
  readonly log: Logger;
  readonly settings: Settings;
  readonly shared: Shared;
  readonly reader: Reader;
  readonly writer: WriterThread;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly began: number;
  /** Port for workers. */
  readonly workerPort: number;
}

export interface Admin {
  readonly port: number;
  readonly sampler: Sampler;
  close(): Promise<void>;
  /** Removes the address that the `shoal` command reads. */
  withdraw(): Promise<void>;
}

/** Resolves when it listens and the `shoal` command can find it. @throws Error when its address cannot be used */
export async function startAdmin(parts: AdminParts): Promise<Admin> {
  const { config, log, settings, shared, reader, writer, version, began, workerPort } = parts;
  const { state } = shared;
  const access = await loadOrCreateAdminAccess(dataDirectory(config));
  const about = {
    version,
    began,
    store: withoutCredentials(config.STORE_URL),
    workerUrl: `${ownScheme(config)}://${reachableHost(config.HTTP_HOST)}:${workerPort}`,
  };
  const networks = new NetFiles(netsDirectory(config));
  await networks.removeUnfinished();
  const service = makeAdminService({
    networks,
    state,
    reader,
    whenDurable: async (sequence: number) => {
      await state.commits.whenDurable(sequence);
    },
    backup: (file) => writer.backup(file),
    settings,
    status: () => makeStatus(shared, about, reader),
  });
  const collectParts = { shared, version, began };
  const sampler = new Sampler(collectParts);
  const server = await startAdminServer({
    pages: operatorPages(collectParts, sampler),
    host: config.ADMIN_HOST,
    port: config.ADMIN_PORT,
    token: access.token,
    service,
    uwsPath: config.UWS_PATH,
    onError: (verb, err) => log.error({ verb, err }, 'admin request failed'),
  });
  await access.publish(server.host, server.port);
  return {
    port: server.port,
    sampler,
    close: async () => await server.close(),
    withdraw: async () => await access.withdraw(),
  };
}
