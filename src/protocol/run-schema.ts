/**
 * A run as it is stored (docs/spec/data-model.md §2.1-§2.4), with ids as hex text and instants as milliseconds. Strict
 * where readers must be tolerant: documents.ts describes what old databases may hold, this what may be written.
 */

import { matchArchs } from '../rules/arch-filter.js';
import { findHeadProblem, findRunProblem } from './run-invariants.js';
import {
  ANY_CHARACTER,
  documentId,
  hexId,
  instant,
  netName,
  nonNegativeEvenInt,
  nonNegativeInt,
  nonNegativeNumber,
  num,
  positiveInt,
  positiveNum,
  refined,
  repoUrl,
  results,
  strict,
  text,
  username,
} from './schema-parts.js';
import { taskMembers, taskSchema } from './task-schema.js';
import { Type } from './typebox.js';

/** Numbers that never vary are compared with this relative tolerance: they passed through other languages. */
const CONSTANT_TOLERANCE = 1e-9;

const constant = (value: number, name: string) =>
  refined(num, name, (given) => Math.abs(given - value) <= CONSTANT_TOLERANCE * Math.abs(value));

const signature = text('[1-9]\\p{Nd}*', 'signature');
const sha = text('[a-f0-9]{40}', 'sha');
const timeControl = text('([1-9]\\p{Nd}*/)?\\p{Nd}+(\\.\\p{Nd}+)?(\\+\\p{Nd}+(\\.\\p{Nd}+)?)?', 'tc');
const option = '[!-<>-~]+=[!-<>-~]+';
const options = text(`|${option}( ${option})*`, 'options');
const nets = Type.Array(netName, { uniqueItems: true });

/** The live LLR's overshoot (docs/spec/statistics.md §6). */
const overshootSchema = strict({
  last_update: nonNegativeInt,
  skipped_updates: nonNegativeInt,
  ref0: num,
  m0: num,
  sq0: nonNegativeNumber,
  ref1: num,
  m1: num,
  sq1: nonNegativeNumber,
});

const sprtSchema = refined(
  strict({
    alpha: constant(0.05, '0.05'),
    beta: constant(0.05, '0.05'),
    elo0: num,
    elo1: num,
    elo_model: Type.Literal('normalized'),
    state: Type.Enum(['', 'accepted', 'rejected']),
    llr: num,
    batch_size: positiveInt,
    lower_bound: constant(-Math.log(19), '-ln 19'),
    upper_bound: constant(Math.log(19), 'ln 19'),
    lost_samples: Type.Optional(nonNegativeInt),
    illegal_update: Type.Optional(nonNegativeInt),
    overshoot: Type.Optional(overshootSchema),
  }),
  'sprt with exactly one of overshoot and lost_samples',
  ({ overshoot, lost_samples }) => (overshoot === undefined) !== (lost_samples === undefined),
);

const spsaSchema = strict({
  algorithm: Type.Optional(Type.Literal('classic')),
  A: nonNegativeNumber,
  alpha: nonNegativeNumber,
  gamma: nonNegativeNumber,
  raw_params: Type.String(),
  iter: nonNegativeInt,
  num_iter: nonNegativeInt,
  params: Type.Array(
    strict({
      name: Type.String(),
      start: num,
      min: num,
      max: num,
      c_end: positiveNum,
      r_end: nonNegativeNumber,
      c: positiveNum,
      a_end: nonNegativeNumber,
      a: nonNegativeNumber,
      theta: num,
    }),
  ),
  param_history: Type.Optional(
    Type.Array(Type.Array(strict({ theta: num, R: nonNegativeNumber, c: nonNegativeNumber }))),
  ),
});

const runArgsSchema = refined(
  strict({
    base_tag: Type.String(),
    new_tag: Type.String(),
    base_nets: nets,
    new_nets: nets,
    num_games: nonNegativeEvenInt,
    tc: timeControl,
    new_tc: timeControl,
    book: text(`${ANY_CHARACTER}*\\.(epd|pgn)`, 'book'),
    book_depth: signature,
    threads: positiveInt,
    resolved_base: sha,
    resolved_new: sha,
    msg_base: Type.String(),
    msg_new: Type.String(),
    base_options: options,
    new_options: options,
    info: Type.String(),
    base_signature: signature,
    new_signature: signature,
    username,
    tests_repo: repoUrl,
    master_repo: Type.Optional(repoUrl),
    auto_purge: Type.Boolean(),
    adjudication: Type.Boolean(),
    throughput: nonNegativeNumber,
    itp: nonNegativeNumber,
    priority: num,
    arch_filter: Type.Optional(
      refined(Type.String(), 'regex', (pattern) => 'matches' in matchArchs(pattern, [])),
    ),
    compiler: Type.Optional(Type.Enum(['clang++', 'g++'])),
    sprt: Type.Optional(sprtSchema),
    spsa: Type.Optional(spsaSchema),
  }),
  'args with at most one of sprt and spsa',
  ({ sprt, spsa }) => sprt === undefined || spsa === undefined,
);

/** A purged task: its statistics are kept here (§2.4). */
const badTaskSchema = strict({
  ...taskMembers,
  active: Type.Literal(false),
  bad: Type.Literal(true),
  task_id: nonNegativeInt,
  residual: num,
  residual_color: Type.Enum(['green', 'yellow', 'red']),
});

/** The members of the whole document. `_id` is absent before it is inserted. */
const runMembers = strict({
  _id: Type.Optional(documentId),
  version: nonNegativeInt,
  start_time: instant,
  last_updated: instant,
  tc_base: nonNegativeNumber,
  rescheduled_from: Type.Optional(hexId),
  approved: Type.Boolean(),
  approver: Type.Union([Type.Literal(''), username]),
  finished: Type.Boolean(),
  deleted: Type.Boolean(),
  failed: Type.Boolean(),
  failures: nonNegativeInt,
  is_green: Type.Boolean(),
  is_yellow: Type.Boolean(),
  workers: nonNegativeInt,
  cores: nonNegativeInt,
  committed_games: nonNegativeInt,
  total_games: nonNegativeInt,
  results,
  nps: nonNegativeNumber,
  games_per_minute: nonNegativeNumber,
  args: runArgsSchema,
  tasks: Type.Array(taskSchema),
  bad_tasks: Type.Array(badTaskSchema),
});

/** The whole document, with the rules across members of §2.1 and §2.5. */
export const runSchema = Type.Refine(
  runMembers,
  (run) => findRunProblem(run) === undefined,
  (run) => `: ${findRunProblem(run)}`,
);

/** The document without what its tasks decide: for a run whose tasks are looked at one by one. */
export const runHeadSchema = Type.Refine(
  runMembers,
  (run) => findHeadProblem(run) === undefined,
  (run) => `: ${findHeadProblem(run)}`,
);
