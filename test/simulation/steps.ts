/**
 * A script: numbers that mean something whatever came before, so that any part of a script is a script. `who` chooses a
 * worker or a run among those that can take the step, `seed` is the step's own source of chance.
 */
import { Random } from '../../src/swarm/seeded-random.js';

/** Kinds of step and how often each comes, relative to the others. */
const WEIGHTS = {
  requestTask: 220,
  update: 430,
  beat: 90,
  requestSpsa: 60,
  failTask: 20,
  stopRun: 2,
  workerLog: 5,
  restartWorker: 15,
  passTime: 40,
  scavenge: 4,
  updateThroughput: 2,
  updateSpeeds: 2,
  cleanWorkerTasks: 2,
  cleanWorkerRuns: 2,
  evict: 5,
  addRun: 4,
  approve: 6,
  stop: 0.5,
  purge: 3,
  delete: 0.2,
  modify: 3,
  block: 1,
  beginFlush: 60,
  endFlush: 55,
  refuseFlush: 2,
  crash: 0.4,
  shutDown: 0.1,
} as const;

export type StepKind = keyof typeof WEIGHTS;
export type Step = readonly [kind: StepKind, who: number, seed: number];

const KINDS = Object.keys(WEIGHTS) as StepKind[];
const KIND_WEIGHTS = KINDS.map((kind) => WEIGHTS[kind]);

/** What a script is played on. */
export interface Scene {
  workers: number;
  runs: number;
}

/** Small farms meet themselves often, large ones find what depends on size. */
export function makeScene(random: Random): Scene {
  const workers = random.pick([3, 8, 30, 200, 1000, 3000]);
  return { workers, runs: random.pick([1, 3, 8, 25]) };
}

export function makeScript(random: Random, length: number): Step[] {
  return Array.from({ length }, () => [
    KINDS[random.weighted(KIND_WEIGHTS)]!,
    random.uint32(),
    random.uint32(),
  ]);
}

/** The script and the scene of one episode of a seed. */
export function makeEpisode(seed: number, episode: number, length: number): { scene: Scene; script: Step[] } {
  const random = new Random(seed * 1_000_003 + episode);
  return { scene: makeScene(random), script: makeScript(random, length) };
}
