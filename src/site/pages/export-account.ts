/** All that the server keeps of an account for its owner, as JSON (docs/spec/web-ui.md §7.2). What is public has addresses of its own. */
import { preferencesIn } from '../../operations/account/preferences.js';
import { byName } from '../../operations/account/saved-search.js';
import { fileName } from '../statistics/files-bar.js';
import type { Outcome, Visit } from '../visit.js';

const EXPORTED = ['workerKey', 'workerKeyUse', 'session', 'follow', 'savedSearch', 'preferences'] as const;

/** No secret, nor its hash. Times are UTC. */
export async function exportAccount({ parts: { reader }, member, now }: Visit): Promise<Outcome> {
  const { username, email, tests_repo, groups, pending, blocked, machine_limit, registration_time } = member;
  const [cpuHours, records] = await Promise.all([
    reader.cpuHours(username),
    reader.siteRecordsOfKinds(EXPORTED, username),
  ]);
  const usedAt = new Map(records.workerKeyUse.map(({ key, doc }) => [key, doc.usedAt]));
  const name = encodeURIComponent(username);
  const account = {
    ...{ username, email, tests_repo, groups, pending, blocked, machine_limit },
    registered: utc(registration_time),
    cpu_hours: cpuHours ?? 0,
    worker_keys: records.workerKey.map(({ key, doc }) => {
      const used = usedAt.get(key);
      return {
        ...{ name: doc.name, begins_with: doc.hint, made: utc(doc.made) },
        last_used: used === undefined ? null : utc(used),
      };
    }),
    sessions: records.session
      .filter(({ expires }) => expires > now)
      .map(({ doc }) => ({ browser: doc.browser, made: utc(doc.made), last_seen: utc(doc.seen) })),
    follows: records.follow.map(({ doc }) => ({ test: doc.runId, branch: doc.tag, since: utc(doc.made) })),
    saved_searches: byName(records.savedSearch).map(({ doc }) => ({
      ...{ name: doc.name, address: `/tests/finished?${doc.query}`, made: utc(doc.made) },
    })),
    preferences: { follows_own: preferencesIn(records.preferences[0]).followsOwn },
    tests: `/tests/user/${name}`,
    events: `/actions?user=${name}`,
  };
  return {
    kind: 'fragment',
    body: `${JSON.stringify(account, undefined, 2)}\n`,
    contentType: 'application/json',
    headers: [fileName('account.json', 'attachment')],
  };
}

/** @param time in milliseconds since the epoch */
function utc(time: number): string | null {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
