/** The scripts of `shoal completion`, each run by its shell: what it offers where. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { hasTool } from '../deploy/nginx-process.js';
import { shoal } from './harness.js';

const without = (shell: string) => (hasTool(shell) ? false : `left out: ${shell} is not installed`);

interface Case {
  readonly typed: readonly string[];
  readonly offered: readonly string[];
  readonly not?: readonly string[];
}

/** The last word is the one that is being typed. */
const CASES: readonly Case[] = [
  { typed: [''], offered: ['run', 'status', 'config', 'completion'], not: ['approve'] },
  { typed: ['ru'], offered: ['run'], not: ['status'] },
  { typed: ['run', 'a'], offered: ['add', 'approve'], not: ['list'] },
  { typed: ['run', 'add', '--pre'], offered: ['--preset'], not: ['--branch'] },
  { typed: ['--data', 'x', 'run', 'li'], offered: ['list'] },
  { typed: ['completion', ''], offered: ['bash', 'zsh', 'fish'] },
  { typed: ['run', 'list', '--j'], offered: ['--json'] },
];

async function script(shell: string): Promise<string> {
  const { code, out } = await shoal(['completion', shell]);
  assert.equal(code, 0);
  return out;
}

function check(offers: (typed: readonly string[]) => string[]): void {
  for (const { typed, offered, not = [] } of CASES) {
    const words = offers(typed);
    for (const word of offered) assert.ok(words.includes(word), `${typed.join(' ')}: ${words.join(' ')}`);
    for (const word of not) assert.ok(!words.includes(word), `${typed.join(' ')}: ${words.join(' ')}`);
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

test('bash', { skip: without('bash') }, async () => {
  const source = await script('bash');
  const ask = `${source}
COMP_WORDS=(shoal "$@"); COMP_CWORD=$#; _shoal; printf '%s\\n' "\${COMPREPLY[@]}"`;
  check((typed) => lines(execFileSync('bash', ['-c', ask, 'bash', ...typed], { encoding: 'utf8' })));
  const value = execFileSync('bash', ['-c', ask, 'bash', 'run', 'add', '--branch', ''], { encoding: 'utf8' });
  assert.deepEqual(lines(value), [], 'the value of an option is the shell’s to complete');
});

test('zsh', { skip: without('zsh') }, async () => {
  // What the completion system gives, as far as the script calls it; without it, only a terminal could ask.
  const ask = `compdef() { : }
_files() { : }
_describe() { print -l -- "\${(@P)2%%:*}" }
${await script('zsh')}
words=(shoal "$@"); CURRENT=$(( $# + 1 )); _shoal`;
  check((typed) => {
    const all = lines(execFileSync('zsh', ['-f', '-c', ask, 'zsh', ...typed], { encoding: 'utf8' }));
    return all.filter((word) => word.startsWith(typed.at(-1)!));
  });
});

test('fish', { skip: without('fish') }, async () => {
  const source = await script('fish');
  check((typed) => {
    const ask = `${source}\ncomplete -C 'shoal ${typed.join(' ')}'`;
    return lines(execFileSync('fish', ['--no-config', '-c', ask], { encoding: 'utf8' })).map(
      (line) => line.split('\t')[0]!,
    );
  });
});

test('a shell that there is no script for is refused with those that there are', async () => {
  const { code, err } = await shoal(['completion', 'tcsh']);
  assert.equal(code, 2);
  assert.match(err, /bash, zsh, fish/);
});
