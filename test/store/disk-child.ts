/** A child process under a file size limit: commits until the disk refuses, then reports how it ended. */
import { openStore } from '../../src/store/open-store.js';
import type { StoreError } from '../../src/store/store-error.js';
import { action, batch } from './documents.js';

const writer = await openStore(process.argv[2]!).openWriter();
let committed = 0;
let failure: StoreError | undefined;
while (failure === undefined) {
  const actions = [0, 1].map((i) => action(2 * committed + i, { message: 'x'.repeat(20_000) }));
  try {
    await writer.commit(batch({ actions }));
    committed++;
  } catch (error) {
    failure = error as StoreError;
  }
}
// The writer is still of use for what fits.
await writer.countDownload('none');
process.stdout.write(JSON.stringify({ committed, code: failure.code, message: failure.message }));
