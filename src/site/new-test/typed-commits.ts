/** Commits, signatures and networks as they were typed, for when GitHub is not asked (docs/spec/web-ui.md §5.2). */
import type { NewRunForm } from '../../protocol/admin.js';
import { LAST_RELEASE } from '../../rules/test-kinds.js';
import type { ProblemList } from './read-test-form.js';
import type { TestForm } from './test-form.js';

const SHA = /^[0-9a-f]{40}$/;

/** A commit that stands where a branch may is one; the last release is known by its name. */
export function commitTyped({ texts }: TestForm, side: 'test' | 'base'): string {
  const typed = texts[`${side}-commit`].trim().toLowerCase();
  const branch = texts[`${side}-branch`].trim();
  if (typed !== '') return typed;
  if (side === 'base' && branch === LAST_RELEASE.label) return LAST_RELEASE.sha;
  return SHA.test(branch) ? branch : '';
}

export function netsTyped({ texts }: TestForm, side: 'test' | 'base'): string[] {
  return texts[`${side}-nets`].split(/[\s,]+/).filter((name) => name !== '');
}

export function withTypedCommits(run: NewRunForm, form: TestForm, problems: ProblemList): NewRunForm {
  const [test, base] = [commitTyped(form, 'test'), commitTyped(form, 'base')];
  if (test === '') problems.add('test-commit', 'The commit is needed, since GitHub is not asked for it.');
  if (base === '') problems.add('base-commit', 'The commit is needed, since GitHub is not asked for it.');
  return {
    ...run,
    resolved_new: test,
    resolved_base: base,
    new_nets: netsTyped(form, 'test'),
    base_nets: netsTyped(form, 'base'),
  };
}
