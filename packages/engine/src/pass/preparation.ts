import { type ObjectLink, type PrepareOptions, pivotOf } from '@sterna/content';
import type { ContentKind } from '@sterna/core';
import { type ContainerRow, rowsBySource, sourceKey } from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';
import { addressesFor, type Preparing } from './links.ts';
import { placeInTarget } from './place-in-target.ts';

/**
 * How the target wants this object.
 *
 * @throws SternaError object where its pivot can't make sense of it
 */
export async function preparation(
  context: PassContext,
  { kind, key }: Pick<ContainerRow, 'kind' | 'key'>,
  body: Buffer,
  preparing: Preparing,
): Promise<PrepareOptions> {
  const { schedules, cardVersions, leavesOut, rules, memberRoles } = capabilitiesFor(context.target, kind);
  return {
    mapping: context.mapping,
    scheduling: schedules === true ? 'server' : undefined,
    cardVersions,
    memberRoles,
    ...(kind === 'setting' ? { placeOf: (of, place) => placeInTarget(context, of, place), rules } : {}),
    ...(leavesOut === undefined ? {} : { leavesOut: (type) => leavesOut[type] }),
    ...(await links(context, key, pivotOf(kind).links?.(body) ?? [])),
    ...(await addressesFor(context, kind, body, preparing)),
  };
}

/** Objects that are named by id have ids of their own in the target: the books know them. */
async function links(
  context: PassContext,
  container: string,
  wanted: readonly ObjectLink[],
): Promise<Pick<PrepareOptions, 'targetOf'>> {
  if (wanted.length === 0) return {};
  const rows = await rowsBySource(
    context.pool,
    context.claim.entryId,
    wanted.flatMap((link) => keysOf(context, container, link)),
  );
  return {
    targetOf(link) {
      for (const key of keysOf(context, container, link)) {
        const targetId = rows.get(key.toString('hex'))?.targetId;
        if (targetId !== undefined) return targetId;
      }
      return undefined;
    },
  };
}

/** Where ids are those of a container (a channel's posts, a backup's files), it may be in any of its kind, or in this one. */
function keysOf(
  { source, stampKey, sourceContainers }: PassContext,
  container: string,
  { kind, id, isBeside }: ObjectLink,
): Buffer[] {
  if (capabilitiesFor(source, kind).idScope === 'endpoint') return [sourceKey(stampKey, kind, undefined, id)];
  if (isBeside === true) return [sourceKey(stampKey, kind, container, id)];
  return [...sourceContainers.values()]
    .filter((row) => row.kind === kind)
    .map((row) => sourceKey(stampKey, kind, row.key, id));
}

/** Whether this object can't be prepared before those that are on their way are in the books. */
export function namesOthers(kind: ContentKind, body: Buffer | AsyncIterable<Buffer>): boolean {
  const { links: linksOf } = pivotOf(kind);
  if (linksOf === undefined || !Buffer.isBuffer(body)) return false;
  try {
    return linksOf(body).length > 0;
  } catch {
    // What it is told when it is prepared.
    return false;
  }
}
