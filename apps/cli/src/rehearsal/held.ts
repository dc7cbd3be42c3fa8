import type { BooksView, PassView } from '@sterna/api-contract';
import type { ContentKind, ItemType } from '@sterna/core';
import type { Rehearsed } from './rehearsed.ts';

/**
 * What the stand-ins count: objects, of which there is one in the target for each of the source. Members come with a group
 * that is made, and files of a team also with what is said there: of those, and of settings, verify tells.
 */
const COUNTED: Readonly<Record<ItemType, readonly ContentKind[]>> = {
  mailbox: ['message', 'event', 'contact', 'task'],
  drive: ['file'],
  site: ['file', 'listItem', 'page'],
  group: ['message'],
  team: ['post'],
};

interface Counts {
  readonly lost: number;
  readonly duplicated: number;
  /** Where they differ, in words. */
  readonly findings: readonly string[];
}

/**
 * What lies in the source must be in the books, whatever became of it; what the books say was written must lie in the
 * target, and nothing else: it was empty.
 */
export async function countAgainstBooks({ standIns, rehearsed, passes }: Rehearsed): Promise<Counts> {
  const findings: string[] = [];
  let [lost, duplicated] = [0, 0];
  const written = new Map<string, { itemType: ItemType; address: string; by: Map<ContentKind, Written> }>();
  for (const [at, { source, target, entry }] of rehearsed.actors.entries()) {
    const { itemType } = entry;
    const held = await standIns.source.holds(itemType, source);
    const key = JSON.stringify([itemType, target]);
    const there = written.get(key) ?? { itemType, address: target, by: new Map<ContentKind, Written>() };
    written.set(key, there);
    for (const kind of COUNTED[itemType]) {
      const books = booksOf(passes.second[at], kind);
      if (books === undefined) continue;
      const unseen = Math.max(0, (held[kind] ?? 0) - books.seen);
      lost += unseen;
      if (unseen > 0) findings.push(`${entry.source}: ${unseen} of ${held[kind]} ${kind}s are in no books.`);
      const before = there.by.get(kind);
      there.by.set(kind, {
        known: (before?.known ?? 0) + books.migrated + books.unchanged,
        uncertain: (before?.uncertain ?? 0) + books.uncertain,
      });
    }
  }
  for (const { itemType, address, by } of written.values()) {
    const held = await standIns.target.holds(itemType, address);
    for (const [kind, { known, uncertain }] of by) {
      const found = held[kind] ?? 0;
      const [missing, more] = [Math.max(0, known - found), Math.max(0, found - known - uncertain)];
      lost += missing;
      duplicated += more;
      if (missing + more > 0)
        findings.push(`${address}: ${found} ${kind}s lie there, ${known} were written by the books.`);
    }
  }
  return { lost, duplicated, findings };
}

interface Written {
  readonly known: number;
  /** Which may lie there or not. */
  readonly uncertain: number;
}

/** Undefined for what the settings leave out. */
function booksOf(pass: PassView | undefined, kind: ContentKind): BooksView | undefined {
  const wanted = pass?.settings.kinds as Readonly<Record<string, boolean>> | undefined;
  return wanted?.[kind] === false ? undefined : pass?.kinds?.[kind];
}
