import type { Content } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import {
  type ContainerRow,
  inFencedTransaction,
  insertNotes,
  type LedgerRow,
  type ObjectNote,
  type Overwritten,
  overwrittenBySource,
  rememberOverwritten,
  rowsBySource,
} from '@sterna/store';
import type { AsideFolder } from '../aside-folder.ts';
import { capabilitiesFor, type PassContext } from './context.ts';
import { digestOf } from './digests.ts';
import type { TransferItem } from './transfer-item.ts';

/** A copy that is about to get other content. */
export interface Overwriting {
  readonly container: ContainerRow;
  readonly target: ContainerRow;
  /** What it gets. */
  readonly item: TransferItem;
  readonly targetId: string;
  /** The version that the copy must still be. */
  readonly version: string | undefined;
}

/**
 * Before copies are overwritten: what they hold is put aside, so that the pass can be undone. It is durable, and in the
 * books, before this returns. What this very pass wrote is not, nor what is about to be written already.
 *
 * @throws SternaError transient `aside-unwritable`
 */
export async function putAside(context: PassContext, overwriting: readonly Overwriting[]): Promise<void> {
  const { aside, pool, claim, settings } = context;
  const days = settings.settings.keepOverwritten;
  if (aside === undefined || days === 0) return;
  const books = await rowsBySource(
    pool,
    claim.entryId,
    overwriting.map(({ item }) => item.todo.src),
  );
  const theirs = overwriting.filter((one) => !isOfThisPass(context, one, books.get(keyOf(one))));
  if (theirs.length === 0) return;
  const srcs = theirs.map(({ item }) => item.todo.src);
  const kept = await overwrittenBySource(pool, claim.entryId, claim.number, srcs);
  const found: Overwritten[] = [];
  const outdated: string[] = [];
  const notes: ObjectNote[] = [];
  for (const group of Map.groupBy(theirs, ({ target }) => target).values()) {
    const { target } = group[0] as Overwriting;
    const byId = new Map(group.map((one) => [one.targetId, one]));
    const native = capabilitiesFor(context.target, target.kind).native?.[0];
    for await (const copy of context.target.reader.read(target.key, [...byId.keys()], { native })) {
      const one = byId.get(copy.id);
      // Gone: there is nothing to be overwritten.
      if (one === undefined || 'vanished' in copy) continue;
      const earlier = kept.get(keyOf(one));
      try {
        if (!('body' in copy)) throw copy.error;
        const { file, digest, format } = await write(context, aside, one, copy);
        if (earlier?.digest.equals(digest) === true || one.item.digest?.equals(digest) === true) {
          await aside.remove(file);
          continue;
        }
        if (earlier !== undefined) outdated.push(earlier.file);
        found.push({
          src: one.item.todo.src,
          targetContainer: target.id,
          targetId: one.targetId,
          version: copy.version,
          digest,
          size: copy.size,
          modified: copy.date,
          file,
          native: format,
          before: books.get(keyOf(one)),
        });
      } catch (thrown) {
        if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
        notes.push(notKept(one, thrown));
      }
    }
  }
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await rememberOverwritten(client, claim.entryId, claim.number, days, found);
    await insertNotes(client, claim.entryId, claim.number, notes);
  });
  for (const file of outdated) await aside.remove(file);
}

/** Earlier versions of the same object, or a write whose answer was lost. */
function isOfThisPass({ claim }: PassContext, { targetId, version }: Overwriting, row: LedgerRow | undefined): boolean {
  if (row?.pass !== claim.number || row.targetId !== targetId || row.targetVersion !== version) return false;
  return row.state === 'created' || row.state === 'updated';
}

async function write(
  { claim }: PassContext,
  aside: AsideFolder,
  { item, target }: Overwriting,
  { body, native }: Content,
): Promise<{ file: string; digest: Buffer; format: string | undefined }> {
  const whole = native !== undefined && 'bytes' in native ? native : undefined;
  const name = item.todo.src.toString('hex');
  const file = await aside.write(claim.entryId, claim.number, name, { body, native: whole?.bytes });
  // A stream has passed: what it put on the disk is read.
  const written = Buffer.isBuffer(body) ? body : ((await aside.read(file, false))?.body ?? Buffer.alloc(0));
  return { file, digest: await digestOf(target.kind, written), format: whole?.format };
}

const keyOf = ({ item }: Overwriting): string => item.todo.src.toString('hex');

const notKept = ({ item, container }: Overwriting, { message }: SternaError): ObjectNote => ({
  kind: 'fidelity',
  code: 'not-put-aside',
  text: `What the target had could not be read before it was overwritten (${message}), so an undo can’t restore it.`,
  src: item.todo.src,
  srcId: item.todo.srcId,
  container: container.id,
  subject: item.subject(),
});
