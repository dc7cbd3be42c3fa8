/** An item by its list and its number there: unique in the site. */
export interface ItemId {
  readonly list: string;
  readonly number: string;
}

export const formatItemId = ({ list, number }: ItemId): string => `${list}/${number}`;

/** Undefined for what is no id of ours. */
export function parseItemId(id: string): ItemId | undefined {
  const [, list, number] = /^([^/]+)\/(\d+)$/.exec(id) ?? [];
  return list === undefined || number === undefined ? undefined : { list, number };
}
