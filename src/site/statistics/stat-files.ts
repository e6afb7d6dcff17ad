/** Raw statistics for other programs: text to paste, CSV, JSON (docs/spec/web-ui.md §4.8). */
import type { RawStatistics } from '../../rules/raw-statistics.js';
import { displayState } from '../../runtime/run-views.js';
import type { RunHead } from '../../store/port.js';
import { visibleText } from '../lists/info-text.js';
import { runTitle } from '../test-page/run-title.js';
import { type CsvCell, csvOf } from './csv.js';
import type { StatSection } from './stat-sections.js';

/** @param url where the page of the test is */
export function statText(head: RunHead, sections: readonly StatSection[], url: string): string {
  const lines = [runTitle(head), url];
  for (const { title, columns, groups } of sections) {
    lines.push('', `${title}${columns === undefined ? '' : ` [${columns.join(', ')}]`}`);
    for (const group of groups) {
      if (group.title !== '') lines.push(`  ${group.title}`);
      const indent = group.title === '' ? '  ' : '    ';
      for (const { label, texts } of group.rows)
        lines.push(`${indent}${label}: ${visibleText(texts.join(', '))}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const COLUMNS = ['section', 'group', 'quantity', 'part', 'value', 'low', 'high'];

export function statCsv(sections: readonly StatSection[]): string {
  const rows = sections.flatMap(({ title, groups }) =>
    groups.flatMap((group) =>
      group.rows.flatMap(({ label, values }) =>
        values.map(({ part, value, low, high }): CsvCell[] => [
          title,
          group.title,
          label,
          part,
          value,
          low,
          high,
        ]),
      ),
    ),
  );
  return csvOf([COLUMNS, ...rows]);
}

/** What does not exist is null. */
export function statJson(head: RunHead, statistics: RawStatistics): string {
  const { _id: id, args, results } = head;
  const { tc, new_tc = tc, book, threads = 1, base_options, new_options } = args;
  const context = { tc, new_tc, book, threads, base_options, new_options };
  return `${JSON.stringify({ id, state: displayState(head), context, results, ...statistics }, null, 2)}\n`;
}
