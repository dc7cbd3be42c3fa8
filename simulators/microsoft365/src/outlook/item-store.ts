/**
 * What `admin/exchange` needs of an area to list, export and import its items. Exported data is opaque to everyone
 * else; it carries the whole item, meetings with their attendees included, and importing it mails nobody.
 */
export interface ItemStore {
  folders(): readonly ItemFolder[];
  /** Undefined when the folder isn't of this area. */
  items(folderId: string): readonly ItemSummary[] | undefined;
  /** Undefined when the item isn't of this area. */
  exportItem(itemId: string): { readonly summary: ItemSummary; readonly data: Buffer } | undefined;
  /** Undefined when the folder isn't of this area, or the data not of its kind. */
  importItem(folderId: string, data: Buffer): ItemSummary | undefined;
}

export interface ItemFolder {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly displayName: string;
  /** Container class: `IPF.Appointment`, `IPF.Contact`. */
  readonly type: string;
}

export interface ItemSummary {
  /** The id that changes when the item moves. */
  readonly id: string;
  readonly immutableId: string;
  readonly changeKey: string;
  /** Message class: `IPM.Appointment`, `IPM.Contact`. */
  readonly type: string;
  readonly subject: string;
  readonly size: number;
  readonly categories: readonly string[];
  readonly createdAt: number;
  readonly modifiedAt: number;
}
