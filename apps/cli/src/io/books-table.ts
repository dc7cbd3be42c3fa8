import { type Books, OBJECT_STATES } from '@sterna/core';
import { type Column, printable, renderTable } from './table.ts';

export interface FolderBooks {
  readonly folder: string;
  readonly kind?: string | undefined;
  readonly books: Books;
  /** Why it was left out. */
  readonly excluded?: string | undefined;
}

/** Books per folder and in total; states that nobody is in, and a kind that all have, are left out: the table stays narrow. */
export function booksTable(folders: readonly FolderBooks[], total: Books): string[] {
  const states = OBJECT_STATES.filter(
    (state) => total[state] > 0 || ['created', 'unchanged', 'failed'].includes(state),
  );
  const columns: Column<FolderBooks>[] = [
    { title: 'folder', value: (row) => printable(row.folder) },
    ...(new Set(folders.map(({ kind }) => kind)).size > 1
      ? [{ title: 'kind', value: (row: FolderBooks) => row.kind ?? '' }]
      : []),
    { title: 'seen', value: (row) => row.books.seen, align: 'right' },
    ...states.map((state): Column<FolderBooks> => ({ title: state, value: (row) => row.books[state], align: 'right' })),
    ...(folders.some(({ excluded }) => excluded !== undefined)
      ? [{ title: 'left out', value: (row: FolderBooks) => printable(row.excluded ?? '') }]
      : []),
  ];
  return renderTable([...folders, { folder: 'total', books: total }], columns);
}

/** `seen 27 = created 27`: the sum, said as a sum. */
export function booksSentence(books: Books): string {
  const parts = OBJECT_STATES.filter((state) => books[state] > 0).map((state) => `${state} ${books[state]}`);
  return `seen ${books.seen} = ${parts.length === 0 ? '0' : parts.join(' + ')}`;
}
