/** The admin API's place in a primary: its access files, what it answers from, its listener. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { Settings } from '../config/live-settings.js';
import { dataDirectory, withoutCredentials } from '../config/store-url.js';
import { type AdminServer, startAdminServer } from '../http/admin-api/admin-server.js';
import { makeAdminService } from '../http/admin-api/admin-service.js';
import { makeStatus } from '../http/admin-api/admin-status.js';
import { operatorPages } from '../http/admin-api/operator-pages.js';
import { SwitchedService, standingBy } from '../http/admin-api/switched-service.js';
import { type AdminAccess, loadOrCreateAdminAccess, reachableHost } from '../http/admin-api/token.js';
import { Sampler } from '../metrics/sampler.js';
import type { ClusterView } from '../protocol/admin.js';
import { isStoreAway } from '../runtime/health.js';
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
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly began: number;
  /** What several primaries know of each other. */
  readonly cluster: () => ClusterView;
}

/** What there is once the server has recovered. */
export interface ServingParts {
  readonly reader: Reader;
  readonly writer: WriterThread;
  /** Port for workers. */
  readonly workerPort: number;
  /** Hands the store over to a primary that stands by. */
  readonly handOver: () => void;
}

/** The admin listener: until the server serves it tells of its health and its standing by, and refuses everything else. */
export class Admin {
  readonly sampler: Sampler;
  readonly #parts: AdminParts;
  readonly #access: AdminAccess;
  readonly #service: SwitchedService;
  readonly #server: AdminServer;

  private constructor(
    parts: AdminParts,
    opened: { access: AdminAccess; service: SwitchedService; server: AdminServer; sampler: Sampler },
  ) {
    this.#parts = parts;
    this.#access = opened.access;
    this.#service = opened.service;
    this.#server = opened.server;
    this.sampler = opened.sampler;
  }

  /** Resolves when it listens. @throws Error when its address cannot be used */
  static async open(parts: AdminParts): Promise<Admin> {
    const { config, log, shared, version, began, cluster } = parts;
    const access = await loadOrCreateAdminAccess(dataDirectory(config));
    const collectParts = { shared, version, began };
    const sampler = new Sampler(collectParts);
    const service = new SwitchedService(standingBy(cluster));
    const server = await startAdminServer({
      pages: operatorPages(collectParts, sampler),
      host: config.ADMIN_HOST,
      port: config.ADMIN_PORT,
      token: access.token,
      service: service.service,
      uwsPath: config.UWS_PATH,
      isStoreAway: () => isStoreAway(shared),
      onError: (verb, err) => log.error({ verb, err }, 'admin request failed'),
    });
    return new Admin(parts, { access, service, server, sampler });
  }

  get port(): number {
    return this.#server.port;
  }

  /** Answers everything, and lets the `shoal` command find it. */
  async serve({ reader, writer, workerPort, handOver }: ServingParts): Promise<void> {
    const { config, settings, shared, version, began, cluster } = this.#parts;
    const { state } = shared;
    const about = {
      version,
      began,
      store: withoutCredentials(config.STORE_URL),
      workerUrl: `${ownScheme(config)}://${reachableHost(config.HTTP_HOST)}:${workerPort}`,
    };
    const networks = new NetFiles(netsDirectory(config));
    await networks.removeUnfinished();
    this.#service.use(
      makeAdminService({
        networks,
        state,
        reader,
        whenDurable: async (sequence: number) => {
          await state.commits.whenDurable(sequence);
        },
        backup: (file) => writer.backup(file),
        settings,
        status: () => makeStatus(shared, about, reader),
        cluster,
        handOver,
      }),
    );
    await this.#access.publish(this.#server.host, this.port);
  }

  /** Resolves when the requests under way are answered. */
  async close(): Promise<void> {
    await this.#server.close();
  }

  /** Removes the address that the `shoal` command reads. */
  async withdraw(): Promise<void> {
    await this.#access.withdraw();
  }
}
