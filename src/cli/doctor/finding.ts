/** One thing that the doctor looked at. */
export interface Finding {
  readonly topic: string;
  /** warn: it works, but will hurt under load. fail: it does not work. */
  readonly state: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** What to change; '' when nothing is. */
  readonly advice: string;
}

export function ok(topic: string, found: string): Finding {
  return { topic, state: 'ok', found, advice: '' };
}

export function warn(topic: string, found: string, advice: string): Finding {
  return { topic, state: 'warn', found, advice };
}

export function fail(topic: string, found: string, advice: string): Finding {
  return { topic, state: 'fail', found, advice };
}

/** The shortest true text of an error. */
export function reason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause && cause.code !== undefined) return String(cause.code);
  return error instanceof Error ? error.message : String(error);
}
