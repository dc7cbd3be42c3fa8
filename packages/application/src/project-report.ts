import {
  type Books,
  balances,
  EMPTY_BOOKS,
  LICENSE_TIERS,
  LICENSE_TYPES,
  type LicenseState,
  type LicenseTier,
  type LicenseType,
} from '@sterna/core';
import {
  type EntryRow,
  effortOf,
  everEntriesOf,
  failureCauses,
  projectEffort,
  projectTotals,
  reportPage,
  type StandingFailureRow,
  standingFailures,
  statusCounts,
  totalsOf,
  verifyCounts,
} from '@sterna/store';
import { readCursor, readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context, Page } from './context.ts';
import { licenseState } from './entry-view.ts';
import { reachProject } from './reach.ts';
import { type ReportNote, reportNote } from './report-note.ts';

/** A project in figures, whatever its size; entries and failures come in pages of their own. */
export interface ReportSummary {
  readonly project: {
    readonly id: number;
    readonly name: string;
    readonly source: string;
    readonly target: string;
    readonly createdAt: Date;
  };
  /** Live entries by status. */
  readonly entries: Readonly<Record<string, number>>;
  readonly books: Books;
  /** The books of all objects, and those of each pass, add up. */
  readonly balanced: boolean;
  readonly bytes: number;
  readonly passes: number;
  /** All writing passes together; several may have run at the same time. */
  readonly seconds: number;
  readonly firstAt: Date | undefined;
  readonly lastAt: Date | undefined;
  /** Entries that were verified, and those whose last verify found everything once and the same. */
  readonly verified: number;
  readonly verifiedClean: number;
  /** What is failed or uncertain as the books stand, by cause, the most frequent first. */
  readonly causes: readonly {
    readonly code: string;
    readonly kind: string;
    readonly reason: string;
    readonly fix: string | undefined;
    readonly objects: number;
    readonly entries: number;
  }[];
  /** Types and tiers that the project's entries hold, deleted ones included. */
  readonly licenses: readonly {
    readonly type: LicenseType;
    readonly tier: LicenseTier;
    readonly burned: number;
    /** Of the burned ones, by entries that were deleted since (a remigration burns a second one). */
    readonly burnedByDeleted: number;
    readonly assigned: number;
  }[];
}

export interface ReportEntry {
  readonly entryId: number;
  readonly sourceAddress: string;
  readonly targetAddress: string;
  readonly batch: string | undefined;
  readonly status: string;
  readonly passes: number;
  readonly books: Books;
  readonly bytes: number;
  readonly seconds: number;
  readonly license: string | undefined;
}

export interface ReportFailure extends ReportNote {
  readonly noteId: number;
  readonly entryId: number;
  readonly sourceAddress: string;
  readonly targetAddress: string;
}

export async function reportSummary(
  context: Context,
  actor: Actor,
  input: { projectId: number },
): Promise<ReportSummary> {
  requireSomewhere(actor, 'read');
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const { books, bytes } = await projectTotals(context.db, project.id);
  const effort = await projectEffort(context.db, project.id);
  const verify = await verifyCounts(context.db, project.id);
  const causes = await failureCauses(context.db, project.id);
  const ever = await everEntriesOf(context.db, project.id);
  return {
    project: {
      id: project.id,
      name: project.name,
      source: project.source_name,
      target: project.target_name,
      createdAt: project.created_at,
    },
    entries: (await statusCounts(context.db, [project.id])).get(project.id) ?? {},
    books,
    balanced: balances(books) && effort.unbalanced === 0,
    bytes,
    passes: effort.passes,
    seconds: effort.seconds,
    firstAt: effort.first_at ?? undefined,
    lastAt: effort.last_at ?? undefined,
    verified: verify.verified,
    verifiedClean: verify.clean,
    causes: causes.map(({ text, fix, ...cause }) => ({ ...cause, reason: text, fix: fix ?? undefined })),
    licenses: licenseUse(await licenseState(context.db, actor.organizationId), ever),
  };
}

function licenseUse(
  state: LicenseState,
  entries: readonly { readonly id: number; readonly archived: boolean }[],
): ReportSummary['licenses'] {
  const use = LICENSE_TYPES.flatMap((type) =>
    LICENSE_TIERS.map((tier) => ({ type, tier, burned: 0, burnedByDeleted: 0, assigned: 0 })),
  );
  for (const entry of entries)
    for (const held of state.licensesOf(entry.id)) {
      const row = use.find((one) => one.type === held.type && one.tier === held.tier);
      if (row === undefined) continue;
      if (!held.burned) row.assigned += 1;
      else {
        row.burned += 1;
        if (entry.archived) row.burnedByDeleted += 1;
      }
    }
  return use.filter((row) => row.burned + row.assigned > 0);
}

/** @param effort of these entries */
export async function reportRows(
  context: Context,
  actor: Actor,
  rows: readonly EntryRow[],
  effort: Awaited<ReturnType<typeof effortOf>>,
): Promise<readonly ReportEntry[]> {
  const totals = await totalsOf(
    context.db,
    rows.map((row) => row.id),
  );
  const licenses = await licenseState(context.db, actor.organizationId);
  return rows.map((row) => ({
    entryId: row.id,
    sourceAddress: row.source_address,
    targetAddress: row.target_address,
    batch: row.batch ?? undefined,
    status: row.status,
    passes: effort.get(row.id)?.passes ?? 0,
    books: totals.get(row.id)?.books ?? EMPTY_BOOKS,
    bytes: totals.get(row.id)?.bytes ?? 0,
    seconds: effort.get(row.id)?.seconds ?? 0,
    license: licenses.burnedOf(row.id)?.id,
  }));
}

/** One row per live entry, in the order in which they were added. */
export async function reportEntries(
  context: Context,
  actor: Actor,
  input: { projectId: number; after?: string | undefined; limit?: number | undefined },
): Promise<Page<ReportEntry>> {
  requireSomewhere(actor, 'read');
  const limit = readLimit(input.limit);
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const rows = await reportPage(context.db, project.id, { after: readCursor(input.after) ?? 0, limit: limit + 1 });
  const page = rows.slice(0, limit);
  const effort = await effortOf(
    context.db,
    page.map((row) => row.id),
  );
  const items = await reportRows(context, actor, page, effort);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: String(last.entryId) } : { items };
}

const failure = (row: StandingFailureRow): ReportFailure => ({
  ...reportNote(row),
  noteId: row.id,
  entryId: row.entry_id,
  sourceAddress: row.source_address,
  targetAddress: row.target_address,
});

/** Every object that is failed or uncertain as the books stand; what a later pass has settled is not in it. */
export async function reportFailures(
  context: Context,
  actor: Actor,
  input: {
    projectId: number;
    code?: string | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<ReportFailure>> {
  requireSomewhere(actor, 'read');
  const limit = readLimit(input.limit);
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const rows = await standingFailures(context.db, project.id, {
    code: input.code,
    after: readCursor(input.after) ?? 0,
    limit: limit + 1,
  });
  const items = rows.slice(0, limit).map(failure);
  const last = items.at(-1);
  return rows.length > limit && last !== undefined ? { items, next: String(last.noteId) } : { items };
}
