import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyPatch, type Plan } from '../../bench/load/plan.js';
import { placeOf, runId, uniqueKey } from '../../bench/seed/farm.js';
import { fleetBeatPlan, fleetUpdatePlan } from '../../bench/seed/plans.js';
import { checkRequest, parseBody } from '../../src/protocol/request.js';
import type { WorkerRequest } from '../../src/protocol/request-schema.js';

const FARM = { runs: 3, tasks: 12 };

/** The bodies of so many sendings, round and round. */
function sendings({ requests }: Plan, count: number): WorkerRequest[] {
  return Array.from({ length: count }, (_, i) => {
    const { bytes, patches } = requests[i % requests.length]!;
    const request = Buffer.from(bytes);
    for (const patch of patches) applyPatch(request, patch, Math.floor(i / requests.length));
    const body = parseBody(request.subarray(request.indexOf('\r\n\r\n') + 4));
    assert.equal(checkRequest(body), undefined);
    return body as WorkerRequest;
  });
}

test('every worker of a fleet beats once before any beats again', () => {
  const beats = sendings(fleetBeatPlan(FARM), 2 * FARM.tasks);
  for (const [i, { run_id, task_id, worker_info }] of beats.entries()) {
    const place = placeOf(i % FARM.tasks, FARM);
    assert.deepEqual([run_id, task_id], [runId(place.run), place.taskId]);
    assert.equal(worker_info.unique_key, uniqueKey(i % FARM.tasks));
  }
});

test('every update of a fleet brings more games than the one before it of the same task', () => {
  const draws = sendings(fleetUpdatePlan(FARM), 3 * FARM.tasks).map(({ stats }) => stats!.draws);
  for (const [i, now] of draws.entries()) {
    assert.equal(now, 24 + 32 * Math.floor(i / FARM.tasks));
  }
});
