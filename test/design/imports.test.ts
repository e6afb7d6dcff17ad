/** The rules for imports, tried on small trees: each must find what it is there for, and say its sentence. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const places: string[] = [];

after(() => {
  for (const place of places) rmSync(place, { recursive: true });
});

/** What the rules say of a tree with these files. */
function check(files: Readonly<Record<string, string>>): { status: number | null; output: string } {
  const place = mkdtempSync(join(tmpdir(), 'shoal-imports-'));
  places.push(place);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(place, file)), { recursive: true });
    writeFileSync(join(place, file), text);
  }
  writeFileSync(join(place, 'package.json'), '{"type":"module","devDependencies":{"fast-check":"*"}}');
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  const { status, stdout, stderr } = spawnSync(
    join(ROOT, 'node_modules/.bin/depcruise'),
    ['--config', join(ROOT, '.dependency-cruiser.mjs'), '--output-type', 'err-long', 'src'],
    { cwd: place, encoding: 'utf8' },
  );
  return { status, output: `${stdout}${stderr}`.replace(/\s+/g, ' ') };
}

const VALUE = 'export const value = 1;\n';

describe('the rules for imports', () => {
  it('let imports point down and to the side', () => {
    const { status, output } = check({
      'src/main.ts': "import './server/a.js';\n",
      'src/server/a.ts': "import { value } from '../state/b.js';\nexport { value };\n",
      'src/state/b.ts': "export { value } from '../rules/c.js';\n",
      'src/rules/c.ts': "export { value } from './d.js';\n",
      'src/rules/d.ts': VALUE,
    });
    assert.equal(status, 0, output);
  });

  for (const [kind, line] of [
    ['import', "import { value } from '../state/b.js';\nexport { value };"],
    ['import of a type', "import type { T } from '../state/b.js';\nexport type U = T;"],
    ['dynamic import', "export const late = import('../state/b.js');"],
  ] as const) {
    it(`fail on climbing (${kind}), and name the rule`, () => {
      const { status, output } = check({
        'src/rules/a.ts': `${line}\n`,
        'src/state/b.ts': `export type T = 1;\n${VALUE}`,
      });
      assert.notEqual(status, 0, output);
      assert.match(output, /no-import-climbs: src\/rules\/a\.ts → src\/state\/b\.ts/);
      assert.match(output, /an import points to its own layer or to a lower one/);
    });
  }

  it('fail on two folders of one layer that need each other, over different files', () => {
    const { status, output } = check({
      'src/rules/a.ts': "export { value } from '../protocol/b.js';\n",
      'src/protocol/b.ts': VALUE,
      'src/protocol/c.ts': "export { value } from '../rules/d.js';\n",
      'src/rules/d.ts': VALUE,
    });
    assert.notEqual(status, 0, output);
    assert.match(output, /one-way-between-folders: src\/(rules|protocol) →/);
  });

  it('fail on files of one folder in a circle, though only types go round', () => {
    const { status, output } = check({
      'src/rules/a.ts': "import type { B } from './b.js';\nexport type A = B | 1;\n",
      'src/rules/b.ts': "import type { A } from './a.js';\nexport type B = A | 2;\n",
    });
    assert.notEqual(status, 0, output);
    assert.match(output, /no-circle-of-files: src\/rules\/[ab]\.ts →/);
  });

  it('fail on a folder without a layer, a loose file, an unknown import and a package of developers', () => {
    const { output } = check({
      'src/attic/a.ts': "export { value } from '../rules/b.js';\n",
      'src/loose.ts': "export { value } from './rules/b.js';\n",
      'src/rules/b.ts': VALUE,
      'src/rules/c.ts': "export { nothing } from './not-there.js';\n",
      'src/rules/d.ts': "export { fc } from 'fast-check';\n",
    });
    assert.match(output, /every-folder-has-a-layer: src\/attic\/a\.ts/);
    assert.match(output, /every-folder-has-a-layer: src\/loose\.ts/);
    assert.match(output, /every-import-is-found: src\/rules\/c\.ts/);
    assert.match(output, /no-development-package: src\/rules\/d\.ts/);
  });
});
