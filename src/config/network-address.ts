/** Addresses of the network as text: one spelling for each, and sets of them with CIDR ranges. */
import { BlockList, isIPv4, isIPv6 } from 'node:net';

const IPV4_BITS = 32;
const IPV6_BITS = 128;
const IPV6_GROUPS = 8;
/** Bits before the IPv4 address in an IPv6 one (::ffff:0:0/96). */
const MAPPED_BITS = 96;
/** Longer than any address with a zone, a port and brackets. */
const LONGEST = 100;

/**
 * The one spelling of an address: IPv6 as RFC 5952 says, without a zone; IPv4 inside of IPv6 as IPv4. A port, brackets and
 * blanks around it are left out. Undefined for what is no address, such as "unknown".
 */
export function parseAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (text.length > LONGEST) return undefined;
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(trimmed)?.[1];
  if (bracketed !== undefined) return isIPv6(bracketed) ? canonicalIpv6(bracketed) : undefined;
  if (isIPv6(trimmed)) return canonicalIpv6(trimmed);
  const dotted = trimmed.replace(/:\d{1,5}$/, '');
  return isIPv4(dotted) ? dotted : undefined;
}

function canonicalIpv6(text: string): string {
  // The URL parser knows the short form, but no zones.
  const short = new URL(`http://[${text.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join('.');
}

/**
 * Whom an address stands for where guesses are counted: itself, or the /64 of an IPv6 address, which one customer has whole.
 * @param address in the one spelling of `parseAddress`
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head, tail] = address.split('::') as [string, string?];
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : new Array<string>(IPV6_GROUPS - first.length - last.length).fill('0');
  return `${[...first, ...zeros, ...last].slice(0, IPV6_GROUPS / 2).join(':')}::/64`;
}

/** Addresses and ranges of them, as a list such as "127.0.0.1,10.0.0.0/8,2001:db8::/32". */
export class AddressSet {
  readonly #single = new Set<string>();
  readonly #ranges = new BlockList();
  #hasRanges = false;

  /** @throws RangeError that names the entry which is neither an address nor a range */
  constructor(list: string) {
    const entries = list.split(',').map((entry) => entry.trim());
    for (const entry of entries.filter((text) => text !== '')) this.#add(entry);
  }

  /** @param address in the one spelling of `parseAddress` */
  has(address: string): boolean {
    if (this.#single.has(address)) return true;
    return this.#hasRanges && this.#ranges.check(address, family(address));
  }

  #add(entry: string): void {
    const [text, bits, more] = entry.split('/');
    const address = isIPv4(text!) || isIPv6(text!) ? parseAddress(text!) : undefined;
    if (address === undefined || more !== undefined) {
      throw new RangeError(`"${entry}" is no address, nor a range such as 10.0.0.0/8`);
    }
    if (bits === undefined) {
      this.#single.add(address);
      return;
    }
    const isIpv4 = isIPv4(address);
    const prefix = isIpv4 && isIPv6(text!) ? Number(bits) - MAPPED_BITS : Number(bits);
    const most = isIpv4 ? IPV4_BITS : IPV6_BITS;
    if (!/^\d{1,3}$/.test(bits) || prefix < 0 || prefix > most) {
      const offset = isIpv4 && isIPv6(text!) ? MAPPED_BITS : 0;
      throw new RangeError(
        `"${entry}" is no range: behind its "/" belongs a number of bits, ${offset} to ${most + offset}`,
      );
    }
    this.#ranges.addSubnet(address, prefix, family(address));
    this.#hasRanges = true;
  }
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}
