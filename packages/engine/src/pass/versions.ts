import type { Content } from '@sterna/connector-kit';
import type { ContainerRow } from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';

/**
 * Earlier versions of an object that are to be migrated, the oldest first: those after `since`, where that is one of them.
 * None where the settings want none, or a side has none.
 */
export async function* earlierVersions(
  context: PassContext,
  source: ContainerRow,
  current: Content,
  since?: string,
): AsyncGenerator<Content> {
  const depth = context.settings.settings.versionDepth;
  const { reader } = context.source;
  const keeps = (side: 'source' | 'target'): boolean => capabilitiesFor(context[side], source.kind).versions;
  if (depth === 0 || reader.versions === undefined || !keeps('source') || !keeps('target')) return;
  let waiting: Content[] = [];
  let isPast = since === undefined;
  for await (const version of reader.versions(source.key, current.id, depth)) {
    if (version.version === current.version) continue;
    if (isPast) yield version;
    else if (version.version === since) {
      isPast = true;
      waiting = [];
    } else waiting.push(version);
  }
  // What was migrated last is older than all that the source still has.
  if (!isPast) yield* waiting;
}
