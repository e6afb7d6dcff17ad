// Places where a test lets the calling thread die. Nothing is installed in production: a place costs one comparison.

/** What happens at a place; undefined but in tests. */
export let failpoint: ((place: string) => void) | undefined;

/** Installs what happens at the places of this thread; it may end the thread there. */
export function setFailpoint(act: ((place: string) => void) | undefined): void {
  failpoint = act;
}
