/** The kinds of test that authors choose by name (docs/spec/ui.md §4.1). */
import { InvalidArgumentError } from 'commander';
import type { NewRunForm } from '../../protocol/admin.js';

type Preset = Partial<NewRunForm>;

const STANDARD_STC = { elo0: 0, elo1: 2 };
const STANDARD_LTC = { elo0: 0.5, elo1: 2.5 };
const LAST_RELEASE = {
  base_tag: 'SF_18',
  resolved_base: '43a2be018606176d91f612e48a753bd6c8ed6cf7',
  base_signature: '2050811',
  num_games: 60_000,
};

function preset(tc: string, threads: number, hash: number, rest: Preset): Preset {
  const options = `Hash=${hash}`;
  const common = { throughput: 100, auto_purge: false, book: 'UHO_Lichess_4852_v1.epd', book_depth: '8' };
  return { tc, threads, new_options: options, base_options: options, ...common, ...rest };
}

const PRESETS: ReadonlyMap<string, Preset> = new Map([
  ['STC', preset('10+0.1', 1, 16, { sprt: STANDARD_STC })],
  ['LTC', preset('60+0.6', 1, 64, { sprt: STANDARD_LTC })],
  ['STC-SMP', preset('5+0.05', 8, 64, { sprt: STANDARD_STC })],
  ['LTC-SMP', preset('20+0.2', 8, 256, { sprt: STANDARD_LTC })],
  ['VLTC', preset('180+1.8', 1, 192, { sprt: STANDARD_STC, throughput: 50 })],
  ['VLTC-SMP', preset('60+0.6', 8, 512, { sprt: STANDARD_LTC, throughput: 50 })],
  ['PT', preset('60+0.6', 1, 64, LAST_RELEASE)],
  ['PT-SMP', preset('60+0.6', 8, 512, LAST_RELEASE)],
]);

export const PRESET_NAMES: readonly string[] = [...PRESETS.keys()];

/** Reads the value of --preset: "LTC SMP", "ltc-smp" and "ltc_smp" name the same one. */
export function presetNamed(name: string): Preset {
  const found = PRESETS.get(name.toUpperCase().replace(/[\s_]/g, '-'));
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${PRESET_NAMES.join(', ')}.`);
  return found;
}
