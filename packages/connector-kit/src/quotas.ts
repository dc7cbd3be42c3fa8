import type { ContentKind } from '@sterna/core';

/** What a vendor counts. Units are its own: resource units of SharePoint, quota units of Google. */
export type Meter = 'requests' | 'units' | 'bytes';

/** A limit that a vendor publishes. It is there to reckon with: what holds a session back are the connector's budgets. */
export interface Ceiling {
  readonly meter: Meter;
  /** Of one mailbox or drive, or of all of them together. */
  readonly scope: 'item' | 'tenant';
  readonly kinds: readonly ContentKind[];
  /** Only what goes in this direction counts. Absent: both. */
  readonly direction?: 'read' | 'write';
  /** At most so much in `seconds`; by how many people the tenant has where that decides. */
  amount(people: number): number;
  readonly seconds: number;
  /** For people: `10,000 requests in 10 minutes for a mailbox`. */
  words(people: number): string;
  /** Page of the vendor that says so. */
  readonly source: string;
}

/** What one object takes of a meter, on the average of a first pass; bytes are those of the object itself. */
export interface Cost {
  readonly requests: number;
  readonly units: number;
}

export interface Quotas {
  readonly ceilings: readonly Ceiling[];
  /** As the benches count them (docs/benchmarks.md). */
  readonly costs: Readonly<Partial<Record<ContentKind, { readonly read: Cost; readonly write: Cost }>>>;
}
