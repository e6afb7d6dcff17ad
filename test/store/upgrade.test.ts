/**
 * A database that version 0.1.0 wrote, started by this version: `0.1.0/shoal.db.gz` was made by that version's own server, with
 * `shoal user add` (alice, an approver, and bob) and `shoal run add`, and stopped by SIGTERM.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DatabaseSync } from '@photostructure/sqlite';
import { MIGRATIONS, schemaVersion } from '../../src/store/sqlite/migrations.js';
import { ServerProcess } from '../server/server-process.js';

const WRITTEN = fileURLToPath(new URL('../../../test/fixtures/0.1.0/shoal.db.gz', import.meta.url));
const RUN = '6b0b14510d11756bab76bb13';

it('the database of 0.1.0 is served: its run and its events', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'shoal-upgrade-'));
  writeFileSync(join(directory, 'shoal.db'), gunzipSync(readFileSync(WRITTEN)));
  try {
    // The second start finds what the first one made of it.
    for (let start = 0; start < 2; start++) {
      const server = await ServerProcess.start(directory);
      try {
        const run = (await (await fetch(`${server.url}/api/get_run/${RUN}`)).json()) as {
          args: { new_tag: string; username: string };
          approver: string;
        };
        assert.equal(run.args.new_tag, 'idea');
        assert.equal(run.args.username, 'bob');
        assert.equal(run.approver, 'alice');
        const actions = await server.post('/api/actions', { run_id: RUN });
        assert.ok(Array.isArray(actions.body) && actions.body.length > 0, JSON.stringify(actions.body));
      } finally {
        await server.end('SIGTERM');
      }
    }
    const database = new DatabaseSync(join(directory, 'shoal.db'), { readOnly: true });
    assert.equal(schemaVersion(database), MIGRATIONS.length);
    database.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
