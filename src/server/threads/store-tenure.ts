/**
 * The writer's thread as one that has the store, or waits for it: what it tells the store's lease of this process, and the other
 * threads of the lease. It renews the lease only while the threads that serve are well, so a process that hangs loses the store.
 */
import { writeSync } from 'node:fs';
import { sqliteDirectory } from '../../config/store-url.js';
import type { Shared } from '../../runtime/shared.js';
import type { Writer, WriterOptions } from '../../store/port.js';
import { EXIT_STORE_LOST } from './supervise.js';
import type { WriterCommand, WriterMessage, WriterThreadData } from './writer-messages.js';

const STANDBYS_MS = 1_000;
const LOOK_MS = 250;
/** A thread that stands still must be seen so often: after a stop of the whole process all are late once. */
const LOOKS = 8;
const STDERR = 2;

interface Port {
  readonly say: (message: WriterMessage) => void;
  readonly onCommand: (act: (command: WriterCommand) => void) => void;
}

/** How the store is opened: with a lease that other primaries may take, or for this process alone. */
export function tenureOptions(
  shared: Shared,
  { waits, leaseMs, storeUrl }: WriterThreadData,
  { say, onCommand }: Port,
): WriterOptions {
  const { tenure } = shared;
  const onLost = (error: Error) => {
    tenure.role = 'lost';
    // Nothing is answered from here on.
    shared.draining.store(1);
    say({ kind: 'fatal', message: error.message, code: EXIT_STORE_LOST });
  };
  const common = { leaseMs, onLost, onRenewed: (asked: number) => tenure.renewed(asked) };
  if (!waits) return common;
  const isEmbedded = sqliteDirectory(storeUrl) !== undefined;
  const end = new AbortController();
  let listens: (() => void) | undefined;
  onCommand((command) => {
    if (command.kind === 'stop') end.abort();
    if (command.kind === 'listening') listens?.();
  });
  tenure.standBy();
  endWhenHung(shared, leaseMs);
  return {
    ...common,
    isShared: true,
    mayRenew: () => tenure.oldestTickMs() < leaseMs / 2,
    standby: {
      signal: end.signal,
      onHolder: (holder) => say({ kind: 'waits', holder }),
      onLeaving: async () => {
        const listening = new Promise<void>((resolve) => {
          listens = resolve;
        });
        say({ kind: 'leaving' });
        await listening;
      },
      onTaken: (epoch) => {
        tenure.epoch.store(epoch);
        tenure.role = 'active';
        // The kernel's lock lasts as long as the process: no renewal is needed, and none grows old.
        if (!isEmbedded) tenure.share(leaseMs);
        say({ kind: 'taken', epoch });
      },
    },
  };
}

/** Publishes who waits for the store. */
export function watchStandbys(
  { tenure }: Shared,
  writer: Writer,
  say: (message: WriterMessage) => void,
): void {
  let told = '';
  const look = async () => {
    const standbys = await writer.standbys?.().catch(() => undefined);
    if (standbys === undefined) return;
    tenure.standbys.store(standbys.length);
    const text = standbys.join();
    if (text !== told) say({ kind: 'standbys', standbys });
    told = text;
  };
  setInterval(() => void look(), STANDBYS_MS).unref();
}

/** A process of which a thread hangs ends, so that one that waits may have the store, and the port. */
function endWhenHung({ tenure }: Shared, leaseMs: number): void {
  let looks = 0;
  let last = performance.now();
  setInterval(() => {
    const began = performance.now();
    const isPunctual = began - last < 2 * LOOK_MS;
    last = began;
    looks = isPunctual && tenure.oldestTickMs() > leaseMs ? looks + 1 : 0;
    if (looks < LOOKS) return;
    writeSync(
      STDERR,
      `shoal: a thread stands still for ${Math.round(tenure.oldestTickMs())} ms: the process ends\n`,
    );
    // The main thread may be the one that hangs.
    process.kill(process.pid, 'SIGKILL');
  }, LOOK_MS).unref();
}
