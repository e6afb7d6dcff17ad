// Waiting on a shared word from an event loop, without parking the thread.

/**
 * Resolves when word `index` is notified, when it no longer holds `seen`, or after `timeoutMs` milliseconds, always
 * in a later turn of the event loop. Callers look again: a wake-up proves nothing. A pending Atomics.waitAsync keeps
 * no event loop alive, so a timer stands beside it; the time limit keeps a wait that nobody notifies from leaking.
 */
export function waitOnWord(words: Int32Array, index: number, seen: number, timeoutMs: number): Promise<void> {
  const wait = Atomics.waitAsync(words, index, seen, timeoutMs);
  return new Promise((resolve) => {
    // A changed word must not turn the caller's loop into a chain of microtasks that starves its sockets.
    if (!wait.async) {
      setImmediate(resolve);
      return;
    }
    const timer = setTimeout(resolve, timeoutMs);
    wait.value.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
