/** Which of several primaries serves, how sure it is of the store, and who would come after it. */
import type { Farm } from '../messages.js';
import { bar, byId, el, time } from './dom.js';
import { line } from './meters.js';

/** Of the lease: an older one means that the database does not answer (shoal_lease_age_seconds). */
const OLD = 1 / 3;

export function drawCluster({ cluster }: Farm): void {
  byId('cluster').hidden = cluster === undefined;
  if (cluster === undefined) return;
  const { role, epoch, node, standbys, lease_age: age, lease, takeover } = cluster;
  byId('cluster-note').textContent = `epoch ${epoch}`;
  const since = takeover > 0 ? `took over in ${time(takeover)}` : 'from its start';
  const kind = age === undefined || age < lease * OLD ? '' : age < (lease * 2) / 3 ? 'high' : 'full';
  byId('cluster-lines').replaceChildren(
    line(role, node, since),
    age === undefined
      ? line('lease', 'a lock', 'as long as the process')
      : line(
          'lease',
          bar(age / lease, `lease: ${time(age)} of ${time(lease)}`, kind),
          `${time(age)} of ${time(lease)}`,
        ),
    ...standbys.map((standby) => line('stands by', standby, '')),
    ...(standbys.length > 0 ? [] : [line('stands by', el('span', { class: 'bad' }, 'nobody'), '')]),
  );
}
