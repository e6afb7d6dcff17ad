/**
 * A primary among several of one store: while another serves it stands by with its code loaded and its admin listener open; it takes
 * the workers' port when the other is about to go, or has gone, and answers when it has recovered.
 *
 * On one machine both listen on the same port for a moment, the new one before the old one stops: so no connection is refused. What
 * connects to the new one waits in the kernel's queue until it has recovered.
 */
import { hostname } from 'node:os';
import type { Logger } from 'pino';
import { requireFreePort } from '../http/transport/free-port.js';
import { inPortTurn } from '../http/transport/port-turn.js';
import type { KnownWorkers } from '../operations/recovery/known-workers.js';
import type { ClusterView } from '../protocol/admin.js';
import { legacyUsernamesOf } from '../protocol/configured-names.js';
import { withTimeout } from '../runtime/with-timeout.js';
import { openStore } from '../store/open-store.js';
import { closeBeforeEnd } from './exit.js';
import { Preloading } from './preloading.js';
import { mayWait } from './role.js';
import type { ServerParts } from './server-parts.js';
import { Admin } from './start-admin.js';
import { type RunningGitHub, startGitHub } from './start-github.js';
import { choosePort, FrontThreads } from './threads/front-handle.js';
import type { StandbyEvents, WriterThread } from './threads/writer-handle.js';

/** For how long a primary that another one follows serves those who are connected still. */
const LEAVE_MS = 2_000;

/** What listens before the server has recovered. */
interface EarlyFronts {
  readonly fronts: FrontThreads;
  readonly github: RunningGitHub;
}

export class Succession {
  readonly #parts: ServerParts;
  readonly #log: Logger;
  readonly #waits: boolean;
  #holder = '';
  #writer: WriterThread | undefined;
  #port = 0;
  #loading: Promise<EarlyFronts | undefined> | undefined;
  #listening: Promise<EarlyFronts> | undefined;
  #preloading: Preloading | undefined;
  #known: KnownWorkers | undefined;
  #takenAt: number | undefined;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    this.#log = parts.log;
    this.#waits = mayWait(parts.settings.config);
  }

  openAdmin(): Promise<Admin> {
    return Admin.open({ ...this.#parts, config: this.#parts.settings.config, cluster: () => this.view() });
  }

  /** Before the store is opened. Undefined where this is the only primary: it opens its listeners when it has recovered. */
  async standBy(): Promise<{ admin: Admin; port: number; events: StandbyEvents } | undefined> {
    const { settings, shared } = this.#parts;
    if (!this.#waits) return undefined;
    this.#port = await choosePort(settings.config);
    const admin = await this.openAdmin();
    closeBeforeEnd(async () => {
      shared.draining.store(1);
      shared.tenure.giveUpDoors();
    });
    return { admin, port: this.#port, events: this.#events(admin.port) };
  }

  /** Beside the recovery: workers may connect, and wait. */
  listen(): Promise<EarlyFronts> {
    this.#listening ??= this.#listen();
    // Whoever starts the server hears of a failure when it needs the threads.
    this.#listening.catch(() => {});
    return this.#listening;
  }

  /** The store is this server's. */
  hold(writer: WriterThread): void {
    const { tenure } = this.#parts.shared;
    this.#writer = writer;
    tenure.epoch.store(writer.epoch);
    tenure.role = 'active';
  }

  /** What this primary has read while it stood by. */
  get known(): KnownWorkers | undefined {
    return this.#known;
  }

  /** Everything is answered from here on. */
  serve(): void {
    const { tenure } = this.#parts.shared;
    tenure.keepTicking();
    tenure.openDoors();
    if (this.#takenAt !== undefined) tenure.tookOver(performance.now() - this.#takenAt);
  }

  /** Lets a standby have the port before this server stops to listen. @returns whether one does */
  async leave(fronts: FrontThreads): Promise<boolean> {
    const { settings, shared } = this.#parts;
    if (!this.#waits || shared.tenure.standbys.load() === 0) return false;
    shared.tenure.role = 'leaving';
    const isHeard = await this.#writer!.leave(settings.config.SHUTDOWN_TIMEOUT_MS);
    this.#log.info({ isHeard, epoch: this.#writer!.epoch }, 'handing over to a primary that stands by');
    // A thread that hangs keeps its connections until the process ends.
    if (isHeard) await withTimeout(fronts.leave(LEAVE_MS), 2 * LEAVE_MS, 'it took too long').catch(() => {});
    return isHeard;
  }

  view(): ClusterView {
    const { tenure } = this.#parts.shared;
    const { role } = tenure;
    const node = `the process with pid ${process.pid} on ${hostname()}`;
    const holds = role === 'active' || role === 'leaving';
    return {
      role,
      node,
      epoch: tenure.epoch.load(),
      holder: holds ? node : this.#holder,
      standbys: [...(this.#writer?.standbys ?? [])],
      ...(holds && tenure.isShared && { lease_age_ms: Math.round(tenure.ageMs()) }),
      lease_ms: this.#parts.settings.config.CLUSTER_LEASE_MS,
      waits: this.#waits,
    };
  }

  #events(adminPort: number): StandbyEvents {
    const { settings, shared } = this.#parts;
    return {
      onWaiting: (holder) => {
        // A store that this release has to change first can be read only when it is this server's.
        this.#loading ??= this.#loadFronts().catch(() => undefined);
        this.#preloading ??= new Preloading(shared.state, settings.config.STORE_URL, this.#log);
        this.#holder = holder;
        this.#log.info({ holder, standbyAdminPort: adminPort }, `standing by: ${holder} serves`);
      },
      onLeaving: async () => {
        this.#log.info({ holder: this.#holder }, 'the primary is about to go: this one begins to listen');
        await this.listen();
      },
      onTaken: (epoch) => {
        if (this.#holder !== '') this.#takenAt = performance.now();
        shared.startSteps.begin();
        this.#known = this.#preloading?.end();
        this.#log.info({ epoch }, 'this primary has the store');
      },
    };
  }

  async #listen(): Promise<EarlyFronts> {
    const { HTTP_HOST: host, FISHTEST_PORT: port } = this.#parts.settings.config;
    const early = (await this.#loading) ?? (await this.#loadFronts());
    await inPortTurn(this.#port, async () => {
      // Whom this primary followed may listen there still. Where it followed nobody, it would share the port with another store's.
      if (this.#holder === '' && port !== 0) await requireFreePort(host, port);
      await early.fronts.listen();
    });
    return early;
  }

  async #loadFronts(): Promise<EarlyFronts> {
    const { settings, log, shared, threadData, onThreadExit } = this.#parts;
    const { config } = settings;
    // For what GitHub answered, too, for as long as the process lives.
    const reader = await openStore(config.STORE_URL).openReader();
    const legacyUsernames = legacyUsernamesOf(await reader.keyValue('legacy_usernames'));
    const github = startGitHub({ config, log, state: shared.state, reader });
    const options = { log, onThreadExit, port: this.#port, awaitsDoors: true };
    const state = { ...threadData, legacyUsernames, github: github.access };
    return { github, fronts: await FrontThreads.start(config, state, options) };
  }
}
