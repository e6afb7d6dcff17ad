/** Waits for work, but not for ever. The work itself goes on: nothing here can stop it. */

/** @throws Error with the text `tooLate` when `ms` milliseconds pass first */
export async function withTimeout<T>(work: Promise<T>, ms: number, tooLate: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(tooLate)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
