/**
 * Lists of tests as CSV (docs/spec/web-ui.md §4.4): rows are written while the store is read, so that no list of tests is in memory
 * whole, and no file has more than MOST_CSV_ROWS.
 */
import { countGames } from '../../rules/crash-or-time.js';
import { readRun } from '../../rules/stored-run.js';
import type { RunHead } from '../../store/port.js';
import type { FinishedRunsFilter } from '../../store/queries.js';
import { type CsvCell, csvOf } from '../statistics/csv.js';
import { fileName } from '../statistics/files-bar.js';
import { Turns } from '../turns.js';
import type { Outcome, Visit } from '../visit.js';
import { visibleText } from './info-text.js';
import { addressOf } from './paging.js';
import { resultWordOf } from './run-rows.js';

export const MOST_CSV_ROWS = 10_000;
/** Tests that are read at once. */
const PIECE = 100;
/** Of a description. */
const LONGEST_INFO = 300;

type Column = readonly [name: string, cell: (head: RunHead) => CsvCell];
const COLUMNS: readonly Column[] = [
  ['id', ({ _id }) => _id],
  ['state', resultWordOf],
  ['started', ({ start_time }) => instant(start_time)],
  ['changed', ({ last_updated }) => instant(last_updated)],
  ['user', ({ args }) => args.username],
  ['branch', ({ args }) => args.new_tag],
  ['base', ({ args }) => args.base_tag],
  ['kind', ({ args }) => (args.sprt !== undefined ? 'sprt' : args.spsa !== undefined ? 'spsa' : 'games')],
  ['tc', ({ args }) => args.tc],
  ['new_tc', ({ args }) => args.new_tc ?? args.tc],
  ['threads', ({ args }) => args.threads],
  ['book', ({ args }) => args.book],
  ['elo_model', ({ args }) => args.sprt?.elo_model],
  ['elo0', ({ args }) => args.sprt?.elo0],
  ['elo1', ({ args }) => args.sprt?.elo1],
  ['llr', ({ args }) => args.sprt?.llr],
  ['games_asked', ({ args }) => args.num_games],
  ['games', ({ results }) => countGames(results)],
  ['wins', ({ results }) => results.wins],
  ['losses', ({ results }) => results.losses],
  ['draws', ({ results }) => results.draws],
  ...[0, 1, 2, 3, 4].map(
    (i): Column => [`ptnml_${i}`, ({ results }) => results.pentanomial?.[i as 0 | 1 | 2 | 3 | 4]],
  ),
  ['crashes', ({ results }) => results.crashes],
  ['time_losses', ({ results }) => results.time_losses],
  ['cores', ({ cores, finished }) => (finished ? undefined : cores)],
  ['info', ({ args }) => visibleText((args.info ?? '').slice(0, LONGEST_INFO))],
];

/** The file of a list, at the address of its page. */
export function isCsvAsked({ query }: Visit): boolean {
  return query.get('format') === 'csv';
}

export function csvUrl(path: string, params: Readonly<Record<string, string | number | undefined>>): string {
  return addressOf(path, { ...params, format: 'csv' });
}

export class RunsCsv {
  readonly #lines: string[] = [csvOf([COLUMNS.map(([name]) => name)])];
  readonly #seen = new Set<string>();

  get isFull(): boolean {
    return this.#seen.size >= MOST_CSV_ROWS;
  }

  /** A test that has a row already gets no other: it may have moved in its list while the list is read. */
  add(stored: RunHead): void {
    if (this.isFull || this.#seen.has(stored._id)) return;
    this.#seen.add(stored._id);
    const head = readRun(stored);
    this.#lines.push(csvOf([COLUMNS.map(([, cell]) => cell(head))]));
  }

  /** @param isCut there are more tests than rows: the last line says so */
  file(isCut: boolean): Outcome {
    const end = isCut ? csvOf([[`More tests fit: this file has the first ${this.#seen.size}.`]]) : '';
    return {
      kind: 'fragment',
      contentType: 'text/csv; charset=utf-8',
      headers: [fileName('tests.csv', 'attachment')],
      body: `${this.#lines.join('')}${end}`,
    };
  }
}

/** Finished tests of a list, newest first, beside those that the file has already. @returns whether there are more */
export async function addFinished(visit: Visit, csv: RunsCsv, filter: FinishedRunsFilter): Promise<boolean> {
  const { reader } = visit.parts;
  const turns = new Turns();
  for (let skip = 0; ; skip += PIECE) {
    await turns.next();
    const heads = await reader.finishedRuns({ ...filter, skip, limit: PIECE });
    if (csv.isFull) return heads.length > 0;
    for (const head of heads) csv.add(head);
    if (heads.length < PIECE) return false;
  }
}

function instant(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
