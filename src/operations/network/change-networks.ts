/**
 * Networks are added and removed (docs/spec/data-model.md §7, docs/spec/web-ui.md §4.12). The file is in its place before its record is made,
 * and the record is gone before its file: what has a record can be downloaded.
 */
import type { Readable } from 'node:stream';
import type { NetDocument } from '../../model/documents.js';
import { isNetName } from '../../model/net-name.js';
import { newObjectId } from '../../model/object-id.js';
import { fixedHead } from '../../state/run-document.js';
import type { State } from '../../state/state.js';
import { type NetFiles, WrongNet } from '../../store/networks/net-files.js';
import type { Reader } from '../../store/port.js';
import { type Actor, checkIsOperator, checkMayAct } from '../actor.js';
import { commitSystem, logAction, pushItem } from '../changes.js';
import { OperationRefused } from '../refusal.js';
import type { Changed } from '../run/change-run.js';

export interface NetworkParts {
  readonly state: State;
  readonly reader: Pick<Reader, 'net' | 'user'>;
  readonly files: NetFiles;
}

/** Who added a network when the operator names no account: a name that the schema of records takes. */
const OPERATOR = 'operator';

/**
 * Stores a network, as its bytes come. One that has a record but no file here, as after a move from another server, gets its
 * file and keeps its record. Of two that add the same at once, one does.
 * @param owner the account in whose name the operator adds it
 */
export async function addNetwork(
  { state, reader, files }: NetworkParts,
  actor: Actor,
  { name, source, owner }: { name: string; source: Readable; owner?: string | undefined },
  now: number,
): Promise<Changed<NetDocument>> {
  checkMayAct(state, actor);
  checkNetName(name);
  const user = await ownerOf(reader, actor, owner);
  const known = await reader.net(name);
  if (known !== undefined && (await files.find(name)) !== undefined) throw isKnown(known);
  try {
    await files.add(name, source);
  } catch (error) {
    if (error instanceof WrongNet) throw new OperationRefused('invalid', error.message);
    throw error;
  }
  if (known !== undefined) return { value: known, sequence: state.commits.durable.load() };
  // Compressing took its time: somebody else may have added it meanwhile.
  const other = await reader.net(name);
  if (other !== undefined) throw isKnown(other);
  // When it was added is what its key says.
  const net = { _id: newObjectId(now), name, user, downloads: 0 };
  const sequence = commitSystem(state, (slot) => {
    // Readers of the store do not find at once what another thread has just added.
    if (!state.claims.claim([claimOf(name)], net._id, now)) throw isKnown({ name, user: 'somebody else' });
    pushItem(state, slot, { kind: 'net', net });
    logAction(state, slot, now, 'upload_nn', { username: user, nn: name });
  });
  return { value: net, sequence };
}

/** Forgets a network that no unfinished run needs. Remove its file when the change is durable: `files.remove`. */
export async function removeNetwork(
  { state, reader }: NetworkParts,
  actor: Actor,
  name: string,
  now: number,
): Promise<Changed<NetDocument>> {
  checkIsOperator(actor, 'remove a network');
  const net = await reader.net(name);
  if (net === undefined) throw new OperationRefused('unknown', `there is no network ${name}`);
  const user = runThatNeeds(state, name);
  if (user !== undefined) {
    throw new OperationRefused(
      'conflict',
      `run ${user} needs ${name}: stop the run before, or keep the network`,
    );
  }
  const sequence = commitSystem(state, (slot) => {
    pushItem(state, slot, { kind: 'netRemoved', net: name });
    state.claims.release([claimOf(name)], now);
  });
  return { value: net, sequence };
}

/** Names of accounts have no blanks. */
function claimOf(name: string): string {
  return `network ${name}`;
}

export function checkNetName(name: string): void {
  if (isNetName(name)) return;
  const form = 'nn-, the first 12 hex digits of its SHA-256, and .nnue';
  throw new OperationRefused('invalid', `${JSON.stringify(name)} is no name of a network: ${form}`);
}

async function ownerOf(
  reader: Pick<Reader, 'user'>,
  actor: Actor,
  owner: string | undefined,
): Promise<string> {
  if (actor.kind === 'account') return actor.name;
  if (owner === undefined) return OPERATOR;
  if ((await reader.user(owner)) === undefined)
    throw new OperationRefused('unknown', `there is no user ${owner}`);
  return owner;
}

function runThatNeeds(state: State, name: string): string | undefined {
  for (const slot of state.runs.unfinished()) {
    const { args } = fixedHead(state, slot);
    // Old documents may lack their networks.
    if (args.new_nets?.includes(name) || args.base_nets?.includes(name)) return state.runs.id(slot);
  }
  return undefined;
}

function isKnown({ name, user }: Pick<NetDocument, 'name' | 'user'>): OperationRefused {
  return new OperationRefused('conflict', `${name} is known already: ${user} added it`);
}
