/**
 * A number with a fixed count of decimals, rounded half to even on the exact binary value (spec: scheduling.md §3.1).
 * `toFixed` rounds the exact value too, but takes the larger neighbour when both are equally near.
 */
export function fixed(value: number, digits: number): string {
  const scale = 10 ** digits;
  const scaled = value * scale;
  const below = Math.floor(scaled);
  const isTie = Number.isSafeInteger(below) && scaled - below === 0.5 && scaled / scale === value;
  if (!isTie) return value.toFixed(digits);
  return ((below % 2 === 0 ? below : below + 1) / scale).toFixed(digits);
}
