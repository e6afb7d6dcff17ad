/** The admin API's verbs for what workers download or check: networks and opening books. */
import { createReadStream } from 'node:fs';
import { open, rm, stat } from 'node:fs/promises';
import type { Keyed, NetDocument } from '../../model/documents.js';
import { operatorNamed } from '../../operations/actor.js';
import { importBooks, readBooks } from '../../operations/book/known-books.js';
import { addNetwork, checkNetName, removeNetwork } from '../../operations/network/change-networks.js';
import { OperationRefused } from '../../operations/refusal.js';
import type { AdminService, NetView } from '../../protocol/admin.js';
import { LARGEST_NET } from '../../store/networks/net-files.js';
import type { ServiceParts } from './service-parts.js';

type FileVerbs = 'netUpload' | 'netAdd' | 'netList' | 'netRemove' | 'bookImport' | 'bookList';
type Service = Pick<AdminService, FileVerbs>;

const SECOND_DIGITS = 8;

export function makeFileService(parts: ServiceParts): Service {
  return { ...makeNetService(parts), ...makeBookService(parts) };
}

function makeNetService({
  state,
  reader,
  networks,
  whenDurable,
}: ServiceParts): Omit<Service, 'bookImport' | 'bookList'> {
  const parts = { state, reader, files: networks };
  const view = async ({ _id: id, ...net }: Keyed<NetDocument>): Promise<NetView> => {
    const stored = await networks.find(net.name);
    return {
      ...net,
      ...(id === undefined ? {} : { uploaded: Number.parseInt(id.slice(0, SECOND_DIGITS), 16) * 1000 }),
      ...(stored === undefined ? {} : { size: stored.size }),
    };
  };
  return {
    async netUpload({ name, offset, data }) {
      checkNetName(name);
      return {
        received: await appendPart(await networks.draftOf(name), offset, Buffer.from(data, 'base64')),
      };
    },
    async netAdd({ name, by: owner }) {
      checkNetName(name);
      const file = await networks.draftOf(name);
      if ((await lengthOf(file)) === undefined) {
        throw new OperationRefused('unknown', `nothing was uploaded as ${name}`);
      }
      const source = createReadStream(file);
      try {
        const actor = operatorNamed(owner);
        const { value, sequence } = await addNetwork(parts, actor, { name, source, owner }, Date.now());
        await whenDurable(sequence);
        return { net: await view(value) };
      } finally {
        source.destroy();
        await rm(file, { force: true });
      }
    },
    async netList() {
      const nets: NetView[] = [];
      for await (const net of reader.nets()) nets.push(await view(net));
      return { nets };
    },
    async netRemove({ name }) {
      const { value, sequence } = await removeNetwork(parts, operatorNamed(), name, Date.now());
      const net = await view(value);
      await whenDurable(sequence);
      await networks.remove(name);
      return { net };
    },
  };
}

function makeBookService({
  state,
  reader,
  whenDurable,
}: ServiceParts): Pick<Service, 'bookImport' | 'bookList'> {
  return {
    async bookImport({ books }) {
      const { value, sequence } = await importBooks({ state, reader }, operatorNamed(), books);
      await whenDurable(sequence);
      return { imported: Object.keys(books), total: Object.keys(value).length };
    },
    async bookList() {
      const books = Object.entries(await readBooks(reader)).map(([name, book]) => ({ name, ...book }));
      return { books: books.sort((a, b) => (a.name < b.name ? -1 : 1)) };
    },
  };
}

/** Returns the file's length. A part that does not follow on the last one is of another upload. */
async function appendPart(file: string, offset: number, part: Buffer): Promise<number> {
  const length = offset + part.length;
  if (length >= LARGEST_NET) {
    await rm(file, { force: true });
    throw new OperationRefused(
      'invalid',
      `the file has more than ${LARGEST_NET} bytes: no network is as large`,
    );
  }
  const received = (await lengthOf(file)) ?? 0;
  if (offset !== 0 && offset !== received) {
    throw new OperationRefused(
      'conflict',
      `${received} bytes are here, this part begins at ${offset}: begin again at 0`,
    );
  }
  const handle = await open(file, offset === 0 ? 'w' : 'r+', 0o600);
  try {
    await handle.write(part, 0, part.length, offset);
  } finally {
    await handle.close();
  }
  return length;
}

async function lengthOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch {
    return undefined;
  }
}
