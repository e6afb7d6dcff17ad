/** The dashboard's files, read once at start and served from memory; nothing of the page comes from anywhere else. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export interface Asset {
  readonly contentType: string;
  readonly body: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};
/** Everything below page/ that a browser may ask for. */
const FILES = [
  'index.html',
  'shared.css',
  'base.css',
  'layout.css',
  'tables.css',
  'phone.css',
  'icon.svg',
  'uplot.css',
  'uplot.js',
  'first-theme.js',
  'dashboard.js',
  'latest-events.js',
  'charts.js',
  'cluster.js',
  'dom.js',
  'keyboard.js',
  'connect.js',
  'log-axis.js',
  'machines-panel.js',
  'meters-panel.js',
  'runs-panel.js',
  'dark-or-light.js',
  'tiles.js',
];

/** Scripts, styles and the connection from this server only; nothing embeds the page. */
export const SECURITY_HEADERS = [
  [
    'Content-Security-Policy',
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
] as const;

/** By URL path: the page, and its parts below /dashboard/. Throws when the page was not built. */
export function loadAssets(pagePath: '/' | '/dashboard'): ReadonlyMap<string, Asset> {
  return new Map(
    FILES.map((file) => [file === 'index.html' ? pagePath : `/dashboard/${file}`, loadAsset(file)] as const),
  );
}

function loadAsset(file: string): Asset {
  const body = readBuilt(file);
  return {
    contentType: TYPES[file.slice(file.lastIndexOf('.') + 1)]!,
    body,
    gzipped: gzipSync(body),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
}

function readBuilt(file: string): Buffer {
  try {
    return readFileSync(new URL(`./page/${file}`, import.meta.url));
  } catch (error) {
    throw new Error(`the dashboard's ${file} is not built: run "npm run build", or set DASHBOARD=off`, {
      cause: error,
    });
  }
}
