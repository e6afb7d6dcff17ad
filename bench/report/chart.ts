/** One work's figures as a bar chart in SVG: medians, with the spread of the rounds as a line over each bar. */
import { init } from 'echarts';
import type { Figure } from '../work/result.js';

const WIDTH = 640;
const BAR = 44;
const AXIS = 70;
const COLOURS: Readonly<Record<string, string>> = { Shoal: '#2f7ed8', 'Fastify variant': '#e0873c' };
const OTHERS = '#9aa6b4';

/** @param figures of one work and unit, one for each subject */
export function chart(title: string, figures: readonly Figure[]): string {
  const height = figures.length * BAR + AXIS;
  const plot = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  const shown = figures.toReversed();
  plot.setOption({
    animation: false,
    title: { text: title, textStyle: { fontSize: 14, fontWeight: 'normal' } },
    grid: { left: 130, right: 90, top: 36, bottom: 28 },
    xAxis: { type: 'value', name: figures[0]?.unit, min: 0 },
    yAxis: { type: 'category', data: shown.map(({ subject }) => subject) },
    series: [
      {
        type: 'bar',
        barMaxWidth: 22,
        data: shown.map(({ median, subject }) => ({
          value: median,
          itemStyle: { color: COLOURS[subject] ?? OTHERS },
        })),
        label: {
          show: true,
          position: 'right',
          distance: 16,
          formatter: ({ value }: { value?: unknown }) => round(Number(value)),
        },
      },
      ...shown.map(({ least, most }, i) => ({
        type: 'line' as const,
        data: [
          [least, i],
          [most, i],
        ],
        symbol: 'rect',
        symbolSize: [2, 10],
        lineStyle: { width: 2, color: '#333' },
        itemStyle: { color: '#333' },
      })),
    ],
  });
  const svg = plot.renderToSVGString();
  plot.dispose();
  return svg;
}

export function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);
}
