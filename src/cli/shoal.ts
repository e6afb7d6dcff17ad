/**
 * Where the command was before version 0.2.0: for scripts that name its file. The command itself is `server/shoal.ts`, which
 * starts servers too and so may not be imported from here; it is loaded by its address.
 */
await import(new URL('../server/shoal.js', import.meta.url).href);
