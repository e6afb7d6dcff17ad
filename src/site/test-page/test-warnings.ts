/** What to look at before a test is approved or believed, and what is worth a note (docs/spec/web-ui.md §4.6.3). */
import { readBooks } from '../../operations/book/known-books.js';
import { playWarnings } from '../../rules/run-warnings.js';
import type { Reader, RunHead } from '../../store/port.js';

export async function runWarnings(reader: Pick<Reader, 'keyValue'>, head: RunHead): Promise<string[]> {
  const { args, failures, failed } = head;
  const books = await readBooks(reader);
  const isKnown = Object.hasOwn(books, args.book);
  const warnings = playWarnings(args, isKnown ? books[args.book]!.total : undefined);
  if (failures > 0) warnings.push(`${failures} ${failures === 1 ? 'failure' : 'failures'}`);
  else if (failed) warnings.push('the test has failed');
  if (args.master_repo !== undefined) {
    warnings.push(`the repository is no fork of the official one, but of ${args.master_repo}`);
  }
  return warnings;
}

export function runNotes({ args, deleted }: RunHead): string[] {
  const notes: string[] = [];
  if (deleted) notes.push('This test is deleted: it is in no list, and counts nowhere.');
  if (args.spsa === undefined && args.new_signature === args.base_signature) {
    notes.push('Both sides have the same signature (bench).');
  }
  return notes;
}
