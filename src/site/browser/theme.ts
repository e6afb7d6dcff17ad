/** Dark or light: as the system has it until the visitor chooses. The server reads the cookie, so no page flashes. */

const YEAR_S = 34_560_000;

export function startTheme(): void {
  const root = document.documentElement;
  const isLight = () =>
    (root.dataset['theme'] ?? (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark')) ===
    'light';
  document.getElementById('theme')?.addEventListener('click', () => {
    const theme = isLight() ? 'dark' : 'light';
    root.dataset['theme'] = theme;
    // biome-ignore lint/suspicious/noDocumentCookie: the other interface is not there without https
    document.cookie = `theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
  });
}
