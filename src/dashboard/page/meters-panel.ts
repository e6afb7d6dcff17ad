/** How full and how slow the server's narrow places are: tokens, the semaphore, the lock, the commit sequence, memory. */
import type { Farm, Point } from '../messages.js';
import { bar, byId, bytes, count, el, rate, time } from './dom.js';

/** Holds of the request-task mutex are meant to end within this. */
const HOLD_GOAL = 1e-4;
const COMMIT_SCALE = 0.1;
const LOOP_SCALE = 0.1;
const LAG_SCALE = 1000;

export function drawMeters(point: Point, farm: Farm | undefined): void {
  const tokens = farm?.tokens ?? 0;
  const permits = farm?.permits ?? 0;
  byId('meters').replaceChildren(
    meter('Tokens', `${count(point.tokens)} of ${count(tokens)}`, point.tokens / tokens, [
      `${count(point.queued)} calls wait`,
    ]),
    meter('Semaphore', `${count(point.admitted)} of ${count(permits)}`, point.admitted / permits, [
      `${rate(point.rejected)} turned away a second`,
    ]),
    meter('Request-task lock', time(point.lockHold), point.lockHold / HOLD_GOAL, [
      `held, p99; waited ${time(point.lockWait)}`,
    ]),
    meter('Commits', `${count(point.commitLag)} behind`, point.commitLag / LAG_SCALE, [
      `batches of ${count(point.batchSize)}`,
    ]),
    meter('Commit', time(point.commit), point.commit / COMMIT_SCALE, ['p99 of the last second']),
    meter('Event loops', time(point.loopDelay), point.loopDelay / LOOP_SCALE, [
      `late at worst; ${bytes(point.rss)} resident`,
    ]),
  );
}

function meter(name: string, value: string, fraction: number, notes: string[]): HTMLElement {
  const kind = fraction >= 1 ? 'full' : fraction >= 0.75 ? 'high' : '';
  return el(
    'div',
    { class: 'card meter' },
    el('span', { class: 'label' }, name),
    el('strong', {}, value),
    bar(fraction, `${name}: ${value}`, kind),
    ...notes.map((note) => el('span', { class: 'note' }, note)),
  );
}

/** Endpoints, memory, locks and jobs. */
export function drawInside({ routes, locks, memory, jobs }: Farm): void {
  const rows = routes.toSorted((a, b) => b.rate - a.rate);
  byId('routes-body').replaceChildren(
    ...(rows.length === 0 ? [empty(5, 'no requests')] : []),
    ...rows.map(({ route, rate: perSecond, p50, p99, failures }) =>
      el(
        'tr',
        {},
        el('td', {}, route),
        el('td', { class: 'n' }, rate(perSecond)),
        el('td', { class: 'n' }, time(p50)),
        el('td', { class: 'n' }, time(p99)),
        el('td', { class: failures > 0 ? 'n bad' : 'n' }, rate(failures)),
      ),
    ),
  );
  byId('inside').replaceChildren(
    ...memory.map(({ table, in_use: used, capacity }) => {
      const isBytes = table.endsWith('-bytes');
      const show = isBytes ? bytes : count;
      const name = isBytes ? 'blobs' : table.replaceAll('-', ' ');
      return line(
        name,
        bar(used / capacity, `${name}: ${show(used)} of ${show(capacity)}`),
        `${show(used)} / ${show(capacity)}`,
      );
    }),
    ...locks
      .filter(({ hold }) => hold > 0)
      .map(({ lock, wait, hold, waits }) =>
        line(
          `lock ${lock}`,
          `held ${time(hold)}`,
          waits === 0 ? 'never waited' : `waited ${time(wait)} (p99)`,
        ),
      ),
  );
  byId('jobs').replaceChildren(
    ...jobs
      .filter(({ runs }) => runs > 0)
      .map(({ job, seconds, failures, failed }) =>
        line(job, time(seconds), failed ? 'failed' : failures > 0 ? `${count(failures)} failures` : 'fine'),
      ),
  );
}

/** Bounds that are reached, and the setting that raises each. */
export function drawLimits({ limits }: Farm): void {
  byId('limits').hidden = limits.length === 0;
  byId('limits-lines').replaceChildren(...limits.map((text) => el('p', {}, text)));
}

function line(name: string, middle: Node | string, end: string): HTMLElement {
  return el(
    'div',
    { class: 'line' },
    el('span', {}, name),
    el('span', {}, middle),
    el('span', { class: 'n' }, end),
  );
}

export function empty(columns: number, text: string): HTMLElement {
  return el('tr', {}, el('td', { colspan: String(columns), class: 'empty' }, text));
}
