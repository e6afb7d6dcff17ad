/** What an account is, as its owner and approvers see it. */
import type { UserDocument } from '../model/documents.js';
import { type Html, html } from './html.js';
import { longDate, timeTag } from './run-parts.js';

/** @param hours of CPU time; undefined: none that is known */
export function accountFacts(user: UserDocument, hours: number | undefined): Html {
  return html`<dl>
<dt>Registered</dt><dd>${timeTag(user.registration_time, longDate(user.registration_time))}</dd>
<dt>Groups</dt><dd>${user.groups.length === 0 ? 'none' : user.groups.join(', ')}</dd>
<dt>Machine limit</dt><dd>${user.machine_limit}</dd>
<dt>CPU hours</dt><dd>${hours === undefined ? 'none yet' : hours.toFixed(1)}</dd>
</dl>`;
}
