/** The machine: runtime, native parts, limits of the kernel and of the process, memory, clock. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { Config } from '../../config/config.js';
import { loadBinding } from '../../http/transport/uws.js';
import { type Finding, fail, ok, reason, warn } from './finding.js';

/** uWS asks the kernel for so many connections that wait to be accepted; storms of reconnecting workers want more of others. */
const UWS_BACKLOG = 512;
const WANTED_BACKLOG = 4096;
const WANTED_DESCRIPTORS = 65_536;
const GIB = 2 ** 30;

/** @param pid of the running server; this process stands for one that is to be started from here. */
export function examineMachine(config: Config, pid: number | undefined): Finding[] {
  return [
    node(),
    native(config),
    descriptors(pid),
    kernel('/proc/sys/net/core/somaxconn', 'net.core.somaxconn', UWS_BACKLOG),
    kernel('/proc/sys/net/ipv4/tcp_max_syn_backlog', 'net.ipv4.tcp_max_syn_backlog', UWS_BACKLOG),
    handover(config),
    threads(config),
    memory(config),
    clock(),
  ].filter((finding) => finding !== undefined);
}

/** As package.json's `engines`; what is newer may work, with a binding that is built for it. */
const SUPPORTED = [20, 22, 24, 25];
const OLDEST_20 = 19;

function node(): Finding {
  const { version } = process;
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  return SUPPORTED.includes(major) && (major !== 20 || minor >= OLDEST_20)
    ? ok('Node.js', version)
    : fail('Node.js', version, `Install Node.js 24, 22 or 20 (20.${OLDEST_20} or later).`);
}

function native({ UWS_PATH }: Config): Finding {
  try {
    return ok('uWebSockets.js', loadBinding(UWS_PATH).name);
  } catch (error) {
    return fail('uWebSockets.js', 'no native binary', reason(error));
  }
}

function descriptors(pid: number | undefined): Finding | undefined {
  const limits = read(`/proc/${pid ?? 'self'}/limits`);
  const soft = /^Max open files\s+(\S+)/m.exec(limits ?? '')?.[1];
  if (soft === undefined) return undefined;
  const who = pid === undefined ? 'of this shell' : 'of the server';
  const found = `${soft} ${who}`;
  if (soft === 'unlimited' || Number(soft) >= WANTED_DESCRIPTORS) return ok('open files', found);
  const advice = `Each connection takes one: set LimitNOFILE=${WANTED_DESCRIPTORS} in the systemd unit, or ulimit -n.`;
  return warn('open files', found, advice);
}

function kernel(file: string, name: string, least: number): Finding | undefined {
  const text = read(file)?.trim();
  if (text === undefined) return undefined;
  if (Number(text) >= least) return ok(name, text);
  return warn(
    name,
    text,
    `Connections are lost when many workers come at once: sysctl -w ${name}=${WANTED_BACKLOG}`,
  );
}

/** Where two primaries share the workers' port. */
function handover({ STANDBY }: Config): Finding | undefined {
  const name = 'net.ipv4.tcp_migrate_req';
  const text = STANDBY === 'wait' ? read('/proc/sys/net/ipv4/tcp_migrate_req')?.trim() : undefined;
  if (text === undefined) return undefined;
  if (text !== '0') return ok(name, text);
  const advice = `Connections that come in the instant of a handover are reset: sysctl -w ${name}=1`;
  return warn(name, text, advice);
}

function threads(config: Config): Finding {
  const cores = availableParallelism();
  const { HTTP_THREADS: fronts, THREADPOOL_THREADS: pool, SITE_THREADS: site, SITE } = config;
  const pages = SITE === 'on' ? `, ${site} for pages` : '';
  const found = `${fronts} front and ${pool} pool threads${pages}, ${cores} cores`;
  if (fronts <= cores) return ok('threads', found);
  return warn(
    'threads',
    found,
    `More front threads than cores only take turns: set HTTP_THREADS=${cores} or less.`,
  );
}

function memory(config: Config): Finding {
  const reserved = config.SHARED_MEMORY_MB * 2 ** 20;
  const found = `${(reserved / GIB).toFixed(1)} GiB reserved of ${(totalmem() / GIB).toFixed(1)} GiB`;
  if (read('/proc/sys/vm/overcommit_memory')?.trim() === '2') {
    return warn(
      'memory',
      found,
      'vm.overcommit_memory=2 counts the whole reservation: use 0, or lower SHARED_MEMORY_MB.',
    );
  }
  if (reserved <= totalmem()) return ok('memory', found);
  return warn(
    'memory',
    found,
    'Pages come when touched, but there may not be enough: lower SHARED_MEMORY_MB.',
  );
}

function clock(): Finding {
  const now = new Date();
  const found = now.toISOString();
  if (now.getUTCFullYear() < 2024) return fail('clock', found, 'Set the clock: tasks die by it.');
  const synchronized = ntp();
  if (synchronized === 'no') {
    return warn(
      'clock',
      `${found}, not synchronised`,
      'Switch time synchronisation on: timedatectl set-ntp true',
    );
  }
  return ok(
    'clock',
    synchronized === 'yes' ? `${found}, synchronised` : `${found}; nobody says whether synchronised`,
  );
}

function ntp(): string | undefined {
  try {
    return execFileSync('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
      encoding: 'utf8',
      timeout: 3000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
