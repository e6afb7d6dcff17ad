/**
 * What a test changes (docs/spec/web-ui.md §4.6.5). GitHub compares with the merge base only; where base is no ancestor of
 * head, the two trees are compared here, file by file.
 */
import { type StructuredPatchHunk, structuredPatch } from 'diff';
import {
  type Asking,
  countOf,
  type GitHubCalls,
  type Json,
  listOf,
  objectOf,
  textOf,
} from './github-calls.js';
import type { Diff, DiffFile } from './questions.js';

const MOST_FILES = 20;
const MOST_PATCH = 1024 * 1024;
const LONGEST_COMPARISON = 16 * 1024 * 1024;
/** Files of a tree comparison that are read; a longer one has no changed lines worth reading. */
const LONGEST_FILE = 1024 * 1024;
/** The comparison of two files that have little in common takes long. */
const COMPARE_MS = 200;
const STATUSES: ReadonlySet<string> = new Set(['added', 'removed', 'modified', 'renamed']);

export async function findDiff(
  repo: string,
  base: string,
  head: string,
  asking: Asking,
  calls: GitHubCalls,
): Promise<Diff> {
  const { what } = asking;
  const url = `/repos/${repo}/compare/${base}...${head}?per_page=1`;
  const body = objectOf(what, (await calls.api(url, asking, { mostBytes: LONGEST_COMPARISON })).body);
  const found = body['merge_base_commit'];
  const isAncestor = found !== null && objectOf(what, found)['sha'] === base;
  if (!isAncestor) return await compareTrees(repo, base, head, asking, calls);
  return bounded(
    3,
    listOf(what, body['files'] ?? []).map((file) => fileOf(what, objectOf(what, file))),
  );
}

function fileOf(what: string, file: Json): DiffFile {
  const status = textOf(what, file['status']);
  const { previous_filename: oldPath, patch } = file;
  return {
    path: textOf(what, file['filename']),
    ...(oldPath !== undefined && { oldPath: textOf(what, oldPath) }),
    status: (STATUSES.has(status) ? status : 'modified') as DiffFile['status'],
    additions: countOf(what, file['additions']),
    deletions: countOf(what, file['deletions']),
    ...(patch !== undefined && { patch: textOf(what, patch) }),
  };
}

/** Keeps the first files, and hunks up to the bound. */
function bounded(dots: Diff['dots'], all: readonly DiffFile[]): Diff {
  let left = MOST_PATCH;
  let isCut = all.length > MOST_FILES;
  const files = all.slice(0, MOST_FILES).map(({ patch, ...file }) => {
    left -= patch?.length ?? 0;
    if (patch === undefined || left >= 0) return { ...file, ...(patch !== undefined && { patch }) };
    isCut = true;
    return file;
  });
  const sum = (count: 'additions' | 'deletions') => all.reduce((total, file) => total + file[count], 0);
  return { dots, files, additions: sum('additions'), deletions: sum('deletions'), isCut };
}

async function compareTrees(
  repo: string,
  base: string,
  head: string,
  asking: Asking,
  calls: GitHubCalls,
): Promise<Diff> {
  const [before, after] = await Promise.all([
    readTree(repo, base, asking, calls),
    readTree(repo, head, asking, calls),
  ]);
  const paths = [...new Set([...before.files.keys(), ...after.files.keys()])]
    .filter((path) => before.files.get(path) !== after.files.get(path))
    .sort();
  const files = await Promise.all(
    paths.slice(0, MOST_FILES).map(async (path) => {
      const [old, now] = await Promise.all([
        before.files.has(path) ? calls.file(repo, base, path, asking, LONGEST_FILE) : '',
        after.files.has(path) ? calls.file(repo, head, path, asking, LONGEST_FILE) : '',
      ]);
      const isAdded = !before.files.has(path);
      const status = isAdded ? 'added' : after.files.has(path) ? 'modified' : 'removed';
      return compareFile(path, status, old ?? '', now ?? '');
    }),
  );
  const diff = bounded(2, files);
  return { ...diff, isCut: diff.isCut || paths.length > MOST_FILES || before.isCut || after.isCut };
}

interface Tree {
  /** Sha of the content by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly isCut: boolean;
}

async function readTree(repo: string, sha: string, asking: Asking, calls: GitHubCalls): Promise<Tree> {
  const { what } = asking;
  const url = `/repos/${repo}/git/trees/${sha}?recursive=1`;
  const body = objectOf(what, (await calls.api(url, asking, { mostBytes: LONGEST_COMPARISON })).body);
  const entries = listOf(what, body['tree']).map((entry) => objectOf(what, entry));
  const files = entries
    .filter(({ type }) => type === 'blob')
    .map((entry) => [textOf(what, entry['path']), textOf(what, entry['sha'])] as const);
  return { files: new Map(files), isCut: body['truncated'] === true };
}

function compareFile(path: string, status: DiffFile['status'], old: string, now: string): DiffFile {
  const bare = { path, status, additions: 0, deletions: 0 };
  if (old.includes('\0') || now.includes('\0')) return bare;
  const patch = structuredPatch(path, path, old, now, '', '', { context: 3, timeout: COMPARE_MS });
  if (patch === undefined) return bare;
  const lines = patch.hunks.flatMap((hunk) => hunk.lines);
  const text = patch.hunks.map((hunk) => [hunkHead(hunk), ...hunk.lines].join('\n'));
  const count = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { ...bare, additions: count('+'), deletions: count('-'), patch: text.join('\n') };
}

/** An empty side is named by the line before it. */
export function hunkHead({
  oldStart,
  oldLines,
  newStart,
  newLines,
}: Omit<StructuredPatchHunk, 'lines'>): string {
  const range = (start: number, lines: number) => `${lines === 0 ? start - 1 : start},${lines}`;
  return `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`;
}
