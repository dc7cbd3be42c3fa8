import type { Irremovable } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import {
  CONTAINER_ITSELF,
  type ContainerRow,
  clearInventories,
  type InventoryRow,
  inFencedTransaction,
  insertInventory,
  insertNotes,
  markRemoved,
  nextToRemove,
  nextToRename,
  type ObjectNote,
  saveContainers,
  TARGET,
} from '@sterna/store';
import { irremovableKind, type PassContext } from './context.ts';
import { rekeyTargets } from './rekey-targets.ts';
import { loadStructure, newRow } from './structure.ts';
import { freezeInventory } from './take-inventory.ts';

const PAGE = 500;

export interface EmptyResult {
  readonly mode: 'freeze' | 'remove';
  /** With each container that is renamed as one. */
  readonly objects: number;
  readonly bytes: number;
  readonly containers: readonly { readonly container: string; readonly objects: number; readonly bytes: number }[];
  /** Containers whose objects can't be removed, and which are therefore renamed. */
  readonly renamed: readonly { readonly container: string; readonly name: string }[];
}

/** First half of emptying: lists what the target holds, so that a person confirms exactly that. Removes nothing. */
export async function freezeTarget(context: PassContext): Promise<EmptyResult> {
  context.progress.phase = 'listing target';
  await loadStructure(context);
  await forgetInventories(context);
  const containers: { container: string; objects: number; bytes: number }[] = [];
  const renamed: { container: string; name: string }[] = [];
  const notes: ObjectNote[] = [];
  const present = await context.target.reader.containers();
  await rekeyTargets(context, present);
  for (const container of present) {
    if (container.sharedBy !== undefined || !context.settings.settings.kinds[container.kind]) continue;
    // Most of them a mailbox can't be without; those that come again are known by their names.
    if (container.kind === 'setting') continue;
    const stays = irremovableKind(context.target, container.kind);
    if (stays !== undefined) {
      notes.push({
        kind: 'skipped',
        code: stays.code,
        text: `Nothing is removed from ${container.path.join('/')}: ${stays.text}`,
        ...(stays.fix === undefined ? {} : { fix: stays.fix }),
      });
      continue;
    }
    context.control.checkpoint();
    let row = context.targetContainers.get(container.id);
    if (row === undefined) {
      row = newRow(TARGET, context.targetContainers.size, container);
      context.targetContainers.set(row.key, row);
      const fresh = row;
      await inFencedTransaction(context.pool, context.claim.lease, (client) =>
        saveContainers(client, context.claim.entryId, [fresh]),
      );
    }
    const staying = new Map<string, Irremovable & { readonly count: number }>();
    const { objects, bytes } = await freezeInventory(context, row, { size: true }, ({ irremovable: why }) => {
      if (why !== undefined) staying.set(why.code, { ...why, count: (staying.get(why.code)?.count ?? 0) + 1 });
      return why === undefined;
    });
    const place = row.path.join('/');
    const name = staying.size === 0 ? undefined : await freezeName(context, row);
    if (name !== undefined) renamed.push({ container: place, name });
    const words =
      name === undefined ? '' : ` ${place} is renamed to “${name}”, so that the next migration makes a new one.`;
    for (const { code, text, fix, count } of staying.values())
      notes.push({
        ...{ kind: 'skipped', code, text: `${count} of ${place} stay: ${text}${words}` },
        ...(name === undefined && fix !== undefined ? { fix } : {}),
      });
    if (objects > 0 || staying.size === 0) containers.push({ container: place, objects, bytes });
  }
  if (notes.length > 0)
    await inFencedTransaction(context.pool, context.claim.lease, (client) =>
      insertNotes(client, context.claim.entryId, context.claim.number, notes),
    );
  return { mode: 'freeze', ...sum(containers, renamed), containers, renamed };
}

/**
 * What earlier passes took inventory of is in no list that anybody confirms: the target's own rules, folders that are left
 * out. Should the entry go on after all, that is taken again.
 */
async function forgetInventories({ pool, claim, targetContainers }: PassContext): Promise<void> {
  const rows = [...targetContainers.values()];
  for (const row of rows) row.listedPass = undefined;
  await inFencedTransaction(pool, claim.lease, async (client) => {
    await clearInventories(client, claim.entryId);
    await saveContainers(client, claim.entryId, rows);
  });
}

/** So that exactly the name that was confirmed is given, once. */
async function freezeName({ target, pool, claim }: PassContext, row: ContainerRow): Promise<string | undefined> {
  const name = await target.writer?.aside?.nameOf(row.key);
  if (name !== undefined)
    await inFencedTransaction(pool, claim.lease, (client) =>
      insertInventory(client, claim.entryId, row.id, [itself(name)]),
    );
  return name;
}

