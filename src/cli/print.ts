/** Text for people: aligned tables and short values. What the server sends is stripped of terminal control characters. */

export interface Column<Row> {
  readonly title: string;
  readonly right?: boolean;
  readonly text: (row: Row) => string | number;
}

const GAP = '  ';
const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line of plain text, cut to `width` characters. */
export function plain(value: string | number, width = Number.POSITIVE_INFINITY): string {
  const text = String(value).replace(CONTROLS, ' ');
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

/** Rows under their titles, or `nothing` when there are none. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], nothing: string): string {
  if (rows.length === 0) return nothing;
  const cells = rows.map((row) => columns.map((column) => plain(column.text(row))));
  const lines = [columns.map((column) => column.title), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => length(line[index]!))));
  return lines
    .map((line) => line.map((cell, index) => pad(cell, widths[index]!, columns[index]!.right ?? false)))
    .map((line) => line.join(GAP).trimEnd())
    .join('\n');
}

/** "name  value" lines with the values in one column; an empty value drops its line. */
export function facts(pairs: readonly (readonly [name: string, value: string | number])[]): string {
  const kept = pairs.filter(([, value]) => value !== '');
  const width = Math.max(...kept.map(([name]) => name.length));
  return kept.map(([name, value]) => `${name.padEnd(width)}${GAP}${plain(value)}`).join('\n');
}

/** Milliseconds since the epoch as "2026-01-31 23:59" (UTC). */
export function instant(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? '?' : date.toISOString().slice(0, 16).replace('T', ' ');
}

/** Milliseconds as "3d 4h", "4h 5m" or "5m 6s". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const units: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ];
  const first = Math.min(units.findIndex(([n]) => n > 0) >>> 0, units.length - 2);
  return units
    .slice(first, first + 2)
    .map(([n, unit]) => `${n}${unit}`)
    .join(' ');
}

/** Bytes as "12.3 MB". */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function yes(flag: boolean): string {
  return flag ? 'yes' : '';
}

function length(text: string): number {
  return [...text].length;
}

function pad(text: string, width: number, right: boolean): string {
  const space = ' '.repeat(width - length(text));
  return right ? space + text : text + space;
}
