import type { EntryView, PassView } from '@sterna/application';
import { type Books, balances, migrated } from '@sterna/core';

/** Books as the API shows them: with their sums, so that nobody has to know which states count as migrated. */
export const showBooks = (books: Books): Books & { migrated: number; balanced: boolean } => ({
  ...books,
  migrated: migrated(books),
  balanced: balances(books),
});

const maybeBooks = (books: Books | undefined) => (books === undefined ? undefined : showBooks(books));

export const showPass = (pass: PassView) => ({ ...pass, books: maybeBooks(pass.books) });

export const showEntry = (entry: EntryView) => ({
  ...entry,
  lastPass: entry.lastPass === undefined ? undefined : { ...entry.lastPass, books: maybeBooks(entry.lastPass.books) },
});
