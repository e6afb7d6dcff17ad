// The block sizes of a slab: four to the octave, so that rounding up wastes less than a fifth.

/** Largest block, in units of 16 bytes: 64 MiB. */
const LARGEST = 4 * 1024 * 1024;

function blockUnits(): number[] {
  const units = [2, 3];
  for (let octave = 4; octave <= LARGEST; octave *= 2) {
    for (let quarter = 4; quarter < 8; quarter++) {
      const size = (octave * quarter) / 4;
      if (size <= LARGEST) units.push(size);
    }
  }
  return units;
}

/** Block sizes in units of 16 bytes, header unit included, ascending. */
export const BLOCK_UNITS: readonly number[] = blockUnits();

/** Index in BLOCK_UNITS of the smallest block of at least `units` units; -1 when none is large enough. */
export function sizeClassFor(units: number): number {
  if (units <= 4) return Math.max(units - 2, 0);
  if (units > LARGEST) return -1;
  const octave = 31 - Math.clz32(units - 1);
  const quarter = (units - 1) >>> (octave - 2);
  // Octave 2 (4 to 8 units) starts at index 2; `quarter` is 4 to 7 and the next block up is wanted.
  return 2 + (octave - 2) * 4 + (quarter - 4) + 1;
}
