import type { Capabilities } from '@sterna/connector-kit';
import type { Item, ItemKind } from './item-kind.ts';

/** What Exchange and To Do can do with events, contacts and tasks alike, and what they say of one kind alone. */
export const itemCapabilities = <T extends Item>(
  { kind, delta }: ItemKind<T>,
  { maxObjectBytes, evidence }: Pick<Capabilities, 'maxObjectBytes' | 'evidence'>,
): Capabilities => ({
  kinds: [kind],
  settle: 'stamp',
  delta,
  bytes: 'rewritten',
  idScope: 'endpoint',
  collapsesTwins: false,
  dateKept: false,
  moves: false,
  keywords: 'none',
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 8 * 1024 * 1024, inFlight: 2 },
  maxObjectBytes,
  evidence,
});
