/** Requests to the admin API: what its schemas describe, broken in a place or two, with and without the token. */

import { adminPath } from '../../src/protocol/admin.js';
import { type AdminVerb, adminRequests } from '../../src/protocol/admin-schemas.js';
import { Compile } from '../../src/protocol/typebox.js';
import type { Random } from '../../src/swarm/seeded-random.js';
import { RUN_ID } from '../server/seed.js';
import { mutate, placesOf, print } from './schema-mutations.js';

/** Sent only when the schema refuses them: else they would write files, change settings, fill the store or end the run. */
const ONLY_BROKEN: ReadonlySet<AdminVerb> = new Set([
  'backup',
  'configSet',
  'userAdd',
  'userBlock',
  'runAdd',
  'runStop',
  'runDelete',
  'netUpload',
  'netAdd',
  'bookImport',
]);
const VERBS = Object.keys(adminRequests) as AdminVerb[];
const SCHEMAS = new Map(
  VERBS.map((verb) => [verb, { places: placesOf(adminRequests[verb]), check: Compile(adminRequests[verb]) }]),
);

export interface AdminRequest {
  bytes: Buffer;
  path: string;
  refused: boolean;
}

export function makeAdminRequest(random: Random, token: string): AdminRequest {
  const verb = random.pick(VERBS);
  const { places, check } = SCHEMAS.get(verb)!;
  const request = sample(adminRequests[verb], random);
  const mutations = random.pick([0, 1, 1, 2]);
  for (let i = 0; i < mutations; i++) mutate(request, places, random);
  const body = Buffer.from(print(request));
  const isBroken = !passes(body, (value) => check.Check(value));
  const hasToken = (isBroken || !ONLY_BROKEN.has(verb)) && random.chance(0.9);
  const authorization = hasToken
    ? `Bearer ${token}`
    : random.pick(['', 'Bearer ', `Basic ${token}`, 'Bearer \u00ff']);
  const head = `POST ${adminPath(verb)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n`;
  const bytes = Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`, 'latin1'), body]);
  return { bytes, path: adminPath(verb), refused: isBroken || !hasToken };
}

function passes(body: Buffer, check: (value: unknown) => boolean): boolean {
  try {
    return check(JSON.parse(body.toString()));
  } catch {
    return false;
  }
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  pattern?: string;
  minimum?: number;
}

/** A request that has most of the members that the schema knows. */
function sample(schema: object, random: Random): Record<string, unknown> {
  const request: Record<string, unknown> = {};
  for (const [name, member] of Object.entries((schema as Schema).properties ?? {})) {
    if (random.chance(0.1)) continue;
    if (member.properties !== undefined) request[name] = sample(member, random);
    else if (member.type === 'integer' || member.type === 'number') request[name] = member.minimum ?? 1;
    else if (member.type === 'boolean') request[name] = random.chance(0.5);
    else if (name === 'id') request[name] = random.chance(0.5) ? RUN_ID : 'f'.repeat(24);
    else request[name] = random.pick(['nobody', 'active', 'x-1cores-abcd1234', '']);
  }
  return request;
}
