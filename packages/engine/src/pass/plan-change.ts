import type { Change } from '@sterna/connector-kit';
import { diffFlags, formatFlags, parseFlags, type Settings } from '@sterna/core';
import type { LedgerRow, Reason, TodoVerb } from '@sterna/store';

/** Marks of any Sterna installation on a message in the source (itself once a target) are no state of the message. */
export const PENDING_MARK_PREFIX = '$sternapending';
export const sourceFlags = (flags: readonly string[]): string =>
  formatFlags(flags.filter((flag) => !flag.toLowerCase().startsWith(PENDING_MARK_PREFIX)));

export type Decision =
  /** To-do: read it, write it. */
  | { readonly action: 'create' }
  /** To-do: read it, put the new content into its copy. */
  | { readonly action: 'replace' }
  /** To-do: bring its flags to the target. */
  | { readonly action: 'state'; readonly flags: string }
  | { readonly action: 'filter'; readonly reason: Reason }
  /** It was gone and is back. */
  | { readonly action: 'back' }
  | { readonly action: 'gone' }
  /** It was planned and never settled, and now it is gone: nothing left to do. */
  | { readonly action: 'forget-todo' }
  | { readonly action: 'none' };

/** It had a copy, of our making or taken over; where it has none any more, that was removed since. */
const hadCopy = ({ state, reason }: LedgerRow): boolean =>
  ['created', 'updated', 'unchanged', 'merged'].includes(state) || reason === 'already-in-target';

/**
 * The delta rules, one change at a time. Pure.
 *
 * | change | in the books | planned | decision |
 * |---|---|---|---|
 * | gone | live | any | gone |
 * | gone | no | yes | forget the plan |
 * | gone | no | no | none |
 * | listed | no | yes | none: it is read when its turn comes |
 * | listed | no | no | create, unless a filter says no |
 * | listed | gone | no | back |
 * | listed | gone, and its copy was removed for that | no | create, unless a filter says no |
 * | listed | filtered | no | create, unless a filter still says no |
 * | listed | vanished before it was read | no | create |
 * | listed | failed, uncertain | any | none: failures are planned anew by every pass, uncertain ones by nobody |
 * | listed | with a copy, other flags | no | state |
 * | listed | with a copy, another version | no | replace |
 * | listed | skipped for a conflict, another version | no | create: the conflict is decided again |
 */
export function planChange(
  change: Change,
  row: LedgerRow | undefined,
  planned: TodoVerb | undefined,
  settings: Settings,
  /** The filters or the license are others than when the container was listed last. */
  filtersChanged = true,
  isBeyondLimit = false,
): Decision {
  if (change.gone === true) {
    if (row !== undefined && row.gonePass === undefined) return { action: 'gone' };
    return planned === 'create' ? { action: 'forget-todo' } : { action: 'none' };
  }
  const beyond = isBeyondLimit ? 'over-post-limit' : undefined;
  if (row === undefined) {
    if (planned !== undefined) return { action: 'none' };
    const reason = filtered(change, settings) ?? beyond;
    return reason === undefined ? { action: 'create' } : { action: 'filter', reason };
  }
  if (row.reason === 'vanished-from-source' && planned === undefined) return { action: 'create' };
  if (row.state === 'filtered' && planned === undefined) {
    // What has a version is filtered by what is in it, so it is read again only where something is different.
    if (change.version !== undefined && change.version === row.srcVersion && !filtersChanged)
      return row.gonePass === undefined ? { action: 'none' } : { action: 'back' };
    const reason = filtered(change, settings) ?? beyond;
    if (reason === undefined) return { action: 'create' };
    return reason === row.reason && row.gonePass === undefined ? { action: 'none' } : { action: 'filter', reason };
  }
  if (row.gonePass !== undefined && row.targetId === undefined && planned === undefined && hadCopy(row)) {
    const reason = filtered(change, settings) ?? beyond;
    return reason === undefined ? { action: 'create' } : { action: 'filter', reason };
  }
  const isChanged = change.version !== undefined && change.version !== row.srcVersion;
  if (isChanged && planned === undefined) {
    if (row.targetId !== undefined) return { action: 'replace' };
    if (row.state === 'skipped') return { action: 'create' };
  }
  if (row.targetId !== undefined && change.flags !== undefined && row.flags !== undefined) {
    const now = sourceFlags(change.flags);
    const difference = diffFlags(parseFlags(row.flags), parseFlags(now));
    if (difference.add.length + difference.remove.length > 0) return { action: 'state', flags: now };
  }
  return row.gonePass === undefined ? { action: 'none' } : { action: 'back' };
}

export function filtered(
  change: { readonly date?: Date | undefined; readonly size?: number | undefined },
  settings: Settings,
): Reason | undefined {
  const { from, to } = settings.dateFilter;
  if (change.date !== undefined) {
    if (from !== undefined && change.date < new Date(from)) return 'before-date-filter';
    if (to !== undefined && change.date >= new Date(to)) return 'after-date-filter';
  }
  if (settings.sizeLimit !== undefined && change.size !== undefined && change.size > settings.sizeLimit)
    return 'over-size-limit';
  return undefined;
}
