import type { Content, Reader } from '@sterna/connector-kit';
import type { ContainerRow } from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';

/** What was migrated last. */
export interface Since {
  readonly version: string;
  /** Date of the copy, which tells versions of equal content apart. Asked for only where there are such. */
  readonly date: () => Promise<Date | undefined>;
}

/** So many versions are held in memory, at most 4 MiB of each; where there are more, they are read twice. */
const HELD = 8;
const GROWTH = 8;

type Versions = NonNullable<Reader['versions']>;

/**
 * Earlier versions of an object that are to be migrated, the oldest first: those after `since`, where that is one of them.
 * None where the settings want none, or a side has none.
 */
export async function* earlierVersions(
  context: PassContext,
  source: ContainerRow,
  current: Content,
  since?: Since,
): AsyncGenerator<Content> {
  const depth = context.settings.settings.versionDepth;
  const { reader } = context.source;
  if (!bringsVersions(context, source)) return;
  const versions: Versions = (...which) => reader.versions?.(...which) ?? none();
  const list = (count: number): AsyncIterable<Content> => versions(source.key, current.id, count);
  const found = since === undefined ? list(depth) : after(list, depth, since);
  // The current one has become an earlier one meanwhile. A version alone may be that of an earlier one of equal content.
  for await (const version of found) if (!isSame(version, current)) yield version;
}

/** Whether the settings want versions, and both sides have them. */
export function bringsVersions(context: PassContext, source: ContainerRow): boolean {
  const keeps = (side: 'source' | 'target'): boolean => capabilitiesFor(context[side], source.kind).versions;
  const { versionDepth } = context.settings.settings;
  return versionDepth > 0 && context.source.reader.versions !== undefined && keeps('source') && keeps('target');
}

async function* none(): AsyncGenerator<Content> {}

const isSame = (one: Content, other: Content): boolean =>
  one.version === other.version && one.date?.getTime() === other.date?.getTime();

/** Looks for `since` among the latest ones first, since few are new as a rule. */
async function* after(
  list: (count: number) => AsyncIterable<Content>,
  depth: number,
  since: Since,
): AsyncGenerator<Content> {
  for (let count = Math.min(HELD, depth); ; count = Math.min(count * GROWTH, depth)) {
    const held: Content[] = [];
    const matches: { readonly at: number; readonly date: Date | undefined }[] = [];
    let at = 0;
    for await (const version of list(count)) {
      if (version.version === since.version) matches.push({ at, date: version.date });
      if (count <= HELD) held.push(version);
      at += 1;
    }
    const isAll = at < count || count === depth;
    if (matches.length === 0 && !isAll) continue;
    // Older than all that the source still has: all of them are new.
    const skip = matches.length === 0 ? 0 : (await matchOf(matches, since)) + 1;
    if (count <= HELD) yield* held.slice(skip);
    else {
      let passed = 0;
      for await (const version of list(count)) {
        if (passed >= skip) yield version;
        passed += 1;
      }
    }
    return;
  }
}

/** Where the same content was there more than once: the latest of the copy's date, else the first, so that none is lost. */
async function matchOf(
  matches: readonly { readonly at: number; readonly date: Date | undefined }[],
  since: Since,
): Promise<number> {
  const first = matches[0]?.at ?? 0;
  if (matches.length === 1) return first;
  const date = await since.date();
  const ofDate = matches.findLast((match) => date !== undefined && match.date?.getTime() === date.getTime());
  return ofDate?.at ?? first;
}
