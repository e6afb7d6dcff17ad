/**
 * What the web application keeps of its own, beside fishtest's collections: no Python server reads it. A record is found by
 * its kind and key; where the key is a secret (of a session, a worker key, a reset link), it is the secret's SHA-256.
 */

export interface Flash {
  readonly kind: 'error' | 'warning' | 'note';
  readonly text: string;
  /** Run whose stop the message tells, and a button in it takes back. */
  readonly stopped?: string;
}

/** Somebody is signed in with a browser. */
export interface SessionDocument {
  /** Milliseconds since the epoch. */
  readonly made: number;
  readonly seen: number;
  /** Kept when the browser closes. */
  readonly remember: boolean;
  readonly csrfToken: string;
  readonly flashes: readonly Flash[];
  /** What the browser says it is, cut short. */
  readonly browser: string;
}

/** A secret that a worker sends in place of its owner's password. */
export interface WorkerKeyDocument {
  readonly name: string;
  readonly made: number;
  /** First characters of the secret, so that its owner knows it again. */
  readonly hint: string;
}

/** Whoever has the link may choose a new password, once. */
export interface ResetLinkDocument {
  readonly made: number;
  /** Who made the link. */
  readonly by: string;
}

/** When a worker key was last checked, apart from the key: a late note must not bring a revoked one back. */
export interface WorkerKeyUseDocument {
  readonly usedAt: number;
}

/** What an approver is told of a sign-up. */
export interface SignupNoteDocument {
  readonly made: number;
  readonly note: string;
}

/** Something that may be used once, such as a solved puzzle, was used. */
export interface UsedOnceDocument {
  readonly made: number;
}

/** A name or an address is being given away: nobody else gives it away before that is decided. */
export interface IdentityClaimDocument {
  /** Drawn for this one claim. */
  readonly by: string;
}

/** An account is told when this test ends. */
export interface FollowDocument {
  readonly runId: string;
  /** The test's branch when it was followed. */
  readonly tag: string;
  readonly made: number;
}

/** A search that an account has given a name. */
export interface SavedSearchDocument {
  readonly name: string;
  /** Parameters of its address, in their one order. */
  readonly query: string;
  readonly made: number;
}

/** How an account likes the web application; what is absent is as by default. */
export interface PreferencesDocument {
  /** Tests that the account submits are followed from the start. */
  readonly followsOwn?: boolean;
}

/** What the list of blocked workers said of one from then on; the event tells no reason. */
export interface WorkerBlockDocument {
  readonly worker: string;
  readonly by: string;
  readonly isBlocked: boolean;
  /** Absent: the reason alone was changed. */
  readonly isChange?: true;
  readonly reason: string;
  readonly made: number;
}

export interface SiteDocuments {
  session: SessionDocument;
  workerKey: WorkerKeyDocument;
  resetLink: ResetLinkDocument;
  workerKeyUse: WorkerKeyUseDocument;
  signupNote: SignupNoteDocument;
  usedOnce: UsedOnceDocument;
  identityClaim: IdentityClaimDocument;
  follow: FollowDocument;
  savedSearch: SavedSearchDocument;
  preferences: PreferencesDocument;
  workerBlock: WorkerBlockDocument;
}
export type SiteRecordKind = keyof SiteDocuments;

export interface SiteRecord<Kind extends SiteRecordKind = SiteRecordKind> {
  readonly kind: Kind;
  readonly key: string;
  /** Account that the record belongs to; empty: nobody's. */
  readonly owner: string;
  /** When the record counts no more, in milliseconds since the epoch; 0: never. */
  readonly expires: number;
  readonly doc: SiteDocuments[Kind];
}

/** An owner's records of several kinds. */
export type SiteRecordsByKind<Kind extends SiteRecordKind> = {
  readonly [Each in Kind]: readonly SiteRecord<Each>[];
};

/**
 * Inserts or replaces a record; replaces it only if it is still there, so that what was revoked meanwhile stays so; inserts one unless
 * there is one that has not expired at `now`; removes one; removes all of an owner's but one.
 */
export type SiteRecordWrite =
  | { readonly write: 'put' | 'update'; readonly record: SiteRecord }
  | { readonly write: 'claim'; readonly record: SiteRecord; readonly now: number }
  | { readonly write: 'remove'; readonly kind: SiteRecordKind; readonly key: string }
  | {
      readonly write: 'removeOwned';
      readonly kind: SiteRecordKind;
      readonly owner: string;
      readonly exceptKey: string;
    };
