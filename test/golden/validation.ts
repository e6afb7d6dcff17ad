/** Replays recorded accept/reject decisions of the request and document schemas. */

import { Buffer } from 'node:buffer';
import {
  checkAction,
  checkBooks,
  checkNet,
  checkPgn,
  checkRun,
  checkUser,
  checkWorker,
} from '../../src/protocol/check-document.js';
import { checkAccess, checkRequest, NotJson, parseBody } from '../../src/protocol/request.js';
import { fromDatabase, NotADocument } from './extended-json.js';
import { type AuthResult, compare, type GoldenCase, type Suite } from './suite.js';
import { validationRules } from './validation-rules.js';

type Check = (value: unknown) => string | undefined;

/** Bodies of the worker API, read as the server reads them. */
const REQUESTS: Readonly<Record<string, Check>> = {
  api_access_schema: checkAccess,
  api_schema: checkRequest,
};

const DOCUMENTS: Readonly<Record<string, Check>> = {
  runs_schema: checkRun,
  user_schema: checkUser,
  worker_schema: checkWorker,
  action_schema: checkAction,
  pgns_schema: checkPgn,
  nn_schema: checkNet,
  books_schema: checkBooks,
};

interface Decision {
  accept: boolean;
  json_error?: true;
}

export const validationSuite: Suite = async (cases) => cases.map(replay);

function replay(recorded: GoldenCase): AuthResult {
  const schema = String(recorded.input['schema']);
  const json = String(recorded.input['json']);
  const { decision, why } = decide(schema, json);
  const difference = compare(decision, recorded.output);
  if (difference === undefined) return { kind: 'pass' };
  const rule = validationRules.find(({ covers }) => covers(recorded, decision, difference));
  return rule === undefined
    ? { kind: 'fail', why: `${difference} (${schema}: ${why ?? 'accepted'})` }
    : { kind: 'deviated', rule: rule.id };
}

function decide(schema: string, json: string): { decision: Decision; why: string | undefined } {
  try {
    const why = problemOf(schema, json);
    return { decision: { accept: why === undefined }, why };
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    return { decision: { accept: false, json_error: true }, why: error.message };
  }
}

function problemOf(schema: string, json: string): string | undefined {
  const checkBody = REQUESTS[schema];
  if (checkBody !== undefined) return checkBody(parseBody(Buffer.from(json)));
  const checkDocument = DOCUMENTS[schema];
  if (checkDocument === undefined) return `there is no schema ${schema}`;
  try {
    return checkDocument(fromDatabase(json));
  } catch (error) {
    if (error instanceof NotADocument) return error.message;
    throw error;
  }
}
