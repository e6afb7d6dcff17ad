/** What the OpenAPI document says of each endpoint (docs/spec/worker-api.md §4, §5). */
import type { WorkerEndpoint } from '../worker-endpoints.js';
import type { JsonObject } from './components.js';

const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
const json = (description: string, schema: JsonObject): JsonObject => ({
  description,
  content: { 'application/json': { schema } },
});
const refusal = (description: string) => json(description, ref('Refusal'));
const object = (properties: JsonObject, required: string[] = []): JsonObject => ({
  type: 'object',
  properties: { ...properties, duration: { type: 'number' } },
  required: [...required, 'duration'],
});
const text = { type: 'string' };
const flag = { type: 'boolean' };

interface EndpointText {
  readonly summary: string;
  readonly answer: JsonObject;
  readonly request?: string;
}

const ALIVE = object({ task_alive: flag, info: text, error: text });

const WORKER_PATHS: Readonly<Record<WorkerEndpoint, EndpointText>> = {
  request_version: {
    summary: 'Checks the credentials and tells the protocol version',
    answer: object({ version: { type: 'integer' } }, ['version']),
    request: 'AccessRequest',
  },
  request_task: {
    summary: 'Asks for a batch of games',
    answer: object({
      task_waiting: flag,
      run: { type: 'object' },
      task_id: { type: 'integer' },
      info: text,
      error: text,
    }),
  },
  update_task: { summary: "Reports the task's results so far", answer: ALIVE },
  beat: { summary: 'Says that the worker still plays', answer: ALIVE },
  request_spsa: {
    summary: 'Asks for the parameters of an SPSA batch',
    answer: object({
      task_alive: flag,
      sig: { type: 'integer' },
      w_params: { type: 'array', items: { type: 'object' } },
      b_params: { type: 'array', items: { type: 'object' } },
      info: text,
    }),
  },
  failed_task: { summary: 'Gives the task back', answer: ALIVE },
  stop_run: { summary: 'Asks to stop the run, as its engine misbehaves', answer: object({}) },
  upload_pgn: { summary: 'Stores the games of the task: base64 of a gzip stream', answer: object({}) },
  worker_log: { summary: 'Writes a message to the action log', answer: object({}) },
};

function workerPath({ summary, answer, request = 'WorkerRequest' }: EndpointText): JsonObject {
  return {
    post: {
      tags: ['workers'],
      summary,
      requestBody: { required: true, content: { 'application/json': { schema: ref(request) } } },
      responses: {
        200: json('Done, or refused for a reason that the worker acts on', answer),
        400: refusal('The request does not obey the schema, or names no task of this worker'),
        401: refusal('The credentials are wrong, or the user may not do this'),
        503: { description: 'Try again later' },
      },
    },
  };
}

const inPath = (name: string, description: string): JsonObject => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: text,
});
const inQuery = (
  name: string,
  description: string,
  schema: JsonObject = text,
  required = false,
): JsonObject => ({
  name,
  in: 'query',
  required,
  description,
  schema,
});

function read(summary: string, responses: JsonObject, parameters: JsonObject[] = []): JsonObject {
  return { get: { tags: ['public'], summary, parameters, responses } };
}

const RUN_ID = inPath('id', '24 hex digits');
const NOT_THERE = { 404: refusal('There is none') };
const GZIP = { description: 'gzip', content: { 'application/gzip': {} } };
const RUNS_BY_ID: JsonObject = { type: 'object', additionalProperties: ref('ListedRun') };

const count = (name: string) =>
  inQuery(name, 'a count of game pairs or games', { type: 'integer', minimum: 0 });

const PUBLIC_PATHS: JsonObject = {
  '/api/active_runs': read('Unfinished runs by id', { 200: json('Runs', RUNS_BY_ID) }),
  '/api/finished_runs': read(
    'Finished runs by id, newest first, 50 a page',
    { 200: json('Runs', RUNS_BY_ID), 400: refusal('No page, or a bad timestamp') },
    [
      inQuery('page', 'from 1', { type: 'integer', minimum: 1 }, true),
      inQuery('username', 'only runs of this user'),
      inQuery('success_only', 'any text: only accepted runs'),
      inQuery('yellow_only', 'any text: only rejected runs that won more games than they lost'),
      inQuery('ltc_only', 'any text: only long time controls'),
      inQuery('timestamp', 'seconds since the epoch: only runs that changed since then'),
    ],
  ),
  '/api/actions': {
    post: {
      tags: ['public'],
      summary: 'The action log, newest first, at most 200 entries',
      requestBody: {
        description:
          'A MongoDB filter: values, $eq, $ne, $in, $nin, $gt, $gte, $lt, $lte, $exists, $and, $or.',
        content: { 'application/json': { schema: { type: 'object' }, example: { action: 'failed_task' } } },
      },
      responses: {
        200: json('Entries', { type: 'array', items: ref('Action') }),
        400: refusal('An operator that is not allowed'),
        500: json('An unknown operator', ref('Detail')),
      },
    },
  },
  '/api/get_run/{id}': read('One run', { 200: json('The run', ref('Run')), ...NOT_THERE }, [RUN_ID]),
  '/api/get_task/{id}/{task}': read('One task', { 200: json('The task', ref('Task')), ...NOT_THERE }, [
    RUN_ID,
    inPath('task', 'a number; with "bad" after it, one of the purged tasks'),
  ]),
  '/api/get_elo/{id}': read(
    'A run with the estimate of its sequential test',
    {
      200: json('The run; empty when it has no such test', {
        type: 'object',
        properties: { elo: ref('Elo') },
      }),
      ...NOT_THERE,
    },
    [RUN_ID],
  ),
  '/api/calc_elo': read(
    'Elo of results, by an SPRT if both its bounds are given',
    { 200: json('The estimate', ref('Elo')), 400: refusal('Missing or bad numbers') },
    [
      ...['LL', 'LD', 'DDWL', 'WD', 'WW', 'W', 'D', 'L'].map(count),
      inQuery('elo0', 'lower bound', { type: 'number' }),
      inQuery('elo1', 'upper bound', { type: 'number' }),
      inQuery('elo_model', 'how the bounds are meant', { enum: ['BayesElo', 'logistic', 'normalized'] }),
    ],
  ),
  '/api/pgn/{name}': read('The games of one task', { 200: GZIP, ...NOT_THERE }, [
    inPath('name', '<run id>-<task number>.pgn'),
  ]),
  '/api/run_pgns/{name}': read(
    'All games of a run',
    { 200: GZIP, 400: refusal('A bad name'), ...NOT_THERE },
    [inPath('name', '<run id>.pgn.gz')],
  ),
  '/api/nn/{name}': read(
    'Leads to a network and counts the download',
    {
      302: { description: 'Where the network is' },
      ...NOT_THERE,
    },
    [inPath('name', 'nn-<12 hex digits>.nnue')],
  ),
  '/api/rate_limit': read("The server's GitHub quota", { 200: json('The quota', { type: 'object' }) }),
};

export const paths: JsonObject = {
  ...Object.fromEntries(
    Object.entries(WORKER_PATHS).map(([name, endpoint]) => [`/api/${name}`, workerPath(endpoint)]),
  ),
  ...PUBLIC_PATHS,
};
