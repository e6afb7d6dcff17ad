/** Every page and section of the specification that the sources cite exists, so that a reader can follow each citation. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SPEC = join(ROOT, 'docs/spec');
const CITING = ['src', 'test', 'bench', 'native-notes'];

const NAMES = readdirSync(SPEC)
  .filter((name) => name !== 'README.md')
  .map((name) => name.replace(/\.md$/, ''));
const SECTION = String.raw`\d+(?:\.\d+)*`;
/** A page that is not named by its path, which nobody could open. */
const LOOSE = new RegExp(`(?<![\\w/.-])(?:${NAMES.join('|')})\\.md`, 'g');
const PAGE = /docs\/spec\/(?<page>[\w-]+\.md)/g;
/** A section, or a range such as §5.3–5.5. */
const CITED = new RegExp(`§\\s?(?<first>${SECTION})(?:[–-](?<last>${SECTION}))?`, 'g');

/** Sections of what is not the specification. */
const OTHERS = /RFC \d+,? §[\d.]+(?:(?:,| and)+ §[\d.]+)*/g;

/** The numbers of a page's sections, as its headings have them. */
function sectionsOf(page: string): Set<string> {
  const text = readFileSync(join(SPEC, page), 'utf8');
  return new Set([...text.matchAll(/^#+ (\d+(?:\.\d+)*)\.? /gm)].map(([, number]) => number!));
}

const SECTIONS = new Map(NAMES.map((name) => [`${name}.md`, sectionsOf(`${name}.md`)]));

/** What is wrong with the citations of a text. */
function problemsOf(source: string): string[] {
  // A citation may go on in the next line of a comment.
  const joined = source.replaceAll(/\n\s*(?:\*|\/\/)?\s*/g, ' ');
  const text = joined.replaceAll(OTHERS, '');
  const problems = [...text.matchAll(LOOSE)].map(([name]) => `${name} must be cited as docs/spec/${name}`);
  const pages = [...text.matchAll(PAGE)].map(({ index, groups }) => ({ index, page: groups!['page']! }));
  for (const { page } of pages) {
    if (page !== 'README.md' && !SECTIONS.has(page)) problems.push(`docs/spec has no page ${page}`);
  }
  for (const { index, groups } of text.matchAll(CITED)) {
    // A section is of the page named last; a head comment may name one page, and others later in between.
    const last = pages.findLast((page) => page.index < index) ?? pages[0];
    if (last === undefined) problems.push(`§${groups!['first']} of which page? None is named`);
    const inPages = pages.map(({ page }) => SECTIONS.get(page));
    for (const number of [groups!['first'], groups!['last']]) {
      if (number === undefined || last === undefined) continue;
      const isThere = isNear(text, last.index, index)
        ? SECTIONS.get(last.page)?.has(number)
        : inPages.some((sections) => sections?.has(number));
      if (!isThere) problems.push(`§${number}: ${last.page} has no such section`);
    }
  }
  return problems;
}

/** Whether a section belongs to the page named just before it: nothing but sections, commas and such between them. */
function isNear(text: string, page: number, section: number): boolean {
  return /^docs\/spec\/[\w-]+\.md[\s,§\d.–-]*$/.test(text.slice(page, section));
}

test('every cited page and section of the specification exists', () => {
  const problems = CITING.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(?:ts|md|pml|css|html)$/.test(file) && !file.endsWith('citations.test.ts'))
      .flatMap((file) =>
        problemsOf(readFileSync(join(ROOT, folder, file), 'utf8')).map(
          (problem) => `${folder}/${file}: ${problem}`,
        ),
      ),
  );
  assert.deepEqual(problems, []);
});

test('the pages cite each other, and files, that exist', () => {
  const problems: string[] = [];
  for (const name of readdirSync(SPEC)) {
    const text = readFileSync(join(SPEC, name), 'utf8');
    const citation = new RegExp(`\\b(${NAMES.join('|')})\\.md\`? §?(${SECTION})`, 'g');
    for (const [cited, page, number] of text.matchAll(citation)) {
      if (!SECTIONS.get(`${page}.md`)?.has(number!)) problems.push(`${name}: ${cited} does not exist`);
    }
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) {
      if (!existsSync(join(SPEC, target!))) problems.push(`${name}: ${target} does not exist`);
    }
  }
  assert.deepEqual(problems, []);
});

test('a citation of nothing is found', () => {
  assert.deepEqual(problemsOf('/** As docs/spec/spsa.md §3–5 says. */'), []);
  assert.deepEqual(problemsOf('/** See docs/spec/spsa.md\n * §99. */'), ['§99: spsa.md has no such section']);
  assert.deepEqual(problemsOf('/** See spsa.md §3. */').length, 2);
  assert.deepEqual(problemsOf('/** As RFC 9110 §8.6 has it. */'), []);
  assert.deepEqual(problemsOf('/** See docs/spec/none.md. */'), ['docs/spec has no page none.md']);
});
