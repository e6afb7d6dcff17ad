/** `/tests/run`: a new test, and one that is submitted again (docs/spec/web-ui.md §5). */
import { randomBytes } from 'node:crypto';
import { preferencesOf } from '../../operations/account/preferences.js';
import { readBooks } from '../../operations/book/known-books.js';
import { autoselectTune } from '../../rules/spsa-autoselect.js';
import { TEST_KIND_NAMES } from '../../rules/test-kinds.js';
import type { RunHead } from '../../store/port.js';
import { Form } from '../forms.js';
import { html } from '../html.js';
import { archChoice } from '../new-test/arch-choice.js';
import { checkBranch } from '../new-test/commit-check.js';
import { formOfKind } from '../new-test/kind-form.js';
import { masterFacts } from '../new-test/master-facts.js';
import { newTestPage } from '../new-test/new-test-page.js';
import { formOfRun, readOrigin } from '../new-test/origin-run.js';
import { ProblemList } from '../new-test/read-test-form.js';
import { submitTest } from '../new-test/submit-test.js';
import { newTestForm, sentTestForm, type TestForm } from '../new-test/test-form.js';
import type { TestFormView } from '../new-test/test-form-view.js';
import { testSummary } from '../new-test/test-summary.js';
import { type Outcome, type PageOutcome, redirect, type Visit } from '../visit.js';
import { followTest } from './follows.js';

const NO_SUCH_RUN: Outcome = { kind: 'missing', text: 'There is no test with this number to submit again.' };

export async function newTest(visit: Visit): Promise<Outcome> {
  const { query, parts, member } = visit;
  const nonce = randomBytes(12).toString('base64url');
  const problems = new ProblemList(parts.github.isOn);
  const id = query.get('id');
  if (id === null) {
    const kind = TEST_KIND_NAMES.find((name) => name === query.get('kind'));
    const master = await masterFacts(parts.github);
    const fresh = newTestForm({
      nonce,
      'tests-repo': member.tests_repo,
      ...(master !== undefined && { 'base-signature': master.bench }),
    });
    return await page(visit, kind === undefined ? fresh : formOfKind(fresh, kind), undefined, problems);
  }
  const origin = await readOrigin(parts, id);
  if (origin === undefined) return NO_SUCH_RUN;
  const form = formOfRun(origin, nonce, query.get('start') === 'current');
  const isEdited = query.get('edit') !== null;
  return await page(visit, form, isEdited ? undefined : origin, problems);
}

export async function sendTest(visit: Visit): Promise<Outcome> {
  const form = sentTestForm(visit.form);
  const id = form.texts.rescheduled_from;
  const origin = id === '' ? undefined : await readOrigin(visit.parts, id);
  if (id !== '' && origin === undefined) return NO_SUCH_RUN;
  const problems = new ProblemList(visit.parts.github.isOn && origin === undefined);
  const runId = await submitTest(visit, form, origin, problems);
  if (runId === undefined) return await page(visit, form, origin, problems);
  const tag = form.texts['test-branch'];
  const { followsOwn } = await preferencesOf(visit.parts, visit.member.username);
  if (followsOwn) await followTest(visit, { id: runId, tag });
  return redirect(`/tests/view/${runId}${followsOwn ? '?follow=1' : ''}`);
}

/** The test in words, for whoever is typing. */
export async function testSummaryPart(visit: Visit): Promise<Outcome> {
  const form = sentTestForm(new Form(visit.query));
  return { kind: 'fragment', body: await testSummary(visit.parts, form) };
}

/** What GitHub says of a branch, for whoever is typing. */
export async function branchPart(visit: Visit): Promise<Outcome> {
  const { query, parts, member } = visit;
  if (!parts.github.isOn) return { kind: 'fragment', body: '' };
  const test = query.get('test-branch') ?? query.get('branch');
  const base = query.get('base-branch') ?? '';
  if ((test ?? base).trim() === '') return { kind: 'fragment', body: '' };
  visit.requireAdmission('check', `${member.username} branch`);
  const body = await checkBranch(parts, {
    repository: query.get('tests-repo') ?? '',
    branch: test ?? base,
    base: test === null ? '' : base,
    username: member.username,
  });
  return { kind: 'fragment', body };
}

export function archesPart(visit: Visit): Outcome {
  visit.requireAdmission('check', `${visit.member.username} arches`);
  return {
    kind: 'fragment',
    body: archChoice(visit.query.get('arch-filter') ?? visit.query.get('filter') ?? ''),
  };
}

/** What follows from a tune's ranges and the time control, for the script. */
export function autoselectPart({ form }: Visit): Outcome {
  try {
    const body = JSON.stringify(autoselectTune(form.exact('spsa_raw_params'), form.text('tc')));
    return { kind: 'fragment', body, contentType: 'application/json' };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return {
      kind: 'fragment',
      status: 422,
      body: JSON.stringify({ problem: `Nothing can be chosen: ${error.message}.` }),
      contentType: 'application/json',
    };
  }
}

async function page(
  visit: Visit,
  form: TestForm,
  origin: RunHead | undefined,
  problems: ProblemList,
): Promise<PageOutcome> {
  const { parts, session } = visit;
  const master = await masterFacts(parts.github);
  const view: TestFormView = {
    form,
    problems: problems.byField,
    books: await readBooks(parts.reader),
    master,
    byHand: parts.github.isOn ? (visit.isApprover ? 'offered' : 'no') : 'yes',
    origin: origin && { id: origin._id, tag: origin.args.new_tag, isSpsa: origin.args.spsa !== undefined },
  };
  return newTestPage({
    view,
    csrfToken: session.requireToken(),
    summary: problems.isEmpty
      ? await testSummary(parts, form)
      : html`<p class="note">See what is wrong first.</p>`,
    status: problems.isEmpty ? 200 : 422,
  });
}
