/** The requests of docs/http.md, and what comes back by the newer and by the older binding. */

export interface Edge {
  readonly name: string;
  readonly request: string | Buffer;
  readonly newer: string;
  readonly older: string;
}

const BODY = '{"password":"x"}';
const CHUNKS = `10\r\n${BODY}\r\n0\r\n\r\n`;
const LENGTH = `Content-Length: ${BODY.length}`;

/** A request whose head has these lines besides Host. */
function request(
  lines: readonly string[],
  body = BODY,
  first = 'POST /api/request_version HTTP/1.1',
): string {
  return `${[first, 'Host: a', ...lines].join('\r\n')}\r\n\r\n${body}`;
}

function chunked(body: string, coding = 'chunked'): string {
  return request([`Transfer-Encoding: ${coding}`], body);
}

function line(first: string): string {
  return request([LENGTH], BODY, first);
}

function many(count: number): string {
  return request([LENGTH, ...Array.from({ length: count - 2 }, (_, i) => `X-${i}: y`)]);
}

export const EDGES: readonly Edge[] = [
  { name: 'an ordinary request', request: request([LENGTH]), newer: 'served, next', older: 'served, next' },
  { name: 'HTTP/1.0', request: line('POST /api/request_version HTTP/1.0'), newer: '505', older: 'nothing' },
  {
    name: 'HTTP/2.0 as text',
    request: line('POST /api/request_version HTTP/2.0'),
    newer: '505',
    older: 'nothing',
  },
  { name: 'no Host', request: request([LENGTH]).replace('Host: a\r\n', ''), newer: '400', older: 'nothing' },
  {
    name: 'an empty Host',
    request: request([LENGTH]).replace('Host: a', 'Host:'),
    newer: 'served, next',
    older: 'served, next',
  },
  { name: 'two Hosts', request: request(['Host: b', LENGTH]), newer: '400', older: 'served, next' },
  {
    name: 'two Content-Lengths that differ',
    request: request([LENGTH, 'Content-Length: 3']),
    newer: 'served, next',
    older: 'served, next',
  },
  {
    name: 'two Content-Lengths that differ, with Via',
    request: request(['Via: 1.1 proxy', LENGTH, 'Content-Length: 3']),
    newer: 'nothing',
    older: 'nothing',
  },
  {
    name: 'two Content-Lengths that differ, with X-Forwarded-For',
    request: request(['Content-Length: 3', 'X-Forwarded-For: 192.0.2.7', LENGTH]),
    newer: 'nothing',
    older: 'nothing',
  },
  {
    name: 'two Content-Lengths that differ, to no worker endpoint',
    request: request([LENGTH, 'Content-Length: 3'], BODY, 'POST /login HTTP/1.1'),
    newer: 'nothing',
    older: 'nothing',
  },
  {
    name: 'two Content-Lengths that agree, with Via',
    request: request(['Via: 1.1 proxy', LENGTH, LENGTH]),
    newer: 'served, next',
    older: 'served, next',
  },
  {
    name: 'two Content-Lengths that agree',
    request: request([LENGTH, LENGTH]),
    newer: 'served, next',
    older: 'served, next',
  },
  {
    name: 'a list of Content-Lengths',
    request: request(['Content-Length: 16, 16']),
    newer: '400',
    older: 'nothing',
  },
  { name: 'Content-Length: +16', request: request(['Content-Length: +16']), newer: '400', older: 'nothing' },
  { name: 'Content-Length: -1', request: request(['Content-Length: -1']), newer: '400', older: 'nothing' },
  {
    name: 'a space before the colon',
    request: request([`Content-Length : ${BODY.length}`]),
    newer: '400',
    older: 'nothing',
  },
  { name: 'chunked', request: chunked(CHUNKS), newer: 'served, next', older: 'served, next' },
  {
    name: 'Chunked, with a capital',
    request: chunked(CHUNKS, 'Chunked'),
    newer: 'served, next',
    older: 'served, next',
  },
  {
    name: 'Transfer-Encoding with Content-Length',
    request: request(['Transfer-Encoding: chunked', LENGTH], CHUNKS),
    newer: '400',
    older: 'nothing',
  },
  {
    name: 'Transfer-Encoding: gzip, chunked',
    request: chunked(CHUNKS, 'gzip, chunked'),
    newer: 'nothing',
    older: 'nothing',
  },
  {
    name: 'Transfer-Encoding: chunked, chunked',
    request: chunked(CHUNKS, 'chunked, chunked'),
    newer: 'nothing',
    older: 'nothing',
  },
  {
    name: 'Transfer-Encoding: xchunked',
    request: chunked(CHUNKS, 'xchunked'),
    newer: 'nothing',
    older: 'nothing',
  },
  {
    name: 'two Transfer-Encodings',
    request: request(['Transfer-Encoding: chunked', 'Transfer-Encoding: gzip'], CHUNKS),
    newer: 'nothing',
    older: 'nothing',
  },
  {
    name: 'Transfer-Encoding: identity with Content-Length',
    request: request(['Transfer-Encoding: identity', LENGTH]),
    newer: '400',
    older: 'nothing',
  },
  {
    name: 'a chunk extension',
    request: chunked(CHUNKS.replace('10', '10;a=b')),
    newer: 'nothing',
    older: 'nothing',
  },
  {
    name: 'a trailer',
    request: chunked(CHUNKS.replace('0\r\n\r\n', '0\r\nX: y\r\n\r\n')),
    newer: '505',
    older: 'served',
  },
  {
    name: 'a chunk without its CRLF',
    request: chunked(CHUNKS.replace('}\r\n', '}XX')),
    newer: 'served, next',
    older: 'served, next',
  },
  {
    name: 'a chunk size that is no number',
    request: chunked(CHUNKS.replace('10', 'zz')),
    newer: '400',
    older: 'nothing',
  },
  {
    name: 'a chunk size over 64 bits',
    request: chunked(CHUNKS.replace('10', 'f'.repeat(17))),
    newer: '400',
    older: 'nothing',
  },
  {
    name: 'absolute-form',
    request: line('POST http://a/api/request_version HTTP/1.1'),
    newer: '505',
    older: 'nothing',
  },
  {
    name: 'a method in lower case',
    request: line('post /api/request_version HTTP/1.1'),
    newer: 'served, next',
    older: 'nothing',
  },
  {
    name: 'an unknown method',
    request: line('FROB /api/request_version HTTP/1.1'),
    newer: '405, next',
    older: 'nothing',
  },
  {
    name: 'Connection: close',
    request: request(['Connection: close', LENGTH]),
    newer: 'served, next',
    older: 'served, next',
  },
  {
    name: 'Connection: foo, close',
    request: request(['Connection: foo, close', LENGTH]),
    newer: 'served, next',
    older: 'served, next',
  },
  { name: 'an empty header name', request: request([': x', LENGTH]), newer: 'served, 404', older: 'nothing' },
  { name: 'a header line without a colon', request: request(['X', LENGTH]), newer: '400', older: 'nothing' },
  { name: 'obs-fold', request: request(['X: y', ' z', LENGTH]), newer: '400', older: 'nothing' },
  {
    name: 'line ends without CR',
    request: request([LENGTH]).replaceAll('\r\n', '\n'),
    newer: '505',
    older: 'nothing',
  },
  { name: 'a NUL in a header value', request: request(['X: a\0b', LENGTH]), newer: '400', older: 'nothing' },
  {
    name: 'an 8-bit target',
    request: Buffer.from('GET /api/\xe9 HTTP/1.1\r\nHost: a\r\n\r\n', 'latin1'),
    newer: '404, next',
    older: '404, next',
  },
  { name: '60 headers', request: many(60), newer: 'served, next', older: 'nothing' },
  { name: '100 headers', request: many(100), newer: '431', older: 'nothing' },
  {
    name: 'a header of 3 KB',
    request: request([`X: ${'y'.repeat(3000)}`, LENGTH]),
    newer: 'served, next',
    older: 'served, next',
  },
  {
    name: 'a header of 9 KB',
    request: request([`X: ${'y'.repeat(9000)}`, LENGTH]),
    newer: 'served, next',
    older: 'served, next',
  },
  {
    name: 'a header of 17 KB',
    request: request([`X: ${'y'.repeat(17_000)}`, LENGTH]),
    newer: '431',
    older: 'served, next',
  },
  {
    name: 'Expect: 100-continue',
    request: request(['Expect: 100-continue', LENGTH]),
    newer: '100, served, next',
    older: '100, served, next',
  },
  { name: 'an empty line first', request: `\r\n${request([LENGTH])}`, newer: 'nothing', older: 'nothing' },
];
