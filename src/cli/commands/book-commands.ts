/** `shoal book …`: the opening books that workers can be given. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { BookMetadata } from '../../model/documents.js';
import type { AdminAnswer, BookView } from '../../protocol/admin.js';
import { BadLine, EpdBook } from '../../rules/epd-book.js';
import { UsageError } from '../failures.js';
import { table } from '../print.js';
import type { Session } from '../session.js';

export function addBookCommands(program: Command, session: Session): void {
  const book = program.command('book').description('opening books');

  book
    .command('import')
    .description(
      'make books known: what a books.json says of them, or what is computed from the books themselves',
    )
    .argument('<file...>', 'books.json, or the books: *.epd')
    .addHelpText(
      'after',
      `
Workers compare the hash of their copy with the server's, and fail the task when it differs: import the file that
they use. They find books by name in their own directory or at the official address; the server does not send them.

Example: shoal book import UHO_Lichess_4852_v1.epd
         shoal book import books.json`,
    )
    .action(async (files: string[]) => {
      const books: Record<string, unknown> = {};
      for (const file of files) Object.assign(books, await readBooks(file));
      session.show(await session.call('bookImport', { books }), describeImport);
    });

  book
    .command('list')
    .description('list the books that runs may use')
    .addHelpText('after', '\nExample: shoal book list')
    .action(async () => session.show(await session.call('bookList', {}), describeBooks));
}

async function readBooks(file: string): Promise<Record<string, unknown>> {
  if (file.endsWith('.epd')) return { [basename(file)]: await measure(file) };
  if (file.endsWith('.json')) return await readList(file);
  throw new UsageError(
    `${file} is neither *.epd nor *.json: of a book of games (.pgn) the entry in a books.json can be imported`,
  );
}

async function measure(file: string): Promise<BookMetadata> {
  const book = new EpdBook();
  try {
    for await (const piece of createReadStream(file)) book.add(piece as Buffer);
    return book.finish();
  } catch (error) {
    if (error instanceof BadLine) throw new UsageError(`${file}: ${error.message}`);
    throw cannotRead(file, error);
  }
}

async function readList(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  try {
    const list: unknown = JSON.parse(text);
    if (typeof list === 'object' && list !== null && !Array.isArray(list))
      return list as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`);
  }
  throw new UsageError(`${file} does not hold a JSON object of books by file name`);
}

function cannotRead(file: string, error: unknown): UsageError {
  return new UsageError(`cannot read ${file}: ${(error as Error).message}`);
}

function describeImport({ imported, total }: AdminAnswer<'bookImport'>): string {
  return [...imported, `${imported.length} imported, ${total} known`].join('\n');
}

function describeBooks({ books }: AdminAnswer<'bookList'>): string {
  const depth = ({ min_depth: min, max_depth: max }: BookView) =>
    min === null || max === null ? '' : min === max ? String(min) : `${min}-${max}`;
  return table<BookView>(
    [
      { title: 'BOOK', text: ({ name }) => name },
      { title: 'POSITIONS', right: true, text: ({ total }) => total },
      { title: 'WHITE', right: true, text: ({ white }) => white },
      { title: 'BLACK', right: true, text: ({ black }) => black },
      { title: 'PLIES', right: true, text: depth },
    ],
    books,
    'no books: import some with "shoal book import books.json"',
  );
}
