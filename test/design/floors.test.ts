/** The floors of the house: no file imports from a floor above its own, and no two houses of one floor need each other. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

/** The sources lie three levels above the built test. */
const SOURCE = fileURLToPath(new URL('../../../src/', import.meta.url));
const FLOORS: Readonly<Record<string, number>> = {
  memory: 1,
  rules: 1,
  protocol: 1,
  state: 2,
  operations: 3,
  store: 3,
  pool: 4,
  jobs: 4,
  http: 5,
  dashboard: 5,
  cli: 5,
};
/** Files of no house, like main.ts, stand on the roof; the knobs are known everywhere. */
const ROOF = 6;
const KNOBS = /^config\b/;
/** An import or export from a module, a dynamic import, and the start of a thread. */
const IMPORT =
  /(?:^(?<type>import type|export type) [^;]*?from |\bfrom |\bimport\(|\bnew URL\()'(?<path>\.[^']+)'/gm;

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function houseOf(file: string): string {
  const [house, ...rest] = file.split('/') as [string, ...string[]];
  return rest.length === 0 ? '' : house;
}

function floorOf(file: string): number {
  if (KNOBS.test(file)) return 0;
  const house = houseOf(file);
  if (house === '') return ROOF;
  const floor = FLOORS[house];
  assert.ok(floor !== undefined, `src/${house} stands on no floor: add it to design.md and to this test`);
  return floor;
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
  const climbing = imports.filter(({ file, target }) => floorOf(target) > floorOf(file));
  assert.deepEqual(climbing, []);
});

test('two houses of one floor do not need each other at run time', () => {
  const needs = new Map<string, string>();
  for (const { file, target, typeOnly } of allImports()) {
    const [from, to] = [houseOf(file), houseOf(target)];
    if (typeOnly || from === to || floorOf(file) !== floorOf(target)) continue;
    needs.set(`${from} ${to}`, `${file} → ${target}`);
  }
  for (const [pair, example] of needs) {
    const back = needs.get(pair.split(' ').reverse().join(' '));
    assert.equal(back, undefined, `${example}, and ${back}`);
  }
});
