/** The running server, seen from here and through its proxy. */
import { Agent, type Dispatcher, fetch, getGlobalDispatcher, type Response } from 'undici';
import type { StatusView } from '../../protocol/admin.js';
import { type Finding, fail, ok, reason, warn } from './finding.js';

/** How the server sees whoever asks /healthz?client. */
interface SeenClient {
  address: string;
  scheme: string;
  host: string;
}

const PATIENCE_MS = 5000;
/** Behind many a 502 and many a silence. */
const SILENCE =
  'If the server itself answers: a proxy has to speak HTTP/1.1 to it (nginx: proxy_http_version 1.1;), with one Host header and plain framing (docs/http.md).';
/** An address for documentation (RFC 5737), which no proxy of anybody has. */
const ELSEWHERE = '192.0.2.7';
const LOOPBACK = /^(?:127\.|::1$)/;

export async function examineServer(status: StatusView): Promise<Finding[]> {
  const url = new URL(status.worker_url);
  try {
    const ready = await getOwn(new URL('/readyz', url));
    const { status: word } = (await ready.json()) as { status: string };
    const found = `process ${status.pid} at ${url.host}: ${word}`;
    const first = ready.status === 200 ? ok('server', found) : fail('server', found, 'Its log says more.');
    const limits = status.limits.map((text) =>
      warn('limit', text, 'Nothing is lost; workers try again meanwhile.'),
    );
    return [
      first,
      ...(limits.length > 0 ? limits : [ok('limits', 'none is reached')]),
      await trust(url),
      skew(ready),
    ];
  } catch (error) {
    return [fail('server', `${url.host} does not answer`, reason(error))];
  }
}

/** Whether a proxy on this machine is believed. */
async function trust(url: URL): Promise<Finding> {
  const proto = url.protocol === 'https:' ? 'http' : 'https';
  const seen = await ask(url, { 'x-forwarded-for': ELSEWHERE, 'x-forwarded-proto': proto }, getOwn);
  if (seen.address === ELSEWHERE && seen.scheme === proto) {
    return ok('proxy headers', 'believed from this machine');
  }
  const advice =
    'If a proxy runs on this machine, add 127.0.0.1 to TRUSTED_PROXIES: else all workers count as one address.';
  return warn('proxy headers', 'not believed from this machine', advice);
}

function skew(answer: Response): Finding {
  const seconds = Math.abs(Date.now() - Date.parse(answer.headers.get('date') ?? '')) / 1000;
  const found = `${seconds.toFixed(1)} s apart from the server's`;
  return seconds < 5 ? ok('clocks', found) : warn('clocks', found, 'Synchronise both clocks.');
}

/** What the server is told by the proxy behind `through`, the address that workers use. */
export async function examineProxy(through: string): Promise<Finding[]> {
  const url = new URL(through);
  let seen: SeenClient;
  try {
    seen = await ask(url, {});
  } catch (error) {
    return [fail('proxy', `${url.origin} does not lead to Shoal`, `${reason(error)}. ${SILENCE}`)];
  }
  const findings: Finding[] = [];
  const scheme = url.protocol.slice(0, -1);
  findings.push(
    seen.scheme === scheme
      ? ok('proxy: scheme', seen.scheme)
      : warn(
          'proxy: scheme',
          `${seen.scheme} instead of ${scheme}`,
          'proxy_set_header X-Forwarded-Proto $scheme; and name the proxy in TRUSTED_PROXIES.',
        ),
  );
  findings.push(
    seen.host === url.host
      ? ok('proxy: host', seen.host)
      : warn('proxy: host', `${seen.host} instead of ${url.host}`, 'proxy_set_header Host $host;'),
  );
  const local = /^(?:localhost$|127\.|\[::1\]$)/.test(url.hostname);
  findings.push(
    local || !LOOPBACK.test(seen.address)
      ? ok('proxy: address', seen.address)
      : warn(
          'proxy: address',
          `${seen.address}, the proxy's own`,
          'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;',
        ),
  );
  return findings;
}

async function ask(url: URL, headers: Record<string, string>, by = get): Promise<SeenClient> {
  const answer = await by(new URL('/healthz?client', url), headers);
  const { client } = (await answer.json()) as { client?: SeenClient };
  if (client === undefined)
    throw new Error(`/healthz?client is answered by something else (status ${answer.status})`);
  return client;
}

async function get(
  url: URL,
  headers: Record<string, string> = {},
  dispatcher: Dispatcher = getGlobalDispatcher(),
): Promise<Response> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return await fetch(url, { headers, redirect: 'error', signal, dispatcher });
}

/** The server on this machine, whose address is not the name that its certificate is for. */
function getOwn(url: URL, headers: Record<string, string> = {}): Promise<Response> {
  return get(url, headers, new Agent({ connect: { rejectUnauthorized: false } }));
}
