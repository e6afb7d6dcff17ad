/** A gauge as an SVG drawn by the server: half a circle, a needle, marks. Complete without scripts, coloured by the style sheet. */
import { type Html, html, NOTHING } from '../html.js';

const WIDTH = 280;
const HEIGHT = 172;
const CENTRE_X = WIDTH / 2;
const CENTRE_Y = 134;
const RADIUS = 96;
/** Where the names of marks stand. */
const NAME_RADIUS = RADIUS + 18;
const MARK_INNER = RADIUS - 12;
const MARK_OUTER = RADIUS + 8;
const NEEDLE = RADIUS - 4;

export interface Gauge {
  readonly id: string;
  readonly title: string;
  /** The value as people read it, with all that the drawing says: the text equivalent. */
  readonly text: string;
  readonly low: number;
  readonly high: number;
  readonly value: number;
  /** Parts of the scale that mean something. */
  readonly zones?: readonly { readonly from: number; readonly to: number; readonly kind: 'good' | 'bad' }[];
  /** A part of the scale that stands out: where the value may lie, or how far it has come. */
  readonly interval?: readonly [low: number, high: number];
  readonly marks: readonly (readonly [value: number, name: string])[];
  readonly className?: string;
}

export function gauge(options: Gauge): Html {
  const { id, title, text, low, high, value, zones = [], interval, marks, className = '' } = options;
  const share = (x: number) => Math.min(1, Math.max(0, (x - low) / (high - low)));
  const [tipX, tipY] = pointAt(share(value), NEEDLE);
  return html`<figure class="gauge ${className}" id="${id}">
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}: ${text}">
<path class="track" d="${arc(0, 1)}"></path>
${zones.map(({ from, to, kind }) => html`<path class="zone ${kind}" d="${arc(share(from), share(to))}"></path>`)}
${interval === undefined ? NOTHING : html`<path class="interval" d="${arc(share(interval[0]), share(interval[1]))}"></path>`}
${marks.map(([at, name]) => mark(share(at), name))}
<line class="needle" x1="${CENTRE_X}" y1="${CENTRE_Y}" x2="${tipX}" y2="${tipY}"></line>
<circle class="hub" cx="${CENTRE_X}" cy="${CENTRE_Y}" r="8"></circle>
</svg>
<figcaption><b>${title}</b> <span class="reading">${text}</span></figcaption></figure>`;
}

function mark(share: number, name: string): Html {
  const [x1, y1] = pointAt(share, MARK_INNER);
  const [x2, y2] = pointAt(share, MARK_OUTER);
  const [x, y] = pointAt(share, NAME_RADIUS);
  const isEnd = share === 0 || share === 1;
  // The names of the ends stand below them: beside them is no room.
  const [nameX, nameY] = isEnd ? [pointAt(share, RADIUS)[0], CENTRE_Y + 24] : [x, y + 4];
  const anchor = isEnd || Math.abs(share - 0.5) < 0.1 ? 'middle' : share < 0.5 ? 'end' : 'start';
  return html`<line class="mark" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"></line><text x="${nameX}" y="${nameY}" text-anchor="${anchor}">${name}</text>`;
}

function arc(from: number, to: number): string {
  const [x1, y1] = pointAt(from, RADIUS);
  const [x2, y2] = pointAt(to, RADIUS);
  return `M${x1} ${y1}A${RADIUS} ${RADIUS} 0 0 1 ${x2} ${y2}`;
}

/** @param share 0: left end, 1: right end */
function pointAt(share: number, radius: number): [x: number, y: number] {
  const angle = Math.PI * (1 - share);
  return [round(CENTRE_X + radius * Math.cos(angle)), round(CENTRE_Y - radius * Math.sin(angle))];
}

function round(x: number): number {
  // Adding zero takes the sign from a negative one.
  return Math.round(x * 10) / 10 + 0;
}
