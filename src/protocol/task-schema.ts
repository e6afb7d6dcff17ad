/** A task as its run stores it (docs/spec/data-model.md §2.3). */
import { isIP } from 'node:net';
import { workerInfoMembers } from './request-schema.js';
import {
  bytes,
  instant,
  nonNegativeEvenInt,
  nonNegativeInt,
  refined,
  results,
  strict,
  text,
} from './schema-parts.js';
import { Type } from './typebox.js';

/** What a worker said of itself, and where it said it from. */
const taskWorkerInfoSchema = strict({
  ...workerInfoMembers,
  remote_addr: refined(Type.String(), 'ip_address', (address) => isIP(address) !== 0),
  country_code: text('[A-Z][A-Z]|\\?', 'country_code'),
});

/** The members that tasks and purged tasks share. */
export const taskMembers = {
  num_games: nonNegativeEvenInt,
  active: Type.Boolean(),
  last_updated: instant,
  /** Opening offset in games. */
  start: nonNegativeInt,
  stats: results,
  worker_info: taskWorkerInfoSchema,
};

export const taskSchema = refined(
  strict({
    ...taskMembers,
    bad: Type.Optional(Type.Literal(true)),
    spsa_params: Type.Optional(strict({ iter: nonNegativeInt, packed_flips: bytes })),
  }),
  'task that is inactive and empty when bad, and active when it has spsa_params',
  ({ bad, active, stats, spsa_params }) => {
    if (spsa_params !== undefined && !active) return false;
    return bad === undefined || (!active && isEmpty(stats));
  },
);

function isEmpty(stats: {
  wins: number;
  losses: number;
  draws: number;
  crashes: number;
  time_losses: number;
}): boolean {
  const { wins, losses, draws, crashes, time_losses } = stats;
  return wins + losses + draws + crashes + time_losses === 0;
}
