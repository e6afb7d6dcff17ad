/** New runs of every kind, small enough to be decided within a script. */

import type { RunDocument } from '../../src/model/documents.js';
import { buildRun } from '../../src/operations/run/new-run.js';
import type { NewRunForm } from '../../src/protocol/admin.js';
import type { Random } from '../../src/swarm/seeded-random.js';

const SHA = '0123456789abcdef0123456789abcdef01234567';
const PARAMS = ['P1,10,0,100,5,0.002', 'P2,-3.5,-10,10,1,0.002', 'P3,0,-1,1,0.1,0.01'];

export function makeRun(random: Random, number: number, now: number): RunDocument {
  const id = `65a0${number.toString(16).padStart(20, '0')}`;
  const threads = random.pick([1, 1, 1, 2, 8]);
  const form: NewRunForm = {
    new_tag: `tag_${number}`,
    base_tag: 'master',
    info: 'simulated',
    username: random.pick(['ann', 'ben', 'cid']),
    resolved_new: SHA,
    resolved_base: SHA,
    new_signature: '1234567',
    base_signature: '7654321',
    tc: random.pick(['10+0.1', '60+0.6', '300+3']),
    threads,
    new_options: `Hash=${random.pick([16, 64, 512])}`,
    priority: random.pick([0, 0, 0, 1, -1]),
    throughput: random.pick([10, 100, 200]),
    auto_purge: random.chance(0.7),
    ...(random.chance(0.1) ? { arch_filter: 'avx2|apple' } : {}),
    ...(random.chance(0.1) ? { compiler: 'clang++' } : {}),
  };
  const kind = random.unit();
  if (kind < 0.5) form.sprt = { elo0: random.pick([0, -10]), elo1: random.pick([5, 10]) };
  else form.num_games = random.pick([1000, 2000, 20_000]);
  if (kind > 0.8) {
    delete form.base_signature;
    form.spsa = { raw_params: PARAMS.slice(0, 1 + Math.floor(random.unit() * 3)).join('\n') };
  }
  return buildRun(form, now, id);
}
