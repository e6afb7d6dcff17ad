/** Whether the args of a new run can be played (docs/spec/data-model.md §2.2, §2.6). */

import type { RunArgs } from '../../model/documents.js';
import { isNetName } from '../../model/net-name.js';
import { isUsername, knownWorkerArchs } from '../../protocol/configured-names.js';
import { matchArchs } from '../../rules/arch-filter.js';
import { gameDuration } from '../../rules/game-time.js';
import { LARGEST_HASH, LONGEST_GAME, limitProblem, SHORTEST_GAME } from '../../rules/run-limits.js';
import { hashOption } from '../../rules/task-size.js';
import type { Fault } from '../refusal.js';

const TC = /^(?:[1-9]\d*\/)?\d+(?:\.\d+)?(?:\+\d+(?:\.\d+)?)?$/;
const LONGEST_TC = 40;
const SHA = /^[a-f0-9]{40}$/;
/** Counts of nodes are 64-bit. */
const SIGNATURE = /^[1-9]\d{0,19}$/;
const BOOK_DEPTH = /^[1-9]\d{0,3}$/;
/** Neither name is one that leads upwards. */
const REPO_URL = /^https:\/\/(?:www\.)?github\.com(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.-]+){2}$/;
const ASCII = /^[\0-\x7f]*$/;
const OPTION = /^[^\s=]+=[^\s=]+$/;
const NUMBERS = [
  ['new_signature', SIGNATURE, 'a whole number from 1, of at most 20 digits'],
  ['base_signature', SIGNATURE, 'a whole number from 1, of at most 20 digits'],
  ['book_depth', BOOK_DEPTH, 'a whole number from 1 to 9999'],
] as const;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u;
/** What workers can build with. */
export const COMPILERS: readonly string[] = ['g++', 'clang++'];
/** In UTF-16 units; pages show no more (docs/spec/web-ui.md §10). */
const LONGEST_INFO = 5_000;
const BOOK = /^[^/\\\p{Cc}]+\.(?:epd|pgn)$/u;

/** Everything that is wrong with the args of a new run, its stop rule aside. */
export function checkArgs(args: RunArgs): Fault[] {
  return [...checkTexts(args), ...checkPlay(args), ...checkFiles(args), ...checkLimits(args)];
}

function checkTexts(args: RunArgs): Fault[] {
  const { faults, need } = collectFaults();
  for (const name of ['new_tag', 'base_tag', 'info', 'new_options', 'base_options'] as const) {
    need(filled(args[name]), name, 'is blank');
  }
  need(
    args.info.length <= LONGEST_INFO,
    'info',
    `has ${args.info.length} characters: at most ${LONGEST_INFO}`,
  );
  // The log of events takes a run's name, which begins with its tag, on one line.
  for (const name of ['new_tag', 'base_tag'] as const) {
    need(!CONTROL.test(args[name]), name, `${quote(args[name])} must be one line without control characters`);
  }
  need(
    isUsername(args.username),
    'username',
    `${quote(args.username)} must be two or more letters and digits`,
  );
  for (const name of ['resolved_new', 'resolved_base'] as const) {
    need(SHA.test(args[name]), name, `${quote(args[name])} must be a commit: 40 hex digits in lower case`);
  }
  for (const [name, form, what] of NUMBERS) {
    const given = filled(args[name]) ? quote(args[name]) : 'is blank and';
    need(form.test(args[name]), name, `${given} must be ${what}`);
  }
  for (const name of ['tests_repo', 'master_repo'] as const) {
    const repo = args[name];
    const isRepo = repo === undefined || REPO_URL.test(repo);
    need(isRepo, name, `${quote(repo)} must be https://github.com/<owner>/<repository>`);
  }
  return faults;
}

