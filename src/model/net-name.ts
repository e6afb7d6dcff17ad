/** Names of networks: they carry the beginning of the file's hash, by which workers check what they downloaded. */

const NET_NAME = /^nn-([a-f0-9]{12})\.nnue$/;

/** Hex digits of the SHA-256 that a name carries. */
const NET_HASH_DIGITS = 12;

export function isNetName(name: string): boolean {
  return NET_NAME.test(name);
}

/** The name that a file with this SHA-256 (hex) must have. */
export function netNameOf(sha256: string): string {
  return `nn-${sha256.slice(0, NET_HASH_DIGITS)}.nnue`;
}
