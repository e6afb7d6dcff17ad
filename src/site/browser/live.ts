/**
 * Live updates (docs/spec/web-ui.md §3). An element with `data-live="TOPIC"` is watched: parts of it come by the socket and
 * take the place of the elements with their ids. Where the stamp of the topic is no more the one in the page, the element asks
 * for itself, as it does without a socket, since only then does the server know whose page it is. A script of the page that
 * draws from what comes listens for `shoal:live` on the document.
 */
import { type LiveMessage, LiveSocket } from './live-socket.js';
import { morphInside } from './morph.js';
import { askNow, isWaitingFor, setLive } from './poll.js';

/** Pages do not ask all at once when something changes for all of them. */
const SPREAD_MS = 1_000;
/** The store may have what ended a moment later than memory has it: a part asks a second time. */
const AGAIN_MS = 6_000;

let watching: ReadonlySet<string> = new Set();
/** Stamps of topics whose elements have none of their own. */
const stamps = new Map<string, string>();

function liveElements(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('[data-live]')];
}

function topicsOfPage(): string[] {
  return [...new Set(liveElements().map((element) => element.dataset['live']!))];
}

function askSoon(element: HTMLElement): void {
  if (isWaitingFor(element)) return;
  askNow(element, Math.random() * SPREAD_MS);
  setTimeout(() => askNow(element, 0), AGAIN_MS);
}

function setWatching(topics: ReadonlySet<string>): void {
  watching = topics;
  setLive(topics);
  showState();
}

function take({ topic, stamp, parts, isLast }: LiveMessage): void {
  for (const [id, inside] of Object.entries(parts)) {
    const element = document.getElementById(id);
    if (element !== null && element.closest('form[hx-morph-skip]') === null) morphInside(element, inside);
  }
  const tag = document.getElementById(`stamp-${topic}`);
  const shown = tag === null ? stamps.get(topic) : tag.getAttribute('value');
  stamps.set(topic, stamp);
  if (shown !== stamp || isLast) {
    for (const element of liveElements()) if (element.dataset['live'] === topic) askSoon(element);
  }
  if (isLast) setWatching(new Set([...watching].filter((each) => each !== topic)));
  document.dispatchEvent(new CustomEvent('shoal:live', { detail: { topic } }));
}

/** Quietly: nobody is told who does not look. */
function showState(): void {
  const line = document.getElementById('live-state');
  const seen = liveElements().filter((element) => element.closest('.bar') === null);
  if (line === null) return;
  line.hidden = seen.length === 0;
  const isLive = seen.some((element) => watching.has(element.dataset['live']!));
  const periods = seen.map((element) => Number(element.dataset['poll']));
  line.dataset['state'] = isLive ? 'live' : 'asks';
  line.textContent = isLive ? 'Live' : `Asks every ${Math.min(...periods)} s`;
}

export function startLive(): void {
  const socket = new LiveSocket({
    onWatching: setWatching,
    onMessage: take,
  });
  let topics: string[] = [];
  const look = () => {
    const now = topicsOfPage();
    if (now.join(' ') !== topics.join(' ')) socket.watch(now);
    topics = now;
    showState();
  };
  look();
  // A part that was opened, or has ended.
  document.addEventListener('htmx:after:swap', look);
  document.addEventListener('shoal:ended', look);
}
