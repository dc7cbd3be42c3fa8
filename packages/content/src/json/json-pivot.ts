import { createHash } from 'node:crypto';
import { canonicalJson } from '@sterna/core';
import { addressesIn, mapTexts, withAddresses } from '../addresses.ts';
import type { ContentNote, ObjectLink, Pivot, PrepareOptions, Span } from '../pivot.ts';
import { checkMembers, invalidObject, type Members, readMembers, type Sort, writeMembers } from './json-object.ts';

/** What a kind whose objects are JSON must say of itself. */
export interface JsonKind<T extends { readonly type: string }> {
  readonly type: T['type'];
  /** For messages: `list item`. */
  readonly what: string;
  readonly needed: Readonly<Record<string, Sort>>;
  /** Objects with different keys are different objects. */
  keyOf(object: T): unknown;
  readonly hasNaturalKey: boolean;
  readonly keyIsSlot?: true;
  /** What two systems must agree on; what says nothing is left out or undefined. */
  meaningOf(object: T): Members;
  titleOf(object: T): string | undefined;
  /** Members whose texts may hold web addresses, at any depth. */
  readonly textMembers?: readonly (keyof T & string)[];
  /** `keyOf` of an object of this name. */
  keyOfName?(name: string): unknown;
  linksOf?(object: T): readonly ObjectLink[];
  prepare?(object: T, options: PrepareOptions): { readonly object: T; readonly notes: readonly ContentNote[] };
  renamed?(object: T, number: number): T;
  span?(object: T): Span | undefined;
}

export interface JsonCodec<T> {
  /** @throws SternaError object `invalid-…` with what is wrong */
  read(body: Buffer): T;
  write(object: T): Buffer;
}

export function jsonCodec<T extends { readonly type: string }>(
  kind: Pick<JsonKind<T>, 'type' | 'what' | 'needed'>,
): JsonCodec<T> {
  const words = { code: `invalid-${kind.type}`, what: kind.what };
  return {
    read(body) {
      const members = readMembers(body, words);
      if (members.type !== kind.type) throw invalidObject(words, 'its type is another one');
      checkMembers(members, kind.needed, words);
      return members as unknown as T;
    },
    write: (object) => writeMembers(object as object),
  };
}

export function jsonPivot<T extends { readonly type: string }>(kind: JsonKind<T>): Pivot {
  const { read, write } = jsonCodec<T>(kind);
  const { linksOf, keyOfName, textMembers = [], prepare, renamed, span } = kind;
  return {
    hasNaturalKey: kind.hasNaturalKey,
    ...(kind.keyIsSlot === true ? { keyIsSlot: true as const } : {}),
    matchKey: (body) => hash(canonicalJson([kind.type, kind.keyOf(read(body))])),
    digest: (body) => hash(canonicalJson(kind.meaningOf(read(body)))),
    differences: (one, other) => differences(kind.meaningOf(read(one)), kind.meaningOf(read(other))),
    subject: (body) => kind.titleOf(read(body))?.slice(0, 200),
    ...(linksOf === undefined ? {} : { links: (body: Buffer) => linksOf(read(body)) }),
    ...(textMembers.length === 0 ? {} : { addresses: (body: Buffer) => addressesOf(read(body), textMembers) }),
    ...(keyOfName === undefined
      ? {}
      : { keyOfName: (name: string) => hash(canonicalJson([kind.type, keyOfName(name)])) }),
    ...(prepare === undefined
      ? {}
      : {
          prepare: (body: Buffer, options: PrepareOptions) => {
            const { object, notes } = prepare(rehomed(read(body), textMembers, options), options);
            return { body: write(object), notes };
          },
        }),
    ...(renamed === undefined ? {} : { renamed: (body: Buffer, number: number) => write(renamed(read(body), number)) }),
    ...(span === undefined ? {} : { span: (body: Buffer) => span(read(body)) }),
  };
}

function addressesOf<T extends object>(object: T, members: readonly (keyof T)[]): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  for (const member of members)
    mapTexts(object[member], (text) => {
      found.push(...addressesIn(text));
      return text;
    });
  return found;
}

function rehomed<T extends object>(object: T, members: readonly (keyof T)[], { addressOf }: PrepareOptions): T {
  if (addressOf === undefined) return object;
  const changed = members
    .filter((member) => object[member] !== undefined)
    .map((member) => [member, mapTexts(object[member], (text) => withAddresses(text, addressOf))]);
  return { ...object, ...Object.fromEntries(changed) };
}

/** Names of the members in which two meanings differ, sorted. */
export function differences(left: Members, right: Members): readonly string[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((name) => canonicalJson(left[name] ?? null) !== canonicalJson(right[name] ?? null))
    .sort();
}

/** 16 bytes. */
export const hash = (text: string): Buffer => createHash('sha256').update(text).digest().subarray(0, 16);
