/** How an account likes the web application (docs/spec/web-ui.md §4.18). */
import type { PreferencesDocument, SiteRecord } from '../../model/site-record.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkMayAct } from '../actor.js';
import { commitSystem, pushItem } from '../changes.js';
import type { Changed } from '../run/change-run.js';

export type Preferences = Required<PreferencesDocument>;

const DEFAULTS: Preferences = { followsOwn: true };

export async function preferencesOf(
  { reader }: { readonly reader: Pick<Reader, 'siteRecord'> },
  name: string,
): Promise<Preferences> {
  return preferencesIn(await reader.siteRecord('preferences', name));
}

/** @param record absent: the account has chosen nothing */
export function preferencesIn(record: SiteRecord<'preferences'> | undefined): Preferences {
  return { ...DEFAULTS, ...record?.doc };
}

export function savePreferences(state: State, actor: Actor, doc: Preferences): Changed {
  checkMayAct(state, actor);
  const { name } = actor;
  const record: SiteRecord<'preferences'> = { kind: 'preferences', key: name, owner: name, expires: 0, doc };
  const sequence = commitSystem(state, (slot) =>
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'put', record } }),
  );
  return { value: undefined, sequence };
}
