/**
 * One thread of the load client. Closed loop: each connection sends its next request when the reply is there. Open loop:
 * requests are due at fixed instants, and a latency counts from the instant at which its request was due, whether or not
 * a connection was free then (no coordinated omission).
 */
import { parentPort, workerData } from 'node:worker_threads';
import { LatencyHistogram } from '../../src/cli/swarm/latency-histogram.js';
import { Connection } from './connection.js';
import { applyPatch, type Plan } from './plan.js';
import { Queue } from './queue.js';

export interface ClientData {
  host: string;
  port: number;
  connections: number;
  plan: Plan;
  /** Requests a second of this thread; 0: closed loop. */
  rate: number;
  /** Ends an open loop, which then begins with the measurement. */
  requests?: number;
  /** First sending number of the patches, and its stride, so that threads do not send the same. */
  offset: number;
}

export type ClientCommand = { kind: 'measure'; seconds: number } | { kind: 'end' };

export interface ClientResult {
  replies: number;
  /** Replies that were no success: another status than 200, or without the expected text. */
  refused: number;
  /** Requests whose connection ended before the reply. */
  broken: number;
  seconds: number;
  /** Share of the time in which this thread was busy: near 1, the client is the bottleneck. */
  busy: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
  p999: number;
  max: number;
  /** Status and body of the first of them. */
  firstRefusal?: string;
}

const data = workerData as ClientData;
const { requests } = data.plan;
const sendings = new Float64Array(requests.length);
/** The one that has been idle for longest sends next: no server has a reason to end it. */
const idle = new Queue<Connection>();
const connections: Connection[] = [];
/** When requests were due that no connection was free for. */
const dueTimes = new Queue<number>();
let next = data.offset % requests.length;
let ending = false;
let measuring = false;
let replies = 0;
let refused = 0;
let broken = 0;
let latencies = new LatencyHistogram();
let firstRefusal: string | undefined;

function sendNext(connection: Connection, at: number): void {
  const request = requests[next]!;
  if (request.patches.length > 0) {
    for (const patch of request.patches) applyPatch(request.bytes, patch, sendings[next]!);
    sendings[next]!++;
  }
  connection.sentAt = at;
  // A patched request is overwritten before the kernel may have taken it, so it is copied.
  connection.send(request.patches.length > 0 ? Buffer.from(request.bytes) : request.bytes);
  if (++next === requests.length) next = 0;
}

const sink = {
  onReply(connection: Connection, status: number, matched: boolean, body: () => string): void {
    const now = performance.now();
    if (measuring) {
      replies++;
      latencies.record(now - connection.sentAt);
      if (status !== 200 || !matched) {
        refused++;
        firstRefusal ??= `${status} ${body().slice(0, 200)}`;
      }
    }
    if (ending) return;
    if (data.rate === 0) sendNext(connection, now);
    else becomeFree(connection);
  },
  onBroken(connection: Connection): void {
    if (ending) return;
    if (!idle.remove(connection)) broken++;
    const at = connections.indexOf(connection);
    void open().then((fresh) => {
      connections[at] = fresh;
      if (data.rate === 0) sendNext(fresh, performance.now());
      else becomeFree(fresh);
    });
  },
};

function becomeFree(connection: Connection): void {
  const due = dueTimes.shift();
  if (due === undefined) idle.push(connection);
  else sendNext(connection, due);
}

const readBuffer = Buffer.alloc(256 * 1024);
async function open(): Promise<Connection> {
  const connection = new Connection(data.host, data.port, readBuffer, data.plan.expect, sink);
  await connection.opened();
  return connection;
}

for (let i = 0; i < data.connections; i += 100) {
  const some = await Promise.all(Array.from({ length: Math.min(100, data.connections - i) }, open));
  connections.push(...some);
}
if (data.rate === 0) for (const connection of connections) sendNext(connection, performance.now());
else {
  for (const connection of connections) idle.push(connection);
  if (data.requests === undefined) runOpenLoop();
}

function runOpenLoop(): void {
  const interval = 1000 / data.rate;
  let due = performance.now();
  let left = data.requests ?? Number.POSITIVE_INFINITY;
  const turn = () => {
    if (ending) return;
    const now = performance.now();
    for (; due <= now && left > 0; due += interval, left--) {
      const connection = idle.shift();
      if (connection === undefined) dueTimes.push(due);
      else sendNext(connection, due);
    }
    setTimeout(turn, 1);
  };
  turn();
}

parentPort!.on('message', async (command: ClientCommand) => {
  if (command.kind === 'end') {
    ending = true;
    for (const connection of connections) connection.destroy();
    parentPort!.close();
    return;
  }
  const before = performance.eventLoopUtilization();
  const began = performance.now();
  [replies, refused, broken, firstRefusal] = [0, 0, 0, undefined];
  latencies = new LatencyHistogram();
  measuring = true;
  if (data.requests !== undefined) runOpenLoop();
  await new Promise((resolve) => setTimeout(resolve, command.seconds * 1000));
  measuring = false;
  const result: ClientResult = {
    replies,
    refused,
    broken,
    seconds: (performance.now() - began) / 1000,
    busy: performance.eventLoopUtilization(before).utilization,
    p50: latencies.quantile(0.5),
    p99: latencies.quantile(0.99),
    p999: latencies.quantile(0.999),
    max: latencies.max,
    ...(firstRefusal === undefined ? {} : { firstRefusal }),
  };
  parentPort!.postMessage(result);
});
parentPort!.postMessage('ready');
