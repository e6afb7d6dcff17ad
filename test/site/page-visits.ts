/** Pages asked for by their addresses in the test's own process, with nothing remembered of earlier visits. */
import { createHash } from 'node:crypto';
import { GitHubService } from '../../src/github/github-service.js';
import type { SiteRecord } from '../../src/model/site-record.js';
import type { Shared } from '../../src/runtime/shared.js';
import type { Admission } from '../../src/site/admission.js';
import { Site } from '../../src/site/answer-site.js';
import type { SiteAnswer, SiteRequest } from '../../src/site/site-messages.js';
import type { Reader } from '../../src/store/port.js';

const SECRET = 's'.repeat(43);
export const NO_HEADERS = {
  contentType: '',
  csrfToken: '',
  origin: '',
  referer: '',
  fetchSite: '',
  fetchMode: '',
  acceptEncoding: '',
  ifNoneMatch: '',
  userAgent: '',
  cookie: '',
  htmx: '',
};
export const SETTINGS = {
  isOn: true,
  secret: 'secret',
  signupIsOpen: true,
  checksMailDomain: false,
  idleMs: 3_600_000,
  rememberMs: 3_600_000,
  rehashes: false,
  links: [],
};
/** Pages are drawn without what GitHub would say. */
const github = new GitHubService({ isOn: false, apiUrl: '', rawUrl: '', booksUrl: '', token: '' });

/** What the store has of the visitor's session. */
export function sessionOf(owner: string): SiteRecord<'session'> {
  const now = Date.now();
  const doc = { made: now, seen: now, remember: false, csrfToken: 'a'.repeat(64), flashes: [], browser: '' };
  const key = createHash('sha256').update(SECRET).digest('hex');
  return { kind: 'session', key, owner, expires: now + 3_600_000, doc };
}

/** A reader that adds the name of each read to `reads`. */
export function countingReader(reader: Reader, reads: string[]): Reader {
  return new Proxy(reader, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        reads.push(String(name));
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** A GET by the owner of the session, whom no limit stops. */
export async function visitPage(
  shared: Shared,
  reader: Reader,
  address: string,
  isSignedIn = true,
): Promise<SiteAnswer> {
  const parts = { state: shared.state, reader, settings: SETTINGS, isPrimary: true, github };
  const site = new Site(parts as never, shared.sessionChanges);
  const request = requestOf(address, isSignedIn);
  const admissions: Admission[] = [];
  for (;;) {
    const answer = await site.answer({ kind: 'site', request, admissions });
    if (answer.kind !== 'admission') return answer;
    admissions.push({ gate: answer.gate, key: answer.key, waitSeconds: 0 });
  }
}

function requestOf(address: string, isSignedIn: boolean): SiteRequest {
  const [path, query = ''] = address.split('?') as [string, string?];
  const headers = {
    ...NO_HEADERS,
    cookie: isSignedIn ? `fishtest_session=${SECRET}` : '',
    htmx: query.includes('live=') ? 'true' : '',
  };
  return { method: 'GET', path, query, scheme: 'http', host: 'localhost', address: '127.0.0.1', headers };
}
