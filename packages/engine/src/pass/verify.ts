import {
  inFencedTransaction,
  insertNotes,
  type ObjectNote,
  rowsBySource,
  rowsOfTarget,
  sourceKey,
} from '@sterna/store';
import { capabilitiesFor, type PassContext, targetById } from './context.ts';
import { digestsOf } from './digests.ts';
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
          if (known.targetId === undefined) counts.unmigrated += 1;
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
    const expected = new Map<
      string,
      { digest: string; flags: string; src: Buffer; srcId: string; container: number }
    >();
    const digests = new Set<string>();
    for await (const page of rowsOfTarget(pool, claim.entryId, row.id))
      for (const one of page) {
        const digest = one.digest?.toString('hex') ?? '';
        digests.add(digest);
        expected.set(one.targetId ?? '', {
          digest,
          flags: one.flags ?? '',
          src: one.src,
          srcId: one.srcId,
          container: one.container,
        });
      }
    const present: string[] = [];
    const extra: string[] = [];
    const seen = new Set<string>();
    for await (const item of there.has(row.key) ? (target.writer?.inventory(row.key, {}) ?? []) : []) {
      context.control.checkpoint();
      counts.target += 1;
      const known = expected.get(item.targetId);
      if (known === undefined) extra.push(item.targetId);
      else {
        seen.add(item.targetId);
        present.push(item.targetId);
        if (item.flags !== undefined && sourceFlags(item.flags) !== known.flags) counts.flagsDiffer += 1;
      }
    }
    for (const [targetId, known] of expected) {
      if (seen.has(targetId)) continue;
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
    // Where a target writes mail anew, other bytes are no other message.
    const isRewritten = row.kind === 'message' && capabilitiesFor(target, row.kind).bytes === 'rewritten';
    if (depth === 'content' && isRewritten && present.length > 0)
      notes.push({
        kind: 'fidelity',
        code: 'verified-by-presence',
        text: `The target writes mail anew, so what is in ${where} was verified by its presence and state, not by its bytes.`,
      });
    if (depth === 'content' && !isRewritten) {
      for await (const { id, digest } of digestsOf(context, row, present)) {
        const known = expected.get(id);
        if (known === undefined) continue;
        if (digest === known.digest) counts.identical += 1;
        else {
          counts.different += 1;
          notes.push({
            kind: 'failure',
            code: 'different-in-target',
            text: `Its copy in ${where} is not what was migrated any more: ${row.kind === 'message' ? 'its bytes differ' : 'somebody changed it'}.`,
            src: known.src,
            srcId: known.srcId,
            container: known.container,
          });
        }
      }
    } else counts.identical += present.length;
    // An extra object with the very bytes of one of ours is a duplicate; others are people's own.
    for await (const { digest } of digestsOf(context, row, extra)) {
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
