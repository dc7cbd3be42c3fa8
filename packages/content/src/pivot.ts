import type { ContentKind, MappingLookup } from '@sterna/core';
import type { FolderPlace } from './setting/setting.ts';

/** Something that an object loses or has changed on its way, in words. */
export interface ContentNote {
  readonly code: string;
  readonly text: string;
}

export interface PrepareOptions {
  /** Who people are at the target: attendees, organizers. */
  readonly mapping: MappingLookup;
  /** `server`: the target mails the people of an event by itself (RFC 6638), unless it is told not to. */
  readonly scheduling?: 'server' | undefined;
  /** vCard versions that the target takes, the one it likes best first; undefined: 3.0 and 4.0. */
  readonly cardVersions?: readonly ('3.0' | '4.0')[] | undefined;
  /**
   * Settings: where a folder of the source went, or why it is nowhere, as the end of a sentence. Absent: paths stay.
   */
  readonly placeOf?: (kind: ContentKind, place: FolderPlace) => FolderPlace | { readonly missing: string };
  /**
   * Where an object of `Pivot.links` is in the target: its id there, as far as that one is a copy of this entry's; undefined:
   * nowhere yet. Absent: links stay as they are.
   */
  readonly targetOf?: (link: ObjectLink) => string | undefined;
  /** Where a web address leads in the target; undefined: it stays. Absent: all stay, none leads elsewhere. */
  readonly addressOf?: (address: string) => string | undefined;
  /** Members: the roles that the target knows; undefined: all. */
  readonly memberRoles?: readonly string[] | undefined;
  /** Settings: why the target doesn't take those of a type; undefined: it does. */
  readonly leavesOut?: (type: string) => { readonly text: string; readonly fix?: string } | undefined;
  /** Settings: how the target knows its rules, as its capabilities say. */
  readonly rules?: 'named' | 'filters' | undefined;
}

/** Another object of the same entry, by the id that its reader gives it. */
export interface ObjectLink {
  readonly kind: ContentKind;
  readonly id: string;
  /** In the same container: a post and its answers. */
  readonly isBeside?: true;
}

/** First moment included, last moment excluded; undefined `until`: it repeats for ever. */
export interface Span {
  readonly from: Date;
  readonly until: Date | undefined;
}

/** What the engine must know of a content kind, and nothing more. Bodies are the kind's pivot format (design section 2). */
export interface Pivot {
  /**
   * 16 bytes; objects with different keys are different objects (UID; a card without one: name and addresses; a file:
   * its name in the folder).
   *
   * @param body Of an object that is streamed: its beginning
   */
  matchKey(body: Buffer, name?: string): Buffer;
  /** 16 bytes; equal for an object and its faithful copy, whatever the server rewrites that has no meaning. */
  digest(body: Buffer): Buffer;
  /** The same digest, of a stream. Absent: objects of this kind are parsed whole. */
  hasher?(): StreamHasher;
  /** What two objects can't have both within one container decides over conflicts: a UID, a name. Mail has nothing such. */
  readonly hasNaturalKey: boolean;
  /**
   * The natural key is no identity but a place that anything may have taken, such as a millisecond of a channel: then the
   * next one is taken, whatever the conflict option.
   */
  readonly keyIsSlot?: true;
  /**
   * Objects that this one names: they have to be in the target before it. Where one isn't, `prepare` throws object
   * `waits-for-object`, and it is tried again once others were written.
   */
  links?(body: Buffer): readonly ObjectLink[];
  /**
   * Web addresses in what people wrote, each with the ways in which it can be read. `prepare` asks `addressOf` for them.
   * Absent: those of this kind are left alone.
   */
  addresses?(body: Buffer): readonly (readonly string[])[];
  /** Somebody vouches for its bytes, or they are encrypted: `prepare` leaves the addresses in it alone. Absent: never. */
  isSealed?(body: Buffer): boolean;
  /** No system lets anybody change it once it is there. */
  readonly isFinal?: true;
  /** The `matchKey` of what has this name, of kinds that are known by their names alone (pages). */
  keyOfName?(name: string): Buffer;
  /** Names of the properties in which two of the same kind differ in meaning, sorted; `SUMMARY`, `TEL`. */
  differences?(one: Buffer, other: Buffer): readonly string[];
  /** Whether what a server wrote anew still says what the original says. Absent: `differences` tells. */
  saysTheSame?(original: Buffer, copy: Buffer): Promise<boolean>;
  /** For notes: so that a person recognizes the object. */
  subject(body: Buffer, name?: string): string | undefined;
  /** When it takes place, a series as a whole; undefined where that means nothing (contacts, tasks without dates). */
  span?(body: Buffer): Span | undefined;
  /**
   * As the target is to hold it. Absent: the bytes as they are.
   *
   * @throws SternaError object `invalid-event` | `invalid-contact` | `invalid-task` | `invalid-setting`: nothing of it could be written
   */
  prepare?(body: Buffer, options: PrepareOptions): { readonly body: Buffer; readonly notes: readonly ContentNote[] };
  /**
   * The same content under another natural key, for the conflict option `rename`; the same for the same number. Absent
   * where the key isn't in the content.
   */
  renamed?(body: Buffer, number: number): Buffer;
}

/** 16 bytes at the end. */
export interface StreamHasher {
  update(chunk: Buffer): unknown;
  digest(): Buffer;
}
