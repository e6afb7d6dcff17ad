/** What recordings may hold beside answers that are compared member by member. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { deviationOr } from './deviations.js';
import { readRecording, recordingOf } from './recordings.js';
import { runFile } from './run-file.js';
import type { GoldenCase } from './suite.js';

// biome-ignore lint/suspicious/noExplicitAny: recorded JSON
type Recorded = any;

describe('golden takes', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'shoal-generous-'));
  });
  after(() => rm(directory, { recursive: true }));
  const casesOf = async (name: string): Promise<Recorded[]> =>
    JSON.parse(await readRecording(await recordingOf(name))).cases;
  const kinds = async (cases: readonly object[]): Promise<string[]> => {
    const file = join(directory, 'cases.json');
    await writeFile(file, JSON.stringify({ cases }));
    const { verdicts } = (await runFile(file))!;
    return verdicts.map((verdict) => (verdict.kind === 'fail' ? verdict.why : verdict.kind));
  };

  it('files of several hundred runs', async () => {
    const purges = (await casesOf('purge')).filter(({ input }) => input.fn === 'purge_run');
    const many = Array.from({ length: 400 }, (_, i) => {
      const recorded = structuredClone(purges[i % purges.length]);
      recorded.input.run._id = i.toString(16).padStart(24, '0');
      if (recorded.output.run?._id !== undefined) recorded.output.run._id = recorded.input.run._id;
      return recorded;
    });
    assert.deepEqual(new Set(await kinds(many)), new Set(['pass']));
  });

  it('a password of null, and an exception that nobody handled', async () => {
    const [recorded] = await casesOf('scheduling');
    const [worker] = Object.keys(recorded.input.workers);
    const step = { op: 'request_version', worker, password: null };
    const of = (answer: object) => ({
      input: { ...recorded.input, steps: [step] },
      output: { ...recorded.output, steps: [answer] },
    });
    const refusal = { error: '/api/request_version: no password' };
    const [asNull, exception, wrong] = await kinds([
      of({ status: 400, response: refusal }),
      of({ status: 500 }),
      of({ status: 200, response: { version: 325 } }),
    ]);
    assert.deepEqual([asNull, exception], ['pass', 'pass']);
    assert.match(wrong!, /actual 400, recorded 200/);
  });

  it('a modification that the reference forgot at a restart, and nothing else of the run', () => {
    const run = 'a'.repeat(24);
    const steps = [{ op: 'modify', run_id: run, set: { priority: 5 } }, { op: 'restart' }, { op: 'advance' }];
    const kind = (why: string, given: readonly object[] = steps) =>
      deviationOr({ input: { steps: given }, output: {} } as GoldenCase, undefined, why).kind;
    assert.equal(kind(`$.steps[1](restart).runs.${run}.args.priority: actual 5, recorded 0`), 'deviated');
    assert.equal(kind(`$.steps[2](advance).runs.${run}.args.priority: actual 5, recorded 0`), 'deviated');
    assert.equal(kind(`$.steps[1](restart).runs.${run}.args.priority: actual 4, recorded 0`), 'fail');
    assert.equal(kind(`$.steps[1](restart).runs.${run}.args.throughput: actual 5, recorded 0`), 'fail');
    assert.equal(kind(`$.steps[1](restart).runs.${run}.finished: actual 5, recorded 0`), 'fail');
    assert.equal(kind(`$.steps[0](modify).runs.${run}.args.priority: actual 5, recorded 0`), 'fail');
    assert.equal(
      kind(`$.steps[1](restart).runs.${'b'.repeat(24)}.args.priority: actual 5, recorded 0`),
      'fail',
    );
  });
});
