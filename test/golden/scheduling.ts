/** Scheduling scenarios: each step's reply, the whole state after it, and what it wrote to the audit log. */
import type { StorePlace } from '../store/store-place.js';
import { deviationOr } from './deviations.js';
import { Farm } from './farm.js';
import { type View, viewFarm } from './farm-view.js';
import { scheduleDifference } from './scheduling-compare.js';
import { type Recorded, seedOf } from './scheduling-seed.js';
import { takeStep } from './scheduling-steps.js';
import type { AuthResult, GoldenCase, Suite } from './suite.js';

/** The recording calls the functions below the pages that write these. */
const PAGE_ACTIONS: ReadonlySet<string> = new Set([
  'approve_run',
  'modify_run',
  'delete_run',
  'new_run',
  'system_event',
]);

/** @param makePlace an empty store for each scenario */
export function schedulingOver(makePlace: () => Promise<StorePlace>): Suite {
  return async (cases) => {
    const verdicts: AuthResult[] = [];
    for (const recorded of cases) verdicts.push(await judge(recorded, await makePlace()));
    return verdicts;
  };
}

async function judge({ input, output, tie }: GoldenCase, place: StorePlace): Promise<AuthResult> {
  const scenario = input as Recorded;
  const answers = output as Recorded;
  const startMs = scenario.start_time * 1000;
  const farm = await Farm.open(seedOf(scenario), startMs, place);
  try {
    const expected = applyChanges(
      { runs: {}, connections: {}, unfinished: [], worker_tasks: {}, worker_runs: {} },
      answers.startup,
    );
    let why = scheduleDifference(
      await viewFarm(farm, startMs, Object.keys(expected.runs)),
      expected,
      '$.startup',
    );
    farm.actions = [];
    for (let i = 0; i < scenario.steps.length && why === undefined; i++) {
      const step = scenario.steps[i];
      const answer = answers.steps[i];
      const actual = await takeStep(farm, scenario, step);
      await farm.drain();
      applyChanges(expected, answer);
      const where = `$.steps[${i}](${step.op})`;
      why =
        replyDifference(actual, answer, where, tie === true) ??
        scheduleDifference(takeActions(farm), answer.events ?? [], `${where}.events`) ??
        scheduleDifference(await viewFarm(farm, startMs, Object.keys(expected.runs)), expected, where);
      if (why !== undefined && tie === true) why = undefined;
    }
    return why === undefined ? { kind: 'pass' } : deviationOr({ input, output }, undefined, why);
  } finally {
    await farm.stop();
    await farm.remove();
  }
}

function takeActions(farm: Farm): View[] {
  const actions = farm.actions.filter(({ action }) => !PAGE_ACTIONS.has(action));
  farm.actions = [];
  return actions.map(({ _id, time, ...rest }) =>
    rest.action === 'log_message' ? { ...rest, message: '<run or event does not validate>' } : { ...rest },
  );
}

function replyDifference(
  actual: Recorded,
  answer: Recorded,
  where: string,
  tie: boolean,
): string | undefined {
  if (answer.error_kind !== undefined || tie)
    return scheduleDifference(actual.status, answer.status, `${where}.status`);
  const { status, response, ok, message } = answer;
  if (ok !== undefined) return scheduleDifference(actual.ok, ok, `${where}.ok`);
  if (status === undefined) {
    return message === undefined
      ? undefined
      : scheduleDifference(actual.message, message, `${where}.message`);
  }
  // The reference raised an exception that nobody handled: there is no answer to agree with, but for its being a refusal.
  if (status === 500 && response === undefined) {
    return actual.status >= 400 && typeof actual.response?.error === 'string'
      ? undefined
      : `${where}: actual ${JSON.stringify(actual)?.slice(0, 300)}, recorded an unhandled exception`;
  }
  const got = { ...actual.response };
  const wanted = { ...response };
  if (wanted.run?.args === '<run.args>' && got.run !== undefined) got.run = hideArgs(got.run);
  // Prose differs between implementations; that an error begins with its path does not.
  if (status !== 200 && typeof wanted.error === 'string') {
    wanted.error = wanted.error.split(': ', 1)[0];
    got.error = String(got.error).split(': ', 1)[0];
  }
  return scheduleDifference({ status: actual.status, response: got }, { status, response: wanted }, where);
}

/** The recording shows only the part of the args that the run's document does not have. */
function hideArgs({ args, ...run }: Recorded): Recorded {
  return {
    ...run,
    args: '<run.args>',
    ...(args.book_sri === undefined ? {} : { 'args.book_sri': args.book_sri }),
  };
}

function applyChanges(expected: Recorded, changes: Recorded): Recorded {
  for (const [id, fields] of Object.entries<Recorded>(changes.runs ?? {})) {
    const { tasks, ...others } = fields;
    expected.runs[id] ??= { tasks: {} };
    Object.assign(expected.runs[id], others);
    Object.assign(expected.runs[id].tasks, tasks ?? {});
  }
  for (const table of ['connections', 'worker_tasks', 'worker_runs']) {
    for (const [key, value] of Object.entries(changes[table] ?? {})) {
      if (value === null) delete expected[table][key];
      else expected[table][key] = value;
    }
  }
  if (changes.unfinished !== undefined) expected.unfinished = changes.unfinished;
  return expected;
}
