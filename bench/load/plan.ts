/**
 * What a load consists of: requests built before the clock starts, with places in them that are overwritten for each
 * sending, so that a client neither formats text nor allocates while it measures.
 */

/** Digits at a place of the request; fixed width, padded with spaces (decimal) or zeros (hexadecimal). */
export interface Patch {
  at: number;
  width: number;
  /** The value of sending n (counted from 0 over all sendings of this request) is start + n · step. */
  start: number;
  step: number;
  radix: 10 | 16;
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
}

/** An HTTP request with a JSON body. `marks` are texts of the body to be overwritten. */
export function plannedRequest(
  path: string,
  body: string,
  marks: readonly (Omit<Patch, 'at' | 'width'> & { text: string })[] = [],
): PlannedRequest {
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
  let value = patch.start + n * patch.step;
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
