import type { ContentKind } from '@sterna/core';
import type { XmlElement } from './xml.ts';

type Properties = ReadonlyMap<string, XmlElement>;

export interface NewCollection {
  readonly name: string;
  readonly kind: ContentKind;
  readonly color: string | undefined;
  readonly description: string | undefined;
}

/** What differs between CalDAV (RFC 4791) and CardDAV (RFC 6352); all else is the same. */
export interface DavDialect {
  readonly protocol: 'caldav' | 'carddav';
  readonly title: string;
  readonly kinds: readonly ContentKind[];
  /** RFC 6764 section 5. */
  readonly wellKnown: string;
  /** Property of a principal that names the collections' home. */
  readonly homeSet: string;
  /** Of a collection. */
  readonly resourceType: string;
  /** Property of an object that is its text. */
  readonly data: string;
  readonly multiget: `cal:${string}` | `card:${string}`;
  readonly contentType: string;
  readonly extension: string;
  /** Properties of a collection that `kindsOf` and `look` want. */
  readonly collectionProperties: readonly string[];
  /** Kinds of objects that a collection holds. */
  kindsOf(properties: Properties): readonly ContentKind[];
  look(properties: Properties): { readonly color?: string; readonly description?: string };
  /** A report that lists the objects of one kind; for collections that hold several. */
  query?(kind: ContentKind): { readonly name: `cal:${string}`; readonly inner: string };
  /** A report that finds the object of a UID. */
  findUid(
    kind: ContentKind,
    uid: string,
  ): { readonly name: `cal:${string}` | `card:${string}`; readonly inner: string };
  /** Method and body of the request that makes a collection. */
  make(collection: NewCollection): { readonly method: string; readonly body: Buffer };
  /** Preconditions of a UID that is taken (RFC 4791 section 5.3.2.1, RFC 6638 section 3.2.4.1, RFC 6352 section 6.3.2.1). */
  readonly uidConflicts: readonly string[];
  /** Whether the server mails the people of an event by itself, from the DAV header of its OPTIONS. */
  schedules(dav: string): boolean;
}
