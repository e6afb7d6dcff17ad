/** The goals of the design, each worked out from the figures as a ratio or a number. */
import { findFigure, PAGES, type Results } from './result.js';

export interface Goal {
  text: string;
  /** What was reached, in the goal's own unit; undefined when it was not measured. */
  value: number | undefined;
  met: boolean | undefined;
}

const BARE = 'bare uWS';
const SHOAL = 'Shoal';
const VARIANT = 'Fastify variant';
const PEER = 'peer';

export function judge(results: Results): Goal[] {
  const median = (work: string, subject: string) => findFigure(results, work, subject)?.median;
  const ofShoal = (work: string, name: string) => findFigure(results, work, SHOAL)?.details?.[name];
  const ratio = (work: string, other: string) => divide(median(work, SHOAL), median(work, other));
  // A smaller fleet says nothing of the goal.
  const isWhole = (ofShoal('million', 'workers') ?? 0) >= 1_000_000;
  const detail = (work: string, name: string) =>
    work !== 'million' || isWhole ? ofShoal(work, name) : undefined;
  const million = isWhole ? median('million', SHOAL) : undefined;
  const seconds = isWhole ? ofShoal('million', 'seconds') : undefined;
  return [
    atLeast('beat ≥ 1.0 × bare uWS that parses the same body', 1, ratio('beat', BARE)),
    atLeast('beat ≥ 3 × the Fastify variant', 3, ratio('beat', VARIANT)),
    atLeast('beat ≥ 100 × Python', 100, ratio('beat', PEER)),
    atLeast('update_task, durable ≥ 0.5 × bare uWS', 0.5, ratio('update_task', BARE)),
    atLeast('update_task, durable ≥ 3 × the Fastify variant', 3, ratio('update_task', VARIANT)),
    atLeast('update_task, durable ≥ 60 × Python', 60, ratio('update_task', PEER)),
    atLeast('request_task, durable ≥ 10,000 assignments/s', 10_000, median('request_task', SHOAL)),
    atLeast('request_task, durable ≥ 3 × the Fastify variant', 3, ratio('request_task', VARIANT)),
    atLeast('request_task, durable ≥ 25 × Python', 25, ratio('request_task', PEER)),
    atMost('hold of the request-task mutex: p99 ≤ 100 µs', 100, median('mutex hold p99', SHOAL)),
    atMost(
      'update_task in a run of 20,000 tasks / of 10 ≤ 1.2',
      1.2,
      divide(median('update_task, run of 20000 tasks', SHOAL), median('update_task, run of 10 tasks', SHOAL)),
    ),
    atMost(
      'request_task with 1,000 unfinished runs / 10 ≤ 2',
      2,
      divide(median('request_task, 1000 runs', SHOAL), median('request_task, 10 runs', SHOAL)),
    ),
    atLeast("a million workers' mix: share of 16,000 req/s served ≥ 0.99", 0.99, divide(million, 16_000)),
    atMost("a million workers' mix: p99 ≤ 50 ms", 50, detail('million', 'p99')),
    atMost("a million workers' mix: errors = 0", 0, detail('million', 'errors')),
    atLeast("a million workers' mix: held for ≥ 600 s", 600, seconds),
    atMost('10,000 workers reconnecting in one second: the last answer ≤ 5 s', 5, median('reconnect', SHOAL)),
    atMost('10,000 workers reconnecting: refused or broken = 0', 0, detail('reconnect', 'errors')),
    atMost('idle connection ≤ 1 KB of RSS', 1, median('idle connection', SHOAL)),
    atMost('an active task, all tables ≤ 400 B', 400, median('active task', SHOAL)),
    atMost(
      "50 readers and a submit a second: ms that they add to beat's p99 ≤ 1",
      1,
      median('readers', SHOAL),
    ),
    atMost('50 readers and a submit a second: refused or broken = 0', 0, ofShoal('readers', 'refused')),
    atMost(
      '200,000 finished tests, 10,000 workers: each page ≤ 20 ms at the median',
      20,
      slowestPage(results),
    ),
    atMost('each page ≤ 60 KiB, compressed', 60, longestPage(results)),
    atMost('start-up with 200 runs and 1,000,000 tasks ≤ 10 s', 10, median('start-up', SHOAL)),
    ...[
      { tasks: '100,000', goal: 1 },
      { tasks: '1,000,000', goal: 10 },
    ].map(({ tasks, goal }) =>
      atMost(
        `takeover of ${tasks} active tasks ≤ ${goal} s`,
        goal,
        median(`recovery of ${tasks} active tasks`, 'a takeover'),
      ),
    ),
  ];
}

/** A smaller farm says nothing of the goal. */
function slowestPage({ figures, quick }: Results): number | undefined {
  const pages = quick ? [] : figures.filter(({ work }) => work === PAGES);
  return pages.length === 0 ? undefined : Math.max(...pages.map(({ median }) => median));
}

function longestPage({ figures }: Results): number | undefined {
  const pages = figures.filter(({ work }) => work === PAGES);
  return pages.length === 0 ? undefined : Math.max(...pages.map(({ details }) => details?.['kib'] ?? 0));
}

function divide(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function atLeast(text: string, goal: number, value: number | undefined): Goal {
  return { text, value, met: value === undefined ? undefined : value >= goal };
}

function atMost(text: string, goal: number, value: number | undefined): Goal {
  return { text, value, met: value === undefined ? undefined : value <= goal };
}

export function goalLines(goals: readonly Goal[]): string[] {
  const width = Math.max(...goals.map(({ text }) => text.length));
  return goals.map(({ text, value, met }) => {
    const shown = value === undefined ? '' : value >= 100 ? String(Math.round(value)) : value.toPrecision(3);
    const verdict = met === undefined ? 'not measured' : met ? 'met' : 'not met';
    return `${text.padEnd(width)}  ${shown.padStart(8)}  ${verdict}`;
  });
}
