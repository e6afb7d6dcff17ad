/** Counts and latencies of the swarm's requests by kind, and what went wrong, by description. */

import { WORKER_ENDPOINTS, type WorkerEndpoint } from '../protocol/worker-endpoints.js';
import { LatencyHistogram } from './latency-histogram.js';

export type FaultKind = 'violation' | 'refused' | 'unusable' | 'broken';

export interface Fault {
  readonly kind: FaultKind;
  readonly request: WorkerEndpoint;
  readonly what: string;
  count: number;
}

/** Distinct descriptions kept; more are counted under one heading, so that a broken server cannot fill the memory. */
const MOST_FAULTS = 100;

export class Tally {
  readonly latency: Readonly<Record<WorkerEndpoint, LatencyHistogram>>;
  readonly errors: Record<WorkerEndpoint, number>;
  /** Refusals that belong to the protocol: busy, no task, blocked, … by kind. */
  readonly refusals = new Map<string, number>();
  readonly #faults = new Map<string, Fault>();

  constructor() {
    this.latency = Object.fromEntries(
      WORKER_ENDPOINTS.map((kind) => [kind, new LatencyHistogram()]),
    ) as Record<WorkerEndpoint, LatencyHistogram>;
    this.errors = Object.fromEntries(WORKER_ENDPOINTS.map((kind) => [kind, 0])) as Record<
      WorkerEndpoint,
      number
    >;
  }

  get faults(): Fault[] {
    return [...this.#faults.values()];
  }

  get requests(): number {
    return WORKER_ENDPOINTS.reduce((sum, kind) => sum + this.latency[kind].count, 0);
  }

  get errorCount(): number {
    return WORKER_ENDPOINTS.reduce((sum, kind) => sum + this.errors[kind], 0);
  }

  /** The latencies of all kinds together. */
  allLatencies(): LatencyHistogram {
    const all = new LatencyHistogram();
    for (const kind of WORKER_ENDPOINTS) all.add(this.latency[kind]);
    return all;
  }

  refusal(kind: string): void {
    this.refusals.set(kind, (this.refusals.get(kind) ?? 0) + 1);
  }

  fault(kind: FaultKind, request: WorkerEndpoint, what: string): void {
    this.errors[request] += 1;
    const known = this.#faults.size < MOST_FAULTS ? what : '(further kinds)';
    const key = `${kind} ${request} ${this.#faults.has(`${kind} ${request} ${what}`) ? what : known}`;
    const fault = this.#faults.get(key);
    if (fault) fault.count += 1;
    else this.#faults.set(key, { kind, request, what: known, count: 1 });
  }
}
