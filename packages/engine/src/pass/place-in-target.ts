import type { FolderPlace } from '@sterna/content';
import { type ContentKind, type FolderRole, folderMapper } from '@sterna/core';
import type { ContainerRow } from '@sterna/store';
import type { PassContext } from './context.ts';

type Books = Pick<PassContext, 'sourceContainers' | 'targetContainers' | 'settings'>;

/**
 * Where a folder that a setting speaks of is in the target: where its content went, as the books say. Where its kind is
 * off nothing of it went anywhere, and the mapping of folders tells; whether there is one, the target finds out.
 *
 * @returns why it is nowhere, as the end of a sentence
 */
export function placeInTarget(
  { sourceContainers, targetContainers, settings: { settings } }: Books,
  kind: ContentKind,
  place: FolderPlace,
): FolderPlace | { readonly missing: string } {
  const ofKind = [...sourceContainers.values()].filter((row) => row.kind === kind && !row.gone);
  const found = ofKind.filter((row) => isIt(row, place));
  if (found.length === 0) return { missing: 'the source has no such folder' };
  const targets = new Set(found.map((row) => row.targetContainer));
  if (targets.size > 1) return { missing: 'the source has several of this name' };
  const [id] = targets;
  const target = id === undefined ? undefined : targetContainers.byId(id);
  if (settings.kinds[kind]) {
    if (target === undefined) return { missing: 'the settings leave it out' };
    return { path: target.path, ...(target.role === undefined ? {} : { role: target.role }) };
  }
  if (kind !== 'message') return place;
  const folders = ofKind.map(({ path, role }) => ({ path, role: role as FolderRole | undefined }));
  const mapped = folderMapper(settings, folders)(place.path, found[0]?.role as FolderRole | undefined);
  if ('excluded' in mapped) return { missing: 'the settings leave it out' };
  return { path: mapped.target, ...(mapped.role === undefined ? {} : { role: mapped.role }) };
}

const isIt = ({ path, role }: ContainerRow, place: FolderPlace): boolean =>
  place.role === undefined || role === undefined ? path.join('\0') === place.path.join('\0') : role === place.role;
