/** Lines over iterations, drawn by uPlot in the colours of the style sheet; the one nearest to the pointer is told. */
import type { LinesShown } from './tune-table.js';
import uPlot from './uplot.js';

const COLOURS = 10;
/** Beside the colour: it alone tells nobody which of many lines is which. */
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 4], [12, 3, 2, 3]];
const WIDE_HEIGHT = 380;
const NARROW_HEIGHT = 280;
const NARROW = 600;
/** Pixels within which the pointer is near a line. */
const NEAR = 24;

/** The class of a parameter's colour. */
export function lineClass(parameter: number): string {
  return `line-${parameter % COLOURS}`;
}

export class TunePlot {
  readonly #box: HTMLElement;
  readonly #onNear: (text: string) => void;
  #plot: uPlot | undefined;

  /** @param onNear gets what is nearest to the pointer, or an empty text */
  constructor(box: HTMLElement, onNear: (text: string) => void) {
    this.#box = box;
    this.#onNear = onNear;
    new ResizeObserver(() => this.#fit()).observe(box);
  }

  clear(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#onNear('');
  }

  /** Anew each time: a canvas has the colours of the moment in which it was drawn. */
  draw(shown: LinesShown): void {
    this.clear();
    const data = [shown.iterations, ...shown.lines] as uPlot.AlignedData;
    this.#plot = new uPlot(this.#options(shown), data, this.#box);
  }

  #options(shown: LinesShown): uPlot.Options {
    const { color, borderTopColor: line } = getComputedStyle(this.#box);
    const font = '12px system-ui, sans-serif';
    const axis = { stroke: color, grid: { stroke: line, width: 1 }, ticks: { show: false }, font };
    const colours = this.#palette();
    let near = 0;
    return {
      ...this.#size(),
      legend: { show: false },
      focus: { alpha: 0.25 },
      cursor: { focus: { prox: NEAR }, points: { size: 7 } },
      scales: { x: { time: false } },
      axes: [
        { ...axis, size: 36, label: 'iterations', labelSize: 18, labelFont: font },
        { ...axis, size: 64, values: (_, splits) => splits.map(shown.text) },
      ],
      series: [{}, ...shown.parameters.map((parameter, i) => seriesOf(shown, parameter, i, colours))],
      hooks: {
        setSeries: [
          (_, index) => {
            near = index ?? 0;
          },
        ],
        setCursor: [({ cursor: { idx } }) => this.#onNear(readingOf(shown, near - 1, idx))],
      },
    };
  }

  #size(): { width: number; height: number } {
    const width = this.#box.clientWidth;
    return { width, height: width < NARROW ? NARROW_HEIGHT : WIDE_HEIGHT };
  }

  #fit(): void {
    if (this.#plot !== undefined && this.#plot.width !== this.#box.clientWidth)
      this.#plot.setSize(this.#size());
  }

  /** In the theme of the moment. */
  #palette(): string[] {
    return Array.from({ length: COLOURS }, (_, i) => {
      const sample = document.createElement('span');
      sample.className = lineClass(i);
      this.#box.append(sample);
      const { color } = getComputedStyle(sample);
      sample.remove();
      return color;
    });
  }
}

function seriesOf({ names, iterations }: LinesShown, parameter: number, i: number, colours: string[]) {
  return {
    label: names[i]!,
    stroke: colours[parameter % COLOURS]!,
    dash: [...DASHES[Math.floor(parameter / COLOURS) % DASHES.length]!],
    width: 1.75,
    points: { show: iterations.length < 3 },
  };
}

function readingOf(
  { names, lines, iterations, text }: LinesShown,
  line: number,
  row?: number | null,
): string {
  if (line < 0 || row === null || row === undefined) return '';
  return `${names[line]}: ${text(lines[line]![row]!)} after ${iterations[row]!.toLocaleString('en')} iterations`;
}
