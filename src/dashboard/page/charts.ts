/** The two large charts and the small lines of the tiles, drawn by uPlot. */
import type { Point } from '../messages.js';
import { colour } from './dark-or-light.js';
import { byId, el, rate, time } from './dom.js';
import { logRange } from './log-axis.js';
import uPlot from './uplot.js';

interface Line {
  readonly label: string;
  readonly colour: string;
  readonly value: (point: Point) => number | null;
  readonly filled?: boolean;
}

interface Plan {
  readonly chart: string;
  readonly legend: string;
  readonly lines: readonly Line[];
  readonly text: (value: number) => string;
  readonly logarithmic: boolean;
}

/** A request came, else there is nothing to draw: a logarithm has no zero. */
const positive = (value: number) => (value > 0 ? value : null);

const PLANS: readonly Plan[] = [
  {
    chart: 'rate-chart',
    legend: 'rate-legend',
    text: rate,
    logarithmic: false,
    lines: [
      { label: 'all', colour: 'accent', value: (point) => point.requests, filled: true },
      { label: 'beat', colour: 'blue', value: (point) => point.beats },
      { label: 'update_task', colour: 'violet', value: (point) => point.updates },
      { label: 'request_task', colour: 'amber', value: (point) => point.assignments },
    ],
  },
  {
    chart: 'latency-chart',
    legend: 'latency-legend',
    text: time,
    logarithmic: true,
    lines: [
      { label: 'median', colour: 'accent', value: (point) => positive(point.p50) },
      { label: 'p99', colour: 'amber', value: (point) => positive(point.p99) },
      { label: 'commit p99', colour: 'violet', value: (point) => positive(point.commit) },
    ],
  },
];
const HEIGHT = 190;

export class Charts {
  #charts: { plan: Plan; plot: uPlot; parent: HTMLElement }[] = [];
  #points: readonly Point[] = [];

  constructor() {
    addEventListener('resize', () => {
      for (const { plot, parent } of this.#charts)
        plot.setSize({ width: parent.clientWidth, height: HEIGHT });
    });
  }

  /** Draws anew, in the colours of the theme. */
  rebuild(): void {
    for (const { plot } of this.#charts) plot.destroy();
    this.#charts = PLANS.map((plan) => {
      const parent = byId(plan.chart);
      return {
        plan,
        parent,
        plot: new uPlot(optionsOf(plan, parent.clientWidth), dataOf(plan, this.#points), parent),
      };
    });
  }

  draw(points: readonly Point[]): void {
    this.#points = points;
    for (const { plan, plot } of this.#charts) {
      plot.setData(dataOf(plan, points));
      const latest = points.at(-1);
      if (latest !== undefined) byId(plan.legend).replaceChildren(...legendOf(plan, latest));
    }
  }
}

/** A small line without axes. */
export class Sparkline {
  readonly #parent: HTMLElement;
  #plot: uPlot | undefined;

  constructor(parent: HTMLElement) {
    this.#parent = parent;
  }

  draw(times: number[], values: number[], fresh: boolean): void {
    if (fresh || this.#plot === undefined) {
      this.#plot?.destroy();
      const stroke = colour('accent');
      this.#plot = new uPlot(
        {
          width: this.#parent.clientWidth || 120,
          height: 34,
          cursor: { show: false },
          legend: { show: false },
          axes: [{ show: false }, { show: false }],
          scales: { y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.1 : 1] } },
          series: [{}, { stroke, width: 1.5, fill: colour('accent-soft'), points: { show: false } }],
          padding: [2, 0, 2, 0],
        },
        [times, values],
        this.#parent,
      );
    } else this.#plot.setData([times, values]);
  }
}

function optionsOf({ lines, text, logarithmic }: Plan, width: number): uPlot.Options {
  const axis = {
    stroke: colour('muted'),
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: {
      y: logarithmic
        ? { distr: 3, range: (_, low, high) => logRange(low, high) }
        : { range: (_, __, high) => [0, high > 0 ? high * 1.1 : 1] },
    },
    axes: [
      { ...axis, size: 30, space: 80, values: (_, splits) => splits.map(clock) },
      {
        ...axis,
        size: 56,
        values: (_, splits) => splits.map((value) => (value === null ? '' : text(value))),
        ...(logarithmic ? { filter: (_: uPlot, splits: number[]) => splits.map(onlyPowers) } : {}),
      },
    ],
    series: [
      {},
      ...lines.map(({ label, colour: name, filled }) => ({
        label,
        stroke: colour(name),
        width: 1.75,
        points: { show: false },
        ...(filled === true ? { fill: colour('accent-soft') } : {}),
      })),
    ],
  };
}

function dataOf({ lines }: Plan, points: readonly Point[]): uPlot.AlignedData {
  return [points.map(({ t }) => t), ...lines.map(({ value }) => points.map(value))] as uPlot.AlignedData;
}

function legendOf({ lines, text }: Plan, latest: Point): HTMLElement[] {
  return lines.map(({ label, colour: name, value }) =>
    el('span', { class: `key ${name}` }, `${label} `, el('b', {}, text(value(latest) ?? 0))),
  );
}

function onlyPowers(value: number | null): number | null {
  return value !== null && Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9 ? value : null;
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString('en-GB');
}
