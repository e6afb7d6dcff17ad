/** Tests that an account follows: it is told when one ends (docs/spec/web-ui.md §4.18). */
import type { SiteRecord } from '../../model/site-record.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkMayAct } from '../actor.js';
import { commitSystem, pushItem } from '../changes.js';
import type { Changed } from '../run/change-run.js';

/** Tests that one may follow; with one more the oldest is forgotten. */
export const MOST_FOLLOWED = 20;

export interface FollowParts {
  readonly state: State;
  readonly reader: Pick<Reader, 'siteRecordsOf'>;
}

export interface FollowedRun {
  readonly id: string;
  /** Its branch, as it was. */
  readonly tag: string;
}

export type Follow = SiteRecord<'follow'>;

/** Oldest first. */
export async function followsOf({ reader }: Pick<FollowParts, 'reader'>, name: string): Promise<Follow[]> {
  const follows = await reader.siteRecordsOf('follow', name);
  return follows.toSorted((a, b) => a.doc.made - b.doc.made);
}

/** @returns the tests that are followed no more, because there are too many */
export async function followRun(
  parts: FollowParts,
  actor: Actor,
  { id, tag }: FollowedRun,
  now: number,
): Promise<Changed<readonly Follow[]>> {
  const { state } = parts;
  checkMayAct(state, actor);
  const others = (await followsOf(parts, actor.name)).filter(({ doc }) => doc.runId !== id);
  const dropped = others.slice(0, Math.max(0, others.length + 1 - MOST_FOLLOWED));
  const record: Follow = {
    kind: 'follow',
    key: keyOf(actor.name, id),
    owner: actor.name,
    expires: 0,
    doc: { runId: id, tag, made: now },
  };
  const sequence = commitSystem(state, (slot) => {
    pushItem(state, slot, { kind: 'siteRecord', write: { write: 'put', record } });
    for (const { key } of dropped) remove(state, slot, key);
  });
  return { value: dropped, sequence };
}

/** A test that is not followed is none the worse for it. */
export function unfollowRuns(state: State, actor: Actor, runIds: readonly string[]): Changed {
  const sequence = commitSystem(state, (slot) => {
    for (const id of runIds) remove(state, slot, keyOf(actor.name, id));
  });
  return { value: undefined, sequence };
}

function remove(state: State, slot: number, key: string): void {
  pushItem(state, slot, { kind: 'siteRecord', write: { write: 'remove', kind: 'follow', key } });
}

function keyOf(name: string, runId: string): string {
  return `${runId} ${name}`;
}
