import type { ContentKind } from '@sterna/core';

/** Bytes of a file, from `start` up to `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** One object of a file: a series with its exceptions, a task, a card. */
export interface ScannedObject {
  readonly kind: ContentKind;
  /** As it stands, Latin-1; undefined where it has none. */
  readonly uid: string | undefined;
  /** Where it begins. */
  readonly line: number;
  /** Its bytes in their order: out of the file, or what has to stand around them. */
  readonly parts: readonly (Range | string)[];
  /** What of the file is its own: taken out, nothing of it is left. */
  readonly own: readonly Range[];
  /** Why it can't be understood, and where. */
  readonly problem?: { readonly line: number; readonly what: string };
}

/** What a file of many objects holds, by the places of its bytes alone. */
export interface Scanned {
  readonly objects: readonly ScannedObject[];
  /** Of the calendar, where the file says so: then the file is a calendar of its own. */
  readonly name?: string;
  /** `#RRGGBB` */
  readonly color?: string;
  readonly description?: string;
  /** Nothing of this format is in it. */
  readonly isForeign: boolean;
}

export interface Scan {
  line(line: import('./lines.ts').FileLine): void;
  end(): Scanned;
}
