/** `shoal net …`: networks that workers download. */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { AdminAnswer, NetView } from '../../protocol/admin.js';
import { UsageError } from '../failures.js';
import { instant, megabytes, table, yes } from '../print.js';
import type { Session } from '../session.js';

/** Bytes of a part; in base64 it stays below what the admin API reads. */
const PART_BYTES = 512 * 1024;

export function addNetCommands(program: Command, session: Session): void {
  const net = program.command('net').description('networks');

  net
    .command('add')
    .description('store networks, so that runs may use them and workers find them at /api/nn/NAME')
    .argument('<file...>', 'files named nn-HASH.nnue, where HASH are the first 12 hex digits of the SHA-256')
    .option('--by <user>', 'the account that is shown as who added them (operator)')
    .addHelpText('after', '\nExample: shoal net add nn-1c0000000000.nnue --by alice')
    .action(async (files: string[], options: { by?: string }) => {
      const nets: NetView[] = [];
      for (const file of files) nets.push((await addNet(session, file, options)).net);
      session.show({ nets }, describeNets);
    });

  net
    .command('list')
    .description('list the networks')
    .addHelpText('after', '\nExample: shoal net list')
    .action(async () => session.show(await session.call('netList', {}), describeNets));

  net
    .command('remove')
    .description('forget a network that no unfinished run needs, and delete its file')
    .argument('<name>', 'the network')
    .addHelpText('after', '\nExample: shoal net remove nn-1c0000000000.nnue')
    .action(async (name: string) => {
      session.show(
        await session.call('netRemove', { name }),
        ({ net: { name: removed } }) => `removed ${removed}`,
      );
    });
}

async function addNet(
  session: Session,
  file: string,
  options: { by?: string },
): Promise<AdminAnswer<'netAdd'>> {
  const name = basename(file);
  const handle = await openFile(file);
  try {
    const part = Buffer.alloc(PART_BYTES);
    for (let offset = 0, length = PART_BYTES; length === PART_BYTES; offset += length) {
      length = (await handle.read(part, 0, PART_BYTES, offset)).bytesRead;
      await session.call('netUpload', { name, offset, data: part.toString('base64', 0, length) });
    }
  } finally {
    await handle.close();
  }
  return await session.call('netAdd', { name, ...options });
}

async function openFile(file: string): Promise<FileHandle> {
  try {
    const handle = await open(file);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${(error as Error).message}`);
  }
  throw new UsageError(`cannot read ${file}: it is no file`);
}

function describeNets({ nets }: AdminAnswer<'netList'>): string {
  return table<NetView>(
    [
      { title: 'NETWORK', text: ({ name }) => name },
      { title: 'ADDED', text: ({ uploaded }) => (uploaded === undefined ? '' : instant(uploaded)) },
      { title: 'BY', text: ({ user }) => user },
      {
        title: 'SIZE',
        right: true,
        text: ({ size }) => (size === undefined ? 'no file here' : megabytes(size)),
      },
      { title: 'DOWNLOADS', right: true, text: ({ downloads }) => downloads },
      { title: 'MASTER', text: ({ is_master: isMaster }) => yes(isMaster === true) },
    ],
    nets,
    'no networks: add one with "shoal net add FILE"',
  );
}
