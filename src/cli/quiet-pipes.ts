/** A command whose reader goes, such as `head`, ends without an outcry: nobody is left to read one. */

/** Call before anything is written. The signal says that nobody reads any more: what takes long can end. */
export function watchReaders(): AbortSignal {
  const gone = new AbortController();
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      gone.abort();
    });
  }
  return gone.signal;
}
