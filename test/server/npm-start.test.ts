/** A signal to `npm start`, as a supervisor or a shell sends it, is the server's. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

it('npm start passes a signal on, and ends as the server does', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-npm-'));
  // Without the build before it: other tests run what is built.
  const npm = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: ROOT,
    env: {
      ...process.env,
      STORE_URL: `sqlite:${directory}`,
      FISHTEST_PORT: '0',
      ADMIN_PORT: '0',
      HTTP_HOST: '127.0.0.1',
      SHOAL_GITHUB: 'off',
      LOG_FORMAT: 'json',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(npm, 'spawn');
  const exited = once(npm, 'exit');
  const lines = createInterface({ input: npm.stdout });
  let pid = 0;
  let port = 0;
  for await (const line of lines) {
    if (!line.startsWith('{')) continue;
    const entry = JSON.parse(line) as { pid?: number; adminPort?: number; port?: number };
    pid ||= entry.pid ?? 0;
    if (entry.adminPort === undefined) continue;
    port = entry.port!;
    break;
  }
  try {
    assert.ok(pid > 0 && port > 0, 'it serves');
    npm.kill('SIGTERM');
    await exited;
    assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' }, 'the server has ended');
    await assert.rejects(fetch(`http://127.0.0.1:${port}/healthz`));
  } finally {
    try {
      // 0 would be every process of this one's group.
      if (pid > 0) process.kill(pid, 'SIGKILL');
    } catch {
      // Gone, as it should be.
    }
    await rm(directory, { recursive: true, force: true });
  }
});
