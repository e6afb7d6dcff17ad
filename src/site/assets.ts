/**
 * Styles and scripts of the pages, read once by each thread and served from memory. Their addresses hold a digest of all of
 * them, so that browsers keep them for ever and a new version has new addresses.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Built into browser/ beside this file. */
const FILES = [
  'site.css',
  'icon.svg',
  'htmx.js',
  'scripted.js',
  'site.js',
  'keys.js',
  'autoselect.js',
  'tune-file.js',
  'diff.js',
  'draft.js',
  'stars.js',
  'form-fields.js',
  'new-test-form.js',
  'apply-kind.js',
  'copy.js',
  'live.js',
  'live-socket.js',
  'morph.js',
  'poll.js',
  'puzzle.js',
  'sign-out.js',
  'theme.js',
  'times.js',
  'tune-chart.js',
  'tune-curves.js',
  'tune-plot.js',
  'tune-table.js',
  'uplot.js',
  'upload-progress.js',
] as const;

export interface SiteAsset {
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
}

const BODIES = new Map<string, Buffer>(FILES.map((file) => [file, readBuilt(file)]));
const DIGEST = digestOf(BODIES.values());

/** The address of a file of browser/. */
export function assetUrl(file: string): string {
  if (!BODIES.has(file)) throw new Error(`no page has a file ${file}: list it in assets.ts`);
  return `/static/${DIGEST}/${file}`;
}

export function siteAssets(): SiteAsset[] {
  return [...BODIES].map(([file, body]) => ({
    path: assetUrl(file),
    contentType: TYPES[file.slice(file.lastIndexOf('.') + 1)]!,
    body,
  }));
}

function digestOf(bodies: Iterable<Buffer>): string {
  const digest = createHash('sha256');
  for (const body of bodies) digest.update(body);
  return digest.digest('base64url').slice(0, 16);
}

function readBuilt(file: string): Buffer {
  try {
    return readFileSync(new URL(`./browser/${file}`, import.meta.url));
  } catch (error) {
    throw new Error(`${file} of the pages is not built: run "npm run build", or set SITE=off`, {
      cause: error,
    });
  }
}
