/** Reads an environment by the table of settings. All mistakes are reported at once. */
import { type Config, SETTINGS, type Setting } from './config.js';
import { portConflicts, threadConflicts } from './setting-checks.js';
import { withoutCredentials } from './store-url.js';

const DIGITS = /^\d+$/;

/** The environment holds values that cannot be used; the message lists them all. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`bad configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** One setting's text as its value. @throws ConfigError */
export function readSetting(name: string, text: string): number | string {
  const setting = settingOf(name);
  if (setting === undefined) throw new ConfigError([`${name}: there is no such setting`]);
  const problem =
    typeof setting.value === 'number' ? numberProblem(text, setting) : textProblem(text, setting);
  if (problem !== undefined) {
    const shown = setting.secret === true ? name : `${name}=${withoutCredentials(text)}`;
    throw new ConfigError([`${shown}: ${problem} (${setting.meaning})`]);
  }
  return typeof setting.value === 'number' ? Number(text) : text;
}

/** @throws ConfigError */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const entries = (Object.entries(SETTINGS) as [string, Setting<number | string>][]).map(
    ([name, setting]) => {
      const text = env[name];
      if (text === undefined || (text === '' && setting.emptyCounts !== true)) return [name, setting.value];
      try {
        return [name, readSetting(name, text)];
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        problems.push(...error.problems);
        return [name, setting.value];
      }
    },
  );
  const config = Object.fromEntries(entries) as Config;
  // What could not be read would be compared by its default.
  const areRead = (kind: RegExp) => !problems.some((problem) => kind.test(problem));
  const conflicts = [
    ...(areRead(/^\w+_PORT=/) ? portConflicts(config) : []),
    ...(areRead(/^\w+_THREADS=/) ? threadConflicts(config) : []),
  ];
  problems.push(...conflicts);
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function settingOf(name: string): Setting<number | string> | undefined {
  return Object.hasOwn(SETTINGS, name) ? SETTINGS[name as keyof typeof SETTINGS] : undefined;
}

function numberProblem(text: string, { min, max }: Setting<unknown>): string | undefined {
  const value = Number(text);
  // No other spelling, such as 0x10, 1e3 or one with blanks: whoever wrote it may have meant another number.
  return DIGITS.test(text) && value >= min! && value <= max!
    ? undefined
    : `not an integer from ${min} to ${max} in decimal digits alone`;
}

function textProblem(text: string, { options, check }: Setting<unknown>): string | undefined {
  if (options === undefined) return check?.(text);
  return options.includes(text) ? undefined : `not one of ${options.join(', ')}`;
}

export interface SettingDescription {
  readonly name: string;
  /** The default. */
  readonly value: string;
  readonly meaning: string;
  readonly live: boolean;
  readonly secret: boolean;
}

/** Every setting, for manuals. */
export function describeSettings(): SettingDescription[] {
  return (Object.entries(SETTINGS) as [string, Setting<number | string>][]).map(([name, setting]) => ({
    name,
    value: String(setting.value),
    meaning: setting.meaning,
    live: setting.live === true,
    secret: setting.secret === true,
  }));
}
