/** A test as text for a pull request (docs/spec/web-ui.md §9, wish 7): what reviewers look for, in the form that they know. */
import { tcRatio } from '../../rules/game-time.js';
import { resultBox } from '../../rules/result-box.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html } from '../html.js';
import { visibleText } from '../lists/info-text.js';
import { resultWord } from '../lists/run-rows.js';
import type { Visit } from '../visit.js';
import { runTitle } from './run-title.js';

const FIELD = 'pull-request-text';
/** Core time of a game relative to 10+0.1, above which people speak of a long time control. */
const LONG_TC = 4;
/** Of the field, for lines that do not fit. */
const WRAPPED_LINES = 3;
const OUTCOMES: Readonly<Record<string, string>> = {
  accepted: 'Passed',
  rejected: 'Failed',
  stopped: 'Stopped',
  finished: 'Undecided',
  failed: 'Failed to run',
};

/** @param origin scheme and host of the address under which the visitor knows this server */
export function pullRequestText(head: RunHead, origin: string): string {
  const { style, info } = resultBox(head);
  const outcome = OUTCOMES[resultWord(head, style)] ?? 'Still running';
  const bench = visibleText(head.args.new_signature ?? '');
  return [
    `${outcome} ${kindOf(head)}:`,
    ...info,
    `${origin}/tests/view/${head._id}`,
    ...(bench === '' ? [] : ['', `bench: ${bench}`]),
  ].join('\n');
}

/** STC or LTC, and the time control where it is another than those names stand for. */
function kindOf({ args }: RunHead): string {
  const threads = args.threads ?? 1;
  const smp = threads > 1 ? ` SMP ${threads} threads` : '';
  return `${lengthOf(args.tc, threads)}${smp} (${visibleText(args.tc)})`;
}

function lengthOf(tc: string, threads: unknown): string {
  try {
    return tcRatio(tc, threads) > LONG_TC ? 'LTC' : 'STC';
  } catch {
    return 'test';
  }
}

export function pullRequestFold({ request }: Visit, head: RunHead): Html {
  const text = pullRequestText(head, `${request.scheme}://${request.host}`);
  return html`<details class="fold" id="as-text"><summary>Copy as text</summary>
<div class="fields">
<textarea id="${FIELD}" readonly rows="${text.split('\n').length + WRAPPED_LINES}" class="code" aria-label="${runTitle(head)}, as text for a pull request">
${text}</textarea>
<p class="files"><button type="button" class="scripted-only" data-copy-from="${FIELD}">Copy</button><span class="note" role="status"></span></p>
</div></details>`;
}
