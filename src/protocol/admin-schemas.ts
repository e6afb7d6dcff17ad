/**
 * The requests of the admin API: one schema for each verb, and the request's type derived from it. Only the server loads
 * this file at run time; clients import the types.
 *
 * `by` names who is recorded in the event log; without it the system user `fishtest.system` is.
 */
import { type Static, Type } from './typebox.js';

const strict = { additionalProperties: false };

/** A user who exists may have a name older than today's rule, so only its length is bounded. */
const username = Type.String({ minLength: 1, maxLength: 128 });
const by = Type.Optional(username);
const runId = Type.String({ pattern: '^[0-9a-f]{24}$' });
const text = Type.String({ maxLength: 200_000 });
/** In clear. What begins as a hash does (operations/account/password.ts) would be taken for one. */
const password = Type.String({ minLength: 1, maxLength: 72, pattern: '^(?!\\$scrypt\\$)' });
/** The password is kept as it is, for programs that read no hash; without it a hash is. */
const clear_text = Type.Optional(Type.Boolean());
const line = Type.String({ maxLength: 5_000 });
const integer = Type.Integer({ minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER });
const count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** Memory holds it in 32 bits. */
const machineLimit = Type.Integer({ minimum: 0, maximum: 0x7fffffff });
/** Its form is checked where it is used, so that the refusal can tell more. */
const netName = Type.String({ minLength: 1, maxLength: 256 });
const page = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 }));

const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const label = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const email = Type.String({
  maxLength: 254,
  pattern: `^${atom}(?:\\.${atom})*@(?:${label}\\.)+${label}$`,
});

const sprt = Type.Object({ elo0: Type.Number(), elo1: Type.Number() }, strict);
const spsa = Type.Object(
  {
    /** A as a fraction of the number of game pairs; 0.1 when absent. */
    A_ratio: Type.Optional(Type.Number()),
    alpha: Type.Optional(Type.Number()),
    gamma: Type.Optional(Type.Number()),
    raw_params: text,
  },
  strict,
);

/** What an operator says of a new run (docs/spec/data-model.md §2.6). Exactly one of sprt, spsa or neither (fixed games). */
export const newRunForm = Type.Object(
  {
    new_tag: line,
    base_tag: line,
    /** The owner. */
    username: line,
    resolved_new: line,
    resolved_base: line,
    new_signature: line,
    /** Taken from new_signature when the run is an SPSA tune. */
    base_signature: Type.Optional(line),
    tc: line,
    new_tc: Type.Optional(line),
    threads: Type.Optional(integer),
    sprt: Type.Optional(sprt),
    spsa: Type.Optional(spsa),
    /** Fixed games and SPSA only: an SPRT has 800000. */
    num_games: Type.Optional(integer),
    new_options: line,
    base_options: Type.Optional(line),
    new_nets: Type.Optional(Type.Array(line, { maxItems: 16 })),
    base_nets: Type.Optional(Type.Array(line, { maxItems: 16 })),
    msg_new: Type.Optional(text),
    msg_base: Type.Optional(text),
    tests_repo: Type.Optional(line),
    master_repo: Type.Optional(line),
    info: Type.Optional(text),
    book: Type.Optional(line),
    book_depth: Type.Optional(line),
    priority: Type.Optional(integer),
    throughput: Type.Optional(integer),
    arch_filter: Type.Optional(line),
    compiler: Type.Optional(line),
    auto_purge: Type.Optional(Type.Boolean()),
    adjudication: Type.Optional(Type.Boolean()),
    rescheduled_from: Type.Optional(line),
  },
  strict,
);

