/** The admin API's service of a server that stands by, and the switch to the one that answers everything. */
import { AdminError, type AdminService, type ClusterView } from '../../protocol/admin.js';
import { type AdminVerb, adminRequests } from '../../protocol/admin-schemas.js';

const verbs = Object.keys(adminRequests) as AdminVerb[];

type AnyVerb = (request: unknown) => Promise<unknown>;

function serviceOf(answer: (verb: AdminVerb) => AnyVerb): AdminService {
  return Object.fromEntries(verbs.map((verb) => [verb, answer(verb)])) as unknown as AdminService;
}

/** Passes each request to the service that is in use when it comes. */
export class SwitchedService {
  readonly service: AdminService;
  #current: AdminService;

  constructor(first: AdminService) {
    this.#current = first;
    this.service = serviceOf((verb) => (request) => (this.#current[verb] as AnyVerb)(request));
  }

  use(service: AdminService): void {
    this.#current = service;
  }
}

/** Tells what it waits for, and nothing else. */
export function standingBy(cluster: () => ClusterView): AdminService {
  return serviceOf((verb) => async () => {
    if (verb === 'cluster') return { cluster: cluster() };
    const { role, holder } = cluster();
    const who = holder === '' ? '' : `: ${holder} serves`;
    throw new AdminError(
      503,
      role === 'standby' ? `this server is standing by${who}` : 'this server is starting',
    );
  });
}
