/** Runs to show a server with, one of each kind, and to try a swarm on. */

import { presetNamed } from '../cli/commands/presets.js';
import { urlOfRepo } from '../github/questions.js';
import type { NewRunForm } from '../protocol/admin.js';
import { DEMO_BOOKS, DEVELOPER_REPO, type DemoCommits } from './demo-github.js';
import type { Call } from './verify.js';

export const OWNER = 'developer';
export const APPROVER = 'approver';

/** Members without which no form is complete, of commits that exist nowhere. */
export function trialForm(tag: string, info: string, members: Partial<NewRunForm>): NewRunForm {
  return {
    new_tag: tag,
    base_tag: 'master',
    username: OWNER,
    resolved_new: 'a'.repeat(40),
    resolved_base: 'b'.repeat(40),
    new_signature: '1234567',
    base_signature: '7654321',
    tc: '10+0.1',
    new_options: 'Hash=16',
    info,
    ...members,
  };
}

const TUNE = ['aggression,40,0,100,8,0.0020', 'contempt,-10,-50,50,5,0.0020', 'margin,120,50,300,15,0.0020'];

export const DEMO_FORMS: readonly NewRunForm[] = [
  trialForm('prune_more', 'A sequential test', presetNamed('STC')),
  trialForm('regression', 'A fixed number of games', { num_games: 400_000 }),
  trialForm('tune_search', 'A tune', { num_games: 400_000, spsa: { raw_params: TUNE.join('\n') } }),
];

/** Plays commits that a stand-in for GitHub has. */
export function withCommits(forms: readonly NewRunForm[], commits: DemoCommits): NewRunForm[] {
  return forms.map((form) => {
    const test = commits.get(form.new_tag)!;
    const base = form.spsa === undefined ? commits.get(form.base_tag)! : test;
    return {
      ...form,
      base_tag: form.spsa === undefined ? form.base_tag : form.new_tag,
      tests_repo: urlOfRepo(DEVELOPER_REPO),
      resolved_new: test.sha,
      resolved_base: base.sha,
      new_signature: test.bench,
      base_signature: base.bench,
      msg_new: test.title,
      msg_base: base.title,
    };
  });
}

/** The owner and the approver of trial runs. */
export async function addAuthors(call: Call, password: string): Promise<void> {
  await call('userAdd', { username: OWNER, password });
  await call('userAdd', { username: APPROVER, password, approver: true });
}

/** @returns the runs' ids */
export async function addApprovedRuns(
  call: Call,
  forms: readonly NewRunForm[] = DEMO_FORMS,
): Promise<string[]> {
  await call('bookImport', { books: DEMO_BOOKS });
  const ids: string[] = [];
  for (const form of forms) {
    const { run } = await call('runAdd', { form, approve_by: APPROVER });
    ids.push(run.id);
  }
  return ids;
}
