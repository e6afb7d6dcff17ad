/**
 * Limits on what a visitor may do, which a front thread counts (docs/spec/web-ui.md §2.9). A page that comes to one throws
 * `NeedsAdmission` before it changes anything; the front thread counts, and asks again with what came of it.
 */

/**
 * `login`: by account name, with its wrong passwords; `post`: by account; `signup` and `search`: by address; `check`: what a page
 * asks while somebody types, by account and what is asked.
 */
export const ADMISSION_GATES = ['login', 'post', 'signup', 'search', 'check'] as const;
export type AdmissionGate = (typeof ADMISSION_GATES)[number];

export interface Admission {
  readonly gate: AdmissionGate;
  readonly key: string;
  /** 0: admitted; else so many seconds are to be waited. */
  readonly waitSeconds: number;
}

export class NeedsAdmission extends Error {
  readonly gate: AdmissionGate;
  readonly key: string;

  constructor(gate: AdmissionGate, key: string) {
    super(`the limit of ${gate} decides`);
    this.gate = gate;
    this.key = key;
  }
}

/** The visitor has to wait. */
export class TooMany extends Error {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super(`too many: wait ${waitSeconds} s`);
    this.waitSeconds = waitSeconds;
  }
}

/** Passes when the front thread has admitted it. @throws NeedsAdmission @throws TooMany */
export function requireAdmission(
  call: { readonly admissions: readonly Admission[] },
  gate: AdmissionGate,
  key: string,
): void {
  const known = call.admissions.find((each) => each.gate === gate && each.key === key);
  if (known === undefined) throw new NeedsAdmission(gate, key);
  if (known.waitSeconds > 0) throw new TooMany(known.waitSeconds);
}
