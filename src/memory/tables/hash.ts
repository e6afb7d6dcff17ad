// A fast 32-bit hash of short keys; not for secrets.

/** Mixes `length` bytes, four at a time, by multiplication with odd constants, and avalanches at the end. */
export function hashBytes(bytes: Uint8Array, length: number): number {
  let hash = Math.imul(length, 0x2c1b3c6d) ^ 0x297a2d39;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash = Math.imul(hash ^ Math.imul(word, 0x6c50b47c | 1), 0x3ade68b1);
    hash ^= hash >>> 15;
  }
  for (; i < length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193 | 1) ^ (hash >>> 11);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b1);
  hash = Math.imul(hash ^ (hash >>> 13), 0x2545f491 | 1);
  return hash ^ (hash >>> 16);
}
