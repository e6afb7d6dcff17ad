/** The thread of the load client, with a stream of requests for each plan: one, since each more costs a wake-up a request. */
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { LoadStream, type StreamOptions } from './load-stream.js';

export interface ClientData {
  host: string;
  port: number;
  streams: readonly StreamOptions[];
  /** Of the thread alone; as it comes where that is not allowed. */
  priority: number;
}

export type ClientCommand = { kind: 'measure'; seconds: number } | { kind: 'end' };

const { host, port, streams: plans, priority } = workerData as ClientData;
if (process.platform === 'linux') takePriority();
const streams = plans.map((options) => new LoadStream(host, port, options));
for (const stream of streams) await stream.start();

parentPort!.on('message', async (command: ClientCommand) => {
  if (command.kind === 'end') {
    for (const stream of streams) stream.end();
    parentPort!.close();
    return;
  }
  parentPort!.postMessage(await Promise.all(streams.map((stream) => stream.measure(command.seconds))));
});
parentPort!.postMessage('ready');

function takePriority(): void {
  try {
    setPriority(0, priority);
  } catch {
    // To be before others takes a right.
  }
}
