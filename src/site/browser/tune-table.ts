/** The lines of a chart as a table, for those who do not see them. */
import { fewRows } from './tune-curves.js';

const MOST_ROWS = 21;
const MOST_COLUMNS = 40;

export interface LinesShown {
  readonly caption: string;
  /** Indexes of the parameters, which their colours follow. */
  readonly parameters: readonly number[];
  readonly iterations: readonly number[];
  readonly names: readonly string[];
  readonly lines: readonly (readonly number[])[];
  readonly text: (value: number) => string;
  /** As `text`, with as many digits for each value. */
  readonly cell: (value: number) => string;
}

export function tableOf({ caption, iterations, names, lines, cell: cellText }: LinesShown): HTMLTableElement {
  const table = document.createElement('table');
  table.createCaption().textContent =
    names.length > MOST_COLUMNS ? `${caption} The first ${MOST_COLUMNS} of ${names.length}.` : caption;
  const heads = ['Iteration', ...names.slice(0, MOST_COLUMNS)];
  const head = table.createTHead().insertRow();
  for (const name of heads) head.append(cell('th', name, 'col'));
  const body = table.createTBody();
  for (const row of fewRows(iterations.length, MOST_ROWS)) {
    const line = body.insertRow();
    line.append(cell('th', iterations[row]!.toLocaleString('en'), 'row'));
    for (const values of lines.slice(0, MOST_COLUMNS)) line.append(cell('td', cellText(values[row]!)));
  }
  return table;
}

function cell(kind: 'th' | 'td', text: string, scope?: 'col' | 'row'): HTMLTableCellElement {
  const element = document.createElement(kind);
  element.textContent = text;
  element.className = 'n';
  if (scope !== undefined) element.scope = scope;
  return element;
}
