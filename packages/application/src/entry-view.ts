import type { Books, EntryStatus, ItemType, LicenseState, LicenseTier, LicenseType, SettingsPatch } from '@sterna/core';
import { type DomainDb, type EntryRow, foldLicenses, lastPasses, organizationById, type PassRow } from '@sterna/store';
import { SharedReading } from './shared-reading.ts';

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
  /** What failed or is uncertain by the books of its last initial or delta pass: a verify since then changes nothing. */
  readonly failures: number;
  /** The database was restored since its last migrating pass: the next one takes inventory of the target first. */
  readonly inventoryDue: boolean;
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

function entryView(
  row: EntryRow,
  licenses: LicenseState,
  passes: { readonly last: PassRow | undefined; readonly failures: number },
): EntryView {
  const lastPass = passes.last;
  return {
    id: row.id,
    // Only internal entries (backups) have none, and they are never shown as entries.
    projectId: row.project_id as number,
    itemType: row.item_type,
    sourceAddress: row.source_address,
    targetAddress: row.target_address,
    displayName: row.display_name ?? undefined,
    batch: row.batch ?? undefined,
    status: row.status,
    statusDetail: row.status_detail ?? undefined,
    resumeAt: row.resume_at ?? undefined,
    merge: row.merge,
    hasCredentials: {
      source: row.sealed_source_credentials !== null,
      target: row.sealed_target_credentials !== null,
    },
    settings: row.settings,
    licenses: licenses.licensesOf(row.id),
    lastPass: lastPass === undefined ? undefined : passSummary(lastPass),
    failures: passes.failures,
    inventoryDue: row.inventory_due,
    replacesEntryId: row.replaces_entry_id ?? undefined,
    createdAt: row.created_at,
    archivedAt: row.archived_at ?? undefined,
  };
}

const passSummary = (row: PassRow): PassSummary => ({
  id: row.id,
  number: row.number,
  kind: row.kind,
  status: row.status,
  books: (row.books as Books | null) ?? undefined,
  progress: row.progress,
  startedAt: row.started_at ?? undefined,
  endedAt: row.ended_at ?? undefined,
});

const licenseStates = new WeakMap<DomainDb, Map<number, SharedReading<LicenseState>>>();

/** The license state of an organization as committed, outside of any change. Nearly every list and page shows some of it. */
export function licenseState(db: DomainDb, organizationId: number): Promise<LicenseState> {
  const known = licenseStates.get(db) ?? new Map<number, SharedReading<LicenseState>>();
  licenseStates.set(db, known);
  const reading = known.get(organizationId) ?? new SharedReading<LicenseState>();
  known.set(organizationId, reading);
  return reading.ask(async () => (await foldLicenses(db, await organizationById(db, organizationId))).state);
}

export async function entryViews(
  db: DomainDb,
  rows: readonly EntryRow[],
  licenses: LicenseState,
): Promise<readonly EntryView[]> {
  const ids = rows.map((row) => row.id);
  const last = await lastPasses(db, ids);
  return rows.map((row) => {
    const pass = last.get(row.id);
    return entryView(row, licenses, { last: pass, failures: pass?.failures ?? 0 });
  });
}
