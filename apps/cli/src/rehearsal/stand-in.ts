import type { ContentKind, ItemType } from '@sterna/core';
import type { Faults } from '@sterna/simulator-kit';

/** What takes the place of one of a project's systems. */
export interface StandIn {
  /** In a line, what stands here for what. */
  readonly told: string;
  readonly system: {
    readonly connector: string;
    readonly settings: Readonly<Record<string, unknown>>;
    readonly password?: string;
  };
  /** What of the real system's content it stands for. */
  readonly kinds: readonly ContentKind[];
  /** As an entry of the rehearsal names it. */
  addressOf(address: string): string;
  /** What a service can be made to do; undefined for a folder. */
  readonly faults: Faults | undefined;
  /** Objects there now, by kind, read past the product. */
  holds(itemType: ItemType, address: string): Promise<Holding>;
  /** Mails that people would have got by the service so far. */
  mailed(): number;
  /** Its own faults, in words: what it tells then is worth nothing. */
  failures(): readonly string[];
  stop(): Promise<void>;
}

export type Holding = Readonly<Partial<Record<ContentKind, number>>>;

/** Who has something, or is only known there. */
export interface Guest {
  readonly address: string;
  readonly messages: number;
  readonly files: number;
}

/** A site, group, team or shared drive: not one person's. */
export interface Place {
  readonly itemType: ItemType;
  readonly address: string;
  /** That its stand-in is given where it is read from, about so many. */
  readonly objects: number;
}

export const isPlace = ({ itemType, address }: Pick<Place, 'itemType' | 'address'>): boolean =>
  itemType === 'drive' ? !address.includes('@') : itemType !== 'mailbox';

export interface StandInRequest {
  readonly side: 'source' | 'target';
  readonly real: {
    readonly name: string;
    readonly connector: string;
    readonly settings: Readonly<Record<string, unknown>>;
  };
  /** One at least. */
  readonly people: readonly Guest[];
  readonly places: readonly Place[];
  readonly seed: string;
  /** A folder of its own. */
  readonly folder: string;
}

/** Settings that shape what is migrated; not where the system is, nor who signs in. */
export const without = (
  settings: Readonly<Record<string, unknown>>,
  names: ReadonlySet<string>,
): Record<string, unknown> => Object.fromEntries(Object.entries(settings).filter(([name]) => !names.has(name)));

export const inWords = (failures: readonly unknown[]): string[] =>
  failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
