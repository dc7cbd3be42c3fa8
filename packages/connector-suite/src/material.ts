import type { ContentKind } from '@sterna/core';

/** What the suite puts into a system: one for each content kind. Everything that only mail has is asked of it. */
export interface Material {
  readonly kind: ContentKind;
  /** The folder of most tests; `['INBOX']` for mail. */
  readonly home: readonly string[];
  /** A small object; the same bytes for the same arguments, another object for another `n`. */
  plain(n: number | string, body?: string): Buffer;
  /** Files: what an object of these bytes is called. Absent: objects have no names. */
  nameOf?(raw: Buffer): string;
  /** Files: the content of `raw` under another name. */
  renamed?(raw: Buffer, name: string): Buffer;
  /** A second object beside `plain(n)`: byte-identical, unless the kind has a natural key. */
  twin(n: number | string): Buffer;
  /**
   * Other content under the natural key (UID) of `plain(n)`. Absent where the kind has none: mail never changes, and any
   * number of messages may be alike.
   */
  changed?(n: number | string): Buffer;
  /** The same object under a natural key that holds `raw`’s, where that is neither a UID nor a name. */
  nearKey?(raw: Buffer): Buffer;
  /** More than any usual object; above INLINE_LIMIT where `streams`. Another one for another `n`, as far as `twin` is. */
  large(n?: number): Buffer;
  /** Objects above INLINE_LIMIT are streamed. Events and cards are parsed whole. */
  readonly streams: boolean;
  /** What is really out there. */
  readonly awkward: ReadonlyMap<string, Buffer>;
  readonly folderNames: readonly (readonly string[])[];
  readonly hostileNames: readonly (readonly string[])[];
}
