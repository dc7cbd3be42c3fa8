/** What a user-list entry is. */
export const ITEM_TYPES = ['mailbox', 'drive', 'site', 'group', 'team'] as const;
export type ItemType = (typeof ITEM_TYPES)[number];

/**
 * What an entry contains, in the order in which it is migrated: what speaks of others comes after them. Settings (rules,
 * categories, the automatic reply) speak of folders; pages, list items and posts link to files.
 */
export const CONTENT_KINDS = [
  'message',
  'event',
  'contact',
  'task',
  'setting',
  'member',
  'file',
  'listItem',
  'page',
  'post',
] as const;
export type ContentKind = (typeof CONTENT_KINDS)[number];

const KINDS_OF: Readonly<Record<ItemType, readonly ContentKind[]>> = {
  mailbox: ['message', 'event', 'contact', 'task', 'setting'],
  drive: ['file'],
  site: ['setting', 'file', 'listItem', 'page'],
  group: ['message', 'event', 'setting', 'member', 'file', 'listItem', 'post'],
  team: ['message', 'setting', 'member', 'file', 'listItem', 'post'],
};

/** What an entry of this type may hold. */
export const kindsOf = (item: ItemType): readonly ContentKind[] => KINDS_OF[item];

export const LICENSE_TYPES = ['mail', 'file', 'site', 'team'] as const;
export type LicenseType = (typeof LICENSE_TYPES)[number];

export const LICENSE_TIERS = ['standard', 'trial'] as const;
export type LicenseTier = (typeof LICENSE_TIERS)[number];

const LICENSE_OF: Readonly<Record<ItemType, LicenseType>> = {
  mailbox: 'mail',
  drive: 'file',
  site: 'site',
  group: 'team',
  team: 'team',
};

/** Groups take a `team` license. */
export const licenseTypeOf = (item: ItemType): LicenseType => LICENSE_OF[item];
