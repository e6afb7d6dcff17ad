/** What the fields of the new-test form are called, and which of them an operation's fault is about. */
import type { Fault } from '../../operations/refusal.js';
import { type Html, html } from '../html.js';
import type { FieldName } from './test-form.js';

const UPLOAD = '/upload';

export const LABELS = {
  'tests-repo': 'Repository',
  'test-branch': 'Test branch',
  'base-branch': 'Base branch',
  'test-signature': 'Test signature (bench)',
  'base-signature': 'Base signature (bench)',
  'new-options': 'Test options',
  'base-options': 'Base options',
  'run-info': 'Description',
  'num-games': 'Games',
  sprt_elo0: 'Elo 0',
  sprt_elo1: 'Elo 1',
  spsa_A: 'A ratio',
  spsa_alpha: 'Alpha',
  spsa_gamma: 'Gamma',
  spsa_raw_params: 'Parameters',
  autoselect: 'Autoselect',
  threads: 'Threads',
  tc: 'Time control',
  new_tc: 'Test time control',
  priority: 'Priority',
  throughput: 'Throughput %',
  book: 'Book',
  'book-depth': 'Book depth',
  'arch-filter': 'Architectures',
  compiler: 'Compiler',
  'test-commit': 'Test commit',
  'base-commit': 'Base commit',
  'test-nets': 'Test networks',
  'base-nets': 'Base networks',
} as const satisfies Partial<Record<FieldName, string>>;

export type LabelledField = keyof typeof LABELS;

const FIELDS: Readonly<Record<string, LabelledField>> = {
  new_tag: 'test-branch',
  base_tag: 'base-branch',
  resolved_new: 'test-commit',
  resolved_base: 'base-commit',
  new_signature: 'test-signature',
  base_signature: 'base-signature',
  new_options: 'new-options',
  base_options: 'base-options',
  new_nets: 'test-nets',
  base_nets: 'base-nets',
  info: 'run-info',
  tests_repo: 'tests-repo',
  master_repo: 'tests-repo',
  num_games: 'num-games',
  sprt: 'sprt_elo0',
  spsa: 'spsa_raw_params',
  threads: 'threads',
  tc: 'tc',
  new_tc: 'new_tc',
  priority: 'priority',
  throughput: 'throughput',
  book: 'book',
  book_depth: 'book-depth',
  arch_filter: 'arch-filter',
  compiler: 'compiler',
};

/** Where GitHub is asked, commits and networks follow from the branch. */
const FIELDS_WITH_GITHUB: Readonly<Record<string, LabelledField>> = {
  ...FIELDS,
  resolved_new: 'test-branch',
  resolved_base: 'base-branch',
  new_nets: 'test-branch',
  base_nets: 'base-branch',
};

/** @param member of a new run's form; one without a field is about the whole */
export function fieldOfMember(member: string, asksGitHub: boolean): LabelledField | 'form' {
  return (asksGitHub ? FIELDS_WITH_GITHUB : FIELDS)[member] ?? 'form';
}

/** The fault's sentence for whoever has only the page: with the field's name in place of the member's. */
export function problemText({ member, text, unknown }: Fault): string {
  if (unknown !== undefined) {
    return member === 'book'
      ? `The book ${unknown} is not known here: choose another, or ask the operator to import it.`
      : `The network ${unknown} is not known here: upload it at ${UPLOAD}, then send the form again.`;
  }
  const field = fieldOfMember(member, false);
  const named =
    field !== 'form' && text.startsWith(`${member} `) ? LABELS[field] + text.slice(member.length) : text;
  return `${named.charAt(0).toUpperCase()}${named.slice(1)}.`;
}

/** A problem as it is shown: what is to be done elsewhere is a link. */
export function problemHtml(text: string): Html {
  const [before, ...after] = text.split(UPLOAD);
  return html`${before}${after.map((part) => html`<a href="${UPLOAD}">${UPLOAD}</a>${part}`)}`;
}
