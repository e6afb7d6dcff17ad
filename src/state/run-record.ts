/**
 * What a live run is made of in shared memory, and which members of its document that is. Everything here is guarded by
 * the run's lock; the scheduler reads single words of runs it has not locked and decides again under the lock. What it
 * reads of every run is in run-order.ts.
 *
 * A new member that lives takes a line in the list of words or floats (or flags), and one in RUN_MEMBERS or ARGS_MEMBERS.
 */
import type { RunArgs, RunDocument } from '../model/documents.js';
import { flagBits, layOut } from './record-layout.js';
import { flag, float, type StoredMembers, text, word } from './stored-member.js';

/** Nobody but its loader may use a run that is `loading`; `find` finds those that are `complete`. */
export const SlotUse = { free: 0, loading: 1, complete: 2 } as const;

/** What a beat, an update and the scheduler's filters touch comes first, so that it shares cache lines. */
export const RUN = layOut('run', {
  words: {
    /** As SlotUse says. */
    inUse: 1,
    /** Slot of the thread that loads the run. */
    loader: 1,
    /** Changes each time that the slot gets another run, so that a remembered slot can be told from a recycled one. */
    generation: 1,
    flags: 1,
    threads: 1,
    /** Bit i set: the i-th known architecture passes args.arch_filter. */
    archLow: 1,
    archHigh: 1,
    /** Position in COMPILERS. */
    compiler: 1,
    workers: 1,
    taskCount: 1,
    /** First task of the list of tasks to write (task id + 1; 0 ends the list). */
    dirtyTasks: 1,
    /** First task of the list of tasks that gave a sign of life since it was written. */
    dirtyBeats: 1,
    /** First and last item of the list of things to append to the store with this run. */
    outbox: 1,
    outboxTail: 1,
    /** The newest commit number when the writer last collected this run. */
    lastCollected: 1,
    failures: 1,
    /** Game pairs. */
    batchSize: 1,
    /** Blob: the run's head document without what this record holds. */
    head: 1,
    /** Blob: JSON text of the args that never change, without the closing brace. */
    argsText: 1,
    /** Blob: the numbers of an SPSA tune (spsa-block.ts); 0 for other runs. */
    spsa: 1,
    /** Blob: args.info, which can be modified. */
    info: 1,
    /** Blob. */
    approver: 1,
    eloModel: 1,
    sprtState: 1,
    /** Digest of the form that the run was submitted with; 0 for a run that came from the store. */
    submission: 2,
  },
  floats: {
    /** The scheduler's limit: no more tasks are given out above this many cores. */
    coreLimit: 1,
    numGames: 1,
    committedGames: 1,
    /** MiB of hash tables of both engines. */
    hashMemory: 1,
    totalGames: 1,
    wins: 1,
    losses: 1,
    draws: 1,
    crashes: 1,
    timeLosses: 1,
    pentanomial: 5,
    lastUpdated: 1,
    lastAccess: 1,
    /** When a person stopped the run, since it is in memory; 0: nobody did. */
    stoppedAt: 1,
    nps: 1,
    gamesPerMinute: 1,
    startTime: 1,
    /** Seconds a game, from args.tc. */
    gameDuration: 1,
    throughput: 1,
    alpha: 1,
    beta: 1,
    elo0: 1,
    elo1: 1,
    llr: 1,
    lowerBound: 1,
    upperBound: 1,
    /** last_update, skipped_updates, ref0, m0, sq0, ref1, m1, sq1. */
    overshoot: 8,
    lostSamples: 1,
    illegalUpdate: 1,
  },
});

export const RUN_WORDS = RUN.row;
export const RunWord = RUN.word;
export const RunFloat = RUN.float;

export const RunFlag = flagBits('run', [
  'finished',
  'approved',
  'deleted',
  'failed',
  'green',
  'yellow',
  'sprt',
  'spsa',
  'autoPurge',
  /** Results have no pentanomial: a document older than pentanomial statistics. */
  'trinomial',
  'overshoot',
  'lostSamples',
  'illegalUpdate',
  /** args.sprt has a `state`; some old documents have none, and a purge then leaves their LLR alone. */
  'sprtState',
  /** The store has no document of this run yet. */
  'isNew',
  'aggregatesDirty',
  'dirtySpsa',
  /** Of aggregatesDirty: not all of it follows from the tasks, so that it leaves with the next write batch. */
  'flushNow',
]);

/** Members of a run's document that live. Its results and the numbers of its test are read by results.ts. */
export const RUN_MEMBERS = {
  last_updated: float(RunFloat.lastUpdated, Number.NaN),
  approved: flag(RunFlag.approved),
  approver: text(RunWord.approver),
  finished: flag(RunFlag.finished),
  deleted: flag(RunFlag.deleted),
  failed: flag(RunFlag.failed),
  failures: word(RunWord.failures),
  is_green: flag(RunFlag.green),
  is_yellow: flag(RunFlag.yellow),
  workers: word(RunWord.workers),
  committed_games: float(RunFloat.committedGames),
  total_games: float(RunFloat.totalGames),
  nps: float(RunFloat.nps),
  games_per_minute: float(RunFloat.gamesPerMinute),
} satisfies StoredMembers<RunDocument>;

/** Members of `args` that live, in the order in which a worker gets them. */
export const ARGS_MEMBERS = {
  num_games: float(RunFloat.numGames, Number.NaN),
  info: text(RunWord.info),
  auto_purge: flag(RunFlag.autoPurge),
  throughput: float(RunFloat.throughput, 1000),
} satisfies StoredMembers<RunArgs>;

export const ELO_MODELS = ['BayesElo', 'logistic', 'normalized'] as const;
export const SPRT_STATES = ['', 'accepted', 'rejected'] as const;
/** Position in this list is the word `compiler` of a run; any other compiler's name matches no worker. */
export const COMPILERS = ['', 'g++', 'clang++'] as const;
export const UNKNOWN_COMPILER = COMPILERS.length;
