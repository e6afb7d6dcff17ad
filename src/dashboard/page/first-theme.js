// Before the first paint, unlike the modules: nobody sees the dark first who reads in the light. What is stored: dark-or-light.ts.
document.documentElement.dataset.theme =
  localStorage.getItem('shoal-theme') ??
  (matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark');
