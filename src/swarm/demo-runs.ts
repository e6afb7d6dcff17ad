/** Runs to show a server with, one of each kind, and to try a swarm on. */

import { presetNamed } from '../cli/commands/presets.js';
import type { NewRunForm } from '../protocol/admin.js';
import { DEFAULT_BOOK } from '../rules/test-kinds.js';
import type { Call } from './verify.js';

export const OWNER = 'demo';
export const APPROVER = 'demoApprover';

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

/** Of a book that no simulated worker reads. */
const TRIAL_BOOK = {
  total: 1_000_000,
  white: 500_000,
  black: 500_000,
  min_depth: null,
  max_depth: null,
  sri: 'A'.repeat(64),
};

const FORMS: readonly NewRunForm[] = [
  trialForm('prune_more', 'A sequential test', presetNamed('STC')),
  trialForm('regression', 'A fixed number of games', { num_games: 400_000 }),
  trialForm('tune_search', 'A tune', { num_games: 400_000, spsa: { raw_params: TUNE.join('\n') } }),
];

/** The owner and the approver of trial runs. */
export async function addAuthors(call: Call, password: string): Promise<void> {
  await call('userAdd', { username: OWNER, password });
  await call('userAdd', { username: APPROVER, password, approver: true });
}

/** @returns the runs' ids */
export async function addApprovedRuns(call: Call, forms: readonly NewRunForm[] = FORMS): Promise<string[]> {
  await call('bookImport', { books: { [DEFAULT_BOOK]: TRIAL_BOOK } });
  const ids: string[] = [];
  for (const form of forms) {
    const { run } = await call('runAdd', { form, approve_by: APPROVER });
    ids.push(run.id);
  }
  return ids;
}
