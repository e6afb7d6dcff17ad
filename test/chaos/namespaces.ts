/**
 * Machines on a network of their own, as namespaces of the Linux kernel: the tests' machine has the store and the workers, and a router stands
 * between it and each server. The router can drop what a server and the store send each other: packets vanish, nothing is refused,
 * and workers reach the server as before. Needs root and `ip`.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ip = (...words: string[]) => run('ip', words);

/** One of the private networks 10.200.0.0/16 to 10.249.0.0/16, by process, so that two tests do not meet. */
const NETWORK = `10.${200 + (process.pid % 50)}`;
const NAME = `shoal-${process.pid}`;

export class Network {
  /** Where servers find the store. */
  readonly storeHost = `${NETWORK}.0.1`;
  readonly #workerHost = `${NETWORK}.0.2`;
  readonly #names: string[] = [];
  readonly #link = `sh${process.pid}`;

  private constructor() {}

  /** @throws Error where this process may make no namespaces */
  static async open(): Promise<Network> {
    const network = new Network();
    try {
      await network.#connect();
    } catch (error) {
      await network.close();
      throw error;
    }
    return network;
  }

  /** A machine more. */
  async machine(): Promise<Machine> {
    const number = this.#names.length;
    const name = await this.#add(`${NAME}-${number}`);
    const host = `${NETWORK}.${number}.1`;
    const router = `${NETWORK}.${number}.254`;
    await ip(
      '-n',
      this.#router,
      'link',
      'add',
      `to${number}`,
      'type',
      'veth',
      'peer',
      'name',
      'net',
      'netns',
      name,
    );
    await ip('-n', this.#router, 'addr', 'add', `${router}/24`, 'dev', `to${number}`);
    await ip('-n', this.#router, 'link', 'set', 'dev', `to${number}`, 'up');
    await ip('-n', name, 'addr', 'add', `${host}/24`, 'dev', 'net');
    for (const link of ['net', 'lo']) await ip('-n', name, 'link', 'set', 'dev', link, 'up');
    await ip('-n', name, 'route', 'add', 'default', 'via', router);
    const rules = async (verb: 'add' | 'del') => {
      for (const [from, to] of [
        [host, this.storeHost],
        [this.storeHost, host],
      ] as const)
        await ip('-n', this.#router, 'rule', verb, 'from', from, 'to', to, 'blackhole');
    };
    return {
      host,
      command: ['ip', 'netns', 'exec', name],
      cut: () => rules('add'),
      join: () => rules('del'),
    };
  }

  /** After everything in the machines has ended. */
  async close(): Promise<void> {
    await ip('link', 'del', this.#link).catch(() => {});
    for (const name of this.#names) await ip('netns', 'del', name).catch(() => {});
  }

  get #router(): string {
    return this.#names[0]!;
  }

  async #connect(): Promise<void> {
    const router = await this.#add(`${NAME}-0`);
    await ip('link', 'add', this.#link, 'type', 'veth', 'peer', 'name', 'net', 'netns', router);
    for (const host of [this.storeHost, this.#workerHost])
      await ip('addr', 'add', `${host}/24`, 'dev', this.#link);
    await ip('link', 'set', 'dev', this.#link, 'up');
    await ip('-n', router, 'addr', 'add', `${NETWORK}.0.254/24`, 'dev', 'net');
    for (const link of ['net', 'lo']) await ip('-n', router, 'link', 'set', 'dev', link, 'up');
    await run('ip', ['netns', 'exec', router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    // Workers come from an address of their own, which stays when the way to the store is cut.
    await ip('route', 'add', `${NETWORK}.0.0/16`, 'via', `${NETWORK}.0.254`, 'src', this.#workerHost);
  }

  async #add(name: string): Promise<string> {
    await ip('netns', 'add', name);
    this.#names.push(name);
    return name;
  }
}

export interface Machine {
  readonly host: string;
  /** Runs what follows on the machine. */
  readonly command: readonly string[];
  /** Packets between the machine and the store vanish. */
  cut(): Promise<void>;
  join(): Promise<void>;
}