/** Time controls and options. */
function checkPlay(args: RunArgs): Fault[] {
  const { faults, need } = collectFaults();
  for (const name of ['tc', 'new_tc'] as const) {
    const form = `[moves/]seconds[+increment], such as 10+0.1, with games of ${SHORTEST_GAME} s to a week`;
    need(isTc(args[name]!), name, `${quote(args[name])} must be ${form}`);
  }
  for (const name of ['new_options', 'base_options'] as const) {
    const text = `${quote(args[name])} must be key=value tokens between single spaces, in ASCII`;
    const problem = isOptionText(args[name]) ? hashProblem(args[name]) : text;
    if (problem !== undefined) need(false, name, problem);
  }
  return faults;
}

function checkFiles(args: RunArgs): Fault[] {
  const { faults, need } = collectFaults();
  for (const name of ['new_nets', 'base_nets'] as const) {
    const nets = args[name];
    need(nets.every(isNetName), name, 'must be names like nn-0123456789ab.nnue');
    need(new Set(nets).size === nets.length, name, 'names a network twice');
  }
  need(isBookName(args.book), 'book', `${quote(args.book)} must be a file name ending in .epd or .pgn`);
  return faults;
}

function checkLimits({ compiler, arch_filter: filter, ...args }: RunArgs): Fault[] {
  const { faults, need } = collectFaults();
  for (const member of ['threads', 'throughput', 'priority'] as const) {
    const text = limitProblem(member, args[member]);
    if (text !== undefined) faults.push({ member, text });
  }
  const isKnown = compiler === undefined || COMPILERS.includes(compiler);
  need(isKnown, 'compiler', `${quote(compiler)} must be ${COMPILERS.join(' or ')}`);
  const problem = filter === undefined ? undefined : archFilterProblem(filter);
  if (problem !== undefined) need(false, 'arch_filter', problem);
  return faults;
}

/** What is wrong with a filter of architectures, or undefined. */
function archFilterProblem(pattern: string): string | undefined {
  const found = matchArchs(pattern, knownWorkerArchs());
  if ('error' in found) return `${quote(pattern)} cannot be used: ${found.error}`;
  return found.matches.includes(true) ? undefined : `${quote(pattern)} matches no known architecture`;
}

function collectFaults() {
  const faults: Fault[] = [];
  const need = (holds: boolean, member: keyof RunArgs & string, problem: string): void => {
    if (!holds) faults.push({ member, text: `${member} ${problem}` });
  };
  return { faults, need };
}

/** Stricter than the schema of stored runs: a game takes some time, and its numbers are written briefly. */
function isTc(text: string): boolean {
  if (text.length > LONGEST_TC || !TC.test(text)) return false;
  const seconds = gameDuration(text);
  return seconds >= SHORTEST_GAME && seconds <= LONGEST_GAME;
}

/** Engines take names of options in any case and the last of several; the scheduler reckons with the first "Hash=". */
function hashProblem(options: string): string | undefined {
  const reckoned = hashOption(options);
  if (reckoned > LARGEST_HASH)
    return `asks for a hash of ${reckoned} MiB: no worker has more than ${LARGEST_HASH}`;
  const [hash, more] = options.split(' ').filter((token) => /^hash=/i.test(token));
  if (more !== undefined) return 'names Hash more than once';
  if (hash === undefined) return undefined;
  if (!hash.startsWith('Hash=')) return `must spell it Hash, not ${quote(hash)}`;
  const size = hash.slice('Hash='.length);
  return /^\d+$/.test(size) ? undefined : `asks for a hash of ${quote(size)}: that is no whole number of MiB`;
}

function isOptionText(text: string): boolean {
  if (!ASCII.test(text)) return false;
  return text === '' || text.split(' ').every((token) => OPTION.test(token));
}

/** A file's name: no path, and nothing that a list would not show. */
export function isBookName(name: string): boolean {
  return BOOK.test(name) && name === name.trim();
}

/** Something besides white space. */
export function filled(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

/** A text as an error quotes it. */
export function quote(text: string | undefined): string {
  return JSON.stringify(text);
}
