import type { FidelityNote, Flags } from '@sterna/connector-kit';
import { canonicalFlags } from '@sterna/core';
import { type ExtendedProperty, propertyOf } from '../graph/stamp.ts';
import { PROPERTIES, VERBS } from './properties.ts';

/** State of a message as Graph has it. */
export interface MessageState {
  readonly isRead?: boolean | null;
  readonly isDraft?: boolean | null;
  readonly flag?: { readonly flagStatus?: string | null } | null;
  readonly categories?: readonly string[] | null;
  readonly singleValueExtendedProperties?: readonly Partial<ExtendedProperty>[];
}

const FORWARDED = '$Forwarded';
/** Gmail's own guess (RFC 8457), which is nobody's category. */
const IMPORTANT = '$Important';
const MAX_CATEGORY = 255;

/** Categories are keywords, whatever their names. */
export function flagsOf(message: MessageState): Flags {
  const verb = propertyOf(message.singleValueExtendedProperties, PROPERTIES.lastVerb);
  return canonicalFlags([
    ...(message.isRead === true ? ['\\Seen'] : []),
    ...(message.isDraft === true ? ['\\Draft'] : []),
    ...(message.flag?.flagStatus === 'flagged' ? ['\\Flagged'] : []),
    ...(verb === VERBS.reply || verb === VERBS.replyAll ? ['\\Answered'] : []),
    ...(verb === VERBS.forward ? [FORWARDED] : []),
    ...(message.categories ?? []).filter(isCategory),
  ]);
}

/** Neither a flag's name, which would be read as one, nor what no category can be. */
const isCategory = (name: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  !/^\\|[\u0000-\u001f\u007f]/.test(name) &&
  name.trim() === name &&
  name !== '' &&
  name.length <= MAX_CATEGORY &&
  name.isWellFormed();

export interface StateFields {
  readonly isRead?: boolean;
  readonly flag?: { readonly flagStatus: 'flagged' | 'notFlagged' };
  readonly categories?: readonly string[];
  readonly singleValueExtendedProperties?: readonly ExtendedProperty[];
}

/** All of a new message's state but that it is a draft, which its creation decides. */
export function stateOfNew(flags: Flags, notes: FidelityNote[]): StateFields & { readonly isRead: boolean } {
  const has = (flag: string): boolean => flags.some((one) => one.toLowerCase() === flag.toLowerCase());
  const verb = has('\\Answered') ? VERBS.reply : has(FORWARDED) ? VERBS.forward : undefined;
  if (has('\\Answered') && has(FORWARDED)) notes.push(forwardedDropped);
  const categories = categoriesOf(flags, notes);
  return {
    isRead: has('\\Seen'),
    ...(has('\\Flagged') ? { flag: { flagStatus: 'flagged' as const } } : {}),
    ...(categories.length === 0 ? {} : { categories }),
    ...(verb === undefined ? {} : { singleValueExtendedProperties: [{ id: PROPERTIES.lastVerb, value: verb }] }),
  };
}

/** What is no system flag, and can be a category. What can't is noted. */
export function categoriesOf(flags: Flags, notes: FidelityNote[]): string[] {
  return flags.filter((flag) => {
    if (SYSTEM.has(flag.toLowerCase())) return false;
    if (flag.toLowerCase() !== IMPORTANT.toLowerCase() && isCategory(flag)) return true;
    notes.push({
      code: 'flag-dropped',
      text: `A flag was left out: Microsoft 365 has no such category (${printable(flag)}).`,
    });
    return false;
  });
}

/** Marked for deletion means nothing here: such a message is there, or it isn't. */
const SYSTEM: ReadonlySet<string> = new Set(
  ['\\Seen', '\\Draft', '\\Flagged', '\\Answered', '\\Deleted', '\\Recent', FORWARDED].map((one) => one.toLowerCase()),
);

const forwardedDropped: FidelityNote = {
  code: 'forwarded-dropped',
  text: 'It was answered and forwarded; Microsoft 365 keeps one of the two, so it shows as answered.',
};

const printable = (flag: string): string => `“${flag.slice(0, 60).replace(/[^\x20-\x7e]/g, '?')}”`;

/** Whether the difference needs to know the categories that are there. */
export const touchesCategories = (add: Flags, remove: Flags): boolean =>
  [...add, ...remove].some((flag) => !SYSTEM.has(flag.toLowerCase()));

/** A difference, onto the categories as they are now; `\Draft` can't change. */
export function stateChange(
  add: Flags,
  remove: Flags,
  categoriesNow: readonly string[],
  notes: FidelityNote[],
): StateFields {
  const lower = (flags: Flags): ReadonlySet<string> => new Set(flags.map((flag) => flag.toLowerCase()));
  const [adds, removes] = [lower(add), lower(remove)];
  const change = (flag: string): boolean | undefined =>
    adds.has(flag.toLowerCase()) ? true : removes.has(flag.toLowerCase()) ? false : undefined;
  const [seen, flagged, answered, forwarded] = ['\\Seen', '\\Flagged', '\\Answered', FORWARDED].map(change);
  const verb =
    answered === true
      ? VERBS.reply
      : forwarded === true
        ? VERBS.forward
        : answered === false || forwarded === false
          ? VERBS.none
          : undefined;
  const fields: StateFields = {
    ...(seen === undefined ? {} : { isRead: seen }),
    ...(flagged === undefined
      ? {}
      : { flag: { flagStatus: flagged ? ('flagged' as const) : ('notFlagged' as const) } }),
    ...(verb === undefined ? {} : { singleValueExtendedProperties: [{ id: PROPERTIES.lastVerb, value: verb }] }),
  };
  if (!touchesCategories(add, remove)) return fields;
  const kept = categoriesNow.filter((name) => !removes.has(name.toLowerCase()));
  const there = lower(kept);
  const added = categoriesOf(add, notes).filter((name) => !there.has(name.toLowerCase()));
  return { ...fields, categories: [...kept, ...added] };
}
