/** The form is sent (docs/spec/web-ui.md §5.2): everything that can be told without asking is told at once, then commits are found. */
import { actorOf } from '../../operations/actor.js';
import { OperationRefused } from '../../operations/refusal.js';
import { createRun } from '../../operations/run/create-run.js';
import { unknownFiles } from '../../operations/run/unknown-files.js';
import type { NewRunForm } from '../../protocol/admin.js';
import type { RunHead } from '../../store/port.js';
import type { Visit } from '../visit.js';
import { withAskedCommits } from './asked-commits.js';
import { withOrigin } from './origin-run.js';
import { checkWhatIsTyped, type ProblemList, readTestForm } from './read-test-form.js';
import { contentOf, type TestForm } from './test-form.js';
import { withTypedCommits } from './typed-commits.js';

/** @returns the run's id; undefined: the problems say why there is none */
export async function submitTest(
  visit: Visit,
  form: TestForm,
  origin: RunHead | undefined,
  problems: ProblemList,
): Promise<string | undefined> {
  const typed = readTestForm(form, visit.member.username, problems);
  if (origin === undefined && visit.parts.github.isOn)
    return await submitBranches(visit, form, typed, problems);
  const run =
    origin === undefined
      ? withTypedCommits(typed, form, problems)
      : withOrigin(typed, form, origin, problems);
  await checkRun(visit, run, problems, missingMembers(problems));
  return problems.isEmpty ? await create(visit, form, run, problems) : undefined;
}

/** GitHub is asked when nothing else is wrong. */
async function submitBranches(
  visit: Visit,
  form: TestForm,
  typed: NewRunForm,
  problems: ProblemList,
): Promise<string | undefined> {
  const isTune = typed.spsa !== undefined;
  const asked = ['resolved_new', 'resolved_base', ...(isTune ? ['base_signature'] : [])];
  if (typed.new_signature === '') asked.push('new_signature');
  if ((typed.info ?? '') === '') asked.push('info');
  await checkRun(visit, typed, problems, new Set(asked));
  if (!problems.isEmpty) return undefined;
  const run = await withAskedCommits(visit, typed, form, problems);
  if (!problems.isEmpty) return undefined;
  const runId = await create(visit, form, run, problems);
  if (runId !== undefined && run.master_repo !== undefined) {
    visit.flash(
      'warning',
      `The repository is no fork of the official one: its master is that of ${run.master_repo}.`,
    );
  }
  return runId;
}

/** Members whose lack is told already, in better words. */
function missingMembers(problems: ProblemList): ReadonlySet<string> {
  const members: string[] = [];
  if (problems.has('test-commit')) members.push('resolved_new');
  if (problems.has('base-commit')) members.push('resolved_base');
  return new Set(members);
}

async function checkRun(
  { parts }: Visit,
  run: NewRunForm,
  problems: ProblemList,
  unknown: ReadonlySet<string>,
): Promise<void> {
  checkWhatIsTyped(run, problems, unknown);
  problems.addFaults(await unknownFiles(parts.state, parts.reader, run));
}

async function create(
  visit: Visit,
  form: TestForm,
  run: NewRunForm,
  problems: ProblemList,
): Promise<string | undefined> {
  const { parts, member, now } = visit;
  try {
    const { value, sequence } = await createRun(parts, actorOf(member), run, now, {
      sentForm: contentOf(form),
    });
    visit.waitFor(sequence);
    visit.flash(
      'note',
      value.isNew
        ? 'The test is submitted. It waits for an approver.'
        : 'The form was sent twice: this is the test that it made.',
    );
    return value.runId;
  } catch (error) {
    if (!(error instanceof OperationRefused)) throw error;
    if (error.faults.length === 0) problems.add('form', `${error.message}.`);
    problems.addFaults(error.faults);
    return undefined;
  }
}
