/** The card of an account's preferences on its profile, and its form (docs/spec/web-ui.md §4.18). */
import { type Preferences, savePreferences } from '../../operations/account/preferences.js';
import { actorOf } from '../../operations/actor.js';
import { type Html, html, NOTHING } from '../html.js';
import { tokenField } from '../layout.js';
import { type Outcome, redirect, type Visit } from '../visit.js';

export function preferencesCard(visit: Visit, { followsOwn }: Preferences): Html {
  return html`<section class="card plain medium" aria-labelledby="preferences-title">
<h2 id="preferences-title">Preferences</h2>
<form method="post" action="/user_preferences" class="fields">${tokenField(visit.session.requireToken())}
<label class="check"><input type="checkbox" name="follows_own" value="1"${followsOwn ? html` checked` : NOTHING}> Follow the tests that I submit</label>
<button type="submit">Save preferences</button>
</form></section>`;
}

export function changePreferences(visit: Visit): Outcome {
  const { parts, form, member } = visit;
  const preferences = { followsOwn: form.has('follows_own') };
  visit.waitFor(savePreferences(parts.state, actorOf(member), preferences).sequence);
  visit.flash('note', 'The preferences are saved.');
  return redirect('/user');
}
