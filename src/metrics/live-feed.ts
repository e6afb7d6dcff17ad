/** What open dashboards are told: a point each second, and the farm every other second while somebody looks. */
import type { ActionRow, ClusterRow, Farm, LiveUpdate, MachineRow, RunRow } from '../dashboard/messages.js';
import type { ActionDocument } from '../model/documents.js';
import type { ClusterView } from '../protocol/admin.js';
import { reachedLimits } from '../runtime/limits.js';
import { latestWorkers, liveHead, runSummary } from '../runtime/run-views.js';
import { RunFloat, RunWord } from '../state/run-record.js';
import type { State } from '../state/state.js';
import type { Reader, RunHead } from '../store/port.js';
import type { Sampler } from './sampler.js';

export interface LiveFeedParts {
  state: State;
  reader: Pick<Reader, 'actions'>;
  sampler: Sampler;
  store: string;
  /** Address of fishtest's pages, or ''. */
  pages: string;
  cluster: () => ClusterView;
  send: (update: LiveUpdate) => void;
}

const FARM_EVERY = 2;
const RUNS = 100;
const MACHINES = 200;
const ACTIONS = 30;
const SHOWN_TEXT = 160;

export class LiveFeed {
  readonly #parts: LiveFeedParts;
  #ticks = 0;
  #busy = false;

  constructor(parts: LiveFeedParts) {
    this.#parts = parts;
  }

  /** Call once a second. */
  async tick(): Promise<void> {
    const { sampler, send } = this.#parts;
    send({ kind: 'live', point: compact(sampler.sample()) });
    if (this.#ticks++ % FARM_EVERY === 0 && sampler.latest.dashboard_viewers > 0) await this.sendFarm();
  }

  /** For somebody who has just come. Does nothing while one is being made. */
  async sendFarm(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      this.#parts.send({ kind: 'live', farm: compact(await this.#farm()) });
    } finally {
      this.#busy = false;
    }
  }

  async #farm(): Promise<Farm> {
    const { state, reader, sampler, store, pages, cluster } = this.#parts;
    const view = sampler.latest;
    const primaries = clusterRow(cluster(), view.cluster.takeover);
    const slots = busiest(state);
    return {
      server: { version: view.version, start_time: view.start_time * 1000, ready: view.ready, store, pages },
      runs: slots.slice(0, RUNS).map((slot) => runRow(liveHead(state, slot))),
      run_count: slots.length,
      machines: machines(state, slots),
      actions: (await reader.actions({ limit: ACTIONS })).map(actionRow),
      routes: sampler.routes().filter(({ rate }) => rate > 0),
      tokens: view.pool.tokens,
      permits: view.admission.permits,
      memory: view.memory.records,
      locks: view.locks.map(({ lock, wait, hold }) => ({
        lock,
        wait: wait.p99,
        hold: hold.p99,
        waits: wait.count,
      })),
      limits: reachedLimits({ state }).map(({ text }) => text),
      jobs: view.jobs.map(({ job, runs, failures, failed, last_seconds: seconds }) => ({
        job,
        runs,
        failures,
        failed,
        seconds,
      })),
      ...(primaries !== undefined && { cluster: primaries }),
    };
  }
}

function clusterRow(view: ClusterView, takeover: number): ClusterRow | undefined {
  const { role, epoch, node, standbys, lease_age_ms: age, lease_ms: lease, waits } = view;
  if (!waits) return undefined;
  return {
    role,
    epoch,
    node,
    standbys,
    ...(age !== undefined && { lease_age: age / 1000 }),
    lease: lease / 1000,
    takeover,
  };
}

/** Slots of unfinished runs: those with most cores first, then the newest. */
function busiest({ runs }: State): number[] {
  const order = runs.unfinished().map((slot) => ({
    slot,
    cores: runs.order.cores(slot),
    start: runs.float(slot, RunFloat.startTime),
  }));
  return order.sort((a, b) => b.cores - a.cores || b.start - a.start).map(({ slot }) => slot);
}

function runRow(head: RunHead): RunRow {
  const { id, new_tag, base_tag, info, username, state, tc, threads, games, num_games, ...summary } =
    runSummary(head);
  const { workers, cores, results, sprt, spsa } = summary;
  const { wins, losses, draws, pentanomial } = results;
  return {
    id,
    tag: new_tag,
    base: base_tag,
    info: info.slice(0, SHOWN_TEXT),
    username,
    state,
    tc,
    threads,
    games,
    num_games,
    workers,
    cores,
    wins,
    losses,
    draws,
    ...(pentanomial === undefined ? {} : { pentanomial: [...pentanomial] }),
    ...(sprt === undefined
      ? {}
      : {
          sprt: {
            elo0: sprt.elo0,
            elo1: sprt.elo1,
            llr: sprt.llr,
            lower: sprt.lower_bound,
            upper: sprt.upper_bound,
          },
        }),
    ...(spsa === undefined ? {} : { spsa }),
  };
}

function machines(state: State, slots: readonly number[]): MachineRow[] {
  const rows: MachineRow[] = [];
  for (const slot of slots) {
    if (rows.length >= MACHINES) break;
    if (state.runs.word(slot, RunWord.workers) === 0) continue;
    for (const view of latestWorkers(state, slot, MACHINES - rows.length)) {
      const { worker, username, concurrency, nps, country_code, run_id, task_id, ...rest } = view;
      rows.push({
        machine: worker,
        username,
        cores: concurrency,
        nps,
        country: country_code,
        run: run_id,
        task: task_id,
        ...rest,
      });
    }
  }
  return rows;
}

function actionRow({ time, action, username, worker, run, user, nn, message }: ActionDocument): ActionRow {
  return {
    time: time * 1000,
    action,
    username,
    target: run ?? user ?? nn ?? worker ?? '',
    message: (message ?? '').slice(0, SHOWN_TEXT),
  };
}

/** Six digits of each number are plenty; instants are longer and whole. */
function compact(value: object): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'number' && !Number.isInteger(member) && Math.abs(member) < 1e6
      ? Number(member.toPrecision(6))
      : member,
  );
}
