/** The thread that owns the store's only writer. Says `open`, then drains the journal until it is told to stop. */
import { parentPort, workerData } from 'node:worker_threads';
import { setLegacyUsernames } from '../../protocol/configured-names.js';
import { Shared, type ThreadData } from '../../runtime/shared.js';
import { openStore } from '../../store/open-store.js';
import { StoreError } from '../../store/store-error.js';
import { GroupCommitter } from '../../store/writer/group-commit.js';

export interface StoreThreadData extends ThreadData {
  storeUrl: string;
  flushIntervalMs: number;
  /** False on a secondary, which writes nothing but uploads. */
  isPrimary: boolean;
}

export type StoreCommand =
  | { kind: 'start'; legacyUsernames: readonly string[] }
  | { kind: 'stop' }
  | { kind: 'backup'; id: number; file: string };
export type StoreMessage =
  | { kind: 'open' }
  | { kind: 'stopped' }
  | { kind: 'failed'; message: string }
  /** Another writer has the store, or it refuses a group for good: this process must end. */
  | { kind: 'lost'; message: string }
  | { kind: 'recovered'; seconds: number }
  | { kind: 'backedUp'; id: number; error?: string };

const data = workerData as StoreThreadData;
const port = parentPort!;
const say = (message: StoreMessage) => port.postMessage(message);

/** A failure that goes on is said again this often. */
const SAY_AGAIN_MS = 10_000;
/** How far the store's readers are behind is told this often. */
const TELL_MS = 1_000;
let failingSince: number | undefined;
let saidAt = Number.NEGATIVE_INFINITY;

try {
  const shared = Shared.attach(data, 'store', true);
  const store = openStore(data.storeUrl);
  const writer = await (data.isPrimary ? store.openWriter() : store.openUploader());
  const journal = new GroupCommitter(shared.state, writer, {
    flushIntervalMs: data.flushIntervalMs,
    onCommit: (batch, ms) => {
      shared.counters.add('commits');
      shared.meters.commitTime.record(ms * 1000);
      shared.meters.batchSize.record(batch.runs.reduce((sum, run) => sum + 1 + run.tasks.length, 0));
      shared.storeFailing.store(0);
      if (failingSince !== undefined) {
        say({ kind: 'recovered', seconds: Math.round((performance.now() - failingSince) / 1000) });
        failingSince = undefined;
        saidAt = Number.NEGATIVE_INFINITY;
      }
    },
    onFailure: (error) => {
      shared.storeFailing.store(1);
      shared.counters.add('commitFailures');
      const now = performance.now();
      failingSince ??= now;
      if (error instanceof StoreError && error.code === 'in-use') {
        say({ kind: 'lost', message: error.message });
      } else if (now - saidAt >= SAY_AGAIN_MS) {
        saidAt = now;
        const waits = `${shared.state.commits.lag()} changes wait`;
        say({
          kind: 'failed',
          message: `the store refused a group of changes, trying again; ${waits}: ${String(error)}`,
        });
      }
    },
  });
  const tellBehind = () => shared.storeBehindMs.store(Math.round(writer.behindMs?.() ?? 0));
  setInterval(tellBehind, TELL_MS).unref();
  let running: Promise<void> | undefined;
  port.on('message', async (command: StoreCommand) => {
    if (command.kind === 'start') {
      setLegacyUsernames(command.legacyUsernames);
      running = journal.run().catch((error: unknown) => {
        const lost = 'nothing that was acknowledged is lost when the server starts again';
        say({
          kind: 'lost',
          message: `the store refuses a group of changes for good; ${lost}: ${String(error)}`,
        });
      });
    } else if (command.kind === 'backup') {
      const error = await writer.backup(command.file).then(
        () => undefined,
        (failure: unknown) => (failure instanceof Error ? failure.message : String(failure)),
      );
      say({ kind: 'backedUp', id: command.id, ...(error === undefined ? {} : { error }) });
    } else {
      journal.stop();
      await running;
      await writer.close();
      say({ kind: 'stopped' });
      port.close();
    }
  });
  say({ kind: 'open' });
} catch (error) {
  say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
}
