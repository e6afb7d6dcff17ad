/**
 * What a change waits for until it is durable, by how many clients wait at once: each marks a change, waits for the store, and
 * comes again. Beside it what the disk takes by itself, for a write of a page and its fdatasync. And a stream of changes that
 * waits for nobody, where the number of batches tells what lingering saves.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { logAction, withSystem } from '../../src/operations/changes.js';
import { Shared, type SharedOptions } from '../../src/runtime/shared.js';
import type { WriterCommand, WriterMessage } from '../../src/server/threads/writer-messages.js';
import { sqlitePlace } from '../../test/store/sqlite-place.js';
import { type Figure, figure } from './result.js';

const CLIENTS = [1, 4, 64] as const;
const STREAM_A_SECOND = 3_000;
const OPTIONS: SharedOptions = {
  sizes: { runs: 16, tasks: 65_536, workers: 4096, users: 64, slabBytes: 64 * 1024 * 1024 },
  taskSemaphoreSize: 5,
};

export async function measureLinger(ms: number): Promise<Figure[]> {
  const place = await sqlitePlace();
  const shared = Shared.create(256 * 1024 * 1024, OPTIONS);
  const { threads } = shared.state;
  threads.join('main', { parks: true });
  const data = {
    ...OPTIONS,
    buffer: shared.region.buffer,
    isPrimary: true,
    storeUrl: place.url,
    flushIntervalMs: 1000,
  };
  const writer = new Worker(new URL('../../src/server/threads/writer-thread.js', import.meta.url), {
    workerData: data,
  });
  const told = (kind: WriterMessage['kind']) =>
    new Promise<void>((resolve) => {
      writer.on('message', (message: WriterMessage) => message.kind === kind && resolve());
    });
  const send = (command: WriterCommand) => writer.postMessage(command);
  await told('open');
  send({ kind: 'start', legacyUsernames: [] });
  const figures = [figure('fdatasync of a page', 'the disk', 'ms', diskTimes(place.directory))];
  for (const clients of CLIENTS) {
    const { waits, groups } = await playClients(shared, clients, ms);
    const name = `change durable, ${clients} wait at once`;
    figures.push(figure(`${name}, median`, 'SQLite', 'ms', [median(waits)]));
    figures.push(figure(`${name}, changes`, 'SQLite', 'changes/s', [(waits.length * 1000) / ms]));
    figures.push(figure(`${name}, groups`, 'SQLite', 'groups/s', [(groups * 1000) / ms]));
  }
  const groups = await playStream(shared, ms);
  figures.push(
    figure(`stream of ${STREAM_A_SECOND} changes/s, groups`, 'SQLite', 'groups/s', [(groups * 1000) / ms]),
  );
  const stopped = told('stopped');
  send({ kind: 'stop', withinMs: 10_000 });
  await stopped;
  await writer.terminate();
  threads.leave();
  await place.remove();
  return figures;
}

function mark({ state }: Shared): number {
  const event = { username: 'fishtest.system', message: 'x' };
  withSystem(state, (slot) => logAction(state, slot, Date.now(), 'system_event', event));
  return state.commits.next();
}

async function playClients(
  shared: Shared,
  clients: number,
  ms: number,
): Promise<{ waits: number[]; groups: number }> {
  const { commits } = shared.state;
  const until = performance.now() + ms;
  const before = shared.counters.total('commits');
  const waits: number[] = [];
  const play = async () => {
    while (performance.now() < until) {
      const began = performance.now();
      const sequence = mark(shared);
      while (!commits.isDurable(sequence)) await commits.durable.waitAsync(commits.durable.load(), 100);
      waits.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: clients }, play));
  return { waits, groups: shared.counters.total('commits') - before };
}

async function playStream(shared: Shared, ms: number): Promise<number> {
  const before = shared.counters.total('commits');
  const began = performance.now();
  for (let sent = 0; performance.now() - began < ms; await sleep(0)) {
    const due = ((performance.now() - began) * STREAM_A_SECOND) / 1000;
    for (; sent < due; sent++) mark(shared);
  }
  return shared.counters.total('commits') - before;
}

function diskTimes(directory: string): number[] {
  const descriptor = openSync(join(directory, 'page'), 'w');
  const page = Buffer.alloc(4096);
  const times = Array.from({ length: 200 }, () => {
    const began = performance.now();
    writeSync(descriptor, page);
    fdatasyncSync(descriptor);
    return performance.now() - began;
  });
  closeSync(descriptor);
  return times;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
