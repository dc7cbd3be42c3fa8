import type { Capabilities, Session } from '@sterna/connector-kit';
import type { PartContext } from '../part.ts';
import { ItemReader } from './item-reader.ts';
import type { Item, ItemStore, Prepared } from './item-store.ts';
import { ItemWriter } from './item-writer.ts';

/** A session with the events, contacts or tasks of a user. */
export function itemSession<P extends Prepared, T extends Item>(
  context: PartContext,
  store: ItemStore<P, T>,
  more: Pick<Capabilities, 'delta' | 'maxObjectBytes' | 'evidence'> & { readonly identity: string },
): Session {
  const { identity, ...own } = more;
  const reader = new ItemReader(store);
  return {
    capabilities: {
      kinds: [store.kind],
      settle: 'stamp',
      bytes: 'rewritten',
      idScope: 'container',
      collapsesTwins: false,
      dateKept: false,
      moves: false,
      keywords: 'none',
      permissions: false,
      versions: false,
      batch: { objects: 20, bytes: 8 * 1024 * 1024, inFlight: store.width === 1 ? 1 : 2 },
      ...own,
    },
    reader,
    ...(context.role === 'write' ? { writer: new ItemWriter(context, store, reader) } : {}),
    identity,
    quota: async () => undefined,
    close: async () => undefined,
    destroy: () => undefined,
  };
}
