import { stateOf } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { User } from '../state/domain.ts';
import { ContactStore } from './store.ts';

const storesOf = stateOf((_: Cloud) => new Map<string, ContactStore>());

/** A user's contacts, made with the groups that everybody has when first asked for. */
export function contactsOf(cloud: Cloud, user: User): ContactStore {
  const stores = storesOf(cloud);
  const known = stores.get(user.id);
  if (known !== undefined) return known;
  const store = new ContactStore(
    () => cloud.clock.now(),
    (length) => Buffer.from(cloud.ids.hex(2 * length), 'hex'),
  );
  stores.set(user.id, store);
  return store;
}

/** The photo behind a URL that a contact shows; undefined where there is none any more. */
export function photoByKey(cloud: Cloud, key: string): { readonly type: string; readonly bytes: Buffer } | undefined {
  for (const store of storesOf(cloud).values()) {
    for (const { photo } of store.contacts.values()) if (photo?.key === key) return photo;
  }
  return undefined;
}
