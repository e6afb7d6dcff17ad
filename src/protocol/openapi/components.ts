/** The TypeBox schemas of the protocol as OpenAPI 3.1 wants them: JSON Schema 2020-12, without our own keywords. */

import { actionSchemas } from '../action-schema.js';
import { ANY_FLOAT } from '../count-booleans.js';
import { accessSchema, workerRequestSchema } from '../request-schema.js';
import { runHeadSchema } from '../run-schema.js';
import { taskSchema } from '../task-schema.js';
import type { TSchema } from '../typebox.js';

export type JsonObject = { [key: string]: unknown };

const DATE_TEXT: JsonObject = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{6})?\\+00:00$',
  examples: ['2026-01-31 12:00:00.250000+00:00'],
};

/** A schema as it is on the wire: instants are texts, binary data is a list of byte values. */
function wireSchema(schema: TSchema | JsonObject): JsonObject {
  return convert(schema as JsonObject) as JsonObject;
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as JsonObject;
  if (schema['title'] === 'datetime_utc') return DATE_TEXT;
  if (schema['title'] === ANY_FLOAT && schema['type'] === undefined) return { type: 'number' };
  // Keywords of TypeBox are not enumerable, so they are left out by themselves.
  const copy: JsonObject = {};
  for (const [key, member] of Object.entries(schema)) copy[key] = convert(member);
  if (Array.isArray(copy['items'])) {
    const { items, additionalItems: _more, ...rest } = copy;
    return { ...rest, prefixItems: items, items: false };
  }
  return copy;
}

/** Changes members of an object schema. */
function withMembers(schema: JsonObject, members: JsonObject, without: readonly string[] = []): JsonObject {
  const properties = { ...(schema['properties'] as JsonObject), ...members };
  for (const name of without) delete properties[name];
  const required = (schema['required'] as string[]).filter((name) => !without.includes(name));
  return { ...schema, properties, required, additionalProperties: true };
}

const run = wireSchema(runHeadSchema);
const task = wireSchema(taskSchema);
const number = { type: 'number' };

export const components: JsonObject = {
  AccessRequest: wireSchema(accessSchema),
  WorkerRequest: wireSchema(workerRequestSchema),
  Run: withMembers(run, { tasks: { type: 'array', maxItems: 0 }, bad_tasks: { type: 'array', maxItems: 0 } }),
  ListedRun: withMembers(run, {}, ['tasks', 'bad_tasks']),
  Task: withMembers(task, {
    worker_info: { type: 'object', description: 'As the worker sent it; key and address are cut.' },
    spsa_params: {
      type: 'object',
      properties: { iter: { type: 'integer' }, packed_flips: { type: 'array', items: { type: 'integer' } } },
    },
  }),
  Action: { anyOf: Object.values(actionSchemas).map((schema) => wireSchema(schema)) },
  Elo: {
    type: 'object',
    required: ['elo', 'ci', 'LOS'],
    properties: {
      a: number,
      b: number,
      elo: number,
      ci: { type: 'array', prefixItems: [number, number], items: false },
      LOS: number,
      LLR: number,
    },
  },
  Refusal: {
    type: 'object',
    required: ['error', 'duration'],
    properties: {
      error: { type: 'string', description: 'The path, a colon, and what is wrong.' },
      duration: { type: 'number', description: 'Seconds.' },
    },
  },
  Detail: { type: 'object', required: ['detail'], properties: { detail: { type: 'string' } } },
};
