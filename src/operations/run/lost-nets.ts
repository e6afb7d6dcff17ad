/**
 * What a finished run needs to be played again and the server does not know any more: a network may be removed once no unfinished
 * run needs it (docs/spec/data-model.md §7).
 */
import { isNetName } from '../../model/net-name.js';
import { fixedHead } from '../../state/run-document.js';
import type { State } from '../../state/state.js';
import type { Reader } from '../../store/port.js';
import { netsOf, unknownNets } from '../network/unknown-nets.js';
import { OperationRefused } from '../refusal.js';

export interface NetLookup {
  readonly state: State;
  readonly reader: Pick<Reader, 'knownNets'>;
}

/** Networks of a run in memory that the store does not know; of one that is not there, none. */
export async function lostNets({ state, reader }: NetLookup, runId: string): Promise<string[]> {
  const { runs } = state;
  const slot = runs.find(runId);
  if (slot < 0) return [];
  const args = runs.locks.run(slot, () =>
    runs.holds(slot, runId) ? fixedHead(state, slot).args : undefined,
  );
  return args === undefined ? [] : await unknownNets(reader, netsOf(args).filter(isNetName));
}

/** @throws OperationRefused when the run could not be played again */
export function checkNoLostNets(runId: string, lost: readonly string[]): void {
  if (lost.length > 0)
    throw new OperationRefused('conflict', `Run ${runId} cannot go on: ${lostNetsText(lost)}`);
}

export function lostNetsText(lost: readonly string[]): string {
  return `the server does not know ${lost.join(', ')}, without which no worker can play it: upload what is missing, or "shoal net add" it`;
}
