import type { BooksView, PassView } from '@sterna/api-contract';
import type { ContentKind } from '@sterna/core';
import type { Rehearsed } from './rehearsed.ts';

/** What is no folder, nor a setting: the stand-ins count it. */
const COUNTED = ['message', 'event', 'contact', 'task', 'file'] as const satisfies readonly ContentKind[];

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
  const written = new Map<string, { itemType: 'mailbox' | 'drive'; address: string; by: Map<ContentKind, number> }>();
  for (const [at, { source, target, entry }] of rehearsed.actors.entries()) {
    const { itemType } = entry;
    const held = await standIns.source.holds(itemType, source);
    const key = JSON.stringify([itemType, target]);
    const there = written.get(key) ?? { itemType, address: target, by: new Map<ContentKind, number>() };
    written.set(key, there);
    for (const kind of COUNTED) {
      const books = booksOf(passes.second[at], kind);
      if (books === undefined) continue;
      const unseen = Math.max(0, (held[kind] ?? 0) - books.seen);
      lost += unseen;
      if (unseen > 0) findings.push(`${entry.source}: ${unseen} of ${held[kind]} ${kind}s are in no books.`);
      there.by.set(kind, (there.by.get(kind) ?? 0) + books.migrated + books.unchanged);
    }
  }
  for (const { itemType, address, by } of written.values()) {
    const held = await standIns.target.holds(itemType, address);
    for (const [kind, expected] of by) {
      const found = held[kind] ?? 0;
      lost += Math.max(0, expected - found);
      duplicated += Math.max(0, found - expected);
      if (found !== expected)
        findings.push(`${address}: ${found} ${kind}s lie there, ${expected} were written by the books.`);
    }
  }
  return { lost, duplicated, findings };
}

/** Undefined for what the settings leave out. */
function booksOf(pass: PassView | undefined, kind: ContentKind): BooksView | undefined {
  const wanted = pass?.settings.kinds as Readonly<Record<string, boolean>> | undefined;
  return wanted?.[kind] === false ? undefined : pass?.kinds?.[kind];
}
