/** Measures every document of a database, as the plain driver gives it, by fishtest's model: members, types, invariants. */
import { type Db, type Document, Double, Int32, Long, ObjectId } from 'mongodb';
import {
  checkAction,
  checkNet,
  checkPgn,
  checkRun,
  checkUser,
  checkWorker,
} from '../../src/protocol/check-document.js';
import { decodeDocument } from '../../src/store/mongodb/bson-values.js';

const CHECKS: Readonly<Record<string, (document: unknown) => string | undefined>> = {
  runs: checkRun,
  users: checkUser,
  workers: checkWorker,
  actions: checkAction,
  pgns: checkPgn,
  nns: checkNet,
};

/** What a member's name says about its BSON type (docs/spec/data-model.md). The rest is the schemas' matter. */
const DATES = ['start_time', 'last_updated', 'registration_time'];
const WHOLE =
  `version failures workers cores committed_games total_games wins losses draws crashes time_losses num_games
  concurrency max_memory min_threads iter num_iter task_id machine_limit downloads size batch_size threads`.split(
    /\s+/,
  );
const MEASURED = ['tc_base', 'itp', 'llr', 'games_per_minute', 'theta', 'time', 'residual'];

/** One sentence for each violation, with the document it is in; and how many documents there were by collection. */
export async function checkDatabase(db: Db): Promise<{ problems: string[]; counts: Record<string, number> }> {
  const problems: string[] = [];
  const counts: Record<string, number> = {};
  for (const [name, check] of Object.entries(CHECKS)) {
    counts[name] = 0;
    // Without promotion numbers come as what they are in BSON.
    for await (const document of db.collection(name).find({}, { promoteValues: false })) {
      counts[name]++;
      const report = (text: string) => problems.push(`${name} ${String(document['_id'])}: ${text}`);
      if (!(document['_id'] instanceof ObjectId)) report('_id is no ObjectId');
      checkTypes(document, '', report);
      const decoded = decodeDocument<Document>(document);
      const problem = check(decoded);
      if (problem !== undefined) report(problem);
    }
  }
  return { problems, counts };
}

function checkTypes(value: unknown, path: string, report: (text: string) => void): void {
  if (Array.isArray(value)) {
    value.forEach((item, i) => {
      checkTypes(item, `${path}.${i}`, report);
    });
    return;
  }
  if (typeof value !== 'object' || value === null || '_bsontype' in value || value instanceof Date) return;
  for (const [name, member] of Object.entries(value)) {
    const at = `${path}.${name}`;
    if (DATES.includes(name) && !(member instanceof Date)) report(`${at} is no date`);
    if (WHOLE.includes(name) && !isWhole(member)) report(`${at} is no int`);
    if (MEASURED.includes(name) && !isNumber(member)) report(`${at} is no number`);
    if (name === 'pentanomial' && !(member as unknown[]).every(isWhole)) report(`${at} holds what is no int`);
    checkTypes(member, at, report);
  }
}

function isWhole(value: unknown): boolean {
  return value instanceof Int32 || value instanceof Long || typeof value === 'bigint';
}

function isNumber(value: unknown): boolean {
  return value instanceof Double || isWhole(value);
}
