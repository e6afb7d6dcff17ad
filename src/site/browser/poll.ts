/**
 * Parts of a page that ask for news: while the tab is seen, and at once when it is seen again (docs/spec/web-ui.md §3). Those
 * that get news by a socket ask when they are told to, and seldom besides. What has not changed is not sent again.
 */

const LOOK_MS = 1_000;
/** For what a socket does not tell: the order of rows, totals of others. */
const LIVE_FACTOR = 3;
/** Between two questions of one part, unless `data-gap` says more. */
const GAP_MS = 5_000;
const ENDED = 286;

interface Asking {
  /** When it asked last, or came with the page. */
  freshAt: number;
  askedAt: number;
  /** When it has been told to ask. */
  dueAt: number;
}

const asking = new WeakMap<Element, Asking>();
const tags = new Map<string, string>();
let live: ReadonlySet<string> = new Set();

/** The topics whose news come by a socket. */
export function setLive(topics: ReadonlySet<string>): void {
  live = topics;
}

/** The part asks soon, but not more often than it may. */
export function askNow(part: HTMLElement, inMs: number): void {
  const state = stateOf(part);
  const gapMs = Number(part.dataset['gap'] ?? 0) * 1_000 || GAP_MS;
  state.dueAt = Math.max(performance.now() + inMs, state.askedAt + gapMs);
}

export function isWaitingFor(part: Element): boolean {
  return stateOf(part).dueAt < Number.POSITIVE_INFINITY;
}

function stateOf(part: Element): Asking {
  let state = asking.get(part);
  if (state === undefined) {
    const [never, notDue] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    state = { freshAt: performance.now(), askedAt: never, dueAt: notDue };
    asking.set(part, state);
  }
  return state;
}

function look(): void {
  if (document.hidden) return;
  const now = performance.now();
  for (const part of document.querySelectorAll<HTMLElement>('[data-poll]')) {
    const state = stateOf(part);
    const factor = live.has(part.dataset['live'] ?? '') ? LIVE_FACTOR : 1;
    const periodMs = Number(part.dataset['poll']) * 1_000 * factor;
    if (now < state.dueAt && now - state.freshAt < periodMs) continue;
    state.freshAt = now;
    state.askedAt = now;
    state.dueAt = Number.POSITIVE_INFINITY;
    part.dispatchEvent(new CustomEvent('poll'));
  }
}

interface RequestContext {
  readonly sourceElement: Element;
  readonly request: {
    readonly action: string;
    readonly method: string;
    readonly headers: Record<string, string>;
  };
  readonly response?: { readonly status: number; readonly headers: Headers };
}
const contextOf = (event: Event) => (event as CustomEvent<{ ctx: RequestContext }>).detail.ctx;

/** Only of parts that ask again and again: another part may have gone since its tag was kept. */
function isPolled({ sourceElement, request }: RequestContext): boolean {
  return sourceElement.matches('[data-poll]') && request.method.toUpperCase() === 'GET';
}

export function startPolling(): void {
  setInterval(look, LOOK_MS);
  document.addEventListener('visibilitychange', look);
  document.addEventListener('htmx:before:request', (event) => {
    const context = contextOf(event);
    const tag = tags.get(context.request.action);
    if (isPolled(context) && tag !== undefined) context.request.headers['If-None-Match'] = tag;
  });
  document.addEventListener('htmx:after:request', (event) => {
    const context = contextOf(event);
    const { sourceElement, request, response } = context;
    if (!isPolled(context) || response === undefined) return;
    const tag = response.headers.get('etag');
    if (response.status === 200 && tag !== null) tags.set(request.action, tag);
    if (response.status !== ENDED) return;
    sourceElement.removeAttribute('data-poll');
    sourceElement.removeAttribute('data-live');
    document.dispatchEvent(new CustomEvent('shoal:ended'));
  });
}
