/**
 * Solves the puzzle of the sign-up form while it is filled in: the number whose hash, behind the given salt, is the given
 * one. Without https a browser has no hashes: then the form goes without, and an approver is told.
 */

interface Challenge {
  readonly algorithm: string;
  readonly challenge: string;
  readonly salt: string;
  readonly signature: string;
  readonly maxnumber: number;
}

/** Hashes under way at once. */
const BATCH = 64;

async function solve({ challenge, salt, maxnumber, algorithm }: Challenge): Promise<number | undefined> {
  const encoder = new TextEncoder();
  const isAnswer = async (number: number) => {
    const digest = new Uint8Array(await crypto.subtle.digest(algorithm, encoder.encode(`${salt}${number}`)));
    return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('') === challenge;
  };
  for (let first = 0; first <= maxnumber; first += BATCH) {
    const found = await Promise.all(Array.from({ length: BATCH }, (_, i) => isAnswer(first + i)));
    const index = found.indexOf(true);
    if (index >= 0) return first + index;
  }
  return undefined;
}

async function start(): Promise<void> {
  const field = document.getElementById('puzzle') as HTMLInputElement | null;
  const state = document.getElementById('puzzle-state');
  const text = field?.dataset['challenge'];
  if (field === null || text === undefined || crypto.subtle === undefined) return;
  const challenge = JSON.parse(text) as Challenge;
  const button = field.form?.querySelector<HTMLButtonElement>('button.primary');
  if (button) button.disabled = true;
  if (state) state.textContent = 'Your browser is solving a small puzzle, which keeps programs out …';
  const began = performance.now();
  const number = await solve(challenge);
  const { algorithm, challenge: hash, salt, signature } = challenge;
  const took = Math.round(performance.now() - began);
  field.value = btoa(JSON.stringify({ algorithm, challenge: hash, number, salt, signature, took }));
  if (state) state.textContent = 'The puzzle that keeps programs out is solved.';
  if (button) button.disabled = false;
}

void start();
