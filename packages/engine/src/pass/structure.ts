import type { Container } from '@sterna/connector-kit';
import { driveMapper, type FolderMapper, folderCollisions, folderMapper, SternaError } from '@sterna/core';
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
import { DriveFolders } from './drive-folders.ts';

/** What the source holds now, as far as one listing of containers tells. */
export interface Structure {
  readonly source: readonly Container[];
  /** Source containers that the settings leave out, with the reason in words. */
  readonly excluded: ReadonlyMap<string, string>;
  /** How many the target didn't take, or not as they are; the notes say why. */
  readonly refused: number;
}

/** Loads the books of containers into the context. */
export async function loadStructure(context: PassContext): Promise<void> {
  for (const row of await loadContainers(context.pool, context.claim.entryId))
    (row.side === SOURCE ? context.sourceContainers : context.targetContainers).set(row.key, row);
}

/**
 * Maps every source container to its target and creates what is missing there. New containers are
 * saved; a no-change pass writes nothing.
 *
 * @param target undefined: it wasn’t listed, and what the books say of it holds
 *
 * @throws SternaError config `folder-map-two-sources` where the mapping puts two folders into one without `merge`;
 *   `kind-not-held` where the source has what the target can't hold
 */
export async function matchStructure(
  context: PassContext,
  source: readonly Container[],
  target: readonly Container[] | undefined,
): Promise<Structure> {
  const isFirst = context.sourceContainers.size === 0;
  const messages = source.filter((container) => container.kind === 'message');
  const own = source.filter((container) => container.sharedBy === undefined);
  const folders = source.filter((container) => container.kind === 'file');
  const mapper: FolderMapper = folderMapper(context.settings.settings, messages);
  const drive = driveMapper(context.settings.settings);
  const collision = folderCollisions(mapper, messages)[0] ?? folderCollisions(drive, folders)[0];
  if (collision !== undefined) {
    throw new SternaError(
      'config',
      'folder-map-two-sources',
      `The folder mapping puts ${collision.sources.join(' and ')} into one target folder, ${collision.target}.`,
      { field: 'folders.map', fix: 'Map them to different folders, or set "merge" on both rules.' },
    );
  }
  const isHeld = ({ kind }: Container): boolean => context.target.capabilities.kinds.includes(kind);
  // Before anything is made. An inbox that every archive has is no reason to refuse; anything in it is. Settings every
  // mailbox has, and the books say that they stay behind.
  for (const one of own)
    if (
      one.kind !== 'setting' &&
      context.settings.settings.kinds[one.kind] &&
      !isHeld(one) &&
      !(await isEmpty(context, one))
    )
      throw kindNotHeld(one);
  const driveFolders = new DriveFolders(context);
  const targetNow = target && new Set(target.map(({ id }) => id));
  const changed: ContainerRow[] = [];
  const notes: ObjectNote[] = [];
  const excluded = new Map<string, string>();
  const made = new Set<string>();
  let refused = 0;

  // Defaults first: no other calendar takes the target's by its name.
  for (const container of own.toSorted((a, b) => Number(b.isDefault === true) - Number(a.isDefault === true))) {
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
    if (!context.settings.settings.kinds[container.kind]) {
      excluded.set(container.id, `the kind ${container.kind} is off`);
      continue;
    }
    if (!isHeld(container)) {
      excluded.set(container.id, `the target holds no objects of the kind ${container.kind}`);
      continue;
    }
    // Folder rules are about mail and files; calendars, address books and task lists keep their names.
    const mapped =
      container.kind === 'message'
        ? mapper(container.path, container.role)
        : container.kind === 'file'
          ? drive(container.path)
          : { target: container.path };
    if ('excluded' in mapped) {
      excluded.set(container.id, mapped.excluded);
      continue;
    }
    const known = row.targetContainer;
    const knownKey = known === undefined ? undefined : context.targetContainers.byId(known)?.key;
    // A folder that people deleted in the target is made again only where there is something to put into it.
    const isThere = knownKey !== undefined && targetNow?.has(knownKey) !== false;
    if (isThere && container.definition === undefined) continue;
    if (knownKey !== undefined && !isThere && container.total === 0) continue;
    const writer = context.target.writer;
    if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');
    context.control.checkpoint();
    const above = container.kind === 'file' ? refusedAbove(context, row) : undefined;
    const ensured =
      above ??
      (await unlessRefused(async () =>
        container.kind === 'file'
          ? driveFolders.ensure(writer, row, mapped)
          : writer.ensureContainer(
              container.kind === 'message' ? mapped.target : freePath(context, row, mapped.target),
              {
                kind: container.kind,
                ...(mapped.role === undefined ? {} : { role: mapped.role }),
                ...(container.isDefault === true ? { isDefault: true as const } : {}),
                ...(container.color === undefined ? {} : { color: container.color }),
                ...(container.description === undefined ? {} : { description: container.description }),
                ...(container.definition === undefined ? {} : { definition: container.definition }),
                ...(isThere ? { existing: knownKey } : {}),
                subscribe: container.subscribed ?? true,
              },
            ),
      ));
    if (ensured instanceof SternaError) {
      const { code, message, fix } = ensured;
      notes.push({ kind: 'failure', code, text: message, ...(fix === undefined ? {} : { fix }), container: row.id });
      refused += 1;
      // One that is there takes what comes into it, whatever else it didn't take.
      if (!isThere) context.refused.set(row.id, ensured);
      continue;
    }
    made.add(ensured.container.id);
    // What a definition lost was told when the container was made.
    if (!isThere) for (const note of ensured.notes) notes.push({ kind: 'fidelity', ...note, container: row.id });
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

  // Nothing has a place there: that is no word on one of them.
  const [why] = context.refused.values();
  if (why !== undefined && context.refused.size > 1 && context.refused.size === own.length - excluded.size) throw why;

  for (const container of source)
    if (container.sharedBy !== undefined && isFirst)
      notes.push({
        kind: 'skipped',
        code: 'shared-container',
        text: `${container.path.join('/')} belongs to ${container.sharedBy} and is shared with this account; it is migrated with its owner.`,
      });
  for (const { kind, code, text, fix } of context.source.unreadable ?? [])
    if (isFirst && context.settings.settings.kinds[kind])
      notes.push({ kind: 'skipped', code, text, ...(fix === undefined ? {} : { fix }) });
  const present = new Set(own.map((container) => container.id));
  for (const row of context.sourceContainers.values()) {
    if (present.has(row.key) || row.gone) continue;
    row.gone = true;
    changed.push(row);
  }
  // A folder that people deleted in the target, or that was made again.
  for (const row of context.targetContainers.values()) {
    const isGone = !targetNow?.has(row.key) && !made.has(row.key);
    if (targetNow === undefined || row.gone === isGone) continue;
    row.gone = isGone;
    changed.push(row);
  }
  changed.push(...moved(context.sourceContainers, source), ...moved(context.targetContainers, target ?? []));
  const unique = [...new Set(changed)];
  if (unique.length > 0 || notes.length > 0) {
    await inFencedTransaction(context.pool, context.claim.lease, async (client) => {
      await saveContainers(client, context.claim.entryId, unique);
      await insertNotes(client, context.claim.entryId, context.claim.number, notes);
    });
  }
  return { source: own, excluded, refused };
}

/** A folder within one that the target refuses isn't asked for: it would come to be elsewhere. */
function refusedAbove({ refused, sourceContainers }: PassContext, row: ContainerRow): SternaError | undefined {
  for (const [id, why] of refused) {
    const { kind, path } = sourceContainers.byId(id) ?? row;
    if (kind === row.kind && path.length < row.path.length && path.every((name, at) => name === row.path[at]))
      return why;
  }
  return undefined;
}

/** What the target says of one container is no word on the others; that we may make none is one on all. */
async function unlessRefused<T>(ensure: () => Promise<T>): Promise<T | SternaError> {
  try {
    return await ensure();
  } catch (thrown) {
    if (thrown instanceof SternaError && thrown.class === 'object' && thrown.code !== 'no-permission') return thrown;
    throw thrown;
  }
}

/** Containers whose address on the web is another one, or wasn't known. What the books told says none. */
function moved(rows: PassContext['sourceContainers'], listed: readonly Container[]): readonly ContainerRow[] {
  return listed.flatMap(({ id, address }) => {
    const row = rows.get(id);
    if (row === undefined || address === undefined || row.address === address) return [];
    row.address = address;
    return [row];
  });
}

/** Not every system counts. */
async function isEmpty({ source }: PassContext, { id, total }: Container): Promise<boolean> {
  if (total !== undefined) return total === 0;
  for await (const { changes } of source.reader.changes(id, undefined, {})) if (changes.length > 0) return false;
  return true;
}

const kindNotHeld = ({ kind, path }: Container): SternaError =>
  new SternaError(
    'config',
    'kind-not-held',
    `The target holds no objects of the kind ${kind}, and the source has ${path.join('/')}.`,
    {
      field: `kinds.${kind}`,
      fix: 'Switch this kind off, or choose a target that has a place for it.',
    },
  );

/**
 * Two calendars may share a name, and stay two: the one that comes later gets a number. Which it got is in the books,
 * so later passes keep it.
 */
function freePath(context: PassContext, row: ContainerRow, path: readonly string[]): readonly string[] {
  const taken = new Set(
    [...context.sourceContainers.values()].flatMap((other) => {
      if (other === row || other.kind !== row.kind || other.targetContainer === undefined) return [];
      const target = [...context.targetContainers.values()].find((one) => one.id === other.targetContainer);
      return target === undefined ? [] : [target.path.join('/')];
    }),
  );
  const parent = path.slice(0, -1);
  const name = path.at(-1) ?? '';
  for (let number = 1; ; number += 1) {
    const candidate = [...parent, number === 1 ? name : `${name} (${number})`];
    if (!taken.has(candidate.join('/'))) return candidate;
  }
}

export function newRow(side: typeof SOURCE | typeof TARGET, known: number, container: Container): ContainerRow {
  return {
    side,
    id: known + 1,
    kind: container.kind,
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
    accessVersion: undefined,
    position: undefined,
    address: container.address,
    linksFrom: undefined,
  };
}
