import { SternaError, type UnmappedPrincipal } from '@sterna/core';
import type { DryRunResult } from '@sterna/engine';
import { booksOfDryRun, DRY_RUN_VERBS, type DryRunObject, type DryRunVerb, dryRunObjects } from '@sterna/store';
import { invalidCursor, readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context, Page } from './context.ts';
import { systemsOfEntry } from './endpoints.ts';
import { licenseState } from './entry-view.ts';
import { estimateOf } from './estimate.ts';
import { licenseEffect } from './license-effect.ts';
import { type PassView, startBeside } from './passes.ts';
import type { Estimate, LicenseEffect } from './plan-types.ts';
import { listedEntry, reachPass } from './reach.ts';

/** The pass that a start would run, with writes blocked: changes neither side nor the books, costs nothing. */
export async function startDryRun(context: Context, actor: Actor, input: { entryId: number }): Promise<PassView> {
  return startBeside(context, actor, input.entryId, 'dry-run', (settings) => settings);
}

export interface DryRunReport {
  readonly passId: number;
  readonly entryId: number;
  readonly objects: DryRunResult['objects'];
  readonly bytes: number;
  readonly containers: number;
  readonly unmapped: readonly UnmappedPrincipal[];
  readonly unmappedCount: number;
  readonly estimate: Estimate;
  /** Of a start now. */
  readonly license: LicenseEffect;
}

/** @throws SternaError config `not-a-dry-run` | `dry-run-unfinished` */
async function finished(context: Context, actor: Actor, passId: number) {
  const pass = await reachPass(context.db, actor, 'read', passId);
  if (pass.kind !== 'dry-run')
    throw new SternaError('config', 'not-a-dry-run', `Pass ${pass.id} is of the kind ${pass.kind}.`, {
      field: 'passId',
      fix: 'Start a dry run of the entry, and name its pass.',
    });
  const result = pass.result as DryRunResult | null;
  if (result?.objects === undefined)
    throw new SternaError('config', 'dry-run-unfinished', `The dry run ${pass.id} is ${pass.status}.`, {
      field: 'passId',
      fix: 'Wait until it is completed, or start another one.',
    });
  return { pass, result };
}

/** What a finished dry run found, how long the pass should take, and what a start would cost now. */
export async function dryRunReport(context: Context, actor: Actor, input: { passId: number }): Promise<DryRunReport> {
  requireSomewhere(actor, 'read');
  const { pass, result } = await finished(context, actor, input.passId);
  const entry = await listedEntry(context.db, actor, 'read', pass.entry_id);
  const { objects, bytes, containers, unmapped, unmappedCount } = result;
  const writes = objects.create + objects.overwrite + objects.rename + objects.update;
  return {
    passId: pass.id,
    entryId: entry.id,
    objects,
    bytes,
    containers,
    unmapped,
    unmappedCount,
    estimate: await estimateOf(
      context,
      actor,
      await systemsOfEntry(context.db, actor, entry),
      { objects: writes, bytes },
      pass.active_seconds,
    ),
    license: licenseEffect(await licenseState(context.db, actor.organizationId), entry, entry.id, undefined).effect,
  };
}

/**
 * What would be done with each object; those that would stay as they are are not listed.
 *
 * @throws SternaError config `dry-run-replaced`, since only those of an entry's last dry run are kept
 */
export async function listDryRunObjects(
  context: Context,
  actor: Actor,
  input: {
    passId: number;
    verbs?: readonly DryRunVerb[] | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<Page<Omit<DryRunObject, 'src'>>> {
  requireSomewhere(actor, 'read');
  const { pass } = await finished(context, actor, input.passId);
  const books = await booksOfDryRun(context.db, pass.entry_id, pass.number);
  if (books === undefined)
    throw new SternaError('config', 'dry-run-replaced', 'A later dry run of this entry took the place of this one.', {
      field: 'passId',
      fix: 'Name the entry’s last dry run.',
    });
  const limit = readLimit(input.limit);
  const rows = await dryRunObjects(context.db, books, pass.number, {
    verbs: input.verbs ?? DRY_RUN_VERBS,
    after: readKey(input.after),
    limit: limit + 1,
  });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(({ src, ...object }) => object),
    ...(rows.length > limit && last !== undefined ? { next: last.src.toString('hex') } : {}),
  };
}

function readKey(after: string | undefined): Buffer {
  if (after !== undefined && !/^([0-9a-f]{2})+$/.test(after)) throw invalidCursor();
  return Buffer.from(after ?? '', 'hex');
}
