/** One part of the server asks other hosts over HTTP, so that no thread which serves workers does. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../../src', import.meta.url));
/** Processes of their own, and scripts of pages: they ask the server. */
const CLIENTS =
  /^(?:cli|swarm|dashboard\/page|site\/browser)\/|^http\/(?:public-api\/docs-page|site\/bare-pages)\.ts$/;
const CALLS = /\bfetch\(|from 'undici'|import \{[^}]*\b(?:request|get|Agent)\b[^}]*\} from 'node:https?'/;

test('only the client of GitHub and the job of web hooks call other hosts', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !CLIENTS.test(file))
    .filter((file) => CALLS.test(readFileSync(join(SOURCE, file), 'utf8')));
  assert.deepEqual(files.sort(), ['github/github-http.ts', 'jobs/web-hooks.ts']);
});
