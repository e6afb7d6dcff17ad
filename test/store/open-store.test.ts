/** STORE_URL is understood or refused with what is supported. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkStoreUrl, openStore } from '../../src/store/open-store.js';
import { sqlitePlace } from './sqlite-place.js';

test('what is not supported is refused with what is', async () => {
  for (const [url, message] of [
    ['mongodb://user:secret@localhost:port/fishtest_new', /store URL cannot be used/],
    ['mongodb:///fishtest_new', /not mongodb:/],
    ['mongodb://user:secret@localhost/fishtest_new?w=0', /w=0: .*acknowledges no write/],
    ['mongodb://user:secret@localhost/x?readPreference=secondary', /readPreference=secondary: .*Leave/],
    ['mongodb://user:secret@localhost/x?readpreference=primaryPreferred', /=primaryPreferred: /],
    ['mongodb://user:secret@h/x?readPreference=nearest&readPreferenceTags=dc:a', /=nearest: /],
    ['postgres://localhost', /unknown scheme "postgres": .*sqlite:<directory>/],
    ['./data', /no scheme: .*sqlite:<directory>/],
    ['', /no scheme/],
    ['sqlite:', /no directory/],
    ['sqlite://data', /no directory/],
  ] as const) {
    const isTold = (error: Error & { code?: string }) => {
      assert.equal(error.code, 'url');
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    };
    await assert.rejects(() => checkStoreUrl(url), isTold);
    await assert.rejects(async () => await openStore(url).openReader(), isTold);
  }
});

test('both spellings of a path name one private directory', async () => {
  const { directory, file, remove } = await sqlitePlace();
  await (await openStore(`sqlite://${directory}`).openWriter()).close();
  await (await openStore(`sqlite:${directory}`).openReader()).close();
  assert.equal(statSync(directory).mode & 0o777, 0o700);
  assert.equal(join(directory, 'shoal.db'), file);
  await remove();
});

test('an address that only DNS knows, and a server that is not there, are away, with what to look at', async () => {
  for (const url of ['mongodb+srv://no.such.invalid/x', 'mongodb://127.0.0.1:1/x']) {
    const opened = openStore(url, { selectionMs: 500 }).openReader();
    await assert.rejects(opened, (error: Error & { code?: string }) => {
      assert.equal(error.code, 'away', error.message);
      assert.match(error.message, /check that it runs and that the URL, the network/);
      return true;
    });
  }
});
