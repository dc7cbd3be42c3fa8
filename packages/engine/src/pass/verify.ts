import type { InventoryItem } from '@sterna/connector-kit';
import {
  countCopies,
  inFencedTransaction,
  insertNotes,
  type LedgerRow,
  type ObjectNote,
  rowsBySource,
  rowsOfTarget,
  sourceKey,
} from '@sterna/store';
import { type Copy, compareCopies } from './compare-copies.ts';
import { capabilitiesFor, type PassContext, targetById, unreadableKind } from './context.ts';
import { digestsOf } from './digests.ts';
import { findAgain } from './found-again.ts';
import { sourceFlags } from './plan-change.ts';
import { rekeyTargets } from './rekey-targets.ts';
import { loadStructure } from './structure.ts';

/** Notes per finding are kept up to this many; the counts are always whole. */
const MAX_NOTES = 1_000;

export interface VerifyResult {
  /** `keys`: by id; `content`: the bytes of every copy were read and hashed. */
  readonly depth: 'counts' | 'keys' | 'content';
  /** Objects of the source that were held against the books. */
  readonly source: number;
  /** Copies that were held against the books. */
  readonly target: number;
  readonly identical: number;
  /** In the target in other bytes that say the same: it writes what it takes anew. */
  readonly rewritten: number;
  /** In the target with less than was migrated, as the books told when it was written; nobody has changed it since. */
  readonly adapted: number;
  /** There is nothing to hold it against: in other bytes, of what the source has no more, or in a target that gives it to nobody. */
  readonly uncompared: number;
  /** In the books, not in the target. */
  readonly missing: number;
  /** In the target more often than in the books. */
  readonly duplicated: number;
  /** In the target with other bytes than were migrated. */
  readonly different: number;
  /** In the target, not ours: people's new mail, or what was there before. */
  readonly extra: number;
  /** In the source, not in the books: new since the last pass. A delta pass brings them. */
  readonly notMigrated: number;
  /** In the books as failed, filtered or uncertain. */
  readonly unmigrated: number;
  /** In the books, no longer in the source. */
  readonly goneFromSource: number;
  /** Copies whose flags differ from what was migrated (people's work in the target). */
  readonly flagsDiffer: number;
  /** Nothing missing, duplicated or different, and nothing of the source unaccounted for. */
  readonly ok: boolean;
}

type Counts = { -readonly [key in Exclude<keyof VerifyResult, 'depth' | 'ok'>]: number };

/** Holds source, books and target against each other, object by object. Writes nothing to either side. */
export async function verify(context: PassContext): Promise<VerifyResult> {
  const { progress } = context;
  await loadStructure(context);
  const listed = await context.target.reader.containers();
  await rekeyTargets(context, listed);
  const depth = context.settings.settings.verifyDepth;
  const counts: Counts = {
    source: 0,
    target: 0,
    identical: 0,
    rewritten: 0,
    adapted: 0,
    uncompared: 0,
    missing: 0,
    duplicated: 0,
    different: 0,
    extra: 0,
    notMigrated: 0,
    unmigrated: 0,
    goneFromSource: 0,
    flagsDiffer: 0,
  };
  const notes: ObjectNote[] = [];
  progress.phase = 'verify source';
  await verifySource(context, counts);
  progress.phase = 'verify target';
  await verifyTarget(context, depth, new Set(listed.map((container) => container.id)), counts, notes);
  await inFencedTransaction(context.pool, context.claim.lease, (client) =>
    insertNotes(client, context.claim.entryId, context.claim.number, notes.slice(0, MAX_NOTES)),
  );
  const { missing, duplicated, different, notMigrated } = counts;
  return { depth, ...counts, ok: missing + duplicated + different + notMigrated === 0 };
}

async function verifySource(context: PassContext, counts: Counts): Promise<void> {
  const { pool, claim, source } = context;
  for (const container of await source.reader.containers()) {
    const row = context.sourceContainers.get(container.id);
    if (container.sharedBy !== undefined || !context.settings.settings.kinds[container.kind]) continue;
    if (row !== undefined && row.targetContainer === undefined) continue;
    context.progress.container = container.path.join('/');
    const scope = capabilitiesFor(source, container.kind).idScope === 'container' ? container.id : undefined;
    let live = 0;
    for await (const page of source.reader.changes(container.id, undefined, {})) {
      context.control.checkpoint();
      const srcs = page.changes.map((change) => sourceKey(context.stampKey, container.kind, scope, change.id));
      const rows = await rowsBySource(pool, claim.entryId, srcs);
      for (const src of srcs) {
        counts.source += 1;
        const known = rows.get(src.toString('hex'));
        if (known === undefined) counts.notMigrated += 1;
        else {
          live += 1;
          // What was merged is there, as another one's copy.
          if (known.targetId === undefined && known.state !== 'merged') counts.unmigrated += 1;
        }
      }
    }
    if (row !== undefined) counts.goneFromSource += Math.max(0, (await liveRows(context, row.id)) - live);
  }
}

