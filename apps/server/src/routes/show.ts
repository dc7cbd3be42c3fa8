import type { EntryView, PassView } from '@sterna/application';
import { type Books, balances, migrated } from '@sterna/core';

/** Books as the API shows them: with their sums, so that nobody has to know which states count as migrated. */
export const showBooks = (books: Books): Books & { migrated: number; balanced: boolean } => ({
  ...books,
  migrated: migrated(books),
  balanced: balances(books),
});

const maybeBooks = (books: Books | undefined) => (books === undefined ? undefined : showBooks(books));

export const showPass = (pass: PassView) => ({
  ...pass,
  books: maybeBooks(pass.books),
  folders: foldersOf(pass),
  kinds: kindsOf(pass),
});

/** The engine keeps the books of each folder in the result of a writing pass. */
function foldersOf(pass: PassView) {
  if (pass.books === undefined) return undefined;
  const { containers = [] } = (pass.result ?? {}) as { containers?: readonly FolderBooks[] };
  return containers.map(({ container, kind, target, books, excluded }) => ({
    folder: container,
    kind,
    target: target ?? undefined,
    books: showBooks(books),
    excluded,
  }));
}

function kindsOf(pass: PassView) {
  const { kinds } = (pass.result ?? {}) as { kinds?: Readonly<Record<string, Books>> };
  if (pass.books === undefined || kinds === undefined) return undefined;
  return Object.fromEntries(Object.entries(kinds).map(([kind, books]) => [kind, showBooks(books)]));
}

export const showEntry = (entry: EntryView) => ({
  ...entry,
  lastPass: entry.lastPass === undefined ? undefined : { ...entry.lastPass, books: maybeBooks(entry.lastPass.books) },
});

interface FolderBooks {
  readonly container: string;
  /** Absent in passes of earlier versions. */
  readonly kind?: string;
  readonly target: string | null;
  readonly books: Books;
  readonly excluded?: string;
}
