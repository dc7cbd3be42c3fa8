import type { ChangeLog } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';

/** An item of a mailbox as admin/exchange sees it, whatever it is. */
export interface ExchangeItem {
  /** The id now, and the change key that goes with this version. */
  readonly id: string;
  readonly changeKey: string;
  readonly categories: readonly string[];
  /** Milliseconds. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** Message class: `IPM.Note`, `IPM.Appointment`, `IPM.Contact`. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** All that the item is, but for its ids: what `structuredClone` can copy (Buffers and Maps among it). */
  content(): unknown;
}

/** A folder of items of one kind. */
export interface ExchangeFolder {
  readonly id: string;
  readonly displayName: string;
  readonly parentId: string | undefined;
  /** `IPF.Note`, `IPF.Appointment`, `IPF.Contact`. */
  readonly type: string;
  /** Of its items, by the keys that `item` takes. */
  readonly log: ChangeLog;
  /** By the log's keys, oldest first. */
  keys(): string[];
  item(key: string): ExchangeItem | undefined;
  /** The last id of an item that is gone, by its key. */
  goneId(key: string): string | undefined;
  /** Makes an item of what `content()` gave, here or in another tenant. Throws when it is of another kind. */
  create(content: unknown): ExchangeItem;
  /** Gives an item new content. */
  update(id: string, content: unknown): ExchangeItem;
}

/** One kind's folders in a mailbox; calendars, contacts and mail each tell theirs. */
export interface ItemKind {
  folders(cloud: Cloud, tenant: Tenant, user: DirectoryUser): ExchangeFolder[];
  /** The folder and item that an item's id names, when it is of this kind. */
  find(cloud: Cloud, tenant: Tenant, user: DirectoryUser, id: string): ExchangeItem | undefined;
}
