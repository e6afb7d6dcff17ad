/** Dark or light: what the system prefers until the reader chooses. */
import { byId } from './dom.js';

const KEY = 'shoal-theme';

export function startTheme(onChange: () => void): void {
  const prefersLight = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    document.documentElement.dataset['theme'] = stored() ?? (prefersLight.matches ? 'light' : 'dark');
    onChange();
  };
  byId('theme').addEventListener('click', () => {
    localStorage.setItem(KEY, document.documentElement.dataset['theme'] === 'light' ? 'dark' : 'light');
    apply();
  });
  prefersLight.addEventListener('change', apply);
  apply();
}

/** A colour of the style sheet. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function stored(): string | null {
  return localStorage.getItem(KEY);
}
