/** Locks are taken by `run`, `runBriefly` and `tryRun`, which release them whatever happens: never by a bare acquire. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The sources lie three levels above the built test. */
const SOURCE = fileURLToPath(new URL('../../../src/', import.meta.url));
const BARE = /\.(?:acquire|acquireBriefly)\(|(?:[lL]ocks|[mM]utex)\.(?:tryAcquire|release)\(/;
/** Where they are made. */
const TABLE = 'memory/locks/lock-table.ts';

test('no lock is taken or released by hand', () => {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  assert.ok(files.length > 300, `only ${files.length} files were found`);
  const bare = files.filter((file) => file !== TABLE && BARE.test(readFileSync(join(SOURCE, file), 'utf8')));
  assert.deepEqual(bare, []);
});
