/** `--preset`: a kind of test as a part of a form. */
import { InvalidArgumentError } from 'commander';
import type { NewRunForm } from '../../protocol/admin.js';
import {
  DEFAULT_BOOK,
  DEFAULT_BOOK_DEPTH,
  LAST_RELEASE,
  TEST_KIND_NAMES,
  TEST_KINDS,
  type TestKind,
} from '../../rules/test-kinds.js';

type Preset = Partial<NewRunForm>;

const RELEASE_BASE: Preset = {
  base_tag: LAST_RELEASE.label,
  resolved_base: LAST_RELEASE.sha,
  base_signature: LAST_RELEASE.bench,
};

function preset({ tc, threads, hash, throughput, bounds, games, isProgression }: TestKind): Preset {
  const options = `Hash=${hash}`;
  return {
    tc,
    threads,
    new_options: options,
    base_options: options,
    throughput,
    auto_purge: false,
    book: DEFAULT_BOOK,
    book_depth: DEFAULT_BOOK_DEPTH,
    ...(bounds === undefined ? {} : { sprt: { ...bounds } }),
    ...(games === undefined ? {} : { num_games: games }),
    ...(isProgression === undefined ? {} : RELEASE_BASE),
  };
}

const PRESETS: ReadonlyMap<string, Preset> = new Map(
  TEST_KIND_NAMES.map((name) => [optionName(name), preset(TEST_KINDS[name])]),
);

export const PRESET_NAMES: readonly string[] = [...PRESETS.keys()];

/** Reads the value of --preset: "LTC SMP", "ltc-smp" and "ltc_smp" name the same one. */
export function presetNamed(name: string): Preset {
  const found = PRESETS.get(optionName(name));
  if (found === undefined) throw new InvalidArgumentError(`It must be one of ${PRESET_NAMES.join(', ')}.`);
  return found;
}

function optionName(name: string): string {
  return name.toUpperCase().replace(/[\s_]/g, '-');
}
