/**
 * The session of one request: what the browser came with, and what becomes of it. Nothing is written before `finish`, which
 * says what the store and the browser are to be told.
 */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Flash, SessionDocument, SiteRecord, SiteRecordWrite } from '../model/site-record.js';
import { keyOfSecret, type Sessions } from './sessions.js';
import type { SiteRequest } from './site-messages.js';
import type { SiteSettings } from './site-settings.js';
import { newCsrfToken, readVisitor, type Visitor, writeVisitor } from './visitor-cookie.js';

export const SESSION_COOKIE = 'fishtest_session';
const ID = /^[A-Za-z0-9_-]{43}$/;
const TOKEN = /^[0-9a-f]{64}$/;
const DAY_MS = 86_400_000;
/** Use of a session that is not remembered is noted this often. */
const SEEN_MS = 600_000;
const MOST_FLASHES = 20;
const BROWSER_LENGTH = 200;

type Member = SiteRecord<'session'>;

export interface SessionEnd {
  readonly writes: readonly SiteRecordWrite[];
  /** Value of a Set-Cookie header. */
  readonly cookie: string | undefined;
}

export class VisitSession {
  readonly #settings: SiteSettings;
  readonly #request: SiteRequest;
  readonly #now: number;
  #member: Member | undefined;
  #visitor: Visitor | undefined;
  /** A new secret that the browser is to be given. */
  #secret: string | undefined;
  readonly #writes: SiteRecordWrite[] = [];
  #isDirty = false;
  /** The store does not have the session yet. */
  #isNew = false;
  #clearsCookie = false;

  private constructor(settings: SiteSettings, request: SiteRequest, now: number) {
    this.#settings = settings;
    this.#request = request;
    this.#now = now;
  }

  static async open(
    sessions: Sessions,
    settings: SiteSettings,
    request: SiteRequest,
    now: number,
  ): Promise<VisitSession> {
    const session = new VisitSession(settings, request, now);
    const cookie = parseCookie(request.headers.cookie)[SESSION_COOKIE] ?? '';
    if (ID.test(cookie)) {
      session.#member = await sessions.find(keyOfSecret(cookie), now);
      session.#clearsCookie = session.#member === undefined;
      session.#renew(cookie);
    } else session.#visitor = readVisitor(cookie, settings.secret);
    return session;
  }

  /** Name of the account that is signed in. */
  get username(): string | undefined {
    return this.#member?.owner;
  }

  /** Key of the record of this session. */
  get key(): string | undefined {
    return this.#member?.key;
  }

  /** The token that forms send back; undefined for a visitor who was shown no form. */
  get csrfToken(): string | undefined {
    return this.#member?.doc.csrfToken ?? this.#visitor?.csrfToken;
  }

  /** A form is shown: the visitor gets a session if he has none. */
  requireToken(): string {
    const known = this.csrfToken;
    if (known !== undefined) return known;
    this.#visitor = { csrfToken: newCsrfToken(), flashes: [] };
    this.#isDirty = true;
    return this.#visitor.csrfToken;
  }

  /** The browser came with a session that is not there any more. */
  get hasEnded(): boolean {
    return this.#clearsCookie && this.#member === undefined;
  }

  isToken(given: string): boolean {
    const { csrfToken } = this;
    if (csrfToken === undefined || !TOKEN.test(given)) return false;
    return timingSafeEqual(Buffer.from(given), Buffer.from(csrfToken));
  }

  /** Shown once, on the next whole page. */
  flash(kind: Flash['kind'], text: string, more: Pick<Flash, 'stopped'> = {}): void {
    this.requireToken();
    this.#setFlashes([...this.#flashes(), { kind, text, ...more }].slice(-MOST_FLASHES));
  }

  takeFlashes(): readonly Flash[] {
    const flashes = this.#flashes();
    if (flashes.length > 0) this.#setFlashes([]);
    return flashes;
  }

  /** Begins a session with a new secret and a new token; what the browser had before is worth nothing. */
  signIn(username: string, remember: boolean): void {
    const flashes = this.#flashes();
    this.#forget();
    this.#visitor = undefined;
    this.#secret = randomBytes(32).toString('base64url');
    const doc: SessionDocument = {
      made: this.#now,
      seen: this.#now,
      remember,
      csrfToken: newCsrfToken(),
      flashes,
      browser: this.#request.headers.userAgent.slice(0, BROWSER_LENGTH),
    };
    const key = keyOfSecret(this.#secret);
    this.#member = { kind: 'session', key, owner: username, expires: this.#expiry(remember), doc };
    this.#isDirty = true;
    this.#isNew = true;
  }

  /** Ends the session; messages that come afterwards are for the visitor. */
  signOut(): void {
    this.#forget();
    this.#visitor = undefined;
    this.#clearsCookie = true;
  }

  /** Ends all sessions of the account but this one. */
  signOutOthers(): void {
    const { owner, key } = this.#member!;
    this.#writes.push({ write: 'removeOwned', kind: 'session', owner, exceptKey: key });
  }

  /** Ends another session. */
  end(key: string): void {
    this.#writes.push({ write: 'remove', kind: 'session', key });
  }

  finish(): SessionEnd {
    const writes = [...this.#writes];
    if (this.#isDirty && this.#member !== undefined) {
      writes.push({ write: this.#isNew ? 'put' : 'update', record: this.#member });
    }
    return { writes, cookie: this.#cookie() };
  }

  /** Lengthens the session from time to time, and its cookie with it. */
  #renew(secret: string): void {
    const member = this.#member;
    if (member === undefined) return;
    const { seen, remember } = member.doc;
    if (this.#now - seen < (remember ? DAY_MS : SEEN_MS)) return;
    const doc = { ...member.doc, seen: this.#now };
    this.#member = { ...member, expires: this.#expiry(remember), doc };
    this.#secret = secret;
    this.#isDirty = true;
  }

  #forget(): void {
    const member = this.#member;
    if (member !== undefined) this.#writes.push({ write: 'remove', kind: 'session', key: member.key });
    this.#member = undefined;
    this.#isDirty = false;
  }

  #flashes(): readonly Flash[] {
    return this.#member?.doc.flashes ?? this.#visitor?.flashes ?? [];
  }

  #setFlashes(flashes: readonly Flash[]): void {
    this.#isDirty = true;
    if (this.#member !== undefined) {
      this.#member = { ...this.#member, doc: { ...this.#member.doc, flashes } };
    } else if (this.#visitor !== undefined) this.#visitor = { ...this.#visitor, flashes };
  }

  #expiry(remember: boolean): number {
    const { rememberMs, idleMs } = this.#settings;
    return this.#now + (remember ? rememberMs : idleMs);
  }

  #cookie(): string | undefined {
    if (this.#member !== undefined) {
      return this.#secret === undefined ? undefined : this.#write(this.#secret, this.#member.doc.remember);
    }
    if (this.#visitor !== undefined && (this.#isDirty || this.#clearsCookie)) {
      return this.#write(writeVisitor(this.#visitor, this.#settings.secret), false);
    }
    return this.#clearsCookie && this.#visitor === undefined ? this.#write('', false, 0) : undefined;
  }

  #write(value: string, remember: boolean, maxAge?: number): string {
    const age = remember ? this.#settings.rememberMs / 1000 : maxAge;
    return stringifySetCookie({
      name: SESSION_COOKIE,
      value,
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      ...(this.#request.scheme === 'https' && { secure: true }),
      ...(age !== undefined && { maxAge: age }),
    });
  }
}
