/** Forms as browsers send them: url-encoded, or multipart without files (docs/spec/web-ui.md §1). */
import { Busboy } from '@fastify/busboy';

const MOST_FIELDS = 200;

/** The form cannot be read; the text is for the visitor. */
export class BadForm extends Error {}

/** Fields by name; of a field that comes twice the last counts, as the reference has it. */
export class Form {
  readonly #all: readonly (readonly [string, string])[];
  readonly #fields: ReadonlyMap<string, string>;

  constructor(fields: Iterable<readonly [string, string]>) {
    this.#all = [...fields];
    this.#fields = new Map(this.#all);
  }

  /** Line ends as \n, without blanks at both ends; empty when it did not come. */
  text(name: string): string {
    return this.exact(name).replaceAll('\r\n', '\n').trim();
  }

  /** As it was sent. */
  exact(name: string): string {
    return this.#fields.get(name) ?? '';
  }

  /** Each value of a field that may come several times, in the form's order. */
  values(name: string): string[] {
    return this.#all.filter(([each]) => each === name).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.#fields.has(name);
  }
}

export const NO_FORM = new Form([]);

/** @throws BadForm */
export async function readForm(contentType: string, body: Uint8Array): Promise<Form> {
  if (/^multipart\/form-data\b/i.test(contentType)) {
    checkBoundary(contentType);
    return new Form(await readMultipart(contentType, body));
  }
  const fields = [...new URLSearchParams(Buffer.from(body).toString('utf8'))];
  if (fields.length > MOST_FIELDS) throw new BadForm(`the form has more than ${MOST_FIELDS} fields`);
  return new Form(fields);
}

/** Of 1 to 70 characters (RFC 2046 §5.1.1). */
const BOUNDARY = /;\s*boundary=("?)[0-9A-Za-z'()+_,./:=?-]{1,70}\1\s*(?:;|$)/i;
/** However it is written; a value may hold the word, as browsers' do. */
const BOUNDARIES = /;\s*boundary[*\d\s]*=/gi;

/**
 * Before a parser has it: one that is given an empty boundary looks for it for ever, and takes its thread with it.
 * @throws BadForm
 */
export function checkBoundary(contentType: string): void {
  if (BOUNDARY.test(contentType) && contentType.match(BOUNDARIES)?.length === 1) return;
  throw new BadForm('the form says no boundary between its parts, or one that is none');
}

function readMultipart(contentType: string, body: Uint8Array): Promise<(readonly [string, string])[]> {
  return new Promise((resolve, reject) => {
    const refuse = (text: string) => reject(new BadForm(text));
    const fields: [string, string][] = [];
    try {
      const limits = { fields: MOST_FIELDS, files: 0, fieldSize: body.length + 1, parts: MOST_FIELDS };
      const busboy = new Busboy({ headers: { 'content-type': contentType }, limits });
      busboy.on('field', (name, value) => fields.push([name, String(value)]));
      busboy.on('fieldsLimit', () => refuse(`the form has more than ${MOST_FIELDS} fields`));
      busboy.on('partsLimit', () => refuse(`the form has more than ${MOST_FIELDS} parts`));
      busboy.on('error', () => refuse('the form is not whole'));
      busboy.on('finish', () => resolve(fields));
      busboy.end(Buffer.from(body));
    } catch {
      refuse('the form says no boundary between its parts');
    }
  });
}
