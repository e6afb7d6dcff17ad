/** What may be done with a test (docs/spec/web-ui.md §4.6.3): plain forms, of which only those are drawn that will be taken. */
import type { ActionDocument } from '../../model/documents.js';
import { LONGEST_REASON } from '../../operations/run/close-run.js';
import { mayStillUndo, personStopTime, UNDO_MINUTES } from '../../operations/run/undo-stop.js';
import type { RunHead } from '../../store/port.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField, undoStopForm } from '../layout.js';
import { visibleText } from '../lists/info-text.js';
import type { Visit } from '../visit.js';
import { type MayDo, mayDo } from './may-do.js';
import { type ModifyProblems, modifyForm } from './modify-form.js';
import { pullRequestFold } from './pull-request-text.js';
import type { TaskFacts } from './run-tasks.js';

const NOBODY = { tasks: 0, workers: 0, games: 0 };

export interface ControlParts {
  readonly head: RunHead;
  readonly facts: TaskFacts;
  readonly warnings: readonly { readonly text: string }[];
  readonly problems: ModifyProblems;
  readonly history: readonly ActionDocument[];
}

export function controls(visit: Visit, parts: ControlParts): Html {
  const { head, facts } = parts;
  const may = mayDo(visit, head);
  const { state } = visit.parts;
  const stoppedAt = may.unstop ? personStopTime(state, head._id, parts.history) : undefined;
  return html`<section class="card controls" aria-labelledby="controls-title">
<div class="head"><h2 id="controls-title">Actions</h2></div>
<div class="control-forms">
${approveControl(visit, parts, may)}
${may.stop ? stopForm(visit, head) : NOTHING}
${mayStillUndo(stoppedAt, visit.now) ? undoStopControl(visit, head) : NOTHING}
${may.purge ? purgeForm(visit, head, facts) : NOTHING}
<div class="row">
<a class="button plain" href="/api/run_pgns/${head._id}.pgn.gz" download>Download games</a>
${may.resubmit ? html`<a class="button plain" href="/tests/run?id=${head._id}">Re-submit</a>` : NOTHING}
${may.remove ? deleteForm(visit, head) : NOTHING}
${may.bringBack ? bringBackForm(visit, head) : NOTHING}
</div>
</div>
${may.modify ? modifyForm(visit, head, { hasInfo: may.info, problems: parts.problems }) : NOTHING}
${may.quote ? pullRequestFold(visit, head) : NOTHING}
</section>`;
}

interface FormOptions {
  readonly action: string;
  readonly question?: string;
}

function form(visit: Visit, { _id }: RunHead, { action, question }: FormOptions, body: Html): Html {
  const confirmed = question === undefined ? NOTHING : html` data-confirm="${question}"`;
  return html`<form method="post" action="/tests/${action}"${confirmed}>${tokenField(visit.session.requireToken())}<input type="hidden" name="run-id" value="${_id}">${body}</form>`;
}

function approveControl(visit: Visit, { head, warnings }: ControlParts, may: MayDo): Html | '' {
  if (may.approve === 'no') return NOTHING;
  if (may.approve === 'own') {
    return html`<div class="row"><button type="button" disabled aria-describedby="own-test">Approve</button><span class="note" id="own-test">Nobody approves a test of their own.</span></div>`;
  }
  const isWarned = warnings.length > 0;
  const count = `${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`;
  const note = isWarned ? html`<span class="note">${count}, see above</span>` : NOTHING;
  return form(
    visit,
    head,
    { action: 'approve' },
    html`<div class="row"><button type="submit" class="${isWarned ? 'caution' : 'primary'}">Approve</button>${note}</div>`,
  );
}

function stopForm(visit: Visit, head: RunHead): Html {
  const { args, workers } = head;
  const isEarly = args.sprt === undefined ? '' : ' An SPRT that is stopped early has no result.';
  const told =
    workers === 0
      ? 'It has no workers.'
      : `Its ${workers === 1 ? 'worker is' : `${workers} workers are`} told with their next report.`;
  return form(
    visit,
    head,
    { action: 'stop', question: `Stop the test ${visibleText(args.new_tag)}? ${told}${isEarly}` },
    html`<div class="with-button"><input name="reason" id="stop-reason" maxlength="${LONGEST_REASON}" placeholder="Reason (optional)" aria-label="Reason for stopping (optional)" autocomplete="off"><button type="submit" class="danger">Stop</button></div>`,
  );
}

function undoStopControl(visit: Visit, { _id }: RunHead): Html {
  return html`<div class="row">${undoStopForm(visit.session.requireToken(), _id)}<span class="note">Possible for ${UNDO_MINUTES} minutes after it.</span></div>`;
}

function purgeForm(visit: Visit, head: RunHead, { suspicious = NOBODY }: TaskFacts): Html {
  const { tasks, games, workers } = suspicious;
  const what = `${tasks} ${tasks === 1 ? 'task' : 'tasks'} of ${workers} ${workers === 1 ? 'worker' : 'workers'} with ${games} games`;
  const note = tasks === 0 ? 'No worker is suspicious.' : `Would take ${what}.`;
  return form(
    visit,
    head,
    {
      action: 'purge',
      question:
        tasks === 0
          ? 'No worker is suspicious. Purge all the same?'
          : `Purge ${what}? The test may go on then.`,
    },
    html`<div class="row"><button type="submit"${tasks === 0 ? html` class="quiet"` : NOTHING}>Purge</button><span class="note">${note}</span></div>`,
  );
}

function deleteForm(visit: Visit, head: RunHead): Html {
  const question = `Delete the test ${visibleText(head.args.new_tag)}? ${head.finished ? '' : 'It is stopped. '}Its page stays, but it leaves all lists.`;
  return form(
    visit,
    head,
    { action: 'delete', question },
    html`<button type="submit" class="danger">Delete</button>`,
  );
}

function bringBackForm(visit: Visit, head: RunHead): Html {
  return form(visit, head, { action: 'undelete' }, html`<button type="submit">Bring back</button>`);
}
