/** A command whose reader goes, such as `head`, ends without an outcry: nobody is left to read one. */

/** Call before anything is written. The signal says that nobody reads any more: what takes long can end. */
export function watchReaders(): AbortSignal {
  const gone = new AbortController();
  for (const [name, stream] of [
    ['standard output', process.stdout],
    ['standard error', process.stderr],
  ] as const) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && !gone.signal.aborted) tellUnwritten(name, error);
      gone.abort();
    });
  }
  return gone.signal;
}

/** As of a disk that is full: what was said is not all there, so that the command has failed. */
function tellUnwritten(name: string, error: Error): void {
  if (name === 'standard output') process.stderr.write(`cannot write to ${name}: ${error.message}\n`);
  process.once('exit', () => {
    process.exitCode ||= 1;
  });
}
