/** Memory and time that standing things cost: an idle connection, an active task, a start with a million tasks. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeFarm } from '../seed/farm.js';
import { startShoal } from '../subjects/subjects.js';
import { type Figure, figure } from './result.js';

const SHOAL = 'Shoal';

async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-bench-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
}

/** Resident bytes of the largest mapping of a process: the reservation of shared memory, in which all tables lie. */
function residentTables(pid: number): number {
  let largest = { size: 0, resident: 0 };
  for (const entry of readFileSync(`/proc/${pid}/smaps`, 'latin1').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const number = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(entry)?.[1] ?? 0) * 1024;
    const size = number('Size');
    if (size > largest.size && number('Rss') > 0) largest = { size, resident: number('Rss') };
  }
  return largest.resident;
}

/** KB of the server's RSS for each of many connections that have sent nothing yet. */
export function measureIdleConnections(connections: number): Promise<Figure> {
  return withDirectory(async (directory) => {
    await writeFarm(directory, { runs: 1, tasks: 1 });
    const shoal = await startShoal(directory);
    const port = Number(new URL(shoal.url).port);
    const sockets: Socket[] = [];
    const open = async (count: number) => {
      for (let i = 0; i < count; i += 200) {
        const some = Array.from({ length: Math.min(200, count - i) }, () =>
          createConnection(port, '127.0.0.1'),
        );
        for (const socket of some) socket.on('error', () => {});
        await Promise.all(some.map((socket) => once(socket, 'connect')));
        sockets.push(...some);
      }
    };
    await open(1000);
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const before = residentBytes(shoal.pid!);
    await open(connections);
    const after = residentBytes(shoal.pid!);
    for (const socket of sockets) socket.destroy();
    await shoal.stop();
    return figure('idle connection', SHOAL, 'KB of RSS', [(after - before) / connections / 1024], {
      connections,
    });
  });
}

/** Bytes of shared memory that one more active task of a worker of its own takes in all tables: the difference of two farms. */
export async function measureActiveTask(more: number): Promise<Figure> {
  const resident = (tasks: number) =>
    withDirectory(async (directory) => {
      await writeFarm(directory, { runs: 10, tasks });
      const shoal = await startShoal(directory);
      const bytes = residentTables(shoal.pid!);
      await shoal.stop();
      return bytes;
    });
  const few = await resident(more);
  const many = await resident(2 * more);
  return figure('active task', SHOAL, 'B', [(many - few) / more]);
}

/** Seconds from the process's start to its first answer, with 200 runs and a million tasks of which 20,000 are active. */
export function measureStartUp(tasks = 1_000_000): Promise<Figure> {
  return withDirectory(async (directory) => {
    await writeFarm(directory, { runs: 200, tasks: 20_000, doneTasks: (tasks - 20_000) / 200 });
    const began = performance.now();
    const shoal = await startShoal(directory);
    const seconds = (performance.now() - began) / 1000;
    await shoal.stop();
    return figure('start-up', SHOAL, 's', [seconds]);
  });
}
