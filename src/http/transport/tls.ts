/** The certificate of a server that faces workers without a proxy. */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** Paths of PEM files: the certificate with its chain, and its private key. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** @returns undefined when the server speaks plain HTTP. @throws Error when only one of the two is named */
export function tlsFiles(cert: string, key: string): TlsFiles | undefined {
  if (cert === '' && key === '') return undefined;
  if (cert === '' || key === '') {
    throw new Error(
      'TLS_CERT_FILE and TLS_KEY_FILE belong together: name both files, or neither for plain HTTP',
    );
  }
  return { cert, key };
}

/** uWS says of a bad file only that it failed. @throws Error that names the files and what is wrong */
export function checkTlsFiles({ cert, key }: TlsFiles): void {
  try {
    createSecureContext({ cert: readFileSync(cert), key: readFileSync(key) });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`TLS_CERT_FILE=${cert}, TLS_KEY_FILE=${key} cannot be used: ${why}`);
  }
}
