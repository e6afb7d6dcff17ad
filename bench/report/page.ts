/** The report as one page without scripts and without any other file: goals first, then each work, then the machine. */
import { type Goal, judge } from '../work/goals.js';
import type { Figure, Results } from '../work/result.js';
import { chart, round } from './chart.js';

const STYLE = `
  :root { color-scheme: light; }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 45rem; margin: 2rem auto; padding: 0 1rem; color: #1c2733; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: 0.3rem 0.6rem; border-bottom: 1px solid #dde3ea; }
  td.number { text-align: right; font-variant-numeric: tabular-nums; }
  td:last-child { white-space: nowrap; }
  .met { color: #1d7a3a; } .missed { color: #b3261e; } .open { color: #66727f; }
  figure { margin: 2rem 0; } figure svg { max-width: 100%; height: auto; }
`;

export function reportPage(results: Results): string {
  const { machine, began, quick } = results;
  const about = `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, ${machine.platform}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Shoal, measured</title>
<style>${STYLE}</style>
<h1>Shoal, measured</h1>
<p>${escapeHtml(about)}. ${escapeHtml(began.slice(0, 10))}${quick ? ', a quick run: short rounds, and nothing is said of the million' : ''}.
Client, servers and everything else share the cores, so only figures of this one page compare.</p>
<h2>Goals</h2>
<table>
<tr><th>goal</th><th>reached</th><th></th></tr>
${judge(results).map(goalRow).join('\n')}
</table>
<h2>Works</h2>
${works(results.figures).map(workFigure).join('\n')}
</html>
`;
}

function goalRow({ text, value, met }: Goal): string {
  const [kind, verdict] =
    met === undefined ? ['open', 'not measured'] : met ? ['met', 'met'] : ['missed', 'not met'];
  const shown = value === undefined ? '' : round(value);
  return `<tr><td>${escapeHtml(text)}</td><td class="number">${shown}</td><td class="${kind}">${verdict}</td></tr>`;
}

/** Figures of one work, in the order in which they were measured. */
function works(figures: readonly Figure[]): Figure[][] {
  const byWork = new Map<string, Figure[]>();
  for (const figure of figures) {
    const group = byWork.get(figure.work);
    if (group === undefined) byWork.set(figure.work, [figure]);
    else group.push(figure);
  }
  return [...byWork.values()];
}

function workFigure(figures: Figure[]): string {
  const { work, rounds } = figures[0]!;
  const latencies = figures
    .filter(({ details }) => details?.['p99'] !== undefined)
    .map(
      ({ subject, details }) =>
        `${subject} p50 ${round(details!['p50'] ?? 0)} ms, p99 ${round(details!['p99']!)} ms`,
    );
  const spread = rounds > 1 ? `Median of ${rounds} rounds; the line spans them. ` : '';
  return `<figure>${chart(work, figures)}<figcaption>${escapeHtml(spread + latencies.join('; '))}</figcaption></figure>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
