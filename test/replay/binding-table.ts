/**
 * What the older HTTP binding (`uws-node20`) does with requests that RFC 9112 calls malformed: it closes the connection, at once or
 * when the connection has been idle, and answers nothing. What is not in the table must be answered.
 */

interface Head {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly lines: readonly string[];
  readonly text: string;
}

export interface SilentRow {
  readonly kind: string;
  readonly example: string;
  readonly matches: (head: Head) => boolean;
}

/** uWS takes a head of so many bytes and header lines. */
const HEAD_BYTES = 4096;
const HEADER_LINES = 99;
/** Of bytes beyond ASCII in a value the binding thinks nothing. */
const HEADER_LINE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]*:(?:[\t\x80-\x9f]|\P{Cc})*$/u;
const HOST = 'Host: x\r\n';
const get = (lines: string, target = '/healthz') => `GET ${target} HTTP/1.1\r\n${lines}\r\n`;
const post = (lines: string, body = '{}') => `POST /api/beat HTTP/1.1\r\n${HOST}${lines}\r\n${body}`;
const header = (head: Head, name: string) =>
  head.lines
    .find((line) => line.toLowerCase().startsWith(`${name}:`))
    ?.slice(name.length + 1)
    .trim();

export const SILENT_ROWS: readonly SilentRow[] = [
  {
    kind: 'no request line',
    example: 'hello\r\n\r\n',
    matches: ({ version }) => version === '',
  },
  {
    kind: 'another version than HTTP/1.1',
    example: 'GET /healthz HTTP/1.0\r\n\r\n',
    matches: ({ version }) => version !== 'HTTP/1.1',
  },
  {
    kind: 'a method that is no upper-case word',
    example: `get /healthz HTTP/1.1\r\n${HOST}\r\n`,
    matches: ({ method }) => !/^[A-Z]+$/.test(method),
  },
  {
    kind: 'a target that is no path, or has blanks or bytes beyond ASCII',
    example: get(HOST, 'http://x/healthz'),
    matches: ({ target }) => !/^\/[\x21-\x7e]*$/.test(target),
  },
  {
    kind: 'no Host',
    example: get(''),
    matches: (head) => header(head, 'host') === undefined,
  },
  {
    kind: 'lines that end in a line feed alone',
    example: `GET /healthz HTTP/1.1\nHost: x\n\n`,
    matches: ({ text }) => /(?<!\r)\n/.test(text),
  },
  {
    kind: 'a header line without a colon, with an odd name, folded, or with a control character',
    example: get(`${HOST}foo : x\r\n`),
    matches: ({ lines }) => lines.some((line) => !HEADER_LINE.test(line)),
  },
  {
    kind: 'too many headers, or too long a head',
    example: get(`${HOST}${'A: b\r\n'.repeat(HEADER_LINES + 1)}`),
    matches: ({ lines, text }) => lines.length > HEADER_LINES || text.length > HEAD_BYTES,
  },
  {
    kind: 'a Content-Length that is no number, or none that can be',
    example: post('Content-Length: -2\r\n'),
    matches: (head) => !/^\d{0,15}$/.test(header(head, 'content-length') ?? ''),
  },
  {
    kind: 'Transfer-Encoding beside Content-Length',
    example: post('Transfer-Encoding: chunked\r\nContent-Length: 2\r\n'),
    matches: (head) =>
      header(head, 'transfer-encoding') !== undefined && header(head, 'content-length') !== undefined,
  },
  {
    kind: 'an unknown Transfer-Encoding, or chunks with extensions or without a size',
    example: post('Transfer-Encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'),
    matches: (head) => header(head, 'transfer-encoding') !== undefined,
  },
];

/** The row of a request that the binding does not answer; undefined: it has to be answered. @param bytes as latin1 */
export function silentRow(bytes: string): SilentRow | undefined {
  const end = /\r?\n\r?\n/.exec(bytes)?.index ?? bytes.length;
  const text = bytes.slice(0, end);
  const [first = '', ...lines] = text.split(/\r?\n/);
  const [, method = '', target = '', version = ''] = /^(\S+) (.*) (HTTP\/\S+)$/.exec(first) ?? [];
  const head = { method, target, version, lines: lines.filter((line) => line !== ''), text };
  return SILENT_ROWS.find(({ matches }) => matches(head));
}
