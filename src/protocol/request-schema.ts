/**
 * What a worker may send (docs/spec/worker-api.md §2). The access schema is checked before the credentials and looks at
 * nothing else; the full schema is strict.
 */

import { isWorkerArch } from './configured-names.js';
import {
  count,
  evenCount,
  hexId,
  nonNegativeInt,
  positiveCount,
  refined,
  results,
  strict,
  text,
  username,
} from './schema-parts.js';
import { type Static, Type } from './typebox.js';

/** Nodes per second above this are no measurement. */
const LARGEST_NPS = 1e12;

const version = Type.Tuple([count, count, count]);

/** The first gate (§2.1): further members are allowed at both levels. */
export const accessSchema = Type.Object({
  password: Type.String(),
  worker_info: Type.Object({ username }),
});

/** The 16 members of worker_info (§2.3). */
export const workerInfoMembers = {
  uname: Type.String(),
  architecture: Type.Tuple([Type.String(), Type.String()]),
  concurrency: positiveCount,
  max_memory: count,
  min_threads: positiveCount,
  username,
  version: count,
  python_version: version,
  gcc_version: version,
  compiler: Type.Enum(['clang++', 'g++'], { title: 'compiler' }),
  unique_key: text('[0-9a-zA-Z]{2,8}(-[a-f0-9]{4}){3}-[a-f0-9]{12}', 'uuid'),
  modified: Type.Boolean(),
  worker_arch: refined(Type.String(), 'worker_arch', isWorkerArch),
  ARCH: Type.String(),
  nps: Type.Number({ minimum: 0, maximum: LARGEST_NPS }),
  near_github_api_limit: Type.Boolean(),
};

/** What an SPSA batch scored (§2.2). */
export const spsaResultsSchema = refined(
  strict({
    wins: count,
    losses: count,
    draws: count,
    num_games: evenCount,
    sig: nonNegativeInt,
  }),
  'valid_spsa_results',
  ({ wins, losses, draws, num_games }) => wins + losses + draws === num_games,
);

/** The second gate (§2.2): no further members anywhere. */
export const workerRequestSchema = Type.Refine(
  strict({
    password: Type.String(),
    worker_info: strict(workerInfoMembers),
    run_id: Type.Optional(hexId),
    task_id: Type.Optional(Type.Integer({ minimum: 0, title: 'task_id' })),
    pgn: Type.Optional(Type.String()),
    message: Type.Optional(Type.String()),
    stats: Type.Optional(results),
    spsa: Type.Optional(spsaResultsSchema),
  }),
  (request) => request.task_id === undefined || request.run_id !== undefined,
  () => "['run_id'] is missing",
);

/** A body that passed the first gate. */
export type AccessRequest = Static<typeof accessSchema>;

/** A body that passed the second gate. */
export type WorkerRequest = Static<typeof workerRequestSchema>;

/** Results of one SPSA batch. */
export type SpsaResults = Static<typeof spsaResultsSchema>;
