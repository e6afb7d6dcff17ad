/**
 * A page thread's answer to one request of the web application: route, session, account, form with its token, permission,
 * then the page. What the page changed is durable before the answer leaves.
 */
import { randomUUID } from 'node:crypto';
import type { WaitWord } from '../memory/locks/wait-word.js';
import type { UserDocument } from '../model/documents.js';
import { pushItem, withSystem } from '../operations/changes.js';
import { Accounts } from './accounts.js';
import { NeedsAdmission, TooMany } from './admission.js';
import { errorPage, NOT_HERE } from './error-pages.js';
import { BadForm, NO_FORM, readForm } from './forms.js';
import { html } from './html.js';
import { Kept } from './kept.js';
import type { LiveAnswer, LiveCall } from './live/live-messages.js';
import { renderLive } from './live/render-live.js';
import { isOwnPost } from './own-post.js';
import { HANDLERS } from './pages/handlers.js';
import { foreignForm, SESSION_ENDED } from './pages/sign-in.js';
import { plainPage, render } from './render.js';
import { findSiteRoute, type SiteRoute } from './routes.js';
import { Sessions } from './sessions.js';
import type { SiteAnswer, SiteCall, SiteRequest } from './site-messages.js';
import { type Outcome, redirect, type SiteParts, Visit } from './visit.js';
import { VisitSession } from './visit-session.js';

/** The visitor may send the body: its page reads it as it comes. */
const WANTS_BODY = Symbol('wants body');
/** How long an answer waits for the store. */
const DURABLE_MS = 20_000;
/** A path that no row of the table has. */
const NOWHERE: SiteRoute = {
  method: 'GET',
  path: '',
  page: 'home',
  who: 'anyone',
  where: 'any',
  cache: 'no-cache',
  bodyLimit: 0,
  asksGitHub: false,
  takesFile: false,
  isShared: false,
};

export class Site {
  readonly #parts: SiteParts;
  readonly #sessions: Sessions;
  readonly #accounts: Accounts;

  /** @param sessionChanges counts changes that pages of this instance made */
  constructor(parts: Omit<SiteParts, 'kept'>, sessionChanges: WaitWord) {
    this.#parts = { ...parts, kept: new Kept(sessionChanges) };
    this.#sessions = new Sessions(parts.reader, sessionChanges);
    this.#accounts = new Accounts(parts.reader, parts.state.users);
  }

  async answer(call: SiteCall): Promise<SiteAnswer> {
    const { request } = call;
    try {
      return await this.#answer(call);
    } catch (error) {
      if (error instanceof NeedsAdmission) return { kind: 'admission', gate: error.gate, key: error.key };
      const reference = randomUUID().slice(0, 8);
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return {
        ...plainPage(request, 500, errorPage.failed(reference)),
        failure: `reference ${reference}, ${request.method}: ${text}`,
      };
    } finally {
      call.body?.close();
    }
  }

  /** What open pages watch. */
  async renderLive(call: LiveCall): Promise<LiveAnswer> {
    return await renderLive(this.#parts, call);
  }

  async #answer(call: SiteCall): Promise<SiteAnswer> {
    const { request } = call;
    const found = findSiteRoute(request.method, request.path);
    if (found.kind === 'moved') {
      const query = request.query === '' ? '' : `?${request.query}`;
      return plainPage(request, 308, '', [['Location', `${encodeURI(found.path)}${query}`]]);
    }
    if (found.kind === 'method') {
      return plainPage(request, 405, errorPage.method(request.method), [['Allow', found.allow]]);
    }
    const route = found.kind === 'found' ? found.route : NOWHERE;
    const params = found.kind === 'found' ? found.params : {};
    const visit = await this.#visit(call, route, params);
    const outcome = found.kind === 'found' ? await this.#outcome(visit) : errorPage.unknownPath();
    return outcome === WANTS_BODY ? { kind: 'body' } : await this.#finish(visit, outcome);
  }

