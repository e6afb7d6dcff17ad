/** What an instance is beside others on the same database (docs/spec/scheduling.md §13). */
import type { Config } from '../config/config.js';

/** Accounts change on the primary: a password or an account status is read again after this time, as in the reference. */
const CREDENTIAL_MAX_AGE_MS = 120_000;

/** The ports tell the role as in the reference: an instance is a secondary only when both are given and differ. */
export function isPrimary({ FISHTEST_PORT: own, FISHTEST_PRIMARY_PORT: text }: Config): boolean {
  return !/^\d+$/.test(text) || own === 0 || Number(text) === own;
}

/** Whether several primaries are set up for the store, of which one serves. */
export function mayWait(config: Config): boolean {
  return config.STANDBY === 'wait' && isPrimary(config);
}

/** How long a verified password is believed. */
export function credentialMaxAge(config: Config): number {
  const wanted = config.CREDENTIAL_MAX_AGE_S * 1000;
  return isPrimary(config) ? wanted : Math.min(wanted, CREDENTIAL_MAX_AGE_MS);
}

/** How workers speak with this server where no proxy is between. */
export function ownScheme({ TLS_CERT_FILE }: Config): 'http' | 'https' {
  return TLS_CERT_FILE === '' ? 'http' : 'https';
}
