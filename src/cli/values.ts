/** Readers of option values: what commander calls with the text of an option. They throw on text that makes no sense. */
import { InvalidArgumentError } from 'commander';

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A whole number, negative ones allowed. */
export function integer(text: string): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('It must be a whole number.');
  }
  return value;
}

/** A whole number from 0. */
export function count(text: string): number {
  const value = integer(text);
  if (value < 0) throw new InvalidArgumentError('It must be a whole number from 0 up.');
  return value;
}

/** A finite number in decimal digits, such as 0.5 or 1e-3. */
export function decimal(text: string): number {
  const value = Number(text);
  if (!DECIMAL.test(text) || !Number.isFinite(value)) {
    throw new InvalidArgumentError('It must be a decimal number, such as 0.5.');
  }
  return value;
}

/** "ELO0,ELO1" */
export function bounds(text: string): { elo0: number; elo1: number } {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length !== 2) throw new InvalidArgumentError('It must be two numbers, such as 0,2.');
  return { elo0: decimal(parts[0]!), elo1: decimal(parts[1]!) };
}

/** "a,b,c"; empty text is an empty list. */
export function list(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** A run's id. */
export function runId(text: string): string {
  if (!/^[0-9a-f]{24}$/i.test(text))
    throw new InvalidArgumentError('A run id is 24 hex digits: see "shoal run list".');
  return text.toLowerCase();
}
