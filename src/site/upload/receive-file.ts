/**
 * Reads a multipart form with one file while it comes. Nothing of the file is kept: whoever takes it reads it as fast as it can,
 * and the client is held back meanwhile. Fields count that stand before the file, as browsers send them in the order of the form.
 */

import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { BadForm, checkBoundary, Form } from '../forms.js';

const LIMITS = { fields: 20, fieldSize: 10_000, parts: 30, files: 2, headerPairs: 20 };

export interface IncomingFile {
  /** As the client names it; empty when no file was chosen. */
  readonly name: string;
  readonly content: Readable;
}

/**
 * @param take is given the first file of this field. What it does not read of it is thrown away; when it fails, no more is read
 * @returns all fields, and what `take` returned; undefined when the form has no such file
 * @throws BadForm, what `take` throws, or what `pieces` fail with
 */
export async function receiveFile<T>(
  pieces: AsyncIterable<Uint8Array>,
  { contentType, field }: { contentType: string; field: string },
  take: (file: IncomingFile, form: Form) => Promise<T>,
): Promise<{ readonly form: Form; readonly taken: T | undefined }> {
  const busboy = openParser(contentType);
  const fields: [string, string][] = [];
  const refusal = new AbortController();
  let content: Readable | undefined;
  let taken: Promise<T> | undefined;
  busboy.on('field', (name, value) => fields.push([name, String(value)]));
  busboy.on('file', (name, stream, fileName: string | undefined) => {
    if (name !== field || taken !== undefined) {
      stream.resume();
      return;
    }
    content = stream;
    // Whoever takes the file has an ear for it; when nobody does, an error without one would end the thread.
    stream.on('error', () => {});
    // What is thrown inside of the parser's event would end the thread.
    taken = (async () => await take({ name: fileName ?? '', content: stream }, new Form(fields)))();
    taken.then(
      () => stream.resume(),
      () => refusal.abort(),
    );
  });
  try {
    await pipeline(pieces, busboy, { signal: refusal.signal });
  } catch (error) {
    const cause = refusal.signal.aborted ? undefined : formError(error);
    // Whoever is reading the file learns that no more of it comes.
    content?.destroy(cause ?? new Error('the file is not wanted'));
    await taken;
    throw cause ?? error;
  }
  return { form: new Form(fields), taken: taken && (await taken) };
}

function openParser(contentType: string): InstanceType<typeof Busboy> {
  if (!/^multipart\/form-data\b/i.test(contentType)) throw new BadForm('the form has no place for a file');
  checkBoundary(contentType);
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits: LIMITS });
  } catch {
    throw new BadForm('the form says no boundary between its parts');
  }
}

/** What the parser says of a form is told to its sender. */
function formError(error: unknown): Error {
  const isOfParser =
    error instanceof Error && /multipart|boundary|part/i.test(error.message) && error.name === 'Error';
  if (isOfParser) return new BadForm('the form is not whole');
  return error instanceof Error ? error : new Error(String(error));
}
