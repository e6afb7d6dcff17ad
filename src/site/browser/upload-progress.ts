/** Sends a network with its progress shown; what is wrong with a file is told before it is sent. Without this the form works, too. */

const NAME = /^nn-[0-9a-f]{12}\.nnue$/;

interface Parts {
  readonly form: HTMLFormElement;
  readonly problem: HTMLElement;
  readonly stop: HTMLButtonElement;
  readonly submit: HTMLButtonElement;
  readonly progress: HTMLElement;
}

function find(): Parts | undefined {
  const form = document.querySelector<HTMLFormElement>('#upload');
  const problem = document.getElementById('upload-problem');
  const stop = document.querySelector<HTMLButtonElement>('#upload-stop');
  const progress = document.getElementById('upload-progress');
  const submit = form?.querySelector<HTMLButtonElement>('[type=submit]');
  return form && problem && stop && progress && submit
    ? { form, problem, stop, submit, progress }
    : undefined;
}

function start(parts: Parts): void {
  parts.form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (parts.submit.disabled) return;
    const file = parts.form.querySelector<HTMLInputElement>('[type=file]')?.files?.[0];
    const wrong = file === undefined ? 'Choose a file.' : problemOf(file, Number(parts.form.dataset['most']));
    if (wrong === undefined) send(parts);
    else tell(parts, wrong);
  });
}

function problemOf({ name, size }: File, most: number): string | undefined {
  if (!NAME.test(name)) return `${name} is no name of a network: nn-, 12 hex digits, and .nnue.`;
  return size < most ? undefined : `The file has ${size} bytes: a network has less than ${most}.`;
}

function send(parts: Parts): void {
  const { form, stop } = parts;
  const request = new XMLHttpRequest();
  const abort = () => request.abort();
  request.upload.addEventListener('progress', ({ loaded, total }) => show(parts, loaded, total));
  request.addEventListener('load', () => finish(parts, request));
  request.addEventListener('error', () => tell(parts, 'The connection was cut. Please try again.'));
  request.addEventListener('abort', () => tell(parts, 'Stopped: nothing of the file is kept.'));
  request.addEventListener('loadend', () => {
    stop.removeEventListener('click', abort);
    setBusy(parts, false);
  });
  stop.addEventListener('click', abort);
  request.open('POST', form.action);
  request.setRequestHeader('HX-Request', 'true');
  tell(parts, '');
  setBusy(parts, true);
  show(parts, 0, 1);
  request.send(new FormData(form));
}

function finish(parts: Parts, request: XMLHttpRequest): void {
  const next = request.getResponseHeader('HX-Redirect');
  if (next !== null) {
    location.assign(next);
    return;
  }
  const page = new DOMParser().parseFromString(request.responseText, 'text/html');
  const text = page.querySelector('.problem, .note')?.textContent ?? page.body.textContent ?? '';
  if (request.status === 200) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
  else tell(parts, text.trim() || `The server answered with status ${request.status}.`);
}

function show({ progress }: Parts, loaded: number, total: number): void {
  const share = total > 0 ? loaded / total : 0;
  const bar = progress.querySelector('progress');
  const text = progress.querySelector('[role=status]');
  if (bar !== null) bar.value = share;
  const said = share < 1 ? `${Math.floor(share * 10) * 10} % sent` : 'All is sent: the server checks it.';
  // A status is read out whenever it changes.
  if (text !== null && text.textContent !== said) text.textContent = said;
}

function setBusy({ submit, stop, progress }: Parts, isBusy: boolean): void {
  submit.disabled = isBusy;
  stop.hidden = !isBusy;
  progress.hidden = !isBusy;
}

function tell({ problem }: Parts, text: string): void {
  problem.replaceChildren();
  if (text === '') return;
  const line = document.createElement('p');
  line.className = 'problem';
  line.setAttribute('role', 'alert');
  line.textContent = text;
  problem.append(line);
}

const parts = find();
if (parts !== undefined) start(parts);