  async #visit(call: SiteCall, route: SiteRoute, params: Readonly<Record<string, string>>): Promise<Visit> {
    const now = Date.now();
    const { settings } = this.#parts;
    const session = await VisitSession.open(this.#sessions, settings, call.request, now);
    const account = await this.#account(session, now);
    return new Visit({ parts: this.#parts, call, route, params, form: NO_FORM, session, account, now });
  }

  /** An account that was blocked or is gone since is signed out, and told why. */
  async #account(session: VisitSession, now: number): Promise<UserDocument | undefined> {
    const { username } = session;
    if (username === undefined) return undefined;
    const user = await this.#accounts.find(username, now);
    if (user !== undefined && !user.blocked && !user.pending) return user;
    session.signOut();
    session.flash(
      'error',
      user?.blocked === true
        ? `The account ${username} is blocked. You are signed out.`
        : `The account ${username} is not there any more, or waits for approval. You are signed out.`,
    );
    return undefined;
  }

  async #outcome(visit: Visit): Promise<Outcome | typeof WANTS_BODY> {
    const { route, parts } = visit;
    if (route.where === 'primary' && !parts.isPrimary) return NOT_HERE;
    try {
      const refusal = this.#refusal(visit);
      if (refusal !== undefined) return refusal;
      if (route.method === 'GET') return await HANDLERS[route.page](visit);
      return route.takesFile ? await this.#file(visit) : await this.#post(visit);
    } catch (error) {
      if (error instanceof TooMany) {
        return visit.wantsFragment
          ? {
              kind: 'fragment',
              status: 429,
              body: html`<span class="note">Too many questions: wait ${error.waitSeconds} s.</span>`,
            }
          : errorPage.tooMany(error.waitSeconds);
      }
      if (error instanceof BadForm) return errorPage.badForm(error.message);
      throw error;
    }
  }

  async #post(visit: Visit): Promise<Outcome> {
    const { request, session, account } = visit;
    const form = await readForm(request.headers.contentType, request.body ?? new Uint8Array());
    const token = request.headers.csrfToken || form.exact('csrf_token');
    if (!isOwnPost(request) || !session.isToken(token)) return foreignForm(visit);
    if (account !== undefined) visit.requireAdmission('post', account.username);
    visit.form = form;
    return await HANDLERS[visit.route.page](visit);
  }

  /** A token that is among the form's fields is checked by the page, before it takes the file. */
  async #file(visit: Visit): Promise<Outcome | typeof WANTS_BODY> {
    const { request, session, member, call } = visit;
    const { csrfToken } = request.headers;
    const isForeign = csrfToken !== '' && !session.isToken(csrfToken);
    if (!isOwnPost(request) || isForeign) return foreignForm(visit);
    visit.requireAdmission('post', member.username);
    return call.body === undefined ? WANTS_BODY : await HANDLERS[visit.route.page](visit);
  }

  /** Where the visitor is led who may not have the page. */
  #refusal(visit: Visit): Outcome | undefined {
    const { route, account, request, session } = visit;
    if (route.who === 'anyone') return undefined;
    if (account === undefined && visit.wantsFragment) {
      return { kind: 'fragment', status: 403, body: html`<span class="note">You are signed out.</span>` };
    }
    if (account === undefined) {
      visit.flash('note', session.hasEnded ? SESSION_ENDED : 'Please sign in.');
      return redirect(
        request.method === 'POST' ? '/login' : `/login?next=${encodeURIComponent(target(request))}`,
      );
    }
    if (route.who === 'account' || visit.isApprover) return undefined;
    visit.flash('error', 'Only approvers may see that page.');
    return redirect('/tests');
  }

  async #finish(visit: Visit, outcome: Outcome): Promise<SiteAnswer> {
    const rendered = await render(visit, outcome);
    const { writes, cookie } = visit.session.finish();
    if (writes.length > 0) {
      const { state } = this.#parts;
      withSystem(state, (slot) => {
        for (const write of writes) pushItem(state, slot, { kind: 'siteRecord', write });
      });
      visit.waitFor(state.commits.next());
    }
    if (
      visit.sequence !== undefined &&
      !(await this.#parts.state.commits.whenDurable(visit.sequence, DURABLE_MS))
    ) {
      return plainPage(visit.request, 503, errorPage.notSaved());
    }
    // Operations end sessions as well.
    if (visit.sequence !== undefined) this.#sessions.changed();
    const cookies = [...visit.cookies, ...(cookie === undefined ? [] : [cookie])];
    const headers = [...rendered.headers, ...cookies.map((each) => ['Set-Cookie', each] as const)];
    return {
      ...rendered,
      headers,
      ...(visit.failedLogin !== undefined && { failedLogin: visit.failedLogin }),
      ...(visit.failure !== undefined && { failure: visit.failure }),
    };
  }
}

function target({ path, query }: SiteRequest): string {
  return query === '' ? path : `${path}?${query}`;
}
