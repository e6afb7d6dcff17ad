/** Makes the form of a new run from the options of `run add`. */
import { readFile } from 'node:fs/promises';
import type { NewRunForm } from '../../protocol/admin.js';
import { UsageError } from '../failures.js';
import { formFromJson } from './run-file.js';

/** Options whose value goes into the form as it is, under the form's name. */
interface PlainOptions {
  newTag?: string;
  baseTag?: string;
  username?: string;
  resolvedNew?: string;
  resolvedBase?: string;
  newSignature?: string;
  baseSignature?: string;
  tc?: string;
  newTc?: string;
  threads?: number;
  baseOptions?: string;
  newNets?: string[];
  baseNets?: string[];
  msgNew?: string;
  msgBase?: string;
  testsRepo?: string;
  masterRepo?: string;
  info?: string;
  book?: string;
  bookDepth?: string;
  priority?: number;
  throughput?: number;
  archFilter?: string;
  compiler?: string;
  autoPurge?: boolean;
}

export interface AddOptions extends PlainOptions {
  preset?: Partial<NewRunForm>;
  from?: string;
  branch?: string;
  options?: string;
  adjudication: boolean;
  sprt?: { elo0: number; elo1: number };
  games?: number;
  spsa?: string;
  spsaA?: number;
  spsaAlpha?: number;
  spsaGamma?: number;
  approveBy?: string;
}

const PLAIN: readonly (keyof PlainOptions)[] = [
  'newTag',
  'baseTag',
  'username',
  'resolvedNew',
  'resolvedBase',
  'newSignature',
  'baseSignature',
  'tc',
  'newTc',
  'threads',
  'baseOptions',
  'newNets',
  'baseNets',
  'msgNew',
  'msgBase',
  'testsRepo',
  'masterRepo',
  'info',
  'book',
  'bookDepth',
  'priority',
  'throughput',
  'archFilter',
  'compiler',
  'autoPurge',
];

/** What the server cannot do without. Left blank here, it is in the server's list of everything that is wrong. */
const REQUIRED = {
  new_tag: '',
  base_tag: 'master',
  username: '',
  resolved_new: '',
  resolved_base: '',
  new_signature: '',
  tc: '',
  new_options: '',
};

/**
 * The preset, overridden by the file, overridden by the single options.
 * @param readPipe reads all of standard input, for `--from -` and `--spsa -`
 */
export async function buildForm(options: AddOptions, readPipe: () => Promise<string>): Promise<NewRunForm> {
  const read = (file: string): Promise<string> => (file === '-' ? readPipe() : readText(file));
  const form: NewRunForm = { ...REQUIRED, ...options.preset };
  if (options.from !== undefined) overlay(form, formFromJson(await read(options.from)));
  Object.assign(form, plainMembers(options));
  if (options.branch !== undefined) form.new_tag = options.branch;
  if (options.options !== undefined) {
    form.new_options = options.options;
    form.base_options = options.baseOptions ?? options.options;
  }
  if (!options.adjudication) form.adjudication = false;
  overlay(form, await stopRule(form, options, read));
  return form;
}

/** Lays a part over a form; a stop rule in the part replaces the form's as a whole. */
function overlay(form: NewRunForm, part: Partial<NewRunForm>): void {
  if (part.sprt !== undefined || part.spsa !== undefined || part.num_games !== undefined) {
    delete form.sprt;
    delete form.spsa;
    delete form.num_games;
  }
  Object.assign(form, part);
}

async function stopRule(
  form: NewRunForm,
  options: AddOptions,
  read: (file: string) => Promise<string>,
): Promise<Partial<NewRunForm>> {
  if (options.sprt !== undefined) return { sprt: options.sprt };
  const numGames = options.games ?? form.num_games;
  const games = numGames === undefined ? {} : { num_games: numGames };
  const { spsaA, spsaAlpha, spsaGamma } = options;
  const tuned = options.spsa ?? spsaA ?? spsaAlpha ?? spsaGamma;
  if (tuned === undefined && (form.spsa === undefined || options.games === undefined)) {
    return options.games === undefined ? {} : games;
  }
  const rawParams = options.spsa === undefined ? form.spsa?.raw_params : await parameters(options.spsa, read);
  if (rawParams === undefined) throw new UsageError('an SPSA tune needs its parameters: give --spsa');
  const spsa: NonNullable<NewRunForm['spsa']> = { ...form.spsa, raw_params: rawParams };
  if (spsaA !== undefined) spsa.A_ratio = spsaA;
  if (spsaAlpha !== undefined) spsa.alpha = spsaAlpha;
  if (spsaGamma !== undefined) spsa.gamma = spsaGamma;
  return { ...games, spsa };
}

/** Parameter lines have commas; what has none is the name of a file. */
async function parameters(given: string, read: (file: string) => Promise<string>): Promise<string> {
  return given.includes(',') ? given : read(given);
}

function plainMembers(options: AddOptions): Partial<NewRunForm> {
  const given = PLAIN.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [snakeCase(name), options[name]]));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
}
