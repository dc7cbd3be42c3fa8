import type { AddressReading } from '@sterna/connector-kit';
import { type PrepareOptions, pivotOf } from '@sterna/content';
import type { ContentKind, LinkReason } from '@sterna/core';
import {
  type AddressedContainer,
  containersAt,
  copyByKey,
  type DecidedLink,
  inFencedTransaction,
  keepLinks,
  type LinkRow,
  linksOf,
  rowsBySource,
  saveLinks,
  sourceKey,
} from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';

/** What an object is prepared for. `compare`: to be held against its copy, so nothing is decided. */
export interface Preparing {
  readonly src: Buffer;
  readonly purpose: 'create' | 'replace' | 'compare';
}

/**
 * Where links of this object are to lead. What is decided is in the books before anything is written: a crash in between
 * leaves the object planned, and it is decided anew.
 */
export async function addressesFor(
  context: PassContext,
  kind: ContentKind,
  body: Buffer,
  { src, purpose }: Preparing,
): Promise<Pick<PrepareOptions, 'addressOf'>> {
  const { pool, claim } = context;
  const { addresses: inIt, subject } = pivotOf(kind);
  if (inIt === undefined || context.source.addresses === undefined) return {};
  const { links: ofOthers, messageLinks } = context.settings.settings;
  const isKept = (kind === 'message' ? messageLinks : ofOthers) === 'keep';
  const known = () => linksOf(pool, claim.entryId, src);
  if (purpose === 'compare') return lookup(await known());
  if (isKept) {
    if (purpose === 'replace' && (await known()).length > 0)
      await inFencedTransaction(pool, claim.lease, (client) => keepLinks(client, claim.entryId, claim.number, src));
    return {};
  }
  const links = await decided(context, kind, body, inIt(body));
  // Where it has none now, those of an earlier try go.
  if (links.length > 0 || (await known()).length > 0)
    await inFencedTransaction(pool, claim.lease, (client) =>
      saveLinks(client, claim.entryId, claim.number, src, links, subject(body)),
    );
  return lookup(links);
}

function lookup(links: readonly LinkRow[]): Pick<PrepareOptions, 'addressOf'> {
  const byAddress = new Map<string, string>();
  for (const { address, targetAddress } of links)
    if (targetAddress !== undefined) byAddress.set(address, targetAddress);
  return byAddress.size === 0 ? {} : { addressOf: (address) => byAddress.get(address) };
}

async function decided(
  context: PassContext,
  kind: ContentKind,
  body: Buffer,
  places: readonly (readonly string[])[],
): Promise<readonly DecidedLink[]> {
  const { addresses } = context.source;
  const known = places.filter((readings) => readings.some((one) => (addresses?.read(one) ?? []).length > 0));
  const { isFinal, isSealed } = pivotOf(kind);
  if (known.length > 0 && isSealed?.(body) === true)
    return known.map(([address = '']) => ({ address, targetAddress: undefined, reason: 'signed' }));
  const homes = await newHomes(context, known.flat());
  const isOnce = isFinal === true || capabilitiesFor(context.target, kind).isFinal === true;
  return known.map((readings) => {
    const address = readings.find((one) => typeof homes.get(one) === 'object') ?? (readings[0] as string);
    const home = homes.get(address) ?? 'not-migrated';
    if (typeof home === 'object') return { address, targetAddress: home.address };
    return { address, targetAddress: undefined, reason: home === 'not-migrated' && isOnce ? 'written' : home };
  });
}

/** Where the copy is of what an address leads to; or why nobody can say. */
export type NewHome = { readonly address: string } | Extract<LinkReason, 'not-migrated' | 'several-copies'>;

/** By the addresses wanted. */
export async function newHomes(context: PassContext, wanted: readonly string[]): Promise<ReadonlyMap<string, NewHome>> {
  const homes = new Map<string, NewHome>();
  const { addresses } = context.source;
  if (addresses === undefined || wanted.length === 0) return homes;
  const readings = new Map([...new Set(wanted)].map((address) => [address, addresses.read(address)]));
  const containers = new Map(await containersOf(context, [...readings.values()].flat()));
  const located: AddressReading[] = [];
  if (addresses.locate !== undefined)
    for (const [address, read] of readings) {
      if (read.length === 0 || read.some(({ container }) => containers.has(container))) continue;
      const found = await addresses.locate(address);
      readings.set(address, found);
      located.push(...found);
    }
  if (located.length > 0) for (const [at, some] of await containersOf(context, located)) containers.set(at, some);
  for (const [address, read] of readings) {
    const found = new Map<number, string>();
    for (const { container, name } of read)
      for (const one of containers.get(container) ?? []) {
        const home = found.has(one.entryId) ? undefined : await homeIn(context, one, name);
        if (home !== undefined) found.set(one.entryId, home);
      }
    // Of two copies that two entries made, nobody knows which one is meant.
    const home = found.get(context.claim.entryId) ?? (found.size === 1 ? [...found.values()][0] : undefined);
    if (home !== undefined) homes.set(address, { address: home + restOf(address) });
    else homes.set(address, found.size === 0 ? 'not-migrated' : 'several-copies');
  }
  return homes;
}

async function containersOf(
  { pool, claim }: PassContext,
  readings: readonly AddressReading[],
): Promise<ReadonlyMap<string, readonly AddressedContainer[]>> {
  const places = new Set(readings.map(({ container }) => container));
  return Map.groupBy(await containersAt(pool, claim.entryId, [...places]), ({ address }) => address);
}

async function homeIn(
  { pool, stampKey, source, target }: PassContext,
  container: AddressedContainer,
  name: string,
): Promise<string | undefined> {
  const { entryId, kind, key, targetAddress } = container;
  if (source.addresses === undefined || target.addresses === undefined) return undefined;
  if (name === '') return target.addresses.of(targetAddress, kind, '', '');
  const { keyOfName } = pivotOf(kind);
  if (keyOfName !== undefined) {
    const id = await copyByKey(pool, container, keyOfName(name));
    return id === undefined ? undefined : target.addresses.of(targetAddress, kind, id, name);
  }
  const id = source.addresses.idOf(kind, key, name);
  // Ids are those of a container or of its whole endpoint: one of these keys is the object's.
  const srcs = [key, undefined].map((scope) => sourceKey(stampKey, kind, scope, id));
  for (const { targetId, container: at } of (await rowsBySource(pool, entryId, srcs)).values())
    if (targetId !== undefined && at === container.id) return target.addresses.of(targetAddress, kind, targetId, name);
  return undefined;
}

/** The place within a page. */
const restOf = (address: string): string => URL.parse(address)?.hash ?? '';
