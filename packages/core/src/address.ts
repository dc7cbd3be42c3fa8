/**
 * Two addresses with one key name one endpoint: mail addresses compare without case, paths (with a `/`) as they are.
 * The same rule is in the database's unique index on entries.
 */
export const addressKey = (address: string): string => (address.includes('/') ? address : address.toLowerCase());

/** What makes an entry unique among the live ones of a project. */
export const entryKey = (entry: { itemType: string; sourceAddress: string; targetAddress: string }): string =>
  JSON.stringify([entry.itemType, addressKey(entry.sourceAddress), addressKey(entry.targetAddress)]);
