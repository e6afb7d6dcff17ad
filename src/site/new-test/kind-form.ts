/** A form with a kind of test filled in, for browsers without scripts; with them, a script does the same. */
import { LAST_RELEASE, TEST_KINDS, type TestKind, type TestKindName } from '../../rules/test-kinds.js';
import { newTestForm, TEXT_DEFAULTS, type TestForm, type TextField } from './test-form.js';

export function formOfKind({ texts }: TestForm, name: TestKindName): TestForm {
  const { tc, threads, hash, throughput, bounds, games, isProgression }: TestKind = TEST_KINDS[name];
  const filled: Partial<Record<TextField, string>> = {
    'test-type': name,
    tc,
    new_tc: tc,
    threads: String(threads),
    throughput: String(throughput),
    book: TEXT_DEFAULTS.book,
    'book-depth': TEXT_DEFAULTS['book-depth'],
    'new-options': withHash(texts['new-options'], hash),
    'base-options': withHash(texts['base-options'], hash),
    stop_rule: bounds === undefined ? 'games' : 'sprt',
    ...(bounds !== undefined && { sprt_elo0: String(bounds.elo0), sprt_elo1: String(bounds.elo1) }),
    ...(games !== undefined && { 'num-games': String(games) }),
    ...(isProgression === true && {
      'test-branch': 'master',
      'base-branch': LAST_RELEASE.label,
      'base-signature': LAST_RELEASE.bench,
    }),
  };
  return newTestForm({ ...texts, ...filled });
}

/** The hash first, in place of the one before; the other options stay. */
function withHash(options: string, hash: number): string {
  const others = options.split(/\s+/).filter((option) => option !== '' && !/^Hash=/.test(option));
  return [`Hash=${hash}`, ...others].join(' ');
}
