import { z } from 'zod';

const count = z.number().int().min(0);

/** Every object that the source holds is in exactly one of these; see core `books`. */
export const booksSchema = z
  .object({
    seen: count,
    migrated: count.describe('created + updated'),
    created: count,
    updated: count,
    unchanged: count,
    filtered: count,
    skipped: count,
    merged: count,
    uncertain: count.describe('Written with an outcome that nobody can read back; never sent again'),
    failed: count,
    balanced: z.boolean().describe('The states add up to `seen`'),
  })
  .meta({ id: 'Books' });
export type BooksView = z.output<typeof booksSchema>;
