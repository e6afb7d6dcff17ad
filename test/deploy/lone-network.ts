/** A network that has the loopback interface and nothing else, as a namespace of the Linux kernel. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface LoneNetwork {
  /** Runs what follows in it. */
  readonly command: readonly string[];
  close(): Promise<void>;
}

/** Resolves to undefined where this process may make none: that needs root, `unshare` and `ip`. */
export async function openLoneNetwork(): Promise<LoneNetwork | undefined> {
  // It lasts as long as this process: its end closes what `cat` reads.
  const script = 'ip link set lo up && echo ready && exec cat';
  const holder = spawn('unshare', ['--net', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = new Promise<void>((resolve) => {
    holder.once('error', () => resolve());
    holder.once('exit', () => resolve());
  });
  const isReady = await Promise.race([
    once(holder.stdout, 'data').then(() => true),
    exited.then(() => false),
  ]);
  if (!isReady) return undefined;
  return {
    command: ['nsenter', `--target=${holder.pid}`, '--net', '--'],
    async close() {
      holder.stdin.end();
      await exited;
    },
  };
}
