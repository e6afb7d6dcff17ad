/**
 * `npm run sprt-farm -- [--runs N] [--workers N] [--seconds S]`: sequential tests of engines of known strength, played by a
 * swarm against a server of their own with the clock of the workers far ahead, until all are decided or the time is up.
 * Exit code 0: the error rates are within the bounds asked for, and the server's games are those of the swarm.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { watchReaders } from '../../src/cli/quiet-pipes.js';
import { integer } from '../../src/cli/values.js';
import { trialForm } from '../../src/swarm/demo-runs.js';
import { showProgress } from '../../src/swarm/progress.js';
import { runSwarm } from '../../src/swarm/swarm.js';
import { describeWork } from '../../src/swarm/swarm-report.js';
import type { Call } from '../../src/swarm/verify.js';
import { Site } from '../server/site.js';
import { DRAW_RATIO, ELO0, ELO1, judge, logisticElo } from './judge.js';

interface FarmOptions {
  readonly runs: number;
  readonly workers: number;
  readonly seconds: number;
  readonly timeScale: number;
  readonly seed: number;
}

const command = new Command('sprt-farm')
  .description(
    'Sequential tests of engines of known strength under a swarm: do they err as seldom as they promise?',
  )
  .option('--runs <n>', 'tests, every other one of a strong engine; at most 1000', integer, 200)
  .option('--workers <n>', 'simulated workers', integer, 600)
  .option('--seconds <s>', 'most real seconds', integer, 120)
  .option('--time-scale <x>', 'simulated seconds in a real second', integer, 1000)
  .option('--seed <n>', "the swarm's seed", integer, 1)
  .parse();
watchReaders();
process.exitCode = await farm(command.opts<FarmOptions>());

async function farm({ runs, workers, seconds, timeScale, seed }: FarmOptions): Promise<number> {
  const site = await Site.open();
  try {
    const sprt = { elo0: ELO0, elo1: ELO1 };
    const forms = Array.from({ length: runs }, (_, i) =>
      trialForm(`engine_${i}`, 'known strength', { sprt }),
    );
    const { access, call, runs: ids } = await site.prepare(forms);
    const strong = new Set(ids.filter((_, i) => i % 2 === 1));
    const eloOf = new Map(ids.map((id) => [id, logisticElo(strong.has(id) ? ELO1 : ELO0)]));
    const end = new AbortController();
    void untilDecided(call, end);
    const report = await runSwarm(
      access,
      { workers, seconds, timeScale, seed, eloOf, drawRatio: DRAW_RATIO, ramp: 1, signal: end.signal },
      (fleet, options) => showProgress(fleet, options, process.stderr),
    );
    end.abort();
    const { runs: all } = await call('runList', { state: 'all', limit: 1000 });
    const decisions = all.map((run) => ({ strong: strong.has(run.id), state: run.sprt?.state ?? '' }));
    const verdict = judge(decisions);
    const agree = report.verification!.runs.filter(({ differences }) => differences.length === 0).length;
    const lines = [
      describeWork(report),
      '',
      ...verdict.lines,
      `${agree} of ${report.runs.length} runs agree with the swarm in every count`,
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
    return verdict.ok && report.ok ? 0 : 1;
  } finally {
    await site.close();
  }
}

async function untilDecided(call: Call, end: AbortController): Promise<void> {
  while (!end.signal.aborted) {
    const { runs } = await call('runList', { state: 'active', limit: 1 });
    if (runs.length === 0) end.abort();
    await sleep(500);
  }
}
