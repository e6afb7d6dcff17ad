/** Whether a browser says that a form comes from a page of this server; what says nothing is left to the form's token. */
import type { SiteRequest } from './site-messages.js';

export function isOwnPost({ headers, host }: SiteRequest): boolean {
  if (headers.fetchSite === 'cross-site') return false;
  return isOwnOrigin(headers.origin, host);
}

/** Also for what says nothing of where it comes from. */
export function isOwnOrigin(origin: string, host: string): boolean {
  if (origin === '') return true;
  // The scheme may be another in front of a proxy that does not tell it; the host is what matters.
  return URL.canParse(origin) && new URL(origin).host === host;
}
