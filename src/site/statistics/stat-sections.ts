/**
 * The page of raw statistics as sections of rows (docs/spec/web-ui.md §4.8): one list from which the page's tables, its
 * text and its CSV are written, so that they cannot differ.
 */
import type { RunArgs } from '../../model/documents.js';
import { formatShown } from '../../rules/format-number.js';
import type { RawStatistics } from '../../rules/raw-statistics.js';
import type { Interval, SampleStatistics } from '../../rules/sample-statistics.js';

const ELO_DIGITS = 4;
const RATIO_DIGITS = 5;

export interface StatRow {
  readonly label: string;
  /** As people read it: one text for each column of the section. */
  readonly texts: readonly string[];
  /** What the texts say, for programs. */
  readonly values: readonly StatValue[];
}

export interface StatValue {
  /** Which part of the row; empty where there is one. */
  readonly part: string;
  readonly value: number | string;
  /** Ends of the 95 % interval. */
  readonly low?: number;
  readonly high?: number;
}

export interface StatSection {
  readonly id: string;
  readonly title: string;
  /** Names of the columns where a row has several. */
  readonly columns?: readonly string[];
  readonly groups: readonly StatGroup[];
}

export interface StatGroup {
  /** Empty where the section has one group alone. */
  readonly title: string;
  readonly rows: readonly StatRow[];
}

/** A test's args as old databases have them. */
type StoredArgs = Partial<RunArgs>;

export function statSections(args: StoredArgs, statistics: RawStatistics): StatSection[] {
  const { sprt, pentanomial, trinomial } = statistics;
  return [
    section('context', 'Context', contextRows(args)),
    ...(sprt === undefined ? [] : [section('sprt', 'SPRT parameters', sprtRows(sprt))]),
    section('draws', 'Draws', drawRows(statistics)),
    ...boundsSection(statistics),
    ...(pentanomial === undefined
      ? []
      : [
          {
            id: 'pentanomial',
            title: 'Pentanomial (pairs)',
            groups: sampleGroups(statistics, pentanomial, pairRows(pentanomial)),
          },
        ]),
    {
      id: 'trinomial',
      title: 'Trinomial (games)',
      groups: sampleGroups(statistics, trinomial, [], trinomial.bayes_elo_llr),
    },
    ...comparisonSection(statistics),
  ];
}

function section(id: string, title: string, rows: readonly StatRow[]): StatSection {
  return { id, title, groups: [{ title: '', rows }] };
}

function contextRows({
  tc = '',
  new_tc = tc,
  book = '',
  threads = 1,
  base_options = '',
  new_options = '',
}: StoredArgs): StatRow[] {
  return [
    textRow('Base time control', tc),
    textRow('Test time control', new_tc),
    textRow('Book', book),
    countRow('Threads', threads),
    textRow('Base options', base_options),
    textRow('Test options', new_options),
  ];
}

function sprtRows(sprt: NonNullable<RawStatistics['sprt']>): StatRow[] {
  const scale = ` (${sprt.elo_model})`;
  return [
    numberRow('Alpha', sprt.alpha, 2),
    numberRow('Beta', sprt.beta, 2),
    numberRow(`Elo0${scale}`, sprt.elo0, ELO_DIGITS),
    numberRow(`Elo1${scale}`, sprt.elo1, ELO_DIGITS),
    countRow('Batch size (games)', sprt.batch_games),
  ];
}

function drawRows({ draw_ratio, pentanomial_draw_ratio, draw_elo }: RawStatistics): StatRow[] {
  return [
    numberRow('Draw ratio', draw_ratio, RATIO_DIGITS),
    ...(pentanomial_draw_ratio === undefined
      ? []
      : [numberRow('Pentanomial draw ratio', pentanomial_draw_ratio, RATIO_DIGITS)]),
    numberRow('DrawElo (BayesElo)', draw_elo, ELO_DIGITS),
  ];
}

function boundsSection({ bounds }: RawStatistics): StatSection[] {
  if (bounds === undefined) return [];
  const rows = (
    [
      ['Logistic', bounds.logistic, ELO_DIGITS],
      ['Normalized', bounds.normalized, ELO_DIGITS],
      ['BayesElo', bounds.bayes_elo, ELO_DIGITS],
      ['Score', bounds.score, RATIO_DIGITS],
    ] as const
  ).map(([label, pair, digits]) => ({
    label,
    texts: pair.map((bound) => fixed(bound, digits)),
    values: pair.map((value, i) => ({ part: `H${i}`, value })),
  }));
  return [{ id: 'bounds', title: 'SPRT bounds', columns: ['H0', 'H1'], groups: [{ title: '', rows }] }];
}

