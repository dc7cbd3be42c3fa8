import {
  type AccessBooks,
  addBooks,
  type Books,
  balances,
  type ContentKind,
  EMPTY_BOOKS,
  type ObjectState,
} from '@sterna/core';
import { countStates, type LinkBooks, type StateCount } from '@sterna/store';
import type { PassContext } from './context.ts';
import type { Structure } from './structure.ts';

export interface ContainerBooks {
  readonly container: string;
  readonly kind: ContentKind;
  readonly target: string | null;
  readonly books: Books;
  /** Why the whole container was left out. */
  readonly excluded?: string;
}

/** `total` is what `pass.books` holds, the whole is `pass.result`. */
export interface PassBooks {
  readonly total: Books;
  readonly balanced: boolean;
  /** Bytes of the live objects that have a copy. */
  readonly bytes: number;
  readonly containers: readonly ContainerBooks[];
  /** The total broken down; kinds that the source has. */
  readonly kinds: Readonly<Partial<Record<ContentKind, Books>>>;
  /** Objects per reason, where one is filtered or skipped. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Containers that the target didn't take, or not as they are, where there are such. */
  readonly refusedContainers?: number;
  /** Rights of files and folders, where both sides have such and the settings bring them. */
  readonly access?: AccessBooks;
  /** What became of links between migrated objects, where `links` is `rewrite`. */
  readonly links?: LinkBooks;
}

/**
 * The books of this pass: `seen` is what the source itself says each container holds, the rest is counted from the
 * ledger; that they agree is the proof.
 */
export async function booksOfPass(context: PassContext, structure: Structure): Promise<PassBooks> {
  const counts = await countStates(context.pool, context.claim.entryId);
  const byContainer = new Map<number, StateCount[]>();
  const reasons: Record<string, number> = {};
  let bytes = 0;
  for (const count of counts) {
    byContainer.set(count.container, [...(byContainer.get(count.container) ?? []), count]);
    if (count.reason !== 'none' && inThisPass(count, context.claim.number) !== 'unchanged')
      reasons[count.reason] = (reasons[count.reason] ?? 0) + count.count;
    if (count.hasTarget) bytes += count.bytes;
  }
  const containers: ContainerBooks[] = [];
  for (const row of context.sourceContainers.values()) {
    const own = byContainer.get(row.id) ?? [];
    if (row.gone && own.length === 0) continue;
    const excluded = structure.excluded.get(row.key);
    const books: Record<string, number> = { ...EMPTY_BOOKS, seen: row.total };
    if (excluded === undefined) {
      for (const count of own) {
        const state = inThisPass(count, context.claim.number);
        books[state] = (books[state] ?? 0) + count.count;
      }
    } else {
      books.filtered = row.total;
      if (row.total > 0) reasons['folder-excluded'] = (reasons['folder-excluded'] ?? 0) + row.total;
    }
    const target = row.targetContainer === undefined ? undefined : context.targetContainers.byId(row.targetContainer);
    containers.push({
      container: nameInBooks(row.path),
      kind: row.kind,
      target: excluded === undefined && target !== undefined ? nameInBooks(target.path) : null,
      books: books as Books,
      ...(excluded === undefined ? {} : { excluded }),
    });
  }
  const total = containers.reduce((sum, one) => addBooks(sum, one.books), EMPTY_BOOKS);
  const kinds: Partial<Record<ContentKind, Books>> = {};
  for (const one of containers) kinds[one.kind] = addBooks(kinds[one.kind] ?? EMPTY_BOOKS, one.books);
  return { total, balanced: containers.every((one) => balances(one.books)), bytes, containers, kinds, reasons };
}

/** `/` is the root of a drive. */
export const nameInBooks = (path: readonly string[]): string => path.join('/') || '/';

/** What an object settled by an earlier pass counts as in this one. */
function inThisPass(count: StateCount, pass: number): ObjectState {
  if (count.pass === pass) return count.state;
  if (count.state === 'filtered' || count.state === 'failed' || count.state === 'uncertain') return count.state;
  return count.hasTarget || count.reason === 'deleted-at-target' ? 'unchanged' : count.state;
}
