/** A real Chromium for tests, in a profile of its own; the page may reach this machine only. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The shell draws pages without the browser's own windows around them, which cost more than the pages do. */
const PLACES = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Where the browser is; undefined when there is none. SHOAL_CHROMIUM names another place. */
export const chromiumPath = [process.env['SHOAL_CHROMIUM'] ?? '', ...PLACES].find((path) => existsSync(path));

/** True where a missing browser is a failure and not left out. */
export const browserIsRequired = process.env['SHOAL_BROWSER'] === 'required';

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
