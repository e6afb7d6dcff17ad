/** A subject of the benchmarks: a server in a process of its own, that says on stdout which port it serves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isAbsolute } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Subject {
  name: string;
  url: string;
  pid?: number;
  stop(): Promise<void>;
}

/** Starts a built module, of this repository unless its path is absolute; resolves when a line of its output names a port. */
export async function startChild(
  name: string,
  module: string,
  env: Record<string, string>,
  nodeFlags: readonly string[] = [],
): Promise<Subject> {
  const file = isAbsolute(module) ? module : fileURLToPath(new URL(`../../${module}`, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [...nodeFlags, file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout! });
  const port = await new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /"port":(\d+)/.exec(line);
      if (found !== null) resolve(Number(found[1]));
      if (/"level":[56]0/.test(line)) process.stderr.write(`${name}: ${line}\n`);
    });
    child.once('exit', (code) => reject(new Error(`${name} ended with code ${code} before it served`)));
  });
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    pid: child.pid!,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(force);
    },
  };
}