function sampleGroups(
  { sprt }: RawStatistics,
  sample: SampleStatistics,
  more: readonly StatRow[],
  bayesEloLlr?: number,
): StatGroup[] {
  const { llrs, llr_jumps: jumps } = sample;
  const hasTest = sprt !== undefined && llrs !== undefined;
  const basic = [
    intervalRow('Elo', sample.elo, ELO_DIGITS),
    { ...numberRow('LOS', sample.los, 0), texts: [`${fixed(100 * sample.los, 5)} %`] },
    ...(hasTest ? [llrRow(llrs.llr, sprt)] : []),
  ];
  const ratios = hasTest
    ? [
        numberRow('Logistic (exact)', llrs.logistic, ELO_DIGITS),
        numberRow('Logistic (alternative 1)', llrs.logistic_alt, ELO_DIGITS),
        numberRow('Logistic (alternative 2)', llrs.logistic_alt2, ELO_DIGITS),
        numberRow('Normalized (exact)', llrs.normalized, ELO_DIGITS),
        numberRow('Normalized (alternative)', llrs.normalized_alt, ELO_DIGITS),
        ...(bayesEloLlr === undefined ? [] : [numberRow('BayesElo', bayesEloLlr, ELO_DIGITS)]),
      ]
    : [];
  const auxiliary = [
    countRow('Games', sample.games),
    listRow('Results', sample.results, 0),
    listRow('Distribution', sample.distribution, RATIO_DIGITS),
    ...more,
    numberRow('Expected value', sample.expected_value, RATIO_DIGITS),
    numberRow('Variance', sample.variance, RATIO_DIGITS),
    numberRow('Skewness', sample.skewness, RATIO_DIGITS),
    numberRow('Excess kurtosis', sample.excess_kurtosis, RATIO_DIGITS),
    intervalRow('Score', sample.score, RATIO_DIGITS),
    intervalRow('Variance per game', sample.variance_per_game, RATIO_DIGITS),
    intervalRow('Standard deviation per game', sample.deviation_per_game, RATIO_DIGITS),
    intervalRow('Normalized Elo', sample.normalized_elo, ELO_DIGITS),
    ...(hasTest && jumps !== undefined
      ? [
          listRow('LLR jumps', jumps, RATIO_DIGITS),
          listRow('Expected overshoot [H0, H1]', sprt.expected_overshoot, RATIO_DIGITS),
        ]
      : []),
  ];
  return [
    { title: 'Basic', rows: basic },
    ...(ratios.length === 0 ? [] : [{ title: 'Generalized log-likelihood ratios', rows: ratios }]),
    { title: 'Auxiliary', rows: auxiliary },
  ];
}

function pairRows({
  draw_draw_ratio: dd,
  win_loss_ratio: wl,
  pairs_ratio: pairs,
}: NonNullable<RawStatistics['pentanomial']>): StatRow[] {
  return [
    listRow('Split of even pairs [draw-draw, win-loss]', [dd, wl], RATIO_DIGITS),
    numberRow('Pairs ratio', pairs, RATIO_DIGITS),
  ];
}

function comparisonSection({ comparison }: RawStatistics): StatSection[] {
  if (comparison === undefined) return [];
  const rows = [
    numberRow('Variance ratio (pentanomial/trinomial)', comparison.variance_ratio, RATIO_DIGITS),
    numberRow('Variance difference (trinomial − pentanomial)', comparison.variance_difference, RATIO_DIGITS),
    numberRow('RMS bias', comparison.rms_bias, RATIO_DIGITS),
    numberRow('RMS bias (Elo)', comparison.rms_bias_elo, ELO_DIGITS),
  ];
  return [section('comparison', 'Comparison', rows)];
}

function llrRow(llr: number, { lower_bound: low, upper_bound: high }: NonNullable<RawStatistics['sprt']>) {
  return {
    label: 'LLR',
    texts: [`${fixed(llr, ELO_DIGITS)} [${fixed(low, ELO_DIGITS)}, ${fixed(high, ELO_DIGITS)}]`],
    values: [
      { part: '', value: llr },
      { part: 'lower bound', value: low },
      { part: 'upper bound', value: high },
    ],
  };
}

function textRow(label: string, text: string): StatRow {
  return { label, texts: [text], values: [{ part: '', value: text }] };
}

function countRow(label: string, count: number): StatRow {
  return { label, texts: [String(count)], values: [{ part: '', value: count }] };
}

function numberRow(label: string, value: number, digits: number): StatRow {
  return { label, texts: [fixed(value, digits)], values: [{ part: '', value }] };
}

function intervalRow(label: string, { value, low, high }: Interval, digits: number): StatRow {
  const [middle, from, to] = [value, low, high].map((x) => fixed(x, digits));
  return { label, texts: [`${middle} [${from}, ${to}]`], values: [{ part: '', value, low, high }] };
}

function listRow(label: string, values: readonly number[], digits: number): StatRow {
  return {
    label,
    texts: [`[${values.map((value) => fixed(value, digits)).join(', ')}]`],
    values: values.map((value, i) => ({ part: String(i), value })),
  };
}

/** What does not exist is a dash, and what is endless has the sign for it. */
export function fixed(value: number, digits: number): string {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  return formatShown(value, digits);
}
