/** Networks that workers could not get from this server. */
import type { Reader } from '../../store/port.js';

/** Of these names each that the store does not know, once. */
export async function unknownNets(
  reader: Pick<Reader, 'knownNets'>,
  names: readonly string[],
): Promise<string[]> {
  const asked = [...new Set(names)];
  if (asked.length === 0) return [];
  const known = new Set(await reader.knownNets(asked));
  return asked.filter((net) => !known.has(net));
}

/** Networks of both sides. Old documents may lack them. */
export function netsOf({
  new_nets: tested = [],
  base_nets: base = [],
}: {
  readonly new_nets?: readonly string[];
  readonly base_nets?: readonly string[];
}): string[] {
  return [...tested, ...base];
}
