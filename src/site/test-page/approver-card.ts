/** What an approver must know at a glance before strangers' machines compile and run somebody's code. */
import { netsOf, unknownNets } from '../../operations/network/unknown-nets.js';
import { fixedHead } from '../../state/run-document.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { agoTag } from '../lists/ago.js';
import { compareUrl } from '../lists/compare-url.js';
import type { SiteParts, Visit } from '../visit.js';

const OFFICIAL = 'https://github.com/official-stockfish/Stockfish';

export async function approverCard({ parts, now }: Visit, head: RunHead): Promise<Html> {
  const { args } = head;
  const user = await parts.reader.user(args.username);
  const [latest] = await parts.reader.finishedRuns({ username: args.username, skip: 0, limit: 1 });
  const missing = await unknownNets(parts.reader, netsOf(args));
  const others = (await unfinishedOf(parts, args.username)).filter((id) => id !== head._id).length;
  const difference = compareUrl(args);
  return html`<section class="card plain approver" aria-labelledby="approver-title">
<h2 id="approver-title">Before it is approved</h2>
<ul class="checks">
${check(user?.tests_repo === args.tests_repo || args.tests_repo === OFFICIAL, html`The code is in ${ownRepository(args.tests_repo, user?.tests_repo)}.`)}
${check(difference !== undefined, difference === undefined ? html`There is no link to what it changes.` : html`Look at <a href="${difference}" rel="noopener noreferrer">what it changes</a>.`)}
${check(args.new_signature !== args.base_signature || args.spsa !== undefined, html`Signatures (bench): ${args.new_signature} against ${args.base_signature}.`)}
${check(latest !== undefined, latest === undefined ? html`It is the first test of ${args.username}${user === undefined ? NOTHING : html`, who registered ${agoTag(user.registration_time, now)}`}.` : html`${args.username} has finished tests; the latest is <a href="/tests/view/${latest._id}">${latest.args.new_tag}</a>.`)}
${check(others < 10, html`${args.username} has ${others} other unfinished ${others === 1 ? 'test' : 'tests'}.`)}
${missing.length === 0 ? NOTHING : check(false, html`The server does not know ${missing.join(', ')}.`)}
</ul>
</section>`;
}

function ownRepository(repository: string, own: string | undefined): Html {
  if (repository === OFFICIAL) return html`the official repository`;
  return repository === own
    ? html`its author's own repository`
    : html`<b>${repository}</b>, which is not the repository of its author's account`;
}

function check(isGood: boolean, text: Html): Html {
  return html`<li class="${isGood ? 'fine' : 'look'}"><span class="hidden">${isGood ? 'Fine: ' : 'Look: '}</span>${text}</li>`;
}

async function unfinishedOf({ state, reader, isPrimary }: SiteParts, username: string): Promise<string[]> {
  if (isPrimary) {
    const slots = state.runs.unfinished().filter((slot) => fixedHead(state, slot).args.username === username);
    return slots.map((slot) => state.runs.id(slot));
  }
  const ids: string[] = [];
  for await (const { _id, args } of reader.unfinishedRuns()) if (args.username === username) ids.push(_id);
  return ids;
}
