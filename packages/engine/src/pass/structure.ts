import type { Container } from '@sterna/connector-kit';
import { type FolderMapper, folderCollisions, folderMapper, SternaError } from '@sterna/core';
import {
  type ContainerRow,
  inFencedTransaction,
  insertNotes,
  loadContainers,
  type ObjectNote,
  SOURCE,
  saveContainers,
  TARGET,
} from '@sterna/store';
import type { PassContext } from './context.ts';

/** What both sides hold now, as far as one listing of containers tells. */
export interface Structure {
  readonly source: readonly Container[];
  readonly target: readonly Container[];
  /** Source containers that the settings leave out, with the reason in words. */
  readonly excluded: ReadonlyMap<string, string>;
}

/** Loads the books of containers into the context. */
export async function loadStructure(context: PassContext): Promise<void> {
  for (const row of await loadContainers(context.pool, context.claim.entryId))
    (row.side === SOURCE ? context.sourceContainers : context.targetContainers).set(row.key, row);
}

/**
 * Lists both sides, maps every source container to its target and creates what is missing there. New containers are
 * saved; a no-change pass writes nothing.
 *
 * @throws SternaError config `folder-map-two-sources` where the mapping puts two folders into one without `merge`
 */
export async function matchStructure(
  context: PassContext,
  source: readonly Container[],
  target: readonly Container[],
): Promise<Structure> {
  const messages = source.filter((container) => container.kind === 'message');
  const mapper: FolderMapper = folderMapper(context.settings.settings, messages);
  const collision = folderCollisions(mapper, messages)[0];
  if (collision !== undefined) {
    throw new SternaError(
      'config',
      'folder-map-two-sources',
      `The folder mapping puts ${collision.sources.join(' and ')} into one target folder, ${collision.target}.`,
      { field: 'folders.map', fix: 'Map them to different folders, or set "merge" on both rules.' },
    );
  }
  const targetNow = new Map(target.map((container) => [container.id, container]));
  const changed: ContainerRow[] = [];
  const notes: ObjectNote[] = [];
  const excluded = new Map<string, string>();

  for (const container of messages) {
    let row = context.sourceContainers.get(container.id);
    if (row === undefined) {
      row = newRow(SOURCE, context.sourceContainers.size, container);
      context.sourceContainers.set(container.id, row);
      changed.push(row);
    }
    if (row.gone) {
      row.gone = false;
      changed.push(row);
    }
    const mapped = mapper(container.path, container.role);
    if ('excluded' in mapped) {
      excluded.set(container.id, mapped.excluded);
      continue;
    }
    const known = row.targetContainer;
    const knownKey = [...context.targetContainers.values()].find((one) => one.id === known)?.key;
    // A folder that people deleted in the target is made again only where there is something to put into it.
    if (knownKey !== undefined && (targetNow.has(knownKey) || container.total === 0)) continue;
    const writer = context.target.writer;
    if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');
    context.control.checkpoint();
    const ensured = await writer.ensureContainer(mapped.target, {
      ...(mapped.role === undefined ? {} : { role: mapped.role }),
      subscribe: container.subscribed ?? true,
    });
    for (const note of ensured.notes) notes.push({ kind: 'fidelity', ...note, container: row.id });
    let targetRow = context.targetContainers.get(ensured.container.id);
    if (targetRow === undefined) {
      targetRow = newRow(TARGET, context.targetContainers.size, ensured.container);
      context.targetContainers.set(targetRow.key, targetRow);
      changed.push(targetRow);
    }
    if (row.targetContainer !== targetRow.id) {
      row.targetContainer = targetRow.id;
      changed.push(row);
    }
  }

  const present = new Set(messages.map((container) => container.id));
  for (const row of context.sourceContainers.values()) {
    if (present.has(row.key) || row.gone) continue;
    row.gone = true;
    changed.push(row);
  }
  const unique = [...new Set(changed)];
  if (unique.length > 0 || notes.length > 0) {
    await inFencedTransaction(context.pool, context.claim.lease, async (client) => {
      await saveContainers(client, context.claim.entryId, unique);
      await insertNotes(client, context.claim.entryId, context.claim.number, notes);
    });
  }
  return { source: messages, target, excluded };
}

export function newRow(side: typeof SOURCE | typeof TARGET, known: number, container: Container): ContainerRow {
  return {
    side,
    id: known + 1,
    key: container.id,
    path: container.path,
    role: container.role,
    targetContainer: undefined,
    cursor: undefined,
    listingPass: undefined,
    listingMode: undefined,
    listedPass: undefined,
    glance: undefined,
    total: 0,
    generation: side === TARGET ? container.generation : undefined,
    gone: false,
    planVersion: undefined,
  };
}