/** Second half: removes what was listed, each by its id, and nothing that came later. Resumable. */
export async function removeFrozen(context: PassContext): Promise<EmptyResult> {
  context.progress.phase = 'emptying';
  await loadStructure(context);
  const writer = context.target.writer;
  if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');
  const present = new Map((await context.target.reader.containers()).map((container) => [container.id, container]));
  const containers: { container: string; objects: number; bytes: number }[] = [];
  for (const row of context.targetContainers.values()) {
    const now = present.get(row.key);
    // A list that an earlier version made may hold settings, which it didn't show.
    if (now === undefined || row.kind === 'setting') continue;
    // By the old ids nothing would be found, and everything would count as gone.
    if (row.generation !== undefined && row.generation !== now.generation)
      throw new SternaError(
        'config',
        'target-renumbered',
        `${row.path.join('/')} has other ids than when it was listed, so what was confirmed can’t be told from what came later.`,
        { fix: 'List the target again and confirm the new list.' },
      );
    context.progress.container = row.path.join('/');
    let objects = 0;
    let bytes = 0;
    for (;;) {
      context.control.checkpoint();
      const page = await nextToRemove(context.pool, context.claim.entryId, row.id, PAGE);
      if (page.length === 0) break;
      const results = await writer.apply(
        page.map((item) => ({
          verb: 'remove',
          op: item.targetId,
          container: row.key,
          targetId: item.targetId,
          how: 'expunge',
          ...(item.version === undefined ? {} : { ifVersion: item.version }),
        })),
      );
      const gone: string[] = [];
      const kept: string[] = [];
      const notes: ObjectNote[] = [];
      for (const result of results) {
        if (result.outcome === 'done' || result.outcome === 'missing') gone.push(result.op);
        // Somebody changed it since it was listed: what was confirmed is not what is there now.
        else if (result.outcome === 'changed') kept.push(result.op);
        else if (result.outcome === 'refused' && result.error.class === 'object') {
          // One that can't be removed keeps nobody from removing the others.
          kept.push(result.op);
          notes.push({
            kind: 'skipped',
            code: result.error.code,
            text: `${result.error.message} (${row.path.join('/')}, ${result.op})`,
            ...(result.error.fix === undefined ? {} : { fix: result.error.fix }),
          });
        } else if (result.outcome === 'exists')
          throw new SternaError('bug', 'internal', 'A removal can’t find a twin.');
        else throw result.error;
      }
      await inFencedTransaction(context.pool, context.claim.lease, async (client) => {
        await markRemoved(client, context.claim.entryId, row.id, [...gone, ...kept]);
        await insertNotes(client, context.claim.entryId, context.claim.number, notes);
      });
      objects += gone.length;
      bytes += page.reduce((total, item) => total + (item.size ?? 0), 0);
      context.progress.objects += gone.length;
    }
    containers.push({ container: row.path.join('/'), objects, bytes });
  }
  // Of a drive its folders, too: those that hold nothing any more.
  const folders = [...context.targetContainers.values()].filter((row) => row.kind === 'file' && row.path.length > 0);
  for (const row of folders.sort((a, b) => b.path.length - a.path.length)) {
    context.control.checkpoint();
    if (present.has(row.key)) await writer.removeContainer?.(row.key);
  }
  // Last: what lies in them was listed under their names.
  const renamed: { container: string; name: string }[] = [];
  const rows = new Map([...context.targetContainers.values()].map((row) => [row.id, row]));
  for (const { targetContainer, name } of await nextToRename(context.pool, context.claim.entryId)) {
    context.control.checkpoint();
    const row = rows.get(targetContainer);
    if (row === undefined) continue;
    if ((await writer.aside?.rename(row.key, name)) === 'done') renamed.push({ container: row.path.join('/'), name });
    await inFencedTransaction(context.pool, context.claim.lease, (client) =>
      markRemoved(client, context.claim.entryId, row.id, [CONTAINER_ITSELF]),
    );
  }
  return { mode: 'remove', ...sum(containers, renamed), containers, renamed };
}

const itself = (name: string): InventoryRow => ({
  ...{ targetId: CONTAINER_ITSELF, version: name },
  ...{ matchKey: undefined, size: undefined, flags: undefined },
});

const sum = (containers: readonly { objects: number; bytes: number }[], renamed: readonly unknown[]) => ({
  objects: containers.reduce((total, one) => total + one.objects, renamed.length),
  bytes: containers.reduce((total, one) => total + one.bytes, 0),
});
