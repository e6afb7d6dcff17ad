/** What STORE_URL says: which kind of store, and where. */

const SUPPORTED =
  'supported are sqlite:<directory>, for example sqlite:./data, and mongodb://<host>[:<port>][/<database>]';

/** What MongoDB takes on no system, for the name of a database. */
const NO_DATABASE = /[\s\0/\\."$*<>:|?]/;
const LONGEST_DATABASE = 63;

/** What is wrong with a store's URL, as far as its text tells; undefined when nothing is. A driver may find more. */
export function storeUrlProblem(url: string): string | undefined {
  const directory = sqliteDirectory(url);
  if (directory !== undefined) {
    if (directory === '' || directory.startsWith('//')) return `names no directory: ${SUPPORTED}`;
    if (/[?#]/.test(directory))
      return 'has a "?" or a "#": nothing but a directory can be said of an embedded store';
    return pathProblem(directory);
  }
  const scheme = schemeOf(url);
  if (scheme === undefined) return `has no scheme: ${SUPPORTED}`;
  return isMongodb(url) ? databaseProblem(url) : `has the unknown scheme "${scheme}": ${SUPPORTED}`;
}

/** A driver tells of some of these when it is asked for the database, of others only by what the server answers. */
function databaseProblem(url: string): string | undefined {
  const text = /^[^:]*:\/\/[^/?]*\/([^?]*)/.exec(url)?.[1] ?? '';
  let name = text;
  try {
    name = decodeURIComponent(text);
  } catch {
    return `names a database with a "%" that no two hex digits follow`;
  }
  if (Buffer.byteLength(name) > LONGEST_DATABASE) {
    return `names a database of more than ${LONGEST_DATABASE} bytes`;
  }
  return NO_DATABASE.test(name)
    ? 'names a database by characters that no name of one has: a blank or one of / \\ . " $ * < > : | ?'
    : undefined;
}

/** What is wrong with a path in a setting; undefined when nothing is. */
export function pathProblem(path: string): string | undefined {
  if (path.includes('\0')) return 'has a zero byte, which no path can have';
  // Nobody means such a name: it is what a line of a file ended with, and would be a new, empty directory.
  if (path !== path.trim()) return 'begins or ends with a blank';
  if (!/^~[^/]*(?:\/|$)/.test(path)) return undefined;
  return 'begins with a "~" that no shell has replaced by a home directory: write the whole path, or ./~ if it is meant';
}

/** The directory of an embedded store, or undefined for another kind of store. */
export function sqliteDirectory(url: string): string | undefined {
  if (schemeOf(url) !== 'sqlite') return undefined;
  // Both sqlite:/var/lib/shoal and sqlite:///var/lib/shoal name the same place.
  return url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '');
}

export function isMongodb(url: string): boolean {
  return /^mongodb(?:\+srv)?$/.test(schemeOf(url) ?? '');
}

/** Where the admin token is stored: where SHOAL_DATA says, else beside an embedded store, else in ./data. */
export function dataDirectory(config: Readonly<{ SHOAL_DATA: string; STORE_URL: string }>): string {
  return config.SHOAL_DATA || sqliteDirectory(config.STORE_URL) || './data';
}

/** The password of an address is left out. */
export function withoutCredentials(text: string): string {
  // A password of MongoDB's may hold a slash that nobody has escaped.
  return text.replaceAll(/(mongodb(?:\+srv)?:\/\/)\S*@/gi, '$1').replaceAll(/\/\/[^/\s]*@/g, '//');
}

function schemeOf(url: string): string | undefined {
  return /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
}