/** The request of every verb of AdminService, by the verb's name. */
export const adminRequests = {
  userAdd: Type.Object(
    {
      username: Type.String({ pattern: '^[A-Za-z0-9]{2,64}$' }),
      password,
      clear_text,
      email: Type.Optional(email),
      /** Most active tasks for each remote address; 16 when absent. */
      machine_limit: Type.Optional(machineLimit),
      /** Puts the user into group:approvers. */
      approver: Type.Optional(Type.Boolean()),
      /** Where the code of the account's tests is. */
      tests_repo: Type.Optional(
        Type.String({ pattern: '^https://github\\.com(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9_.-]+){2}$' }),
      ),
      /** It waits for an approver, as one that signed up does. */
      pending: Type.Optional(Type.Boolean()),
    },
    strict,
  ),
  userPassword: Type.Object({ username, password, clear_text }, strict),
  userApprove: Type.Object({ username, by }, strict),
  userBlock: Type.Object({ username, by }, strict),
  userUnblock: Type.Object({ username, by }, strict),
  userLimit: Type.Object({ username, machine_limit: machineLimit }, strict),
  userList: Type.Object({ pending: Type.Optional(Type.Boolean()) }, strict),
  runAdd: Type.Object({ form: newRunForm, approve_by: Type.Optional(username) }, strict),
  runList: Type.Object(
    {
      state: Type.Union([
        Type.Literal('active'),
        Type.Literal('pending'),
        Type.Literal('finished'),
        Type.Literal('all'),
      ]),
      username: Type.Optional(username),
      /** Most runs in the answer; 100 when absent. */
      limit: page,
    },
    strict,
  ),
  /** A text that is no id names no run: unknown, as everywhere where runs are read. */
  runShow: Type.Object({ id: Type.String({ maxLength: 200 }) }, strict),
  runApprove: Type.Object({ id: runId, approver: username }, strict),
  runStop: Type.Object({ id: runId, by, reason: Type.Optional(Type.String({ maxLength: 5000 })) }, strict),
  runUnstop: Type.Object({ id: runId, by }, strict),
  runPurge: Type.Object(
    {
      id: runId,
      by,
      /** Chi-squared probability below which the worst worker is bad; 0.01 when absent. */
      p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      /** Residual above which a worker is bad; 4.5 when absent. */
      res: Type.Optional(Type.Number({ minimum: 0 })),
    },
    strict,
  ),
  runDelete: Type.Object({ id: runId, by }, strict),
  runPriority: Type.Object({ id: runId, by, priority: integer, throughput: Type.Optional(count) }, strict),
  workerBlock: Type.Object(
    {
      worker_name: Type.String({ maxLength: 256, pattern: '^.*-\\d+cores-[a-zA-Z0-9]{2,8}$' }),
      message: Type.String({ maxLength: 500 }),
      by,
    },
    strict,
  ),
  workerUnblock: Type.Object({ worker_name: Type.String({ minLength: 1, maxLength: 256 }), by }, strict),
  workerList: Type.Object(
    { state: Type.Union([Type.Literal('active'), Type.Literal('blocked')]), limit: page },
    strict,
  ),
  /** A part of a network's file, in order; what an offset of 0 begins replaces an upload of the name that was left. */
  netUpload: Type.Object(
    {
      name: netName,
      offset: count,
      /** Base64. */
      data: Type.String({ maxLength: 1_000_000, pattern: '^[A-Za-z0-9+/]*={0,2}$' }),
    },
    strict,
  ),
  /** Stores what was uploaded under the name. `by` must be an account. */
  netAdd: Type.Object({ name: netName, by }, strict),
  netList: Type.Object({}, strict),
  netRemove: Type.Object({ name: netName }, strict),
  /** By file name, as books.json has them; they are added to what is known. */
  bookImport: Type.Object({ books: Type.Record(Type.String({ maxLength: 256 }), Type.Unknown()) }, strict),
  bookList: Type.Object({}, strict),
  status: Type.Object({}, strict),
  /** What the primaries of the store are. */
  cluster: Type.Object({}, strict),
  /** The store goes to a primary that stands by, and this server ends. */
  handover: Type.Object({}, strict),
  backup: Type.Object({ file: Type.String({ minLength: 1, maxLength: 4_096 }) }, strict),
  configList: Type.Object({}, strict),
  configSet: Type.Object(
    { name: Type.String({ minLength: 1, maxLength: 64 }), value: Type.String({ maxLength: 4_096 }) },
    strict,
  ),
} as const;

export type AdminVerb = keyof typeof adminRequests;
export type AdminRequest<V extends AdminVerb> = Static<(typeof adminRequests)[V]>;
export type NewRunForm = Static<typeof newRunForm>;
