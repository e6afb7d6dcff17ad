/**
 * What the chaos command has the server suffer from inside. Loaded before the server (`node --import`), in each of its
 * threads: pool and page threads die at a place inside of a critical section, hang, or run out of memory; the store stalls and
 * refuses; the clock jumps. Everything is drawn from SHOAL_CHAOS, a JSON text.
 */
import { threadId } from 'node:worker_threads';
import { setFailpoint } from '../../src/memory/failpoint.js';
import { Threads } from '../../src/memory/locks/threads.js';
import type { Writer } from '../../src/store/port.js';
import { Random } from '../../src/swarm/seeded-random.js';

export interface FaultPlan {
  seed: number;
  /** Places inside of critical sections that a pool thread passes before it dies, on average; 0: for ever. */
  places: number;
  /** Deaths at other moments for each death at a place. */
  elsewhere: number;
  /** Share of commits that stall, and for how long in milliseconds. */
  stalls: number;
  stallMs: number;
  /** Share of commits that fail as with a full disk. */
  full: number;
  /** Most milliseconds that the clock jumps by, back or forth, every few seconds; 0: never. */
  jumpMs: number;
}

const JUMP_EVERY_MS = 3000;
const LONG_JUMP_MS = 3 * 3_600_000;
const OUT_OF_MEMORY = 0.1;
const HANG = 0.1;

const text = process.env['SHOAL_CHAOS'];
if (text !== undefined) await install(JSON.parse(text) as FaultPlan);

async function install(plan: FaultPlan): Promise<void> {
  const random = new Random(plan.seed * 1000 + threadId + (process.pid % 977) * 7);
  const join = Threads.prototype.join;
  Threads.prototype.join = function (role, options) {
    const slot = join.call(this, role, options);
    if ((role === 'pool' || role === 'page') && plan.places > 0) makeMortal(plan, random);
    return slot;
  };
  troubleCommits((await writerClass()).prototype, plan, random);
  if (plan.jumpMs > 0) makeClockJump(plan);
}

/** Of the store that is in use: the other's modules, and the driver, stay unloaded. */
async function writerClass(): Promise<{ prototype: Pick<Writer, 'commit'> }> {
  if (process.env['STORE_URL']?.startsWith('mongodb:')) {
    return (await import('../../src/store/mongodb/writer.js')).MongodbWriter;
  }
  return (await import('../../src/store/sqlite/writer.js')).SqliteWriter;
}

function troubleCommits(writer: Pick<Writer, 'commit'>, plan: FaultPlan, random: Random): void {
  const { commit } = writer;
  writer.commit = async function (batch) {
    if (random.chance(plan.stalls)) await new Promise((resolve) => setTimeout(resolve, plan.stallMs));
    if (random.chance(plan.full)) throw new Error('database or disk is full (injected)');
    return await commit.call(this, batch);
  };
}

function makeMortal(plan: FaultPlan, random: Random): void {
  let left = 1 + Math.floor(random.unit() * 2 * plan.places);
  setFailpoint(() => {
    if (--left > 0) return;
    setFailpoint(undefined);
    process.exit(1);
  });
  const every = plan.elsewhere === 0 ? 0 : 4000 / plan.elsewhere;
  if (every === 0) return;
  setTimeout(
    () => {
      const chance = random.unit();
      if (chance < HANG) for (;;);
      if (chance < HANG + OUT_OF_MEMORY) {
        const hoard: unknown[] = [];
        for (;;) hoard.push(new Array(1e6).fill(chance));
      }
      if (chance < 0.5) throw new Error('an uncaught error (injected)');
      process.exit(1);
    },
    every * (0.5 + random.unit()),
  ).unref();
}

/** All threads see the same offset: it follows from the true time and the seed. */
function makeClockJump({ seed, jumpMs }: FaultPlan): void {
  const now = Date.now;
  Date.now = () => {
    const time = now();
    const mixed = Math.imul(Math.floor(time / JUMP_EVERY_MS) ^ seed, 0x9e3779b1) >>> 0;
    // One time in eight by hours, as a wrong hardware clock and its correction do.
    const reach = mixed % 8 === 0 ? LONG_JUMP_MS : jumpMs;
    return time + Math.round((mixed / 2 ** 32 - 0.5) * 2 * reach);
  };
}
