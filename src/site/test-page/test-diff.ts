/**
 * What a test changes (docs/spec/web-ui.md §4.6.5): asked of GitHub by the server and kept by its two shas. The browser asks this
 * server only, and without an answer there is a word and a link.
 */
import { GitHubError } from '../../github/github-error.js';
import { type Diff, type DiffFile, isSha, OFFICIAL_REPO, repoOfUrl } from '../../github/questions.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { compareUrl } from '../lists/compare-url.js';
import { visibleText } from '../lists/info-text.js';
import type { Visit } from '../visit.js';

/** Shorter ones open by themselves. */
const LONG_LINES = 50;
/** For whom nobody signed in asks, GitHub is not asked about older tests. */
const RECENT_MS = 30 * 86_400_000;

export interface FoundDiff {
  readonly card: Html;
  /** It will never be another. */
  readonly isFound: boolean;
}

/** On the test's page: it brings itself, or is a link without scripts. */
export function diffCard({ _id }: RunHead): Html {
  const address = addressOf(_id);
  return html`<section class="card" id="diff" aria-labelledby="diff-title" hx-get="${address}?auto=1" hx-trigger="load" hx-swap="outerHTML">
<div class="head"><h2 id="diff-title">Changes</h2><a class="button plain" href="${address}">Show</a></div>
</section>`;
}

/** @param isAuto nobody has asked for it: a long one stays closed, and GitHub is not asked about old tests for visitors */
export async function findDiff(visit: Visit, head: RunHead, isAuto: boolean): Promise<FoundDiff> {
  const { github } = visit.parts;
  const about = await askedDiff(visit, head);
  if (about === undefined) {
    return {
      card: failed(head, 'GitHub does not have the code of this test, as far as its record says.'),
      isFound: false,
    };
  }
  const [known] = await github.known([{ kind: 'diff', about }]);
  if (known !== undefined) return { card: card(head, known.answer, isAuto), isFound: true };
  const isOld = visit.now - head.last_updated > RECENT_MS;
  if (isAuto && visit.account === undefined && isOld)
    return { card: closed(head, undefined), isFound: false };
  visit.requireAdmission('search', visit.request.address);
  try {
    return { card: card(head, await github.ask('diff', about), isAuto), isFound: true };
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    return { card: failed(head, error.message), isFound: false };
  }
}

/** A tune has one engine: what it changes is what its branch has beside the official one. */
async function askedDiff(
  { parts: { github } }: Visit,
  { args }: RunHead,
): Promise<{ repo: string; base: string; head: string } | undefined> {
  const repo = repoOfUrl(args.tests_repo ?? '');
  const { resolved_base: base, resolved_new: head } = args;
  if (repo === undefined || !isSha(base ?? '') || !isSha(head ?? '')) return undefined;
  if (args.spsa === undefined) return { repo, base, head };
  const about = { repo: OFFICIAL_REPO, base: 'master', head };
  const [known] = await github.known([{ kind: 'mergeBase', about }]);
  const found = known?.answer ?? (await github.ask('mergeBase', about).catch(() => null));
  return { repo, base: found ?? base, head };
}

function card(head: RunHead, diff: Diff, isAuto: boolean): Html {
  if (isAuto && diff.additions + diff.deletions >= LONG_LINES) return closed(head, diff);
  const command = applyCommand(head);
  return html`<section class="card diff" id="diff" aria-labelledby="diff-title" tabindex="-1">
<div class="head"><h2 id="diff-title">Changes</h2><span class="note">${sizeOf(diff)}</span>${onGitHub(head)}${
    command === undefined
      ? NOTHING
      : html`<button type="button" class="quiet" data-copies="${command}">Copy the command to apply it</button>`
  }</div>
${diff.dots === 2 ? html`<p class="found note">The test branch does not have all of the base: this is all that differs between the two.</p>` : NOTHING}
${diff.files.length === 0 ? html`<p class="empty">Nothing differs.</p>` : diff.files.map(fileView)}
${diff.isCut ? html`<p class="found"><b>This is not all.</b> The changes are longer than what is shown here${compareUrl(head.args) === undefined ? '.' : ': the rest is on GitHub.'}</p>` : NOTHING}
</section>`;
}

function closed({ _id, ...head }: RunHead, diff: Diff | undefined): Html {
  const address = addressOf(_id);
  return html`<section class="card" id="diff" aria-labelledby="diff-title">
<div class="head"><h2 id="diff-title">Changes</h2>${diff === undefined ? NOTHING : html`<span class="note">${sizeOf(diff)}</span>`}${onGitHub(head)}<a class="button plain" href="${address}" hx-get="${address}" hx-target="#diff" hx-swap="outerHTML">Show</a></div>
</section>`;
}

function failed(head: RunHead, reason: string): Html {
  return html`<section class="card" id="diff" aria-labelledby="diff-title">
<div class="head"><h2 id="diff-title">Changes</h2>${onGitHub(head)}</div>
<p class="found note">They cannot be shown here. ${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}</p>
</section>`;
}

function fileView({ path, oldPath, status, additions, deletions, patch }: DiffFile): Html {
  const name = visibleText(oldPath === undefined || oldPath === path ? path : `${oldPath} → ${path}`);
  return html`<details class="diff-file" open><summary><span class="code">${name}</span> <span class="note">${status === 'modified' ? '' : `${status}, `}+${additions} −${deletions}</span></summary>
${patch === undefined ? html`<p class="found note">A binary file, or one that is too long to show.</p>` : html`<div class="scroll" tabindex="0" role="group" aria-label="Changes of ${name}"><pre>${piecesOf(patch)}</pre></div>`}
</details>`;
}

const PIECES = { '+': 'ins', '-': 'del', '@': 'hunk', ' ': 'same' } as const;
type Sign = keyof typeof PIECES;

/** Neighbouring lines of one kind are one element: a long patch has few. The signs stay, for whoever does not see colours. */
function piecesOf(patch: string): Html[] {
  const pieces: Html[] = [];
  let sign: Sign = ' ';
  let lines: string[] = [];
  const end = () => {
    if (lines.length === 0) return;
    const text = `${lines.join('\n')}\n`;
    if (sign === '+') pieces.push(html`<ins>${text}</ins>`);
    else if (sign === '-') pieces.push(html`<del>${text}</del>`);
    else pieces.push(html`<span class="${PIECES[sign]}">${text}</span>`);
    lines = [];
  };
  for (const line of visibleText(patch).split('\n')) {
    const first = line.slice(0, 1);
    const now: Sign = first in PIECES ? (first as Sign) : ' ';
    if (now !== sign) end();
    sign = now;
    lines.push(line);
  }
  end();
  return pieces;
}

function sizeOf({ files, additions, deletions }: Diff): string {
  return `+${additions} −${deletions} in ${files.length} ${files.length === 1 ? 'file' : 'files'}`;
}

function onGitHub({ args }: Pick<RunHead, 'args'>): Html | '' {
  const url = compareUrl(args);
  return url === undefined
    ? NOTHING
    : html`<a href="${url}" target="_blank" rel="noopener noreferrer">On GitHub<span class="hidden"> (opens a new tab)</span></a>`;
}

function applyCommand({ args }: RunHead): string | undefined {
  const url = compareUrl(args);
  return url === undefined ? undefined : `curl -fsSL ${url}.diff | git apply`;
}

function addressOf(runId: string): string {
  return `/tests/view/${runId}/diff`;
}
