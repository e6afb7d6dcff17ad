/** The layers: no file imports from a layer above its own, and no two folders of one layer need each other both ways. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The sources lie three levels above the built test. */
const SOURCE = fileURLToPath(new URL('../../../src/', import.meta.url));
const LAYERS: Readonly<Record<string, number>> = {
  config: 0,
  model: 0,
  memory: 1,
  rules: 1,
  protocol: 1,
  state: 2,
  operations: 3,
  store: 3,
  runtime: 4,
  pool: 4,
  jobs: 4,
  dashboard: 4,
  site: 4,
  metrics: 4,
  http: 5,
  cli: 5,
  swarm: 5,
  server: 6,
};
/** main.ts, the only loose file. */
const TOP = 7;
/** An import or export from a module, a dynamic import, and the start of a thread. */
const IMPORT =
  /(?:^(?<type>import type|export type) [^;]*?from |\bfrom |\bimport\(|\bnew URL\()'(?<path>\.[^']+)'/gm;

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function folderOf(file: string): string {
  const [folder, ...rest] = file.split('/') as [string, ...string[]];
  return rest.length === 0 ? '' : folder;
}

function layerOf(file: string): number {
  const folder = folderOf(file);
  if (folder === '') return TOP;
  const layer = LAYERS[folder];
  assert.ok(layer !== undefined, `src/${folder} has no layer: add it here`);
  return layer;
}

function allImports(): Import[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return files.flatMap((file) =>
    [...readFileSync(join(SOURCE, file), 'utf8').matchAll(IMPORT)].map(({ groups }) => ({
      file,
      target: relative('.', normalize(join(dirname(file), groups!['path']!))),
      typeOnly: groups!['type'] !== undefined,
    })),
  );
}

test('no import climbs', () => {
  const imports = allImports();
  assert.ok(imports.length > 300, `only ${imports.length} imports were found`);
  // The server is started as a program there, not imported.
  const climbing = imports.filter(
    ({ file, target }) => target !== 'main.js' && layerOf(target) > layerOf(file),
  );
  assert.deepEqual(climbing, []);
});

test('two folders of one layer do not need each other at run time', () => {
  const needs = new Map<string, string>();
  for (const { file, target, typeOnly } of allImports()) {
    const [from, to] = [folderOf(file), folderOf(target)];
    if (typeOnly || from === to || layerOf(file) !== layerOf(target)) continue;
    needs.set(`${from} ${to}`, `${file} → ${target}`);
  }
  for (const [pair, example] of needs) {
    const back = needs.get(pair.split(' ').reverse().join(' '));
    assert.equal(back, undefined, `${example}, and ${back}`);
  }
});
