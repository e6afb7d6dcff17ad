/** Help texts name commands that there are, and all of them: a reader types what they say. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shoal } from './harness.js';

const GROUPS = ['run', 'user', 'worker', 'net', 'book', 'config'];

/** The names under "Commands:". */
async function commandsOf(...words: string[]): Promise<string[]> {
  const { code, out } = await shoal([...words, '--help']);
  assert.equal(code, 0, words.join(' '));
  const [, list = ''] = out.split('Commands:\n');
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)]
    .map((match) => match[1]!)
    .filter((name) => name !== 'help');
}

test('the first page names the commands of each group as they are', async () => {
  const { out } = await shoal(['--help']);
  assert.deepEqual((await commandsOf()).filter((name) => GROUPS.includes(name)).sort(), [...GROUPS].sort());
  for (const group of GROUPS) {
    const text = new RegExp(`^ {2}${group} .*?(?=^ {2}\\S)`, 'ms').exec(out)![0];
    const named = text
      .slice(text.indexOf(':') + 1)
      .split(',')
      .map((name) => name.trim());
    assert.deepEqual(named, await commandsOf(group), group);
  }
});

test('every command that any help text names exists', async () => {
  const pages: string[][] = [[], ...(await commandsOf()).map((name) => [name])];
  for (const group of GROUPS) pages.push(...(await commandsOf(group)).map((name) => [group, name]));
  assert.ok(pages.length > 25);
  pages.push(['help']);
  const known = new Set(pages.map((words) => words.join(' ')));
  for (const page of pages) {
    const { code, out } = await shoal([...page, '--help']);
    assert.equal(code, 0, page.join(' '));
    const isGroup = page.length === 0 || (page.length === 1 && GROUPS.includes(page[0]!));
    const said = new RegExp(`^(?!Usage:).*\\bshoal ${page.join(' ')}\\b`, 'm');
    assert.ok(isGroup || said.test(out), `the help of "shoal ${page.join(' ')}" has no example`);
    for (const [, first, second] of out.matchAll(/\bshoal ([a-z]+)(?: ([a-z]+))?/g)) {
      const isKnown =
        GROUPS.includes(first!) && second !== undefined ? known.has(`${first} ${second}`) : known.has(first!);
      assert.ok(isKnown, `the help of "shoal ${page.join(' ')}" names "shoal ${first} ${second ?? ''}"`);
    }
  }
});

test('help tells of a command with all its words what --help tells, and names what there is where there is no such command', async () => {
  for (const words of [[], ['status'], ['run'], ['run', 'add'], ['config', 'set'], ['help']]) {
    const { code, out } = await shoal(['help', ...words]);
    assert.deepEqual([code, out], [0, (await shoal([...words, '--help'])).out], words.join(' '));
  }
  for (const [words, place] of [
    [['nonsense'], 'shoal help'],
    [['run', 'nonsense'], 'shoal help run'],
    [['status', 'more'], 'shoal help'],
  ] as const) {
    const { code, out, err } = await shoal(['help', ...words]);
    assert.deepEqual([code, out], [2, '']);
    assert.equal(
      err,
      `shoal: there is no command "${words.join(' ')}"; "${place}" names those that there are\n`,
    );
  }
});
