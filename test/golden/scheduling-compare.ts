/** Floats within 1e-7, the rest exactly, as the recording asks. */
import { compare } from './suite.js';

export function scheduleDifference(actual: unknown, expected: unknown, where: string): string | undefined {
  return compare(actual, expected, 1e-7, where);
}
