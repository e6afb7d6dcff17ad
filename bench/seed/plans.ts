/** The requests of the farm's workers, spelt as Python's json.dumps spells them. */
import { type Mark, type Plan, type PlannedRequest, plannedRequest } from '../load/plan.js';
import { BATCH_GAMES, type FarmOptions, PASSWORD, placeOf, runId, uniqueKey, workerInfo } from './farm.js';

/** JSON with a space after each comma and colon outside of strings. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}: ${pythonJson(member)}`,
  );
  return `{${members.join(', ')}}`;
}

function taskBody(i: number, farm: FarmOptions): Record<string, unknown> {
  const { run, taskId } = placeOf(i, farm);
  const info = workerInfo(uniqueKey(i));
  return { password: PASSWORD, run_id: runId(run), task_id: taskId, worker_info: info };
}

/** Sends to the subject in an order in which neighbours belong to different runs. */
function each(farm: FarmOptions, request: (i: number) => PlannedRequest): PlannedRequest[] {
  return Array.from({ length: farm.tasks }, (_, i) => request(i));
}

export function beatPlan(farm: FarmOptions): Plan {
  const requests = each(farm, (i) => plannedRequest('/api/beat', pythonJson(taskBody(i, farm))));
  return { requests, expect: '"task_alive":true' };
}

const STATS =
  `{"wins": 4, "losses": 4, "draws": 100000001, "crashes": 0, "time_losses": 0, ` +
  `"pentanomial": [0, 2, 100000002, 2, 0]}`;

/** Every update of a task reports one batch of draws more than the one before it. */
export function updatePlan(farm: FarmOptions): Plan {
  const requests = each(farm, (i) => {
    const body = pythonJson(taskBody(i, farm)).replace(', "worker_info"', `, "stats": ${STATS}$&`);
    return plannedRequest('/api/update_task', body, [
      { text: '100000001', start: BATCH_GAMES - 8, step: BATCH_GAMES, radix: 10 },
      { text: '100000002', start: BATCH_GAMES / 2 - 4, step: BATCH_GAMES / 2, radix: 10 },
    ]);
  });
  return { requests, expect: '"task_alive":true' };
}

/** As `beatPlan`, of more workers than there is memory for: a request for each run, in which worker and task change. */
export function fleetBeatPlan(farm: FarmOptions): Plan {
  return { requests: eachRun(farm, '/api/beat', '', []), expect: '"task_alive":true' };
}

/** As `updatePlan`, of such a fleet. */
export function fleetUpdatePlan(farm: FarmOptions): Plan {
  const turns = { of: 'round', count: farm.tasks / farm.runs } as const;
  const marks = [
    { text: '100000001', start: BATCH_GAMES - 8, step: BATCH_GAMES, radix: 10, turns },
    { text: '100000002', start: BATCH_GAMES / 2 - 4, step: BATCH_GAMES / 2, radix: 10, turns },
  ] as const;
  return {
    requests: eachRun(farm, '/api/update_task', `, "stats": ${STATS}`, marks),
    expect: '"task_alive":true',
  };
}

function eachRun(farm: FarmOptions, path: string, more: string, marks: readonly Mark[]): PlannedRequest[] {
  const { runs, tasks } = farm;
  const turns = { of: 'place', count: tasks / runs } as const;
  return Array.from({ length: runs }, (_, run) => {
    const info = workerInfo(uniqueKey(0xffffffff));
    const body = pythonJson({
      password: PASSWORD,
      run_id: runId(run),
      task_id: 4_000_000_001,
      worker_info: info,
    });
    return plannedRequest(path, body.replace(', "worker_info"', `${more}$&`), [
      { text: '4000000001', start: 0, step: 1, radix: 10, turns },
      { text: 'ffffffff', start: run, step: runs, radix: 16, turns },
      ...marks,
    ]);
  });
}

/** Each request comes from a worker that the server has never seen: the costliest case, and none replaces a task. */
export function requestTaskPlan(first = 1_000_000): Plan {
  const body = pythonJson({
    password: PASSWORD,
    worker_info: workerInfo('ffffffff-5a28-4b7d-b27b-d78d97ecf11a'),
  });
  const mark = { text: 'ffffffff', start: first, step: 1, radix: 16 as const };
  return { requests: [plannedRequest('/api/request_task', body, [mark])], expect: '"task_id":' };
}

export function requestVersionPlan(): Plan {
  const body = pythonJson({ password: PASSWORD, worker_info: { username: workerInfo('').username } });
  return { requests: [plannedRequest('/api/request_version', body)], expect: '"version":' };
}
