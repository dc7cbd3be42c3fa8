import { LICENSE_TYPES, type LicenseType, licenseTypeOf } from '@sterna/core';
import { inSnapshot, projectsOf, type TallyRow, tallyAmong, tallyEntries } from '@sterna/store';
import { projectsToRead, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { licenseState } from './entry-view.ts';
import { reachProject } from './reach.ts';

export interface LicenseNeed {
  readonly projectId: number;
  readonly projectName: string;
  readonly type: LicenseType;
  /** entries = burned + assigned + open */
  readonly entries: number;
  /** They have burned theirs and need no other. */
  readonly burned: number;
  /** They hold one and have not started. */
  readonly assigned: number;
  /** They have not started and hold none. */
  readonly open: number;
  /** Standard licenses that lack if this project alone used what is available. */
  readonly short: number;
}

export interface LicenseForecast {
  readonly types: readonly {
    readonly type: LicenseType;
    readonly open: number;
    /** Standard ones. */
    readonly available: number;
    /** Trial ones let an entry start, for part of a mailbox: they don't count as enough. */
    readonly trial: number;
    /** Standard licenses that lack for all projects together. */
    readonly short: number;
  }[];
  readonly projects: readonly LicenseNeed[];
}

/** Licenses that the entries which have not started will need, against what is available. */
export async function forecastLicenses(
  context: Context,
  actor: Actor,
  input: { projectId?: number | undefined } = {},
): Promise<LicenseForecast> {
  requireSomewhere(actor, 'read');
  if (input.projectId !== undefined) await reachProject(context.db, actor, 'read', input.projectId);
  const only = projectsToRead(actor, input.projectId);
  const scope = { organizationId: actor.organizationId, projects: only };
  const state = await licenseState(context.db, actor.organizationId);
  const { projects, tally, assigned } = await inSnapshot(context.db, async (db) => {
    const holding = [...state.holders()].filter(([, burned]) => !burned).map(([entry]) => entry);
    return {
      projects: await projectsOf(db, actor.organizationId, only),
      tally: await tallyEntries(db, scope),
      assigned: await tallyAmong(db, scope, holding),
    };
  });
  const available = (type: LicenseType): number => state.balance(type, 'standard').available;
  const needs: LicenseNeed[] = [];
  for (const project of projects)
    for (const type of LICENSE_TYPES) {
      const ofType = <Row extends { project_id: number; item_type: TallyRow['item_type'] }>(rows: readonly Row[]) =>
        rows.filter((row) => row.project_id === project.id && licenseTypeOf(row.item_type) === type);
      const rows = ofType(tally);
      const entries = sum(rows);
      if (entries === 0) continue;
      const unstarted = sum(rows.filter((row) => row.unstarted));
      const holding = Math.min(unstarted, sum(ofType(assigned)));
      const open = unstarted - holding;
      needs.push({
        projectId: project.id,
        projectName: project.name,
        type,
        entries,
        burned: entries - unstarted,
        assigned: holding,
        open,
        short: Math.max(0, open - available(type)),
      });
    }
  const types = LICENSE_TYPES.filter((type) => needs.some((need) => need.type === type)).map((type) => {
    const open = needs.reduce((total, need) => total + (need.type === type ? need.open : 0), 0);
    return {
      type,
      open,
      available: available(type),
      trial: state.balance(type, 'trial').available,
      short: Math.max(0, open - available(type)),
    };
  });
  return { types, projects: needs };
}

const sum = (rows: readonly { readonly entries: number }[]): number =>
  rows.reduce((total, row) => total + row.entries, 0);
