/**
 * Tests that are followed: their stars, and a message when one ends (docs/spec/web-ui.md §4.18). An account's list is the
 * server's; a visitor's is this browser's. Of all tabs one asks and tells.
 */

interface Followed {
  readonly id: string;
  readonly tag: string;
  /** How it ended. */
  readonly end?: string;
}

const PERIOD_MS = 20_000;
const MOST = 20;
/** Where a visitor's list is kept, and what tabs tell each other that the list is another. */
const NAME = 'shoal-follows';

const account = document.body.dataset['account'] ?? '';
const channel = new BroadcastChannel(NAME);
let followed = new Set<string>();
let told = 0;

function ownList(): string[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    return Array.isArray(list) ? list.filter((id) => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

async function ask(): Promise<readonly Followed[]> {
  const ids = account === '' ? ownList() : [];
  if (account === '' && ids.length === 0) return [];
  const answer = await fetch(account === '' ? `/follows?ids=${ids.join(',')}` : '/follows');
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  return (await answer.json()) as Followed[];
}

function setOwn(id: string, isFollowed: boolean): void {
  const others = ownList().filter((each) => each !== id);
  const list = isFollowed ? [...others, id].slice(-MOST) : others;
  localStorage.setItem(NAME, JSON.stringify(list));
}

async function set(id: string, isFollowed: boolean): Promise<void> {
  if (account === '') {
    setOwn(id, isFollowed);
    return;
  }
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? '';
  const answer = await fetch(`/follows/${isFollowed ? 'add' : 'remove'}`, {
    method: 'POST',
    headers: { 'HX-Request': 'true', 'X-CSRF-Token': token },
    body: new URLSearchParams({ 'run-id': id }),
  });
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
}

function showStars(): void {
  for (const star of document.querySelectorAll<HTMLButtonElement>('button[data-follow]')) {
    star.setAttribute('aria-pressed', String(followed.has(star.dataset['follow'] ?? '')));
  }
}

async function look(): Promise<readonly Followed[]> {
  const list = await ask();
  followed = new Set(list.filter(({ end }) => end === undefined).map(({ id }) => id));
  showStars();
  return list;
}

async function toggle(star: HTMLButtonElement): Promise<void> {
  const id = star.dataset['follow'] ?? '';
  const isFollowed = !followed.has(id);
  // Asked for by a press, and once: a page that asks by itself is refused for ever.
  if (isFollowed && 'Notification' in window && Notification.permission === 'default') {
    void Notification.requestPermission();
  }
  await set(id, isFollowed);
  if (isFollowed) followed.add(id);
  else followed.delete(id);
  showStars();
  channel.postMessage('changed');
}

function tell({ id, tag, end }: Followed): void {
  if ('Notification' in window && Notification.permission === 'granted') {
    const shown = new Notification(tag, { body: end ?? '', tag: id });
    shown.addEventListener('click', () => open(`/tests/view/${id}`));
    return;
  }
  told += 1;
  document.title = document.title.replace(/^(?:\(\d+\) )?/, `(${told}) `);
  const message = document.createElement('div');
  message.className = 'flash note';
  message.role = 'status';
  const line = document.createElement('p');
  const link = document.createElement('a');
  link.href = `/tests/view/${id}`;
  link.textContent = tag;
  line.append(link, ` ${end}`);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.dataset['dismiss'] = '';
  button.setAttribute('aria-label', 'Dismiss this message');
  button.textContent = '×';
  message.append(line, button);
  document.getElementById('told')?.append(message);
}

async function tellOfEnds(): Promise<void> {
  for (const each of await look()) {
    if (each.end === undefined) continue;
    // Forgotten first: told twice is worse than told when one looks at the test.
    await set(each.id, false);
    tell(each);
  }
}

/** Never resolves: the tab is the one that tells until it is closed. */
async function lead(): Promise<never> {
  for (;;) {
    // The server may be away for a while.
    await tellOfEnds().catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
}

export function startFollow(): void {
  document.addEventListener('click', (event) => {
    const star = event.target instanceof Element ? event.target.closest('button[data-follow]') : null;
    if (star instanceof HTMLButtonElement) toggle(star).catch(() => showStars());
  });
  channel.addEventListener('message', () => void look().catch(() => {}));
  document.addEventListener('htmx:after:swap', showStars);
  if (document.querySelector('button[data-follow]') !== null) look().catch(showStars);
  // Browsers have locks of tabs only where the connection is safe.
  if ('locks' in navigator) void navigator.locks.request(NAME, lead);
  else void lead();
}
