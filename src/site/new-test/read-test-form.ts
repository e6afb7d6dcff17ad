/**
 * From what was typed to the form of a new run (docs/spec/web-ui.md §5.2): numbers, boxes and texts. What a run must be the
 * operation checks; here is told only what is no number at all.
 */
import type { Fault } from '../../operations/refusal.js';
import { newRunFaults } from '../../operations/run/new-run.js';
import type { NewRunForm } from '../../protocol/admin.js';
import { parseFinite } from '../../rules/parse-number.js';
import { autoselectTune } from '../../rules/spsa-autoselect.js';
import { tidyRepository } from '../account-rules.js';
import { fieldOfMember, problemText } from './field-names.js';
import { type FieldName, stopRuleOf, type TestForm, type TextField } from './test-form.js';

const WHOLE = /^[+-]?\d{1,15}$/;

/** Problems by field, in the order in which they were found. */
export class ProblemList {
  readonly #byField = new Map<FieldName | 'form', string[]>();
  readonly #asksGitHub: boolean;

  constructor(asksGitHub: boolean) {
    this.#asksGitHub = asksGitHub;
  }

  get byField(): ReadonlyMap<FieldName | 'form', readonly string[]> {
    return this.#byField;
  }

  get isEmpty(): boolean {
    return this.#byField.size === 0;
  }

  has(field: FieldName): boolean {
    return this.#byField.has(field);
  }

  add(field: FieldName | 'form', text: string): void {
    const texts = this.#byField.get(field) ?? [];
    if (!texts.includes(text)) texts.push(text);
    this.#byField.set(field, texts);
  }

  /** What an operation found. @param without members that are not known yet */
  addFaults(faults: readonly Fault[], without: ReadonlySet<string> = new Set()): void {
    for (const fault of faults) {
      const field = fieldOfMember(fault.member, this.#asksGitHub);
      // A field that holds no number is told once.
      const isTold = field !== 'form' && field !== 'spsa_raw_params' && this.has(field);
      if (!without.has(fault.member) && !isTold) this.add(field, problemText(fault));
    }
  }
}

/** What follows from the fields alone; commits, signatures and networks may be missing. */
export function readTestForm(form: TestForm, username: string, problems: ProblemList): NewRunForm {
  const { texts, ticked } = form;
  const text = (name: TextField) => texts[name].trim();
  const tc = text('tc');
  return {
    username,
    new_tag: text('test-branch'),
    base_tag: text('base-branch'),
    resolved_new: '',
    resolved_base: '',
    new_signature: text('test-signature'),
    base_signature: text('base-signature'),
    new_options: options(text('new-options')),
    base_options: options(text('base-options')),
    info: text('run-info'),
    tests_repo: tidyRepository(text('tests-repo')),
    tc,
    new_tc: ticked.has('odds') ? text('new_tc') : tc,
    threads: whole(form, 'threads', 1, problems),
    priority: whole(form, 'priority', 0, problems),
    throughput: whole(form, 'throughput', 100, problems),
    book: text('book'),
    book_depth: text('book-depth'),
    ...(ticked.has('checkbox-arch-filter') && { arch_filter: text('arch-filter') }),
    ...(ticked.has('checkbox-compiler') && { compiler: text('compiler') }),
    auto_purge: ticked.has('auto-purge'),
    adjudication: !ticked.has('adjudication'),
    ...stopRule(form, problems),
  };
}

/** Everything that can be told of a form before anything is asked about commits. */
export function checkWhatIsTyped(run: NewRunForm, problems: ProblemList, unknown: ReadonlySet<string>): void {
  problems.addFaults(newRunFaults(run), unknown);
}

function stopRule(form: TestForm, problems: ProblemList): Partial<NewRunForm> {
  const { texts } = form;
  const rule = stopRuleOf(form);
  if (rule === 'sprt') {
    if (texts.elo_model !== 'normalized') {
      problems.add('sprt_elo0', 'New tests have bounds in normalized Elo; no other model is supported.');
    }
    return {
      sprt: { elo0: decimal(form, 'sprt_elo0', 0, problems), elo1: decimal(form, 'sprt_elo1', 2, problems) },
    };
  }
  if (rule === 'games') return { num_games: whole(form, 'num-games', 1_000, problems) };
  if (texts.spsa_algorithm !== 'classic') {
    problems.add('spsa_raw_params', 'The only algorithm of tunes is the classic one.');
  }
  const raw_params = texts.spsa_raw_params;
  const chosen = form.ticked.has('autoselect') ? autoselected(raw_params, texts.tc, problems) : undefined;
  if (chosen !== undefined) return chosen;
  return {
    num_games: whole(form, 'num-games', 1_000, problems),
    spsa: {
      A_ratio: decimal(form, 'spsa_A', 0, problems),
      alpha: decimal(form, 'spsa_alpha', 0, problems),
      gamma: decimal(form, 'spsa_gamma', 0, problems),
      raw_params,
    },
  };
}

/** Also chosen here, for browsers without scripts; choosing again what a script chose changes nothing. */
function autoselected(
  rawParams: string,
  tc: string,
  problems: ProblemList,
): Pick<NewRunForm, 'num_games' | 'spsa'> | undefined {
  try {
    const { games, A, alpha, gamma, raw_params } = autoselectTune(rawParams, tc);
    return { num_games: games, spsa: { A_ratio: A, alpha, gamma, raw_params } };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.add('autoselect', `Nothing can be chosen: ${error.message}.`);
    return undefined;
  }
}

/** Tokens between single blanks, whatever stood between them. */
function options(text: string): string {
  return text.split(/\s+/).join(' ');
}

/** @param otherwise a number that no check finds fault with, for one that cannot be read */
function whole({ texts }: TestForm, name: TextField, otherwise: number, problems: ProblemList): number {
  const text = texts[name].trim();
  if (WHOLE.test(text)) return Number(text);
  problems.add(name, text === '' ? 'A whole number is needed.' : `“${text}” is no whole number.`);
  return otherwise;
}

function decimal({ texts }: TestForm, name: TextField, otherwise: number, problems: ProblemList): number {
  try {
    return parseFinite(texts[name]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const text = texts[name].trim();
    problems.add(name, text === '' ? 'A number is needed.' : `“${text}” is no number.`);
    return otherwise;
  }
}
