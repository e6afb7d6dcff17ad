/** Repositories of a stand-in for GitHub: commits with parents and files, branches that point at them, and who forked whom. */
import { createHash } from 'node:crypto';

export interface StandInCommit {
  readonly sha: string;
  readonly message: string;
  readonly date: Date;
  readonly parents: readonly string[];
  /** All files of the tree, by path. */
  readonly files: Readonly<Record<string, string>>;
  comments: number;
}

export interface NewCommit {
  readonly message: string;
  /** Changes of the parent's tree; null removes a file. */
  readonly files?: Readonly<Record<string, string | null>>;
  /** Absent: the newest of the branch, of master for a new branch. */
  readonly parents?: readonly string[];
  readonly branch?: string;
}

export interface StandInRepo {
  /** `owner/name`. */
  name: string;
  /** Root of its network; its own first name when it is no fork. */
  readonly root: string;
  readonly branches: Map<string, string>;
}

const BEGAN = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;

export class StandInRepos {
  /** Also by the names they had before. */
  readonly #repos = new Map<string, StandInRepo>();
  /** A fork has the commits of its network, as on GitHub. */
  readonly #commits = new Map<string, StandInCommit>();

  add(name: string, { forkOf }: { forkOf?: string } = {}): StandInRepo {
    const source = forkOf === undefined ? undefined : this.require(forkOf);
    const repo = { name, root: source?.root ?? name, branches: new Map(source?.branches ?? []) };
    this.#repos.set(name.toLowerCase(), repo);
    return repo;
  }

  /** The old name leads to the new one. */
  rename(from: string, to: string): void {
    const repo = this.require(from);
    repo.name = to;
    this.#repos.set(to.toLowerCase(), repo);
  }

  remove(name: string): void {
    this.#repos.delete(name.toLowerCase());
  }

  find(name: string): StandInRepo | undefined {
    return this.#repos.get(name.toLowerCase());
  }

  require(name: string): StandInRepo {
    const repo = this.find(name);
    if (repo === undefined) throw new Error(`the stand-in has no repository ${name}`);
    return repo;
  }

  /** @returns the sha */
  commit(name: string, { message, files = {}, parents, branch = 'master' }: NewCommit): string {
    const repo = this.require(name);
    const newest = repo.branches.get(branch) ?? repo.branches.get('master');
    const from = parents ?? (newest === undefined ? [] : [newest]);
    const tree = { ...this.#commits.get(from[0] ?? '')?.files };
    for (const [path, text] of Object.entries(files)) {
      if (text === null) delete tree[path];
      else tree[path] = text;
    }
    const date = new Date(BEGAN + this.#commits.size * MINUTE_MS);
    const sha = shaOf(JSON.stringify([message, date, from, tree]));
    this.#commits.set(sha, { sha, message, date, parents: from, files: tree, comments: 0 });
    repo.branches.set(branch, sha);
    return sha;
  }

  /** The commit that a branch or a sha, whole or its beginning, stands for. */
  resolve(repo: StandInRepo, ref: string): StandInCommit | undefined {
    const bare = ref.replace(/^(?:refs\/)?heads\//, '');
    const sha = repo.branches.get(bare) ?? (/^[a-f0-9]{7,40}$/.test(ref) ? ref : undefined);
    if (sha === undefined) return undefined;
    return this.#commits.get(sha) ?? [...this.#commits.values()].find((each) => each.sha.startsWith(sha));
  }

  /** A commit with all its ancestors, newest first. */
  history(head: StandInCommit): StandInCommit[] {
    const seen = new Map<string, StandInCommit>([[head.sha, head]]);
    // A map's iteration takes in what is added meanwhile.
    for (const { parents } of seen.values()) {
      for (const sha of parents) seen.set(sha, this.#commits.get(sha)!);
    }
    return [...seen.values()].sort((a, b) => b.date.getTime() - a.date.getTime());
  }

  mergeBase(one: StandInCommit, other: StandInCommit): StandInCommit | undefined {
    const shas = new Set(this.history(one).map(({ sha }) => sha));
    return this.history(other).find(({ sha }) => shas.has(sha));
  }
}

export function shaOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
