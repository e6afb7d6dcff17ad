/** The workers' port over TLS: real handshakes, another certificate after SIGHUP, a bad one refused, and a swarm over https. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { findAccess } from '../../src/swarm/access.js';
import { addApprovedRuns, addAuthors } from '../../src/swarm/demo-runs.js';
import { runSwarm } from '../../src/swarm/swarm.js';
import { describeReport } from '../../src/swarm/swarm-report.js';
import { shoal } from '../cli/harness.js';
import { ServerProcess } from './server-process.js';

const directory = mkdtempSync(join(tmpdir(), 'shoal-tls-'));
const file = (name: string) => join(directory, name);

function makeCertificate(name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync('openssl', [...args, '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`)], {
    stdio: 'pipe',
  });
}

function use(name: string): void {
  copyFileSync(file(`${name}.key`), file('key.pem'));
  copyFileSync(file(`${name}.crt`), file('cert.pem'));
}

/** Asks over a connection of its own, and believes only the certificate of that name. */
function ask(url: string, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(file(`${name}.crt`));
    request(`${url}/healthz?client`, { ca, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

/** What the log says once it says so. */
async function logged(server: ServerProcess, pattern: RegExp): Promise<void> {
  while (!server.log.some((entry) => pattern.test(JSON.stringify(entry)))) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('TLS on the workers’ port', () => {
  let server: ServerProcess;

  before(async () => {
    for (const name of ['first', 'second']) makeCertificate(name);
    use('first');
    server = await ServerProcess.start(file('data'), {
      TLS_CERT_FILE: file('cert.pem'),
      TLS_KEY_FILE: file('key.pem'),
    });
  });
  after(async () => {
    await server.end('SIGTERM');
    rmSync(directory, { recursive: true });
  });

  it('answers over https, and knows that it does', async () => {
    assert.ok(server.url.startsWith('https:'));
    assert.match(await ask(server.url, 'first'), /"scheme":"https"/);
    await assert.rejects(ask(server.url, 'second'), /certificate/);
    await assert.rejects(fetch(server.url.replace('https', 'http')));
  });

  it('plays with a swarm, and shows the doctor that all is well', async () => {
    const { call } = await findAccess({ data: file('data') }, {});
    await addAuthors(call!, 'a password of the demonstration');
    await addApprovedRuns(call!);
    const access = await findAccess({ data: file('data') }, {});
    assert.ok(access.url.startsWith('https:'));
    const ca = readFileSync(file('first.crt'), 'utf8');
    const report = await runSwarm(access, { workers: 50, seconds: 3, ca });
    assert.ok(report.ok, describeReport(report));
    assert.deepEqual(
      report.verification?.runs.flatMap(({ differences }) => differences),
      [],
    );
    const { code, out, err } = await shoal(['--data', file('data'), 'doctor', '--json']);
    assert.equal(code, 0, out + err);
    assert.match(out, /: ready/);
    assert.match(out, /believed from this machine/);
  });

  it('keeps the certificate when a new one cannot be used', async () => {
    writeFileSync(file('cert.pem'), 'no certificate');
    server.signal('SIGHUP');
    await logged(server, /the certificate stays as it was: .*cert\.pem.*cannot be used/);
    assert.match(await ask(server.url, 'first'), /alive/);
  });

  it('takes the new one after SIGHUP', async () => {
    use('second');
    server.signal('SIGHUP');
    for (;;) {
      const answer = await ask(server.url, 'second').catch(() => '');
      if (answer.includes('alive')) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await assert.rejects(ask(server.url, 'first'), /certificate/);
  });
});

describe('a server that is to speak TLS', () => {
  const start = (env: Record<string, string>) => ServerProcess.start(file('none'), env);

  it('does not start with half of a pair, or with files that are none', async () => {
    await assert.rejects(
      start({ TLS_KEY_FILE: file('key.pem') }),
      /TLS_CERT_FILE and TLS_KEY_FILE belong together/,
    );
    await assert.rejects(
      start({ TLS_CERT_FILE: file('missing'), TLS_KEY_FILE: file('missing') }),
      /TLS_CERT_FILE=.*missing.*cannot be used/,
    );
  });
});
