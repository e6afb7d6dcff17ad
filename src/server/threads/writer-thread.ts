/**
 * The writer's thread: owns the store's only writer, and commits what is marked dirty in batches.
 *
 * States: a standby `waits` until it has `taken` the store; it says `open` once the store is open, commits from `start` on, and ends with `stopped` after `stop`, when
 * everything is written. It waits for the commit sequence and for the store. Its death ends the process: the marks of the
 * batch in flight are cleared already, and only a restart reads the truth from the store again.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { setLegacyUsernames } from '../../protocol/configured-names.js';
import { Shared } from '../../runtime/shared.js';
import { openStore } from '../../store/open-store.js';
import { StoreError } from '../../store/store-error.js';
import { GroupCommitter } from '../../store/writer/group-commit.js';
import { tenureOptions, watchStandbys } from './store-tenure.js';
import { EXIT_STORE_LOST } from './supervise.js';
import type { BackupFailure, WriterCommand, WriterMessage, WriterThreadData } from './writer-messages.js';

const data = workerData as WriterThreadData;
const port = parentPort!;
const say = (message: WriterMessage) => port.postMessage(message);

/** A failure that goes on is reported again this often. */
const REPEAT_MS = 10_000;
/** How far the store's readers are behind is published with each commit, and this often. */
const LOOK_MS = 250;
let failingSince: number | undefined;
let reportedAt = Number.NEGATIVE_INFINITY;

try {
  const shared = Shared.attach(data, 'store', true);
  const store = openStore(data.storeUrl);
  const options = tenureOptions(shared, data, { say, onCommand });
  const writer = await (data.isPrimary ? store.openWriter(options) : store.openUploader());
  if (options.standby?.signal.aborted) {
    await writer.close(0);
    throw new StoreError('closed', 'told to stop while the store was opened');
  }
  const publishBehind = () => {
    shared.storeBehindMs.store(Math.round(writer.behindMs?.() ?? 0));
    shared.storeChangeMicros.store(Math.round((writer.changeMs?.() ?? 0) * 1000));
  };
  const committer = new GroupCommitter(shared.state, writer, {
    flushIntervalMs: data.flushIntervalMs,
    onCommit: (batch, ms) => {
      // Before what was committed counts as such: in between it would count as neither waiting nor behind.
      publishBehind();
      shared.counters.add('commits');
      shared.meters.commitTime.record(ms * 1000);
      shared.meters.batchSize.record(batch.runs.reduce((sum, run) => sum + 1 + run.tasks.length, 0));
      shared.storeFailing.store(0);
      if (failingSince !== undefined) {
        say({ kind: 'recovered', seconds: Math.round((performance.now() - failingSince) / 1000) });
        failingSince = undefined;
        reportedAt = Number.NEGATIVE_INFINITY;
      }
    },
    onFailure: (error) => {
      shared.storeFailing.store(1);
      shared.counters.add('commitFailures');
      const now = performance.now();
      failingSince ??= now;
      if (error instanceof StoreError && error.code === 'in-use') {
        say({ kind: 'fatal', message: error.message, code: EXIT_STORE_LOST });
      } else if (now - reportedAt >= REPEAT_MS) {
        reportedAt = now;
        const waits = `${shared.state.commits.lag()} changes wait`;
        say({
          kind: 'failed',
          message: `the store refused a batch of changes, trying again; ${waits}: ${stackOf(error)}`,
        });
      }
    },
  });
  publishBehind();
  setInterval(publishBehind, LOOK_MS).unref();
  if (data.waits) watchStandbys(shared, writer, say);
  let running: Promise<void> | undefined;
  port.on('message', async (command: WriterCommand) => {
    if (command.kind === 'leave') {
      say({ kind: 'left', isHeard: (await writer.leave?.(command.withinMs).catch(() => false)) ?? false });
    } else if (command.kind === 'start') {
      setLegacyUsernames(command.legacyUsernames);
      running = committer.run().catch((error: unknown) => {
        const promise = 'nothing that was acknowledged is lost when the server starts again';
        say({
          kind: 'fatal',
          code: 1,
          message: `the store refuses a batch of changes for good; ${promise}: ${stackOf(error)}`,
        });
      });
    } else if (command.kind === 'backup') {
      const failure = await writer.backup(command.file).then(() => undefined, backupFailure);
      say({ kind: 'backedUp', id: command.id, ...(failure !== undefined && { failure }) });
    } else if (command.kind === 'stop') {
      const until = performance.now() + command.withinMs;
      committer.stop();
      await running;
      const problem = await writer.close(until - performance.now()).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      say({ kind: 'stopped', ...(problem !== undefined && { problem }) });
      port.close();
    }
  });
  say({ kind: 'open', epoch: writer.epoch });
} catch (error) {
  const isEnded = error instanceof StoreError && error.code === 'closed';
  if (isEnded) say({ kind: 'stopped' });
  else say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  port.close();
}

/** Commands that come before the store is open. */
function onCommand(act: (command: WriterCommand) => void): void {
  port.on('message', act);
}

function backupFailure(error: unknown): BackupFailure {
  const message = error instanceof Error ? error.message : String(error);
  return { code: error instanceof StoreError ? error.code : 'server', message };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
