/**
 * Object identifiers as MongoDB makes them: 4 bytes of seconds, 5 random bytes of the process, a 3-byte counter.
 * Written as 24 hex digits in lower case.
 */
import { randomBytes } from 'node:crypto';

const processPart = randomBytes(5).toString('hex');
let counter = randomBytes(3).readUIntBE(0, 3);

/** A new identifier, unique also among threads: each thread draws its own random part. */
export function newObjectId(nowMs: number): string {
  counter = (counter + 1) & 0xffffff;
  const seconds = Math.floor(nowMs / 1000) >>> 0;
  return seconds.toString(16).padStart(8, '0') + processPart + counter.toString(16).padStart(6, '0');
}

/** True for 24 hex digits in lower case. */
export function isObjectId(text: string): boolean {
  return /^[0-9a-f]{24}$/.test(text);
}