async function liveRows(context: PassContext, container: number): Promise<number> {
  const { rows } = await context.pool.query(
    'select count(*)::int as n from ledger where entry_id = $1 and container = $2 and gone_pass is null',
    [context.claim.entryId, container],
  );
  return rows[0].n;
}

async function verifyTarget(
  context: PassContext,
  depth: VerifyResult['depth'],
  /** Keys of the containers that are there; in the others nothing is. */
  there: ReadonlySet<string>,
  counts: Counts,
  notes: ObjectNote[],
): Promise<void> {
  const { pool, claim, target } = context;
  for (const row of context.targetContainers.values()) {
    const where = targetById(context, row.id).path.join('/');
    context.progress.container = where;
    const unreadable = unreadableKind(target, row.kind);
    if (unreadable !== undefined) {
      const copies = await countCopies(pool, claim.entryId, row.id);
      counts.uncompared += copies;
      if (copies > 0)
        notes.push({
          kind: 'skipped',
          code: unreadable.code,
          text: `${copies} were written to ${where}, and can’t be held against the source: ${unreadable.text}`,
        });
      continue;
    }
    const expected = new Map<string, LedgerRow>();
    const digests = new Set<string>();
    for await (const page of rowsOfTarget(pool, claim.entryId, row.id))
      for (const one of page) {
        digests.add(one.digest?.toString('hex') ?? '');
        expected.set(one.targetId ?? '', one);
      }
    const present: Copy[] = [];
    const extra = new Map<string, InventoryItem>();
    const seen = new Set<string>();
    const isPresent = (item: InventoryItem, known: LedgerRow): void => {
      present.push({ targetId: item.targetId, version: item.version, row: known });
      if (item.flags !== undefined && sourceFlags(item.flags) !== (known.flags ?? '')) counts.flagsDiffer += 1;
    };
    for await (const item of there.has(row.key) ? (target.writer?.inventory(row.key, {}) ?? []) : []) {
      context.control.checkpoint();
      counts.target += 1;
      const known = expected.get(item.targetId);
      if (known === undefined) extra.set(item.targetId, item);
      else {
        seen.add(item.targetId);
        isPresent(item, known);
      }
    }
    const unseen = [...expected].flatMap(([targetId, known]) => (seen.has(targetId) ? [] : [known]));
    const again =
      unseen.length > 0 && extra.size > 0 ? await findAgain(context, row, unseen) : new Map<string, string>();
    for (const known of unseen) {
      const item = extra.get(again.get(known.src.toString('hex')) ?? '');
      if (item !== undefined) {
        extra.delete(item.targetId);
        isPresent(item, known);
        continue;
      }
      counts.missing += 1;
      notes.push({
        kind: 'failure',
        code: 'missing-in-target',
        text: `Its copy is no longer in ${where}. A delta pass does not send it again.`,
        fix: 'If it should be there, plan a remigration.',
        src: known.src,
        srcId: known.srcId,
        container: known.container,
      });
    }
    if (depth === 'content') {
      for await (const { copy, comparison } of compareCopies(context, row, present)) {
        counts[comparison] += 1;
        if (comparison !== 'different') continue;
        const { src, srcId, container } = copy.row;
        notes.push({
          kind: 'failure',
          code: 'different-in-target',
          text: `Its copy in ${where} is not what was migrated any more: ${row.kind === 'message' ? 'its bytes differ' : 'somebody changed it'}.`,
          src,
          srcId,
          container,
        });
      }
    } else counts.identical += present.length;
    // An extra object with the very bytes of one of ours is a duplicate; others are people's own.
    for await (const { digest } of digestsOf(context, row, [...extra.keys()])) {
      if (!digests.has(digest)) counts.extra += 1;
      else {
        counts.duplicated += 1;
        notes.push({
          kind: 'suspect',
          code: 'duplicated-in-target',
          text: `${where} holds an object twice that the books know once.`,
          fix: 'Remove one of them by hand, or remigrate into an emptied target.',
        });
      }
    }
  }
}
