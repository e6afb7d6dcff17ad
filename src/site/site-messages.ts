/** What a front thread asks a page thread for the web application, and what it gets. */
import type { MessagePort } from 'node:worker_threads';
import type { Admission, AdmissionGate } from './admission.js';

/** A request as the front thread read it; everything in it is the visitor's word. */
export interface SiteRequest {
  /** In capitals. */
  readonly method: string;
  /** URL-decoded. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly scheme: string;
  readonly host: string;
  readonly address: string;
  readonly headers: SiteHeaders;
  readonly body?: Uint8Array;
}

/** Headers that pages look at; empty when they did not come. */
export interface SiteHeaders {
  readonly cookie: string;
  readonly contentType: string;
  readonly csrfToken: string;
  readonly origin: string;
  readonly referer: string;
  readonly fetchSite: string;
  readonly fetchMode: string;
  /** `true`: a part of a page is wanted. */
  readonly htmx: string;
  readonly acceptEncoding: string;
  readonly ifNoneMatch: string;
  readonly userAgent: string;
}

export interface SiteCall {
  readonly kind: 'site';
  readonly request: SiteRequest;
  /** What the front thread's limits said of it so far. */
  readonly admissions: readonly Admission[];
  /** Where a body comes from that is too long for one message; it is told of the bytes that it may forget. */
  readonly body?: MessagePort;
}

/** A piece of a long body; its end; or that no more comes: the client is gone, too slow, or sends too much. */
export type BodyMessage = Uint8Array | 'end' | 'cut' | 'too long';

export type SiteAnswer =
  | {
      readonly kind: 'page';
      readonly status: number;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Uint8Array | string;
      /** The rest of the request is not to be waited for. */
      readonly close?: boolean;
      /** What failed, for the log. */
      readonly failure?: string;
      /** A wrong password was given for this account. */
      readonly failedLogin?: string;
    }
  /** The visitor may send the file: ask again with its body. */
  | { readonly kind: 'body' }
  /** A limit decides first; ask again with what it said. */
  | { readonly kind: 'admission'; readonly gate: AdmissionGate; readonly key: string };

/** Once the limits have spoken. */
export type SettledAnswer = Exclude<SiteAnswer, { kind: 'admission' }>;
