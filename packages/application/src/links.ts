import {
  type ContentKind,
  formatFolderPath,
  type LinkReason,
  mergeSettings,
  type Settings,
  thawSettings,
} from '@sterna/core';
import { frozenGroups, kindOf, linkCounts, linkList, linkReasonOf, linkTotals } from '@sterna/store';
import { invalidCursor, readCursor, readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context, Page } from './context.ts';
import { reachProject } from './reach.ts';

/** Why links stay, for people. */
export const LINK_REASON_TEXT: Readonly<Record<LinkReason, string>> = {
  setting: 'The setting “links” is “keep”.',
  'not-migrated': 'It leads to nothing that this project has migrated.',
  'several-copies': 'What it leads to was migrated by two entries: nobody knows which copy is meant.',
  written: 'What it leads to wasn’t migrated when this was written, and nobody can change it afterwards.',
  signed: 'The message is signed or encrypted: whoever changed a word of it would break that.',
};

/** Of copies that are in the target; found = rewritten + all that are kept. */
export interface LinkCounts {
  readonly found: number;
  readonly rewritten: number;
  /** By reason; only those that there are. */
  readonly kept: Readonly<Partial<Record<LinkReason, number>>>;
}

export interface EntryLinks {
  readonly entryId: number;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  /** By content kind; only those that there are. */
  readonly kinds: readonly (LinkCounts & { readonly kind: ContentKind })[];
}

export interface ProjectLinks extends Page<EntryLinks> {
  /** What passes that start now do; entries may have a setting of their own. */
  readonly setting: Settings['links'];
  readonly total: { readonly found: number; readonly rewritten: number };
  /** Live entries whose last pass ran with another setting than now: a delta pass each, at no license, brings them up to it. */
  readonly behind: number;
}

/** Entries that hold links to something of the source, in the order in which they were added. */
export async function projectLinks(
  context: Context,
  actor: Actor,
  input: {
    projectId: number;
    entryId?: number | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<ProjectLinks> {
  requireSomewhere(actor, 'read');
  const limit = readLimit(input.limit);
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const page = { entryId: input.entryId, after: readCursor(input.after) ?? 0, entries: limit + 1 };
  const byEntry = [...Map.groupBy(await linkCounts(context.db, project.id, page), ({ entry_id }) => entry_id).values()];
  const items = byEntry.slice(0, limit).map((rows): EntryLinks => {
    const [{ entry_id, source_address, target_address }] = rows as [(typeof rows)[number]];
    return {
      entryId: entry_id,
      sourceAddress: source_address,
      targetAddress: target_address,
      kinds: [...Map.groupBy(rows, ({ kind }) => kind)].map(([kind, ofKind]) => ({
        kind: kindOf(kind),
        ...countsOf(ofKind),
      })),
    };
  });
  const last = items.at(-1);
  const frozen = await frozenGroups(context.db, project.id);
  return {
    setting: mergeSettings(project.settings).links,
    total: await linkTotals(context.db, project.id),
    behind: frozen
      .filter(
        ({ settings, overrides }) =>
          thawSettings(settings).settings.links !== mergeSettings(project.settings, overrides).links,
      )
      .reduce((sum, { entries }) => sum + entries, 0),
    items,
    ...(byEntry.length > limit && last !== undefined ? { next: String(last.entryId) } : {}),
  };
}

function countsOf(
  rows: readonly { readonly rewritten: boolean; readonly reason: number | null; readonly links: number }[],
): LinkCounts {
  const kept: Partial<Record<LinkReason, number>> = {};
  let [found, rewritten] = [0, 0];
  for (const row of rows) {
    found += row.links;
    if (row.rewritten) rewritten += row.links;
    else kept[linkReasonOf(row.reason)] = (kept[linkReasonOf(row.reason)] ?? 0) + row.links;
  }
  return { found, rewritten, kept };
}

/** One link in what somebody wrote. */
export interface LinkView {
  readonly entryId: number;
  /** Of the entry. */
  readonly sourceAddress: string;
  /** What it is in. */
  readonly kind: ContentKind;
  readonly folder: string | undefined;
  readonly objectId: string;
  readonly subject: string | undefined;
  /** Where it leads at the source. */
  readonly address: string;
  /** Where it leads in the copy; undefined: as at the source. */
  readonly newAddress: string | undefined;
  readonly reason: LinkReason | undefined;
  /** The reason in words. */
  readonly why: string | undefined;
}

/** All of them, entry by entry and object by object. */
export async function listLinks(
  context: Context,
  actor: Actor,
  input: {
    projectId: number;
    entryId?: number | undefined;
    kind?: ContentKind | undefined;
    state?: 'rewritten' | 'kept' | undefined;
    reason?: LinkReason | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<LinkView>> {
  requireSomewhere(actor, 'read');
  const limit = readLimit(input.limit);
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const rows = await linkList(context.db, project.id, input, { after: placeOf(input.after), limit: limit + 1 });
  const items = rows.slice(0, limit).map((row): LinkView => {
    const reason = row.target === null ? linkReasonOf(row.reason) : undefined;
    return {
      entryId: row.entry_id,
      sourceAddress: row.source_address,
      kind: kindOf(row.kind),
      folder: row.folder === null ? undefined : formatFolderPath(row.folder),
      objectId: row.src_id,
      subject: row.subject ?? undefined,
      address: row.address,
      newAddress: row.target ?? undefined,
      reason,
      why: reason === undefined ? undefined : LINK_REASON_TEXT[reason],
    };
  });
  const last = rows[limit - 1];
  return rows.length > limit && last !== undefined
    ? { items, next: `${last.entry_id}.${last.src.toString('hex')}.${last.place}` }
    : { items };
}

/** @throws SternaError config `cursor-invalid` */
function placeOf(after: string | undefined) {
  if (after === undefined) return undefined;
  const [, entryId, src, place] = /^(\d{1,15})\.((?:[0-9a-f]{2}){1,32})\.(\d{1,9})$/.exec(after) ?? [];
  if (entryId === undefined || src === undefined || place === undefined) throw invalidCursor();
  return { entryId: Number(entryId), src: Buffer.from(src, 'hex'), place: Number(place) };
}
