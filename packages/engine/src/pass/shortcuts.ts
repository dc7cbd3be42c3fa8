import type { ShortcutTarget } from '@sterna/connector-kit';
import { waitsForObject } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { type ContainerRow, rowsBySource, sourceKey } from '@sterna/store';
import { capabilitiesFor, type PassContext, sourceById } from './context.ts';

/** Where a link of the source leads in the target: to the copy of what it leads to. Undefined: there is none (yet). */
export async function leadsTo(context: PassContext, shortcut: ShortcutTarget): Promise<ShortcutTarget | undefined> {
  const { pool, claim, sourceContainers, targetContainers, stampKey } = context;
  const from = sourceContainers.get(shortcut.container);
  if (from === undefined || from.gone) return undefined;
  const keyOf = (id: number | undefined): string | undefined =>
    id === undefined ? undefined : targetContainers.byId(id)?.key;
  if (shortcut.id === '') {
    const container = keyOf(from.targetContainer);
    return container === undefined ? undefined : { container, id: '' };
  }
  const scope = capabilitiesFor(context.source, from.kind).idScope === 'container' ? from.key : undefined;
  const src = sourceKey(stampKey, from.kind, scope, shortcut.id);
  const row = (await rowsBySource(pool, claim.entryId, [src])).get(src.toString('hex'));
  const container = keyOf(row?.targetContainer);
  if (container === undefined || row?.targetId === undefined || row.gonePass !== undefined) return undefined;
  return { container, id: row.targetId };
}

/** Whether a copy leads to the copy of what its original leads to now. */
export async function leadsRight(
  context: PassContext,
  original: { readonly container: number; readonly srcId: string },
  copy: ShortcutTarget,
): Promise<boolean> {
  const { key } = sourceById(context, original.container);
  for await (const content of context.source.reader.read(key, [original.srcId])) {
    if (!('body' in content) || content.shortcut === undefined) return false;
    const wanted = await leadsTo(context, content.shortcut);
    return wanted?.container === copy.container && wanted.id === copy.id;
  }
  return false;
}

export const shortcutLeftOut = (): SternaError =>
  new SternaError('object', 'shortcut-not-migrated', 'It is a shortcut, and the target has no such thing.', {
    fix: 'What it leads to was migrated where it lies; make a link to that by hand.',
  });

/** @param place Of what it leads to, where the books know it */
export const shortcutWaits = (place: ContainerRow | undefined, { id }: ShortcutTarget): SternaError =>
  waitsForObject(
    `It is a shortcut to ${[...(place?.path ?? []), ...(id === '' ? [] : [id])].join('/') || 'something'}, which isn’t in the target.`,
    'Migrate that as well; the next delta pass makes the shortcut.',
  );

/** Links have no content that could be put into the copy. */
export const shortcutChanged = (): SternaError =>
  new SternaError('object', 'shortcut-changed', 'There is a shortcut now where another object was migrated from.', {
    fix: 'Remove the copy from the target and plan a remigration, or leave it as it is.',
  });
