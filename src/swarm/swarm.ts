/** A whole swarm against a server: baseline, fleet, comparison, report. */
import type { Access } from './access.js';
import { Fleet } from './fleet.js';
import { type SwarmOptions, swarmOptions } from './options.js';
import { makeReport, type SwarmReport } from './swarm-report.js';
import { takeBaseline, type Verification, verify } from './verify.js';

/** @param watch is given the fleet when it starts, and its answer is called at the end */
export async function runSwarm(
  access: Access,
  given: Partial<SwarmOptions>,
  watch: (fleet: Fleet, options: SwarmOptions) => () => void = () => () => {},
): Promise<SwarmReport> {
  const options = swarmOptions({ ...given, url: access.url, users: access.users });
  const { call } = access;
  const baseline = call === undefined ? undefined : await takeBaseline(call);
  const fleet = new Fleet(options);
  const unwatch = watch(fleet, options);
  const seconds = await fleet.run();
  unwatch();
  let verification: Verification | undefined;
  if (call !== undefined && baseline !== undefined) {
    verification = await verify(call, fleet.ledger, baseline);
  }
  return makeReport(fleet, options, seconds, verification);
}
