/** One request of the web application, as its page sees it. */
import type { GitHub } from '../github/github.js';
import type { UserDocument } from '../model/documents.js';
import type { Flash } from '../model/site-record.js';
import type { State } from '../state/state.js';
import type { NetFiles } from '../store/networks/net-files.js';
import type { Reader } from '../store/port.js';
import { requireAdmission } from './admission.js';
import type { Form } from './forms.js';
import type { Html } from './html.js';
import type { Kept } from './kept.js';
import type { SiteRoute } from './routes.js';
import type { SiteCall, SiteRequest } from './site-messages.js';
import type { SiteSettings } from './site-settings.js';
import type { VisitSession } from './visit-session.js';

export const APPROVERS = 'group:approvers';

/** What all requests of a page thread share. */
export interface SiteParts {
  readonly state: State;
  readonly reader: Reader;
  readonly settings: SiteSettings;
  readonly isPrimary: boolean;
  readonly github: GitHub;
  readonly networks: NetFiles;
  /** What the thread remembers for a moment. */
  readonly kept: Kept;
}

/** What a page's function gives back. */
export type Outcome =
  | PageOutcome
  /** A part of a page, for a script. */
  | {
      readonly kind: 'fragment';
      readonly status?: number;
      readonly body: Html | string;
      /** Absent: HTML. */
      readonly contentType?:
        | 'application/json'
        | 'application/atom+xml; charset=utf-8'
        | 'text/csv; charset=utf-8'
        | 'text/plain; charset=utf-8';
      readonly headers?: readonly (readonly [string, string])[];
    }
  /** 302 to a path of this server. */
  | { readonly kind: 'redirect'; readonly to: string }
  /** 404: what the address names is not there. */
  | { readonly kind: 'missing'; readonly text: string };

export interface PageOutcome {
  readonly kind: 'page';
  readonly status?: number;
  readonly title: string;
  /** For previews of a link to the page. */
  readonly description?: string;
  /** A preview of its own for each of the page's queries. */
  readonly preview?: { readonly title: string };
  readonly body: Html;
  /** Feeds of what the page shows. */
  readonly feeds?: readonly { readonly title: string; readonly url: string }[];
  /** Scripts of this page alone, by their names in browser/. */
  readonly scripts?: readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
}

export class Visit {
  readonly parts: SiteParts;
  readonly call: SiteCall;
  readonly route: SiteRoute;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Empty but for a POST. */
  form: Form;
  readonly session: VisitSession;
  /** Who is signed in; as it was at most a second ago. */
  readonly account: UserDocument | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** A change that must be durable before the answer leaves: its number. */
  sequence: number | undefined;
  /** Set-Cookie headers beside that of the session. */
  readonly cookies: string[] = [];
  /** The account that a wrong password was given for. */
  failedLogin: string | undefined;
  /** What failed though the visitor got a page of it: for the log. */
  failure: string | undefined;

  constructor(
    fields: Pick<Visit, 'parts' | 'call' | 'route' | 'params' | 'form' | 'session' | 'account' | 'now'>,
  ) {
    const { parts, call, route, params, form, session, account, now } = fields;
    this.parts = parts;
    this.call = call;
    this.route = route;
    this.params = params;
    this.form = form;
    this.session = session;
    this.account = account;
    this.now = now;
    this.query = new URLSearchParams(call.request.query);
  }

  get request(): SiteRequest {
    return this.call.request;
  }

  get isApprover(): boolean {
    return this.account?.groups.includes(APPROVERS) === true;
  }

  /** Who is signed in, on a page that nobody else gets. */
  get member(): UserDocument {
    if (this.account === undefined) throw new Error(`${this.route.path} is for accounts and has none`);
    return this.account;
  }

  /** A script asks for a part of a page. */
  get wantsFragment(): boolean {
    const { htmx, fetchMode } = this.request.headers;
    return htmx === 'true' && fetchMode !== 'navigate';
  }

  flash(kind: Flash['kind'], text: string, more: Pick<Flash, 'stopped'> = {}): void {
    this.session.flash(kind, text, more);
  }

  /** @param cookie value of a Set-Cookie header */
  setCookie(cookie: string): void {
    this.cookies.push(cookie);
  }

  /** Call before anything is changed. @throws NeedsAdmission @throws TooMany */
  requireAdmission(gate: Parameters<typeof requireAdmission>[1], key: string): void {
    requireAdmission(this.call, gate, key);
  }

  /** The answer waits until the change of that number is durable. */
  waitFor(sequence: number): void {
    const { sequence: other } = this;
    this.sequence = other === undefined || ((sequence - other) | 0) > 0 ? sequence : other;
  }
}

export function redirect(to: string): Outcome {
  return { kind: 'redirect', to };
}
