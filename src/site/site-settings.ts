/** What the operator chose for the web application. */
export interface SiteSettings {
  /** False: none of it is served. */
  readonly isOn: boolean;
  /** Signs the cookies of visitors who are not signed in, and the puzzles of the sign-up form. */
  readonly secret: string;
  readonly signupIsOpen: boolean;
  /** Whether the domain of an address is asked for its mail servers. */
  readonly checksMailDomain: boolean;
  /** A session that is not to be remembered ends after so long without a request. */
  readonly idleMs: number;
  readonly rememberMs: number;
  /** A clear-text password of an old database is replaced by its hash when its owner signs in. */
  readonly rehashes: boolean;
  readonly links: readonly SiteLink[];
}

/** An entry of the menu that leads elsewhere. */
export interface SiteLink {
  readonly menu: string;
  readonly name: string;
  readonly url: string;
}
