/** The pages of folders and documents name nothing that is gone, and each top folder of the sources has a short one. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SOURCE = join(ROOT, 'src');
const LONGEST_PAGE = 40;
/** A path in backticks that ends like a file, without blanks or patterns. */
const NAMED_FILE = /`([\w.][\w./-]*\.(?:ts|md|json|html))`/g;
/** Names that a page gives as a pattern or an example. */
const EXAMPLES = ['FILE-seed.json'];
/** A row or an item that begins with a folder stands for its files. */
const FOLDER_ROW = /^(?:- |\| )`([\w-]+)\/`/gm;
const LINK = /\]\((?!https?:|#)([^)#\s]+)/g;

function pagesUnder(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(ROOT, folder, file));
}

const folderPages = pagesUnder('src');
const sourceFiles = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => join(SOURCE, file));
const documents = readdirSync(ROOT)
  .filter((file) => file.endsWith('.md'))
  .map((file) => join(ROOT, file));
const allPages = [...documents, ...pagesUnder('docs'), ...pagesUnder('native-notes'), ...folderPages];

test('each top folder of the sources has a page of at most 40 lines', () => {
  const folders = readdirSync(SOURCE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders)
    assert.ok(existsSync(join(SOURCE, name, 'README.md')), `src/${name}/README.md`);
  for (const page of folderPages) {
    const lines = readFileSync(page, 'utf8').trimEnd().split('\n').length;
    assert.ok(lines <= LONGEST_PAGE, `${relative(ROOT, page)} has ${lines} lines`);
  }
});

test("no two files of the sources have one name, but for the stores' adapters", () => {
  // The declaration of a library must be beside each page that loads it; the command's file of old leads to the new one.
  const mayRepeat = ['uplot.d.ts', 'shoal.ts'];
  const adapters = ['sqlite', 'mongodb'].map((name) => join(SOURCE, 'store', name));
  const names = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !adapters.includes(dirname(join(SOURCE, file))))
    .map((file) => basename(file))
    .filter((name) => !mayRepeat.includes(name));
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  );
});

test("folders' pages name files that exist: in the folder, in src, or in the repository", () => {
  const isThere = (page: string, file: string) =>
    [dirname(page), SOURCE, ROOT].some((base) => existsSync(join(base, file)));
  assert.deepEqual(filesGone(folderPages, isThere), []);
});

test('each file of the sources is named by the nearest page, or its folder is a row of that page', () => {
  const unnamed = sourceFiles.filter((file) => {
    let folder = dirname(file);
    while (!existsSync(join(folder, 'README.md'))) folder = dirname(folder);
    const page = readFileSync(join(folder, 'README.md'), 'utf8');
    const inner = relative(folder, dirname(file));
    const rows = [...page.matchAll(FOLDER_ROW)].map(([, name]) => name!);
    return (
      !page.includes(`\`${relative(folder, file)}\``) &&
      !rows.some((name) => inner === name || inner.startsWith(`${name}/`))
    );
  });
  assert.deepEqual(
    unnamed.map((file) => relative(ROOT, file)),
    [],
  );
});

test('notes and documents name files that exist, by path or by a name that is found', () => {
  const names = new Set(
    ['src', 'test', 'bench'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => basename(file)),
    ),
  );
  const isThere = (page: string, file: string) =>
    [dirname(page), join(ROOT, 'docs/spec'), ROOT].some((base) => existsSync(join(base, file))) ||
    (file.endsWith('.ts') && !file.includes('/') && names.has(file));
  const pages = [...documents, ...pagesUnder('native-notes'), join(ROOT, 'docs/spec/README.md')];
  assert.deepEqual(
    filesGone(pages, isThere).filter((gone) => !EXAMPLES.some((name) => gone.endsWith(`: ${name}`))),
    [],
  );
});

function filesGone(pages: readonly string[], isThere: (page: string, file: string) => boolean): string[] {
  return pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(NAMED_FILE)]
      .map(([, file]) => file!)
      .filter((file) => !isThere(page, file))
      .map((file) => `${relative(ROOT, page)}: ${file}`),
  );
}

test('links of all pages lead to files that exist', () => {
  const broken = allPages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(LINK)]
      .map(([, target]) => target!)
      .filter((target) => !existsSync(join(dirname(page), target)))
      .map((target) => `${relative(ROOT, page)}: ${target}`),
  );
  assert.deepEqual(broken, []);
});
