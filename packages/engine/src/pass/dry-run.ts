import { SternaError, UnmappedCollector, type UnmappedPrincipal } from '@sterna/core';
import {
  DRY_RUN_VERBS,
  type DryRunVerb,
  dryRunBooks,
  dryRunCounts,
  inFencedTransaction,
  keepFindings,
} from '@sterna/store';
import type { PassBooks } from './books-of-pass.ts';
import type { PassContext } from './context.ts';
import { drySession, isVirtual } from './dry-session.ts';
import { migrate } from './migrate.ts';

/** People named in the result; there may be more. */
const MOST_PEOPLE = 1_000;

/** What a pass would do. What the target refuses for reasons of its own shows only when it is written. */
export interface DryRunResult {
  /** The books that the pass would end with. */
  readonly books: PassBooks;
  /** By what would be done; what would stay as it is is not among them. */
  readonly objects: Readonly<Record<DryRunVerb, number>>;
  /** Of what would be created or overwritten. */
  readonly bytes: number;
  /** Containers that would be made in the target. */
  readonly containers: number;
  /** Addresses that the mapping table doesn't translate, the most frequent first. */
  readonly unmapped: readonly UnmappedPrincipal[];
  readonly unmappedCount: number;
}

/**
 * The migrating pass itself, with writes blocked: it reads what it would send and looks at what the target holds. Its books
 * are a copy, so the entry's own stay as they are.
 */
export async function dryRun(context: PassContext): Promise<DryRunResult> {
  const { pool, claim, progress } = context;
  const books = await inFencedTransaction(pool, claim.lease, (client) =>
    dryRunBooks(client, claim.entryId, claim.number),
  );
  const people = new UnmappedCollector(context.mapping);
  const dry: PassContext = {
    ...context,
    claim: { ...claim, entryId: books },
    aside: undefined,
    split: undefined,
    mapping: (address) => people.resolve(address, progress.container ?? ''),
    target: drySession(context.target),
  };
  const result = await migrate(dry);
  const counts = await dryRunCounts(pool, books, claim.number);
  await inFencedTransaction(pool, claim.lease, (client) => keepFindings(client, books, claim.number));
  if (!result.balanced) throw new SternaError('bug', 'unbalanced', 'The books of the dry run don’t balance.');
  const of = (verb: DryRunVerb) => counts.find((one) => one.verb === verb) ?? { objects: 0, bytes: 0 };
  const unmapped = people.list();
  return {
    books: result,
    objects: Object.fromEntries(DRY_RUN_VERBS.map((verb) => [verb, of(verb).objects])) as Record<DryRunVerb, number>,
    bytes: (['create', 'overwrite', 'rename'] as const).reduce((sum, verb) => sum + of(verb).bytes, 0),
    containers: [...dry.targetContainers.keys()].filter(isVirtual).length,
    unmapped: unmapped.slice(0, MOST_PEOPLE),
    unmappedCount: unmapped.length,
  };
}
