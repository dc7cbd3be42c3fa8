import type { Books, EntryStatus, ItemType, LicenseTier, LicenseType, SettingsPatch } from '@sterna/core';
import type { Actor, Context, Page } from './context.ts';
import { notImplemented } from './not-implemented.ts';
import type { CredentialsInput } from './systems.ts';

export interface EntryLicense {
  readonly id: string;
  readonly type: LicenseType;
  readonly tier: LicenseTier;
  readonly burned: boolean;
}

export interface EntryView {
  readonly id: number;
  readonly projectId: number;
  readonly itemType: ItemType;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly displayName: string | undefined;
  readonly batch: string | undefined;
  readonly status: EntryStatus;
  /** Why it waits or failed, in words. */
  readonly statusDetail: string | undefined;
  readonly resumeAt: Date | undefined;
  readonly merge: boolean;
  readonly hasCredentials: { readonly source: boolean; readonly target: boolean };
  readonly settings: SettingsPatch;
  /** Best one first: a burned standard, a burned trial, an assigned one. */
  readonly licenses: readonly EntryLicense[];
  readonly lastPass: PassSummary | undefined;
  readonly replacesEntryId: number | undefined;
  readonly createdAt: Date;
  readonly archivedAt: Date | undefined;
}

export interface PassSummary {
  readonly id: number;
  readonly number: number;
  readonly kind: string;
  readonly status: string;
  readonly books: Books | undefined;
  readonly progress: unknown;
  readonly startedAt: Date | undefined;
  readonly endedAt: Date | undefined;
}

/** One thing wrong with a CSV. */
export interface CsvProblem {
  /** 1 is the header's line; a quoted field may span several. */
  readonly line: number;
  readonly column: string | undefined;
  readonly code: string;
  readonly message: string;
  readonly fix: string | undefined;
}

export interface ImportResult {
  /** Entries made. 0 while there are problems, unless `partial`. */
  readonly imported: number;
  readonly entryIds: readonly number[];
  /** Every problem of every line, in line order. */
  readonly problems: readonly CsvProblem[];
}

/**
 * Creates entries from a CSV (see core `readUserList` for its columns), in one transaction. Problems are returned,
 * not thrown; nothing is made while there are any, unless `partial` takes the good lines.
 *
 * @throws SternaError config `csv-encoding` | `csv-empty` | `csv-unknown-column` | `csv-missing-column` … for a file
 *   that can't be read as a whole
 */
export async function importUserList(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number; csv: Uint8Array; partial?: boolean | undefined },
): Promise<ImportResult> {
  return notImplemented('importUserList');
}

/** The live entries as CSV that `importUserList` takes. No secrets. */
export async function exportUserList(_context: Context, _actor: Actor, _input: { projectId: number }): Promise<string> {
  return notImplemented('exportUserList');
}

export interface DiscoveredEntry {
  readonly itemType: ItemType;
  readonly address: string;
  readonly displayName: string | undefined;
  readonly objects: number | undefined;
  readonly bytes: number | undefined;
  /** Already in the user list. */
  readonly listed: boolean;
}

/**
 * Asks the source system for what it holds. Makes no entries: `createEntries` does, with the chosen ones.
 *
 * @throws SternaError config `cannot-list-users` where the system has no such list: import a CSV
 */
export async function getList(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number; itemType: ItemType; signal?: AbortSignal | undefined },
): Promise<readonly DiscoveredEntry[]> {
  return notImplemented('getList');
}

export interface EntryInput {
  readonly itemType: ItemType;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly displayName?: string | undefined;
  readonly batch?: string | undefined;
  readonly merge?: boolean | undefined;
  readonly sourceCredentials?: CredentialsInput | undefined;
  readonly targetCredentials?: CredentialsInput | undefined;
  readonly settings?: SettingsPatch | undefined;
}

/** All or none. @throws SternaError config `entry-duplicate` | `target-is-source` | `address-invalid` … */
export async function createEntries(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number; entries: readonly EntryInput[] },
): Promise<readonly EntryView[]> {
  return notImplemented('createEntries');
}

export async function getEntry(_context: Context, _actor: Actor, _input: { entryId: number }): Promise<EntryView> {
  return notImplemented('getEntry');
}

/** Which entries: by id, or all that a filter finds. */
export interface EntryFilter {
  readonly projectId: number;
  readonly status?: readonly EntryStatus[] | undefined;
  readonly batch?: string | undefined;
  readonly itemType?: ItemType | undefined;
  readonly license?: 'none' | 'assigned' | 'burned' | undefined;
  /** Part of an address or display name, without case. */
  readonly search?: string | undefined;
  /** Default false: live entries only. */
  readonly archived?: boolean | undefined;
}
export type EntrySort = 'id' | 'source' | 'target' | 'status' | 'batch';

/** @param input.limit 1 to 500, default 100 */
export async function listEntries(
  _context: Context,
  _actor: Actor,
  _input: EntryFilter & {
    sort?: EntrySort | undefined;
    descending?: boolean | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<EntryView> & { total: number }> {
  return notImplemented('listEntries');
}

export async function listBatches(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number },
): Promise<readonly { batch: string | undefined; entries: number }[]> {
  return notImplemented('listBatches');
}

/**
 * Absent members stay. The addresses of an entry that has started can't change (`entry-started`): delete and recreate.
 * `settings` is a patch over the entry's own overrides.
 */
export async function updateEntry(
  _context: Context,
  _actor: Actor,
  _input: {
    entryId: number;
    sourceAddress?: string | undefined;
    targetAddress?: string | undefined;
    displayName?: string | undefined;
    batch?: string | null | undefined;
    settings?: SettingsPatch | undefined;
    sourceCredentials?: CredentialsInput | undefined;
    targetCredentials?: CredentialsInput | undefined;
  },
): Promise<EntryView> {
  return notImplemented('updateEntry');
}

/**
 * Archives the entry with its books. One that never started gives its license back; a burned license stays with it.
 *
 * @throws SternaError config `entry-running` | `entry-archived`
 */
export async function deleteEntry(_context: Context, _actor: Actor, _input: { entryId: number }): Promise<EntryView> {
  return notImplemented('deleteEntry');
}

/**
 * A NEW entry with the archived one's addresses, settings and credentials and nothing of its history; it needs a
 * license of its own.
 */
export async function recreateEntry(
  _context: Context,
  _actor: Actor,
  _input: { entryId: number; targetAddress?: string | undefined },
): Promise<EntryView> {
  return notImplemented('recreateEntry');
}

/** Ids, or all that a filter finds (with an optional license tier for `assign` and `start`). */
export type Selection = { readonly entryIds: readonly number[] } | { readonly filter: EntryFilter };
export type BulkAction =
  | { readonly action: 'start'; readonly tier?: LicenseTier | undefined }
  | { readonly action: 'audit' | 'verify' | 'stop' | 'resume' | 'retry' | 'delete' | 'release' }
  | { readonly action: 'assign'; readonly tier?: LicenseTier | undefined }
  | { readonly action: 'batch'; readonly batch: string | undefined };

export interface BulkResult {
  readonly done: readonly number[];
  readonly refused: readonly {
    readonly entryId: number;
    readonly code: string;
    readonly message: string;
    readonly fix: string | undefined;
  }[];
}

/** Each entry on its own: one that is refused doesn't keep the others from it. */
export async function bulk(
  _context: Context,
  _actor: Actor,
  _input: Selection & { act: BulkAction },
): Promise<BulkResult> {
  return notImplemented('bulk');
}
