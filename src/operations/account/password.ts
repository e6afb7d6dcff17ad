/**
 * Passwords at rest: scrypt in a form of at most 72 characters, `$scrypt$15,8,1$<salt>$<hash>`, since the reference refuses an
 * account whose password is longer (docs/spec/data-model.md §3). PHC spells the costs out and is longer: it is still read.
 *
 * Databases of the reference hold clear text, which is accepted and stays, since the reference could not read a hash. One hash
 * costs about 0.1 s and 32 MiB: call this from pool threads only and remember the outcome (costs: OWASP Password Storage Cheat
 * Sheet).
 */
import { Buffer } from 'node:buffer';
import { createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost of scrypt: N = 2^ln, block size r, parallelism p. */
export interface PasswordCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

const SALT_BYTES = 16;
/** 32 characters: with the longest costs and the salt the text has 71. */
const HASH_BYTES = 24;
const HASH =
  /^\$scrypt\$(?:ln=)?(\d{1,2}),(?:r=)?(\d{1,2}),(?:p=)?(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;
const HASH_PREFIX = '$scrypt$';

/** Bounds of stored costs: a damaged record must not buy a gigabyte or a minute. */
const LARGEST_COST: PasswordCost = { ln: 18, r: 16, p: 4 };

let cost: PasswordCost = { ln: 15, r: 8, p: 1 };

// Fresh in every process: digests under it are compared, never kept.
const comparisonKey = randomBytes(32);

/** Sets the cost of new hashes; older ones stay valid. Throws RangeError. */
export function setPasswordCost(wanted: PasswordCost): void {
  if (!isAffordable(wanted)) {
    throw new RangeError(
      `password cost ln=${wanted.ln},r=${wanted.r},p=${wanted.p} is not within ln 1-18, r 1-16, p 1-4`,
    );
  }
  cost = wanted;
}

/** Whether the stored text is a hash, and not the password itself. */
export function isHash(stored: string): boolean {
  return stored.startsWith(HASH_PREFIX);
}

/** The text to store for a password. */
export async function hashPassword(clear: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(clear, salt, HASH_BYTES, cost);
  return `${HASH_PREFIX}${cost.ln},${cost.r},${cost.p}$${unpadded(salt)}$${unpadded(hash)}`;
}

/** True when the given password is the stored one. A refusal costs a hash, whichever form is stored. */
export async function verifyPassword(stored: string, given: string): Promise<boolean> {
  if (!isHash(stored)) {
    if (timingSafeEqual(digest(stored), digest(given))) return true;
    await dummyVerify();
    return false;
  }
  const record = parseHash(stored);
  if (record === undefined) {
    await dummyVerify();
    return false;
  }
  const hash = await derive(given, record.salt, record.hash.length, record.cost);
  return timingSafeEqual(hash, record.hash);
}

/** Spends what a verification costs, so that an unknown username takes as long as a wrong password. */
export async function dummyVerify(): Promise<void> {
  await derive('', comparisonKey.subarray(0, SALT_BYTES), HASH_BYTES, cost);
}

function parseHash(stored: string): { cost: PasswordCost; salt: Buffer; hash: Buffer } | undefined {
  const [, ln, r, p, salt, hash] = HASH.exec(stored) ?? [];
  if (salt === undefined || hash === undefined) return undefined;
  const recorded = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (!isAffordable(recorded)) return undefined;
  return { cost: recorded, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
}

function isAffordable({ ln, r, p }: PasswordCost): boolean {
  const within = (value: number, largest: number) =>
    Number.isInteger(value) && value >= 1 && value <= largest;
  return within(ln, LARGEST_COST.ln) && within(r, LARGEST_COST.r) && within(p, LARGEST_COST.p);
}

function derive(clear: string, salt: Buffer, bytes: number, { ln, r, p }: PasswordCost): Promise<Buffer> {
  const N = 2 ** ln;
  // OpenSSL counts a little more than the 128·N·r bytes of the scratchpad.
  const maxmem = 128 * N * r + 128 * r * p + (1 << 20);
  return new Promise((resolve, reject) => {
    scrypt(clear, salt, bytes, { N, r, p, maxmem }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

function digest(text: string): Buffer {
  return createHmac('sha256', comparisonKey).update(text, 'utf8').digest();
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}
