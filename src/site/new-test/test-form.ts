/**
 * The fields of the new-test form as they were typed (docs/spec/web-ui.md §5.1). Their names are those of years of scripts.
 * Nothing is lost of what was typed: what cannot be used is shown again, with what is wrong with it.
 */
import { DEFAULT_BOOK, DEFAULT_BOOK_DEPTH } from '../../rules/test-kinds.js';
import type { Form } from '../forms.js';

/** What each field holds in a form that nobody has touched. */
export const TEXT_DEFAULTS = {
  'test-type': 'STC',
  'tests-repo': '',
  'test-branch': '',
  'base-branch': 'master',
  'test-signature': '',
  'base-signature': '',
  'new-options': 'Hash=16',
  'base-options': 'Hash=16',
  'run-info': '',
  stop_rule: 'sprt',
  'num-games': '60000',
  elo_model: 'normalized',
  sprt_elo0: '0',
  sprt_elo1: '2',
  spsa_algorithm: 'classic',
  spsa_A: '0.1',
  spsa_alpha: '0.602',
  spsa_gamma: '0.101',
  spsa_raw_params: '',
  threads: '1',
  tc: '10+0.1',
  new_tc: '10+0.1',
  priority: '0',
  throughput: '100',
  book: DEFAULT_BOOK,
  'book-depth': DEFAULT_BOOK_DEPTH,
  'arch-filter': '',
  compiler: 'g++',
  /** The next four are for when GitHub is not asked: commits and networks typed by hand. */
  'test-commit': '',
  'base-commit': '',
  'test-nets': '',
  'base-nets': '',
  rescheduled_from: '',
  /** Tells this form from another with the same content. */
  nonce: '',
} as const;

export type TextField = keyof typeof TEXT_DEFAULTS;
export const TEXT_FIELDS = Object.keys(TEXT_DEFAULTS) as readonly TextField[];

/** Boxes: ticked when the field comes, whatever it holds. */
export const BOX_FIELDS = [
  'odds',
  'checkbox-arch-filter',
  'checkbox-compiler',
  /** Ticked: games are not adjudicated. */
  'adjudication',
  'auto-purge',
  'autoselect',
] as const;
export type BoxField = (typeof BOX_FIELDS)[number];

export type StopRule = 'sprt' | 'games' | 'spsa';

export interface TestForm {
  readonly texts: Readonly<Record<TextField, string>>;
  readonly ticked: ReadonlySet<BoxField>;
}

export type FieldName = TextField | BoxField;
/** Sentences about a field, or about the form as a whole. */
export type FormProblems = ReadonlyMap<FieldName | 'form', readonly string[]>;

export function newTestForm(
  texts: Partial<Record<TextField, string>>,
  ticked: Iterable<BoxField> = [],
): TestForm {
  return { texts: { ...TEXT_DEFAULTS, ...texts }, ticked: new Set(ticked) };
}

/** A field that did not come has its default, so that a script need not send all. */
export function sentTestForm(form: Form): TestForm {
  const sent = TEXT_FIELDS.filter((name) => form.has(name)).map((name) => [name, lines(form.exact(name))]);
  return newTestForm(
    Object.fromEntries(sent) as Partial<Record<TextField, string>>,
    BOX_FIELDS.filter((name) => form.has(name)),
  );
}

/** Everything but `sprt` and `spsa` is a fixed number of games. */
export function stopRuleOf({ texts }: TestForm): StopRule {
  const rule = texts.stop_rule;
  return rule === 'sprt' || rule === 'spsa' ? rule : 'games';
}

/** What tells the form from any other, to find one that is sent twice. */
export function contentOf({ texts, ticked }: TestForm): string {
  return JSON.stringify([TEXT_FIELDS.map((name) => texts[name]), BOX_FIELDS.map((name) => ticked.has(name))]);
}

function lines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
