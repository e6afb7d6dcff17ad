/**
 * Sends a seed's inputs to a running server and judges the answers: no status that the protocol does not name, no
 * acceptance of what the schemas refuse, no 500 without a known reason, no request unanswered.
 */
import { Random } from '../../src/swarm/seeded-random.js';
import { Connection, type Response, sendRaw } from './connection.js';
import { type Input, makeInput, seedOf } from './inputs.js';
import { makeSiteInput } from './site-inputs.js';
import { HEADER, MARKUP } from './site-texts.js';
import type { Visitor } from './site-visitors.js';

/** What the protocol and the read API name (docs/spec/worker-api.md §1.2, §4, §5). */
const STATUSES = new Set([200, 204, 302, 304, 307, 400, 401, 403, 404, 405, 413, 500, 501, 503]);
/** What pages answer (docs/spec/web-ui.md §1.3). */
const SITE_STATUSES = new Set([200, 204, 286, 302, 304, 308, 400, 403, 404, 405, 413, 422, 429, 503]);
const ADMIN_STATUSES = new Set([200, 400, 401, 403, 404, 409]);
/** What uWebSockets.js says by itself to broken HTTP. */
const RAW_STATUSES = new Set([...STATUSES, 100, 414, 431, 505]);
/** The longest head in bytes that either binding takes; behind it the newer one answers 431 (docs/http.md). */
const LONGEST_HEAD = 16_384;
/** The 500 that the protocol keeps: an update or a request of SPSA parameters that lacks what it needs. */
const NAMED_500 = /Missing stats|Missing spsa|is not an SPSA tune/;

/** Where the inputs go. */
export interface FuzzTarget {
  readonly port: number;
  readonly adminPort: number;
  readonly adminToken: string;
}

export interface Plan {
  seed: number;
  /** Number of the first input. */
  from: number;
  inputs: number;
  connections: number;
  /** Sends only what must be refused: then nothing may change. */
  refusedOnly?: boolean;
  /** Given: all inputs are requests to the pages, by these people. */
  visitors?: readonly Visitor[];
}

export interface Report {
  sent: number;
  /** How often each status came. */
  statuses: Map<number, number>;
  problems: string[];
}

const MOST_PROBLEMS = 10;

export async function fuzz(target: FuzzTarget, plan: Plan): Promise<Report> {
  const report: Report = { sent: 0, statuses: new Map(), problems: [] };
  const { adminToken } = target;
  let next = plan.from;
  const worker = async () => {
    const connection = new Connection(target.port);
    const admin = new Connection(target.adminPort);
    while (next < plan.from + plan.inputs && report.problems.length < MOST_PROBLEMS) {
      const index = next++;
      const input = inputOf(plan, index, adminToken);
      if (plan.refusedOnly && (!('refused' in input) || !input.refused)) continue;
      const problem = await send(target.port, input.kind === 'admin' ? admin : connection, input, report);
      if (problem !== undefined) report.problems.push(`input ${index}: ${problem}\n  ${describe(input)}`);
    }
    connection.close();
    admin.close();
  };
  await Promise.all(Array.from({ length: plan.connections }, worker));
  return report;
}

function inputOf({ seed, visitors }: Plan, index: number, adminToken: string): Input {
  return visitors === undefined
    ? makeInput(seed, index, adminToken)
    : makeSiteInput(new Random(seedOf(seed, index)), visitors);
}

/** Returns what was wrong with the answer, if anything. */
async function send(
  port: number,
  connection: Connection,
  input: Input,
  report: Report,
): Promise<string | undefined> {
  report.sent++;
  const note = (status: number) => report.statuses.set(status, (report.statuses.get(status) ?? 0) + 1);
  if (input.kind === 'raw') {
    const statuses = await sendRaw(port, input.pieces);
    statuses.forEach(note);
    const odd = statuses.find((status) => !RAW_STATUSES.has(status));
    return odd === undefined ? undefined : `status ${odd} for broken HTTP`;
  }
  try {
    const pieces = input.kind === 'request' ? input.pieces : 1;
    const response = await connection.request(input.bytes, input.isHead, pieces);
    note(response.status);
    return input.kind === 'site'
      ? judgePage(response, input.bytes)
      : judge(input, response.status, response.body);
  } catch (error) {
    connection.close();
    return error instanceof Error ? error.message : String(error);
  }
}

function judgePage({ status, head, body }: Response, bytes: Buffer): string | undefined {
  if (status === 431 && bytes.indexOf('\r\n\r\n') + 4 > LONGEST_HEAD) return undefined;
  if (!SITE_STATUSES.has(status)) return `status ${status}: ${body.slice(0, 300)}`;
  if (head.toLowerCase().includes(`\n${HEADER}`)) return `a header of the input came back: ${head}`;
  if (!/\ncontent-type: text\/html/i.test(head)) return undefined;
  const at = body.indexOf(MARKUP);
  return at < 0 ? undefined : `markup of the input came back: ${body.slice(Math.max(0, at - 200), at + 100)}`;
}

function judge(
  input: Exclude<Input, { kind: 'raw' | 'site' }>,
  status: number,
  body: string,
): string | undefined {
  const allowed = input.kind === 'admin' ? ADMIN_STATUSES : STATUSES;
  if (!allowed.has(status)) return `status ${status}`;
  if (status === 500 && !NAMED_500.test(body)) return `500 without a reason: ${body.slice(0, 300)}`;
  if (input.refused && status < 400) return `accepted with ${status} what the schemas refuse`;
  if (input.refused && status > 499) return `${status} for what the schemas refuse: ${body.slice(0, 300)}`;
  return undefined;
}

function describe(input: Input): string {
  const bytes = input.kind === 'raw' ? Buffer.concat(input.pieces) : input.bytes;
  return JSON.stringify(bytes.toString('latin1').slice(0, 700));
}
