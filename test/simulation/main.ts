/**
 * `npm run simulate -- --steps N --seed S [--episode E]`: plays farms in virtual time against the naive model, in
 * episodes of their own farm each. `--script FILE` plays a script that an earlier failure printed. Exit code 0: no
 * disagreement, 1: one, 2: wrong usage.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import { type Failure, playScript, shrink } from './play.js';
import { makeEpisode, type Scene, type Step } from './steps.js';

export const EPISODE_STEPS = 10_000;
const SHRINK_MS = 60_000;
const USAGE = 'usage: npm run simulate -- --steps N --seed S [--episode E] | --script FILE';

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      steps: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      episode: { type: 'string', default: '0' },
      script: { type: 'string' },
    },
  });
  if (values.script !== undefined) return await replay(values.script);
  const [steps, seed, first] = [values.steps, values.seed, values.episode].map(Number) as [
    number,
    number,
    number,
  ];
  if (![steps, seed, first].every(Number.isSafeInteger) || steps < 1) throw new TypeError(USAGE);
  const started = performance.now();
  for (let episode = first, done = 0; done < steps; episode++) {
    const length = Math.min(EPISODE_STEPS, steps - done);
    const { scene, script } = makeEpisode(seed, episode, length);
    const failure = await playScript(scene, script);
    if (failure !== undefined) {
      console.log(`seed ${seed}, episode ${episode}: step ${failure.at} of ${length} disagrees`);
      return await report(scene, script, failure);
    }
    done += length;
  }
  const seconds = (performance.now() - started) / 1000;
  const rate = Math.round(steps / seconds);
  console.log(`seed ${seed}: ${steps} steps agree with the model, ${seconds.toFixed(1)} s, ${rate} steps/s`);
  return 0;
}

async function replay(file: string): Promise<number> {
  const { scene, script } = JSON.parse(readFileSync(file, 'utf8')) as { scene: Scene; script: Step[] };
  const failure = await playScript(scene, script);
  console.log(failure === undefined ? `${script.length} steps agree with the model` : failure.error.stack);
  return failure === undefined ? 0 : 1;
}

async function report(scene: Scene, script: readonly Step[], failure: Failure): Promise<number> {
  console.log(failure.error.stack);
  const short = await shrink(scene, script.slice(0, failure.at + 1), SHRINK_MS);
  const last = await playScript(scene, short);
  console.log(`shortest script found, ${short.length} steps: ${last?.error.message}`);
  console.log(JSON.stringify({ scene, script: short }));
  return 1;
}

watchReaders();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 2;
}
