/** Loaded before a server (`node --import`): SIGWINCH makes its main thread stand still for ever. */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('SIGWINCH', () => {
    for (;;);
  });
}
