/** Making elements and texts. Everything from the server becomes text, never markup. */

export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as E;
}

type Child = Node | string;

export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A bar of which a fraction is filled; the words say the same. */
export function bar(fraction: number, label: string, kind = ''): HTMLElement {
  const fill = el('span', { class: 'fill' });
  const width = Math.max(0, Math.min(1, fraction || 0));
  fill.style.width = `${width * 100}%`;
  return el('span', { class: `track ${kind}`, role: 'img', 'aria-label': label }, fill);
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** 12,345 and from a million on 1.2M. */
export function count(n: number): string {
  return Math.abs(n) >= 1e6 ? short.format(n) : whole.format(n);
}

/** A rate: one digit after the point while it is small. */
export function rate(n: number): string {
  return n > 0 && n < 10 ? n.toFixed(1) : count(n);
}

/** With so many digits after the point; what rounds to nothing has no sign. */
export function decimals(n: number, digits: number): string {
  return n.toFixed(digits).replace(/^-(0(?:\.0*)?)$/, '$1');
}

/** Seconds as 12 µs, 3.4 ms or 1.2 s. */
export function time(seconds: number): string {
  if (!(seconds > 0)) return '0 ms';
  if (seconds < 0.9995e-3) return `${significant(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${significant(seconds * 1e3)} ms`;
  return `${significant(seconds)} s`;
}

export function bytes(n: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  const unit = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(n || 1) / 10)));
  return `${significant(n / 1024 ** unit)} ${units[unit]}`;
}

/** Milliseconds since an instant as 5 s, 3 min, 2 h or 4 d. */
export function ago(instant: number): string {
  const seconds = Math.max(0, (Date.now() - instant) / 1000);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

function significant(n: number): string {
  return n >= 100
    ? n.toFixed(0)
    : n >= 10
      ? n.toFixed(1).replace(/\.0$/, '')
      : n.toFixed(2).replace(/0$/, '');
}
