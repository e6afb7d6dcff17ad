/** A line as an SVG drawn by the server: complete without scripts, coloured by the style sheet. */
import { type Html, html } from '../html.js';

const WIDTH = 560;
const HEIGHT = 260;
const LEFT = 56;
const RIGHT = 16;
const TOP = 14;
const BOTTOM = 34;
const TICKS = 5;

export interface LineChart {
  readonly title: string;
  /** What the line says, for those who do not see it. */
  readonly summary: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly yMax: number;
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  /** Upright lines, with their names. */
  readonly marks: readonly (readonly [x: number, name: string])[];
}

export function lineChart({ title, summary, points, yMax, xText, yText, marks }: LineChart): Html {
  const first = points[0]![0];
  const last = points[points.length - 1]![0];
  const xOf = (x: number) => round(LEFT + ((x - first) / (last - first)) * (WIDTH - LEFT - RIGHT));
  const yOf = (y: number) => round(HEIGHT - BOTTOM - (y / yMax) * (HEIGHT - TOP - BOTTOM));
  const steps = Array.from({ length: TICKS }, (_, i) => i / (TICKS - 1));
  const path = points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${xOf(x)} ${yOf(y)}`).join('');
  return html`<figure class="chart"><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summary}">
${steps.map((step) => {
  const y = step * yMax;
  return html`<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${yOf(y)}" y2="${yOf(y)}"></line><text class="tick end" x="${LEFT - 8}" y="${yOf(y) + 4}">${yText(y)}</text>`;
})}
${steps.map((step) => {
  const x = first + step * (last - first);
  return html`<text class="tick middle" x="${xOf(x)}" y="${HEIGHT - 10}">${xText(x)}</text>`;
})}
${marks.map(([x, name], i) => html`<line class="mark" x1="${xOf(x)}" x2="${xOf(x)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"></line><text class="tick" x="${xOf(x) + 4}" y="${i === 0 ? TOP + 10 : HEIGHT - BOTTOM - 8}">${name}</text>`)}
<path class="line" d="${path}"></path>
</svg></figure>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
