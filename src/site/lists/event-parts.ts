/** What an event is about, and who caused it, as text and as links (docs/spec/web-ui.md §4.15). */
import type { ActionDocument } from '../../model/documents.js';
import { type Html, html } from '../html.js';
import { visibleText } from './info-text.js';

/** In the order of the list that filters by them; those with a mark are not in "all". */
export const EVENTS = [
  'new_run',
  'approve_run',
  'modify_run',
  'stop_run',
  'delete_run',
  'purge_run',
  'finished_run',
  'block_user',
  'block_worker',
  'accept_user',
  'upload_nn',
  'failed_task',
  'crash_or_time',
  'log_message',
  'worker_log',
  'dead_task',
  'system_event',
] as const;

const NEGATIVE_ZERO = /(?<![\d.])-(0\.0+)(?!\d)/g;
const SHORT_NAME = /^.*-\d+cores-[a-zA-Z0-9]{2,8}/;

export function eventName(action: string): string {
  return action.replaceAll('_', ' ');
}

/** The worker, or else the person. */
export function sourceText({ action, worker, username }: ActionDocument): string {
  return worker !== undefined && action !== 'block_worker' ? worker : (username ?? '');
}

/** The log says "-0.00" as the reference does; the sign of what rounds to nothing is not shown. */
export function shownMessage({ action, message = '' }: Pick<ActionDocument, 'action' | 'message'>): string {
  const text = action === 'finished_run' ? message.replace(NEGATIVE_ZERO, '$1') : message;
  return visibleText(text);
}

export function targetText(event: ActionDocument): string {
  const { action, nn, run, run_id: runId, task_id: taskId, user, worker } = event;
  if (nn !== undefined) return nn;
  if (runId !== undefined || run !== undefined) {
    const name = run ?? runId ?? '';
    return taskId === undefined ? name : `${name}/${taskId}`;
  }
  if (user !== undefined) return user;
  return action === 'block_worker' ? (worker ?? '') : '';
}

/** The address of a worker's page; undefined for a name that is none. */
export function workerUrl(name: string): string | undefined {
  const short = SHORT_NAME.exec(name)?.[0];
  return short === undefined ? undefined : `/workers/${encodeURIComponent(short)}`;
}

function link(url: string | undefined, text: string): Html {
  return url === undefined || text === ''
    ? html`${visibleText(text)}`
    : html`<a href="${url}">${visibleText(text)}</a>`;
}

export function sourceLink(event: ActionDocument, isApprover: boolean): Html {
  const { action, worker, username } = event;
  const text = sourceText(event);
  if (worker !== undefined && action !== 'block_worker') return link(workerUrl(worker), text);
  if (action === 'system_event' || action === 'log_message' || username === undefined)
    return link(undefined, text);
  const name = encodeURIComponent(username);
  return link(isApprover ? `/user/${name}` : `/tests/user/${name}`, text);
}

export function targetLink(event: ActionDocument, isApprover: boolean): Html {
  const { action, nn, run_id: runId, task_id: taskId, user, worker } = event;
  const text = targetText(event);
  if (nn !== undefined) return link(`/api/nn/${encodeURIComponent(nn)}`, text);
  if (runId !== undefined) {
    return link(
      `/tests/view/${encodeURIComponent(runId)}${taskId === undefined ? '' : `?show_task=${taskId}`}`,
      text,
    );
  }
  if (user !== undefined) return link(isApprover ? `/user/${encodeURIComponent(user)}` : undefined, text);
  return action === 'block_worker' ? link(workerUrl(worker ?? ''), text) : link(undefined, text);
}
