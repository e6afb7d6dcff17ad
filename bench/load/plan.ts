/**
 * What a load consists of: requests built before the clock starts, with places in them that are overwritten for each
 * sending, so that a client neither formats text nor allocates while it measures.
 */

/**
 * Digits at a place of the request; fixed width, padded with spaces (decimal) or zeros (hexadecimal). The value of sending n,
 * counted from 0 over all sendings of this request, is start + k · step.
 */
export interface Patch {
  at: number;
  width: number;
  start: number;
  step: number;
  radix: 10 | 16;
  /** What k is: n, or n modulo `count`, or how often n has gone through `count`. */
  turns?: { of: 'place' | 'round'; count: number };
}

export interface PlannedRequest {
  bytes: Uint8Array;
  patches: readonly Patch[];
}

export interface Plan {
  /** Sent round and round. */
  requests: readonly PlannedRequest[];
  /** A reply without this text counts as refused. */
  expect: string;
  /** So does one with another status; absent: 200. */
  status?: number;
}

/** A text of a body that is overwritten for each sending. */
export type Mark = Omit<Patch, 'at' | 'width'> & { text: string };

/** An HTTP request with a JSON body. */
export function plannedRequest(path: string, body: string, marks: readonly Mark[] = []): PlannedRequest {
  const head =
    `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n` +
    `User-Agent: python-requests/2.32.3\r\nAccept: */*\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`;
  const bytes = Buffer.from(head + body);
  const patches = marks.map(({ text, ...patch }) => {
    const at = bytes.indexOf(text);
    if (at < 0) throw new Error(`the body of ${path} does not hold "${text}"`);
    return { ...patch, at, width: text.length };
  });
  return { bytes, patches };
}

/** Writes value n of the patch into the request. */
export function applyPatch(bytes: Uint8Array, patch: Patch, n: number): void {
  const { start, step, turns } = patch;
  const k = turns === undefined ? n : turns.of === 'place' ? n % turns.count : Math.floor(n / turns.count);
  let value = start + k * step;
  for (let i = patch.at + patch.width - 1; i >= patch.at; i--) {
    if (value > 0 || i === patch.at + patch.width - 1) {
      const digit = value % patch.radix;
      bytes[i] = digit < 10 ? 48 + digit : 87 + digit;
      value = Math.floor(value / patch.radix);
    } else {
      bytes[i] = patch.radix === 16 ? 48 : 32;
    }
  }
}
