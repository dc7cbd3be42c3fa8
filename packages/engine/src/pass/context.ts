import type { Capabilities, Session, UnreadableKind } from '@sterna/connector-kit';
import type { ContentKind, MappingLookup, SternaError } from '@sterna/core';
import type { Claim, ContainerRow } from '@sterna/store';
import type { Pool } from 'pg';
import type { AsideFolder } from '../aside-folder.ts';
import type { PassControl } from './interruption.ts';
import type { PassSettings } from './pass-settings.ts';
import type { Progress } from './progress.ts';

/** Everything the phases of one pass share. Phases read and change `containers` in memory and save what they changed. */
export interface PassContext {
  readonly pool: Pool;
  readonly claim: Claim;
  /** 32 bytes; keys source ids in the ledger. */
  readonly stampKey: Buffer;
  readonly settings: PassSettings;
  /** Where what is overwritten is put aside; undefined: nowhere, so that it is lost. */
  readonly aside: AsideFolder | undefined;
  /** Who people are at the target, as the mapping table said when this run began. */
  readonly mapping: MappingLookup;
  readonly source: Session;
  readonly target: Session;
  readonly control: PassControl;
  readonly progress: Progress;
  readonly sourceContainers: ContainerBooks;
  readonly targetContainers: ContainerBooks;
  /** Target containers that this process wrote to: checked for late landings at the close. */
  readonly writtenTargets: Set<number>;
  /** Source containers for which the target won't have one, and why: all that is in them fails. */
  readonly refused: Map<number, SternaError>;
  /** Target folders that a file was moved out of. */
  readonly movedFrom: Set<number>;
  /** The database was put back from a backup: the target may hold copies that the ledger has forgotten. */
  readonly inventoryDue: boolean;
  /** What a trial license still allows, objects for each kind; undefined for standard ones. */
  readonly trial: { readonly objectsLeft: Map<ContentKind, number>; bytesLeft: number } | undefined;
  /** How a huge pass is cut for several workers; undefined: it isn't. */
  readonly split: SplitOptions | undefined;
  /**
   * Where a test harness may kill this process: called with the name of the point just reached. A no-op otherwise.
   */
  readonly reached: (point: CrashPoint) => void | Promise<void>;
}

/** In objects. */
export interface SplitOptions {
  /** Passes with less to create aren't cut. */
  readonly from: number;
  /** What a worker takes at a time. */
  readonly size: number;
}

/** The containers of one side, by key; a drive may have a hundred thousand, so those of an id are found at once. */
export class ContainerBooks extends Map<string, ContainerRow> {
  readonly #byId = new Map<number, ContainerRow>();

  override set(key: string, row: ContainerRow): this {
    this.#byId.set(row.id, row);
    return super.set(key, row);
  }

  byId(id: number): ContainerRow | undefined {
    return this.#byId.get(id);
  }
}

/** What a side can do with objects of this kind. */
export const capabilitiesFor = (session: Session, kind: ContentKind): Capabilities =>
  session.capabilitiesOf?.(kind) ?? session.capabilities;

/** Why a side gives nothing of this kind out; undefined: it does. */
export const unreadableKind = (session: Session, kind: ContentKind): UnreadableKind | undefined =>
  session.unreadable?.find((one) => one.kind === kind);

/** Why nothing of this kind can be taken out of a target; undefined: it can. */
export const irremovableKind = (
  session: Session,
  kind: ContentKind,
): Pick<UnreadableKind, 'code' | 'text' | 'fix'> | undefined =>
  unreadableKind(session, kind) ?? capabilitiesFor(session, kind).irremovable;

/** The format in which both sides can hand objects of this kind over whole; undefined: they go by their pivot alone. */
export function nativeFormat({ source, target }: PassContext, kind: ContentKind): string | undefined {
  const taken = capabilitiesFor(target, kind).native ?? [];
  return capabilitiesFor(source, kind).native?.find((format) => taken.includes(format));
}

/** The points of the exactly-once protocol at which a crash is interesting. */
export type CrashPoint =
  | 'before-intent-commit'
  | 'after-intent-commit'
  | 'after-acknowledgement'
  | 'after-settle-commit'
  | 'after-confirm'
  | 'during-recovery'
  | 'during-listing'
  | 'before-close';

export const targetById = (context: PassContext, id: number): ContainerRow => {
  const row = context.targetContainers.byId(id);
  if (row !== undefined) return row;
  throw new Error(`target container ${id} is not in the books`);
};

export const sourceById = (context: PassContext, id: number): ContainerRow => {
  const row = context.sourceContainers.byId(id);
  if (row !== undefined) return row;
  throw new Error(`source container ${id} is not in the books`);
};
