/**
 * The configuration of a running server: what each setting is and who said so, and the change of those that can change.
 * Weight, from the heaviest: `shoal config set`, the file SHOAL_ENV_FILE, the environment, the default.
 */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Config } from './config.js';
import { envFileProblems } from './env-file.js';
import { ConfigError, describeSettings, readConfig, readSetting } from './read-config.js';
import { nearestSetting, type UnknownName, unknownNames } from './setting-names.js';
import { pathProblem, withoutCredentials } from './store-url.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** One setting of a running server. */
export interface SettingView {
  name: string;
  value: string;
  default: string;
  source: 'default' | 'environment' | 'file' | 'set';
  meaning: string;
  /** It can change without a restart. */
  live: boolean;
}

export interface Reloaded {
  /** What changed. */
  readonly changed: readonly string[];
  /** What the file says now, but a running server cannot apply. */
  readonly needRestart: readonly string[];
  readonly unknown: readonly UnknownName[];
}

export class Settings {
  readonly #environment: Environment;
  #file: Environment;
  #set: Record<string, string> = {};
  #config: Config;
  /** Told of every change of a live setting, with all settings as they are then. */
  onChange: (config: Config) => void = () => {};

  /** Reads the environment and the file that it may name. @throws ConfigError with every mistake */
  constructor(environment: Environment) {
    this.#environment = environment;
    this.#file = readFile(environment['SHOAL_ENV_FILE']);
    this.#config = readConfig(this.#merged(this.#file));
  }

  get config(): Config {
    return this.#config;
  }

  unknown(): UnknownName[] {
    return unknownNames({ ...this.#environment, ...this.#file });
  }

  view(): SettingView[] {
    return describeSettings().map(({ name, value, meaning, live, secret }) => {
      const now = String(this.#config[name as keyof Config]);
      const shown = secret && now !== '' ? '(hidden)' : withoutCredentials(now);
      return { name, value: shown, default: value, source: this.#source(name), meaning, live };
    });
  }

  /** Changes one live setting. @throws ConfigError */
  set(name: string, text: string): void {
    const setting = describeSettings().find((known) => known.name === name);
    if (setting === undefined) {
      throw new ConfigError([`${name}: there is no such setting; the nearest is ${nearestSetting(name)}`]);
    }
    if (!setting.live) {
      throw new ConfigError([
        `${name} needs a restart: change it in the environment and start the server again`,
      ]);
    }
    const value = readSetting(name, text);
    this.#set[name] = text;
    this.#config = { ...this.#config, [name]: value };
    this.onChange(this.#config);
  }

  /** Reads the file again and drops what was set by command. A file with mistakes changes nothing. @throws ConfigError */
  reload(): Reloaded {
    const file = readFile(this.#environment['SHOAL_ENV_FILE']);
    const fresh = readConfig(this.#merged(file));
    const before = this.#config;
    const differing = describeSettings().filter(
      ({ name }) => fresh[name as keyof Config] !== before[name as keyof Config],
    );
    const changed = differing.filter(({ live }) => live).map(({ name }) => name);
    const needRestart = differing.filter(({ live }) => !live).map(({ name }) => name);
    this.#file = { ...file, ...Object.fromEntries(needRestart.map((name) => [name, this.#file[name]])) };
    this.#set = {};
    const taken = changed.map((name) => [name, fresh[name as keyof Config]]);
    this.#config = { ...before, ...Object.fromEntries(taken) };
    this.onChange(this.#config);
    return { changed, needRestart, unknown: this.unknown() };
  }

  #merged(file: Environment): Environment {
    const said = Object.entries(file).filter(([, text]) => text !== undefined && text !== '');
    return { ...this.#environment, ...Object.fromEntries(said) };
  }

  #source(name: string): SettingView['source'] {
    if (this.#set[name] !== undefined) return 'set';
    if ((this.#file[name] ?? '') !== '') return 'file';
    return (this.#environment[name] ?? '') === '' ? 'default' : 'environment';
  }
}

export function unknownText({ name, nearest }: UnknownName): string {
  return `${name} is no setting of Shoal; the nearest is ${nearest}`;
}

function readFile(path: string | undefined): Environment {
  if (path === undefined || path === '') return {};
  const problem = pathProblem(path);
  if (problem !== undefined) throw new ConfigError([`SHOAL_ENV_FILE=${path}: ${problem}`]);
  try {
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
    const problems = envFileProblems(text).map((fault) => `SHOAL_ENV_FILE=${path}: ${fault}`);
    if (problems.length > 0) throw new ConfigError(problems);
    return parseEnv(text) as Environment;
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([
      `SHOAL_ENV_FILE=${path}: cannot be read (${error instanceof Error ? error.message : String(error)})`,
    ]);
  }
}
