import type { Capabilities, Session } from '@sterna/connector-kit';
import type { PartContext } from '../part.ts';
import type { Item, ItemContainers } from './item-kind.ts';
import { ItemReader, type ItemReading } from './item-reader.ts';
import { ItemRequests } from './item-requests.ts';
import { ItemWriter, type ItemWriting, type PreparedItem } from './item-writer.ts';

/** A session with the events, contacts or tasks of a user. */
export function itemSession<T extends Item, P extends PreparedItem>(
  context: PartContext,
  {
    capabilities,
    containers,
    reading,
    writing,
    identity,
  }: {
    readonly capabilities: Capabilities;
    readonly containers: ItemContainers;
    readonly reading: ItemReading<T>;
    readonly writing: (requests: ItemRequests<T>) => ItemWriting<T, P>;
    readonly identity: string;
  },
): Session {
  const reader = new ItemReader(context, containers, reading);
  const writer = (): ItemWriter<T, P> => {
    const requests = new ItemRequests(context, reading.kind);
    return new ItemWriter(context, containers, reader, requests, writing(requests));
  };
  return {
    get capabilities() {
      return reading.kind.exported === undefined ? capabilities : { ...capabilities, native: context.transfer.formats };
    },
    reader,
    ...(context.role === 'write' ? { writer: writer() } : {}),
    identity,
    quota: async () => undefined,
    close: async () => undefined,
    destroy: () => undefined,
  };
}
