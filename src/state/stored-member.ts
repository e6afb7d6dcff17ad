/**
 * How a member of a document is stored in a record: the tables of run-record.ts and run-order.ts say it for each, and
 * run-document.ts reads and writes by them.
 */

export interface StoredMember<T> {
  /** A column of the record of runs, a bit of its flags, the handle of a text, or a column of the scheduler's order. */
  readonly as: 'word' | 'float' | 'flag' | 'text' | 'orderWord' | 'orderFloat';
  /** The column's offset, or the flag's bit. */
  readonly at: number;
  /** What a document that lacks the member stands for. */
  readonly absent: T;
}

/** For some members of a document, how each is stored. */
export type StoredMembers<D> = { readonly [Name in keyof D]?: StoredMember<NonNullable<D[Name]>> };

export const word = (at: number, absent = 0): StoredMember<number> => ({ as: 'word', at, absent });
export const float = (at: number, absent = 0): StoredMember<number> => ({ as: 'float', at, absent });
export const flag = (at: number): StoredMember<boolean> => ({ as: 'flag', at, absent: false });
export const text = (at: number): StoredMember<string> => ({ as: 'text', at, absent: '' });
export const orderWord = (at: number, absent = 0): StoredMember<number> => ({ as: 'orderWord', at, absent });
export const orderFloat = (at: number, absent = 0): StoredMember<number> => ({
  as: 'orderFloat',
  at,
  absent,
});
