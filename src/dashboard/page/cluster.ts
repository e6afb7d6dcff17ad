/** Which of several primaries serves, how sure it is of the store, and who would come after it. */
import type { ClusterRow, Farm } from '../messages.js';
import { bar, byId, el, time } from './dom.js';

/** Of the lease: an older one means that the database does not answer (shoal_lease_age_seconds). */
const HIGH = 1 / 3;
/** From here on workers are told to try again. */
const FULL = 2 / 3;

export function drawCluster({ cluster }: Farm): void {
  byId('cluster').hidden = cluster === undefined;
  if (cluster === undefined) return;
  const { role, epoch, node, standbys, takeover } = cluster;
  byId('cluster-note').textContent = `epoch ${epoch}`;
  const since = takeover > 0 ? `${node}, took over in ${time(takeover)}` : node;
  const waiting = standbys.length > 0 ? standbys : [el('span', { class: 'bad' }, 'nobody')];
  byId('cluster-lines').replaceChildren(
    fact(role, since),
    fact('lease', ...lease(cluster)),
    ...waiting.map((standby) => fact('stands by', standby)),
  );
}

function lease({ lease_age: age, lease: whole }: ClusterRow): (Node | string)[] {
  if (age === undefined) return ['a lock, for as long as the process lives'];
  const fraction = age / whole;
  const text = `${time(age)} of ${time(whole)}`;
  return [bar(fraction, `lease: ${text}`, fraction >= FULL ? 'full' : fraction >= HIGH ? 'high' : ''), text];
}

function fact(name: string, ...what: (Node | string)[]): HTMLElement {
  return el('div', { class: 'line fact' }, el('span', {}, name), el('span', {}, ...what));
}
