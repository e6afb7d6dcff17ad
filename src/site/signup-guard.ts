/**
 * What keeps programs from signing up: a field that people do not see, a nonce that is neither too young nor too old and counts
 * once, and a puzzle that a browser solves while the form is filled in (docs/spec/web-ui.md §2.5).
 */

import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createChallenge, verifySolution } from 'altcha-lib/v1';

/** Filled in faster than any person does. */
const YOUNGEST_MS = 3_000;
const OLDEST_MS = 2 * 3_600_000;
/** Half as many hashes on average: under two seconds on a phone. */
const PUZZLE_SIZE = 50_000;

export const DECOY = 'website';

export interface SignupPuzzle {
  readonly nonce: string;
  /** JSON for the script. */
  readonly challenge: string;
}

export async function makePuzzle(secret: string, now: number): Promise<SignupPuzzle> {
  const text = `${now.toString(36)}.${randomBytes(12).toString('base64url')}`;
  const nonce = `${text}.${sign(text, secret)}`;
  const challenge = await createChallenge({
    hmacKey: secret,
    maxNumber: PUZZLE_SIZE,
    params: { nonce },
    expires: new Date(now + OLDEST_MS),
  });
  return { nonce, challenge: JSON.stringify(challenge) };
}

export type NonceCheck = { readonly problem: string } | { readonly key: string; readonly expires: number };

/** @returns under which key the nonce is to be noted as used, or what to tell the visitor */
export function checkNonce(nonce: string, secret: string, now: number): NonceCheck {
  const [made = '', random = '', signature = ''] = nonce.split('.');
  const wanted = Buffer.from(sign(`${made}.${random}`, secret));
  const given = Buffer.from(signature);
  const age = now - Number.parseInt(made, 36);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted) || !(age <= OLDEST_MS)) {
    return { problem: 'The form is too old. Please send it again.' };
  }
  if (age < YOUNGEST_MS)
    return { problem: 'That was faster than anybody types. Please send the form again.' };
  return { key: createHash('sha256').update(nonce).digest('hex'), expires: now + OLDEST_MS };
}

/** Whether a browser has solved the puzzle that came with this nonce. */
export async function isSolved(solution: string, nonce: string, secret: string): Promise<boolean> {
  if (solution === '' || solution.length > 4_000) return false;
  try {
    const { salt } = JSON.parse(Buffer.from(solution, 'base64').toString('utf8')) as { salt?: unknown };
    const belongs = new URLSearchParams(String(salt).split('?')[1] ?? '').get('nonce') === nonce;
    return belongs && (await verifySolution(solution, secret));
  } catch {
    return false;
  }
}

function sign(text: string, secret: string): string {
  return createHmac('sha256', secret).update(`sign-up ${text}`).digest('base64url');
}
