/** Golden cases of SPSA tuning (docs/spec/spsa.md). */

import { crc32 } from 'node:zlib';
import type { Spsa, TaskSpsaParams } from '../../src/model/documents.js';
import * as spsaRules from '../../src/rules/spsa.js';
import { newTune, tuneFormValues, tuneParams } from '../../src/rules/spsa-form.js';
import { tuneChart, tuneTable } from '../../src/rules/spsa-view.js';
import { applySpsaResult, buildWorkerParams } from '../fixtures/document-tune.js';
import {
  type Arguments,
  attempt,
  documentAt,
  judgeAttempt,
  numberAt,
  numbersAt,
  textAt,
  unknownFunction,
} from './arguments.js';
import { type AuthResult, compare, type GoldenCase, revive, type Suite } from './suite.js';

/** Relative, also for small step sizes; a value of almost nothing may be rounding noise. */
const TOLERANCE = { tolerance: 1e-9, floor: 1e-9 };
/** For iterations recovered by inverting a power. */
const CHART_TOLERANCE = { tolerance: 1e-6, floor: 1 };

type Call = (input: Arguments) => unknown;

interface FlowStep {
  readonly op: 'request' | 'update' | 'set_active';
  readonly task_id: number;
  readonly flips: spsaRules.Flip[];
  readonly active: boolean;
  readonly spsa_results: spsaRules.SpsaResult;
}

interface FlowTask {
  active: boolean;
  spsa_params?: TaskSpsaParams;
}

const CALLS: Readonly<Record<string, Call>> = {
  spsa_flow: replayFlow,
  pack_flips: (input) => {
    const packed = spsaRules.packFlips(numbersAt(input, 'flips'));
    return { packed_hex: Buffer.from(packed).toString('hex'), sig: crc32(packed) };
  },
  unpack_flips: (input) => {
    const packed = Buffer.from(textAt(input, 'packed_hex'), 'hex');
    return spsaRules.unpackFlips(packed, input['length'] === null ? undefined : numberAt(input, 'length'));
  },
  build_spsa_worker_step: (input) => {
    const spsa = documentAt<Spsa>(input, 'spsa');
    const { c, a } = documentAt<{ c: number; a: number }>(input, 'param');
    spsaRules.requireClassic(spsa);
    const { A, alpha, gamma } = spsa;
    const sizes = spsaRules.stepSizes(c, a, A, alpha, gamma, numberAt(input, 'iter_value'));
    return { ...sizes, flip: numberAt(input, 'flip') };
  },
  clip_spsa_param_value: (input) => {
    const { theta, min, max } = documentAt<{ theta: number; min: number; max: number }>(input, 'param');
    return spsaRules.clipTheta(theta + numberAt(input, 'increment'), min, max);
  },
  get_spsa_history_period: (input) =>
    spsaRules.historyPeriod(numberAt(input, 'param_count'), 2 * numberAt(input, 'num_iter')),
  parse_spsa_params: (input) => tuneParams(documentAt(input, 'spsa')),
  build_spsa_state: (input) => newTune(documentAt(input, 'post'), numberAt(input, 'num_games')),
  build_spsa_form_values: (input) =>
    tuneFormValues(documentAt<Spsa | null>(input, 'spsa'), input['num_games']),
  format_spsa_value: (input) => tuneTable(documentAt(input, 'spsa')),
  build_spsa_chart_payload: (input) => tuneChart(documentAt(input, 'spsa')),
};

export const spsaFunctions: readonly string[] = Object.keys(CALLS);

export const spsaSuite: Suite = async (cases) => cases.map(judgeCase);

function judgeCase(recorded: GoldenCase): AuthResult {
  const { input, output } = recorded;
  const call = CALLS[String(input['fn'])];
  if (call === undefined) return unknownFunction(input['fn']);
  const tried = attempt(() => call(input));
  const tolerance = input['fn'] === 'build_spsa_chart_payload' ? CHART_TOLERANCE : TOLERANCE;
  return judgeAttempt(recorded, tried, (answer) => compare(answer, revive(output), tolerance));
}

/** Requests and updates of a few tasks of one run, with the state after every step. */
function replayFlow(input: Arguments): unknown {
  const spsa = documentAt<Spsa>(input, 'spsa');
  spsa.params = tuneParams(spsa);
  const start = { params: structuredClone(spsa.params) };
  const tasks = documentAt<boolean[]>(input, 'tasks_active').map((active): FlowTask => ({ active }));
  const steps = documentAt<FlowStep[]>(input, 'steps').map((step) => {
    const task = tasks[step.task_id]!;
    let response: unknown;
    if (step.op === 'set_active') task.active = step.active;
    else if (step.op === 'request') response = request(spsa, task, step, textAt(input, 'run_id'));
    else applySpsaResult(spsa, task, step.spsa_results, numberAt(input, 'num_games'));
    return { response, state: stateOf(spsa, tasks) };
  });
  return { start, steps };
}

function request(spsa: Spsa, task: FlowTask, { task_id, flips }: FlowStep, runId: string): unknown {
  if (!task.active) {
    return { task_alive: false, info: `request_spsa_data: task ${runId}/${task_id} is not active` };
  }
  const packed = spsaRules.packFlips(flips);
  const { wParams, bParams } = buildWorkerParams(spsa, flips);
  task.spsa_params = { iter: spsa.iter, packed_flips: packed };
  return { w_params: wParams, b_params: bParams, sig: crc32(packed), task_alive: true };
}

function stateOf(spsa: Spsa, tasks: readonly FlowTask[]): unknown {
  const history = spsa.param_history ?? [];
  return {
    iter: spsa.iter,
    theta: spsa.params.map((param) => param.theta),
    history_len: history.length,
    history_last: history.at(-1) ?? null,
    task_spsa_params: tasks.map(({ spsa_params }) =>
      spsa_params === undefined
        ? null
        : { iter: spsa_params.iter, packed_flips: Buffer.from(spsa_params.packed_flips).toString('hex') },
    ),
  };
}
