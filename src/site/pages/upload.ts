/** Uploading a network (docs/spec/web-ui.md §4.12). The file goes to its place as it comes: hashed, compressed, read back. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isNetName, netNameOf } from '../../model/net-name.js';
import { actorOf } from '../../operations/actor.js';
import { addNetwork } from '../../operations/network/change-networks.js';
import { OperationRefused } from '../../operations/refusal.js';
import { LARGEST_NET } from '../../store/networks/net-files.js';
import { BadForm, type Form } from '../forms.js';
import { type Html, html } from '../html.js';
import { tokenField } from '../layout.js';
import { visibleText } from '../lists/info-text.js';
import { BodyCut, readBody } from '../upload/body-source.js';
import { type IncomingFile, receiveFile } from '../upload/receive-file.js';
import { type Outcome, type PageOutcome, redirect, type Visit } from '../visit.js';
import { foreignForm } from './sign-in.js';

const LIST = '/nns';
const LONGEST_NAME = 60;
/** Errors of a disk that takes no more, or nothing. */
const DISK_ERRORS: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EROFS',
  'EACCES',
  'EPERM',
  'EIO',
]);

/** The form has no token of this session. */
class ForeignForm extends Error {}

export function uploadForm(visit: Visit): Outcome {
  return uploadPage(visit, []);
}

export async function upload(visit: Visit): Promise<Outcome> {
  const { request, call } = visit;
  if (call.body === undefined) throw new Error('there is no body to read');
  const { contentType } = request.headers;
  try {
    const place = { contentType, field: 'network' };
    const { form, taken } = await receiveFile(readBody(call.body), place, async (file, fields) => {
      checkToken(visit, fields);
      return await takeFile(visit, file, fields);
    });
    checkToken(visit, form);
    return taken === undefined ? refused(visit, 'Choose a file.') : added(visit, taken);
  } catch (error) {
    // What is no such form at all has no token either.
    const hasToken = request.headers.csrfToken !== '';
    const isForeign = error instanceof ForeignForm || (error instanceof BadForm && !hasToken);
    if (isForeign) return foreignForm(visit);
    if (error instanceof BadForm || error instanceof OperationRefused)
      return refused(visit, sentence(error.message));
    if (error instanceof BodyCut) return refused(visit, sentence(error.message), error.isTooLong ? 413 : 400);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || !DISK_ERRORS.has(code)) throw error;
    visit.failure = `a network could not be stored: ${(error as Error).message}`;
    return refused(visit, `The file could not be written (${code}). Please tell whoever runs this server.`);
  }
}

/** A token in the header was looked at before the body was asked for. @throws ForeignForm */
function checkToken({ session, request }: Visit, form: Form): void {
  const { csrfToken } = request.headers;
  if (csrfToken === '' && !session.isToken(form.exact('csrf_token'))) throw new ForeignForm();
}

/** @returns the network's name @throws OperationRefused */
async function takeFile(visit: Visit, { name, content }: IncomingFile, form: Form): Promise<string> {
  const { parts, member } = visit;
  if (name === '') throw new OperationRefused('invalid', 'choose a file');
  if (form.exact('license') === '') {
    throw new OperationRefused('invalid', 'tick that the network may be given away under CC0');
  }
  if (!isNetName(name)) throw new OperationRefused('invalid', await wrongName(name, content));
  if (!(await parts.networks.hasRoomFor(LARGEST_NET))) {
    throw new OperationRefused('conflict', 'there is no room for another network on this server’s disk');
  }
  const { value, sequence } = await addNetwork(
    { state: parts.state, reader: parts.reader, files: parts.networks },
    actorOf(member),
    { name, source: content },
    Date.now(),
  );
  visit.waitFor(sequence);
  return value.name;
}

/** Reads on to tell under which name the file would be taken. */
async function wrongName(name: string, content: Readable): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(content, hash);
  const given = visibleText(name.slice(0, LONGEST_NAME));
  return `${given} is no name of a network: by its content the file is ${netNameOf(hash.digest('hex'))}`;
}

function added(visit: Visit, name: string): Outcome {
  visit.flash('note', `${name} is uploaded. Tests may use it now.`);
  if (!visit.wantsFragment) return redirect(LIST);
  return { kind: 'fragment', body: '', headers: [['HX-Redirect', LIST]] };
}

function refused(visit: Visit, problem: string, status = 422): Outcome {
  if (visit.wantsFragment) return { kind: 'fragment', status, body: problemText(problem) };
  return { ...uploadPage(visit, [problem]), status };
}

function uploadPage(visit: Visit, problems: readonly string[]): PageOutcome {
  const body = html`<section class="card plain narrow">
<h1>Upload a network</h1>
<div id="upload-problem">${problems.map(problemText)}</div>
<form method="post" action="/upload" enctype="multipart/form-data" class="fields" id="upload" data-most="${LARGEST_NET}">
${tokenField(visit.session.requireToken())}
<label class="check"><input type="checkbox" name="license" value="CC0" required> The network is mine to give away, and anybody may use it for anything (licence CC0).</label>
<div class="field"><label for="network">Network</label>
<input type="file" id="network" name="network" accept=".nnue" required aria-describedby="network-hint">
<p class="hint" id="network-hint">A file of less than ${LARGEST_NET / 1_000_000} MB, named nn-, the first 12 hex digits of its SHA-256, and .nnue.</p></div>
<div class="row"><button type="submit" class="primary">Upload</button><button type="button" class="quiet" id="upload-stop" hidden>Stop</button></div>
<div id="upload-progress" hidden><progress max="1" value="0" aria-label="Sent"></progress> <span role="status"></span></div>
</form>
<p class="note">It takes some seconds after the last byte: the file is compressed and read back. <a href="${LIST}">Networks that are here</a></p>
</section>`;
  return { kind: 'page', title: 'Upload a network', body, scripts: ['upload-progress'] };
}

function problemText(problem: string): Html {
  return html`<p class="problem" role="alert">${problem}</p>`;
}

/** Names of networks begin small. */
function sentence(text: string): string {
  const first = text.startsWith('nn-') ? text.slice(0, 1) : text.slice(0, 1).toUpperCase();
  return `${first}${text.slice(1)}.`;
}
