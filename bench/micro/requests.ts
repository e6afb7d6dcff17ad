/** What it costs to know a worker's request: parsed, checked, or recognised by its bytes. */
import { BodyCache } from '../../src/http/worker-api/body-cache.js';
import { checkRequest, normaliseRequest, parseBody } from '../../src/protocol/request.js';
import { applyPatch, type Plan, type PlannedRequest } from '../load/plan.js';
import { beatPlan, requestTaskPlan, updatePlan } from '../seed/plans.js';
import type { Figure } from '../work/result.js';
import { compare, type MicroOptions, type Piece } from './compare.js';

const FARM = { runs: 100, tasks: 1000 };
const BODIES: Readonly<Record<string, Plan>> = {
  beat: beatPlan(FARM),
  update_task: updatePlan(FARM),
  request_task: requestTaskPlan(),
};
const ENTRIES = 16_384;

export async function measureRequests(options: MicroOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, plan] of Object.entries(BODIES)) {
    figures.push(...(await compare(`the body of a ${name}`, pieces(plan.requests.map(bodyOf)), options)));
  }
  return figures;
}

/** As its first sending has it. */
function bodyOf({ bytes, patches }: PlannedRequest): Buffer {
  const request = Buffer.from(bytes);
  for (const patch of patches) applyPatch(request, patch, 0);
  return request.subarray(request.indexOf('\r\n\r\n') + 4);
}

function pieces(bodies: readonly Buffer[]): Record<string, Piece> {
  const known = rememberAll(bodies);
  const repeated = bodies.filter((body) => known.find(body) !== undefined);
  let turn = 0;
  const each = (some: readonly Buffer[], work: (body: Buffer) => unknown) => (times: number) => {
    for (let i = 0; i < times; i++) work(some[turn++ % some.length]!);
  };
  return {
    'JSON.parse': each(bodies, (body) => JSON.parse(body.toString())),
    'parsed and checked': each(bodies, (body) => {
      const request = parseBody(body);
      if (checkRequest(request) !== undefined) throw new Error('a good request was refused');
      return normaliseRequest(request);
    }),
    'recognised by its bytes': each(repeated, (body) => {
      if (known.find(body) === undefined) throw new Error('a body that came before was not recognised');
    }),
  };
}

/** A body is kept when it comes for the second time. */
function rememberAll(bodies: readonly Buffer[]): BodyCache<object> {
  const known = new BodyCache<object>(ENTRIES);
  for (let time = 0; time < 2; time++) {
    for (const body of bodies) {
      known.find(body);
      if (known.seenBefore()) known.remember({});
    }
  }
  return known;
}
