/** What a swarm did, as data for --json and as text for people. */
import { type Column, facts, plain, table } from '../cli/print.js';
import { WORKER_ENDPOINTS, type WorkerEndpoint } from '../protocol/worker-endpoints.js';
import type { Fleet } from './fleet.js';
import type { TaskEnd } from './ledger.js';
import type { SwarmOptions } from './options.js';
import type { Fault } from './request-tally.js';
import { type FullResults, gamesIn } from './simulated-games.js';
import type { Verification } from './verify.js';

interface RequestReport {
  readonly kind: WorkerEndpoint | 'all';
  readonly count: number;
  readonly errors: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

interface RunReport {
  readonly id: string;
  readonly tasks: number;
  readonly games: number;
  /** What the server acknowledged. */
  readonly acknowledged: FullResults;
  /** What was sent without a usable answer. */
  readonly uncertain: FullResults;
}

export interface SwarmReport {
  readonly url: string;
  readonly workers: number;
  /** Workers that came to send something. */
  readonly appeared: number;
  readonly seconds: number;
  readonly time_scale: number;
  readonly seed: number;
  readonly requests: readonly RequestReport[];
  readonly requests_per_second: number;
  readonly games: number;
  readonly games_per_second: number;
  /** How late the swarm itself was, in milliseconds. */
  readonly lag: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Requests sent again because an idle connection was closed under them. */
  readonly repeated: number;
  readonly tasks: { readonly assigned: number } & Readonly<Record<TaskEnd, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly faults: readonly Fault[];
  readonly runs: readonly RunReport[];
  readonly verification?: Verification;
  /** Nothing was wrong: no fault (but for outages that are allowed), and no difference from the server's books. */
  readonly ok: boolean;
}

export function makeReport(
  fleet: Fleet,
  options: SwarmOptions,
  seconds: number,
  verification: Verification | undefined,
): SwarmReport {
  const { tally, ledger, lag } = fleet;
  const outage = new Set(options.allowOutage ? ['broken', 'unusable'] : []);
  const faults = tally.faults;
  return {
    url: options.url,
    workers: options.workers,
    appeared: fleet.appeared,
    seconds,
    time_scale: options.timeScale,
    seed: options.seed,
    requests: requestReports(fleet),
    requests_per_second: tally.requests / seconds,
    games: ledger.games,
    games_per_second: ledger.games / seconds,
    lag: { p50: lag.quantile(0.5), p99: lag.quantile(0.99), max: lag.max },
    repeated: fleet.repeated,
    tasks: { assigned: ledger.assigned, ...ledger.ends },
    refusals: Object.fromEntries(tally.refusals),
    faults,
    runs: [...ledger.runs.values()].map(({ id, tasks, acknowledged, uncertain }) => {
      return { id, tasks, games: gamesIn(acknowledged), acknowledged, uncertain };
    }),
    ...(verification === undefined ? {} : { verification }),
    ok: faults.every(({ kind }) => outage.has(kind)) && (verification?.agrees ?? true),
  };
}

function requestReports({ tally }: Fleet): RequestReport[] {
  const kinds = WORKER_ENDPOINTS.filter((kind) => tally.latency[kind].count > 0);
  const all = tally.allLatencies();
  return [
    ...kinds.map((kind) => ({ kind, latency: tally.latency[kind], errors: tally.errors[kind] })),
    { kind: 'all' as const, latency: all, errors: tally.errorCount },
  ].map(({ kind, latency, errors }) => ({
    kind,
    count: latency.count,
    errors,
    p50: latency.quantile(0.5),
    p99: latency.quantile(0.99),
    max: latency.max,
  }));
}

const REQUEST_COLUMNS: Column<RequestReport>[] = [
  { title: 'REQUEST', text: ({ kind }) => kind },
  { title: 'COUNT', right: true, text: ({ count }) => count },
  { title: 'ERRORS', right: true, text: ({ errors }) => errors },
  { title: 'P50 MS', right: true, text: ({ p50 }) => p50.toFixed(1) },
  { title: 'P99 MS', right: true, text: ({ p99 }) => p99.toFixed(1) },
  { title: 'MAX MS', right: true, text: ({ max }) => max.toFixed(1) },
];

const RUN_COLUMNS: Column<RunReport>[] = [
  { title: 'RUN', text: ({ id }) => id },
  { title: 'TASKS', right: true, text: ({ tasks }) => tasks },
  { title: 'GAMES', right: true, text: ({ games }) => games },
  { title: 'W L D', text: ({ acknowledged: { wins, losses, draws } }) => `${wins} ${losses} ${draws}` },
  { title: 'PENTANOMIAL', text: ({ acknowledged }) => acknowledged.pentanomial.join(' ') },
  { title: 'UNCERTAIN', right: true, text: ({ uncertain }) => gamesIn(uncertain) },
];

/** Everything about a swarm, run by run. */
export function describeReport(report: SwarmReport): string {
  const runs = table(
    RUN_COLUMNS,
    report.runs,
    'no run gave a task: is one approved and unfinished? (shoal run list)',
  );
  return `${describeWork(report)}\n\n${runs}`;
}

/** A swarm as a whole: requests, games, tasks, and what went wrong. */
export function describeWork(report: SwarmReport): string {
  const { tasks, lag } = report;
  const parts = [
    table(REQUEST_COLUMNS, report.requests, ''),
    facts([
      ['duration', `${report.seconds.toFixed(1)} s, ${report.requests_per_second.toFixed(0)} requests/s`],
      ['games', `${report.games} acknowledged, ${report.games_per_second.toFixed(0)} games/s`],
      [
        'tasks',
        `${tasks.assigned} assigned: ${tasks.finished} finished, ${tasks.failed} failed, ${tasks.vanished} vanished, ` +
          `${tasks.dropped} dropped, ${tasks.unfinished} unfinished`,
      ],
      ['refusals', counts(report.refusals)],
      ['workers', report.appeared === report.workers ? '' : `only ${report.appeared} of them appeared`],
      [
        'late',
        lag.p99 < 100
          ? ''
          : `the swarm sent its requests up to ${lag.max.toFixed(0)} ms late (p99 ${lag.p99.toFixed(0)} ms): it asks more of this machine than it has`,
      ],
    ]),
  ];
  for (const { kind, request, what, count } of report.faults) {
    parts.push(`${kind}: ${count} × ${request}: ${plain(what, 200)}`);
  }
  return parts.join('\n\n');
}

function counts(record: Readonly<Record<string, number>>): string {
  return Object.entries(record)
    .map(([name, count]) => `${count} × ${name}`)
    .join(', ');
}
