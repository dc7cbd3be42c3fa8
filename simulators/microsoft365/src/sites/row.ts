import type { Actor, DriveItem } from '../drive/item.ts';

export interface ContentTypeInfo {
  readonly id: string;
  readonly name: string;
}

/** One kept state of an item; `id` is what SharePoint calls it: 1.0, 2.0 … */
export interface RowVersion {
  readonly id: string;
  readonly modified: number;
  readonly modifiedBy: Actor;
  readonly values: ReadonlyMap<string, unknown>;
}

/** A row of any list: an item, a file of a library, a page, a person. Times are milliseconds, whole seconds. */
export interface Row {
  readonly id: number;
  readonly guid: string;
  readonly created: number;
  readonly modified: number;
  readonly createdBy: Actor;
  readonly modifiedBy: Actor;
  readonly eTagNumber: number;
  readonly contentType: ContentTypeInfo;
  /** By the column's internal name, as `field-values.ts` has them. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Oldest first, the last one is the current. */
  readonly versions: readonly RowVersion[];
  readonly hasAttachments: boolean;
  readonly webUrl: string;
  readonly driveItem?: DriveItem;
}

/** An item of a list that an app can write. */
export interface ListItem extends Row {
  modified: number;
  created: number;
  createdBy: Actor;
  modifiedBy: Actor;
  eTagNumber: number;
  contentType: ContentTypeInfo;
  values: Map<string, unknown>;
  readonly versions: RowVersion[];
  hasAttachments: boolean;
}

export function rowETag(row: Pick<Row, 'guid' | 'eTagNumber'>): string {
  return `"${row.guid},${row.eTagNumber}"`;
}
