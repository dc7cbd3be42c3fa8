import { asSternaError, type LicenseTier, type LicenseType, licenseTypeOf, SternaError } from '@sterna/core';
import { inOrganization } from '@sterna/store';
import { requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { type Selection, selectedIds } from './entries.ts';
import {
  type BulkAction,
  carryOut,
  judge,
  type PageFacts,
  pageFacts,
  Surroundings,
  takenBy,
  type Verdict,
} from './entry-acts.ts';
import { licenseState } from './entry-view.ts';

export type { BulkAction } from './entry-acts.ts';

export interface Refusal {
  readonly entryId: number;
  /** Undefined where there is no such entry. */
  readonly sourceAddress: string | undefined;
  readonly code: string;
  readonly message: string;
  readonly fix: string | undefined;
}

export interface BulkResult {
  readonly done: readonly number[];
  readonly refused: readonly Refusal[];
}

export interface BulkPreview {
  /** Selected. */
  readonly entries: number;
  /** Of them, those for which it would be done. */
  readonly would: number;
  /** The others by cause. */
  readonly refused: readonly {
    readonly code: string;
    readonly message: string;
    readonly fix: string | undefined;
    readonly entries: number;
    /** The first ones. */
    readonly sample: readonly Pick<Refusal, 'entryId' | 'sourceAddress'>[];
  }[];
  /** What it takes from the balance, refusals for want of licenses included. */
  readonly licenses: readonly {
    readonly type: LicenseType;
    readonly tier: LicenseTier;
    readonly needed: number;
    readonly available: number;
  }[];
}

/** Entries of one transaction: it holds the organization's ledgers, so others wait for it no longer than a moment. */
const PAGE = 500;
const SAMPLE = 5;

function* pagesOf(ids: readonly number[]): Generator<readonly number[]> {
  for (let at = 0; at < ids.length; at += PAGE) yield ids.slice(at, at + PAGE);
}

/** @throws what is not the entry's fault: it would be the same with every other one */
function refusalOf(entryId: number, facts: PageFacts, thrown: unknown): Refusal {
  const error = asSternaError(thrown);
  if (error.class === 'bug') throw thrown;
  const sourceAddress = facts.entries.get(entryId)?.source_address;
  return { entryId, sourceAddress, code: error.code, message: error.message, fix: error.fix };
}

/**
 * One action on many entries, page by page, each page in a transaction. One that is refused doesn't keep the others
 * from it. Progress is told by events of the type `bulk`; what is done stays done where a later page fails.
 *
 * @param input.bulkId comes back in the events, so that whoever asked knows which are his
 * @param input.expected how many were selected when it was decided
 * @throws SternaError config `selection-changed` where they are others in number: nothing was done
 */
export async function bulk(
  context: Context,
  actor: Actor,
  input: Selection & { act: BulkAction; bulkId?: string | undefined; expected?: number | undefined },
): Promise<BulkResult> {
  requireSomewhere(actor, 'operate');
  const ids = await selectedIds(context, actor, 'operate', input);
  if (input.expected !== undefined && input.expected !== ids.length)
    throw new SternaError(
      'config',
      'selection-changed',
      `${ids.length} entries are selected now, not ${input.expected}: the list has changed meanwhile.`,
      { field: 'expected', fix: 'Look at the preview again.' },
    );
  const done: number[] = [];
  const refused: Refusal[] = [];
  const around = new Surroundings();
  for (const page of pagesOf(ids)) {
    await inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
      const facts = await pageFacts(tx.db, actor, page, around, { lock: input.act.action !== 'stop' });
      const book = await tx.licenses();
      const verdicts: Verdict[] = [];
      const pageRefused: Refusal[] = [];
      for (const id of page) {
        try {
          const verdict = judge(context, input.act, id, facts, book.state, around);
          book.record(verdict.licenses);
          verdicts.push(verdict);
        } catch (thrown) {
          pageRefused.push(refusalOf(id, facts, thrown));
        }
      }
      await carryOut(tx, actor, input.act, verdicts);
      const projects = new Set([...facts.entries.values()].map((entry) => entry.project_id ?? 0));
      for (const projectId of projects)
        if (projectId > 0)
          tx.event({
            type: 'bulk',
            projectId,
            data: {
              bulkId: input.bulkId ?? null,
              action: input.act.action,
              entries: ids.length,
              done: done.length + verdicts.length,
              refused: refused.length + pageRefused.length,
            },
          });
      if (verdicts.some((verdict) => verdict.licenses.length > 0)) tx.event({ type: 'license' });
      return { verdicts, pageRefused };
    }).then(({ verdicts, pageRefused }) => {
      done.push(...verdicts.map((verdict) => verdict.entry.id));
      refused.push(...pageRefused);
    });
  }
  return { done, refused };
}

/** What `bulk` would do as things stand, by the same rules. Changes nothing. */
export async function previewBulk(
  context: Context,
  actor: Actor,
  input: Selection & { act: BulkAction },
): Promise<BulkPreview> {
  requireSomewhere(actor, 'operate');
  const ids = await selectedIds(context, actor, 'operate', input);
  const around = new Surroundings();
  const before = await licenseState(context.db, actor.organizationId);
  const state = before.clone();
  const refused = new Map<
    string,
    { message: string; fix: string | undefined; entries: number; sample: Pick<Refusal, 'entryId' | 'sourceAddress'>[] }
  >();
  const needed = new Map<string, { type: LicenseType; tier: LicenseTier; needed: number }>();
  const need = (taken: { type: LicenseType; tier: LicenseTier } | undefined): void => {
    if (taken === undefined) return;
    const key = `${taken.type} ${taken.tier}`;
    const known = needed.get(key) ?? { type: taken.type, tier: taken.tier, needed: 0 };
    known.needed += 1;
    needed.set(key, known);
  };
  let would = 0;
  for (const page of pagesOf(ids)) {
    const facts = await pageFacts(context.db, actor, page, around, { lock: false });
    for (const id of page) {
      try {
        const verdict = judge(context, input.act, id, facts, state, around);
        for (const fact of verdict.licenses) state.apply(fact);
        need(takenBy(verdict));
        would += 1;
      } catch (thrown) {
        const refusal = refusalOf(id, facts, thrown);
        const entry = facts.entries.get(id);
        if (refusal.code === 'license-none-left' && entry !== undefined)
          need({ type: licenseTypeOf(entry.item_type), tier: tierOf(input.act) ?? 'standard' });
        const { code, message, fix, sourceAddress } = refusal;
        const known = refused.get(code) ?? { message, fix, entries: 0, sample: [] };
        refused.set(code, known);
        known.entries += 1;
        if (known.sample.length < SAMPLE) known.sample.push({ entryId: id, sourceAddress });
      }
    }
  }
  return {
    entries: ids.length,
    would,
    refused: [...refused].map(([code, rest]) => ({ code, ...rest })).sort((a, b) => b.entries - a.entries),
    licenses: [...needed.values()].map((one) => ({
      ...one,
      available: before.balance(one.type, one.tier).available,
    })),
  };
}

const tierOf = (act: BulkAction): LicenseTier | undefined =>
  act.action === 'start' || act.action === 'assign' ? act.tier : undefined;

/** @throws SternaError config `selection-missing`: an empty body must not mean everything */
export function readSelection(
  projectId: number,
  given: {
    entryIds?: readonly number[] | undefined;
    filter?: Omit<Extract<Selection, { filter: unknown }>['filter'], 'projectId'> | undefined;
    exceptIds?: readonly number[] | undefined;
  },
): Selection {
  if (given.entryIds !== undefined) return { projectId, entryIds: given.entryIds };
  if (given.filter !== undefined) return { filter: { ...given.filter, projectId }, exceptIds: given.exceptIds };
  throw new SternaError('config', 'selection-missing', 'Nothing says which entries are meant.', {
    field: 'entryIds',
    fix: 'Give entryIds, or a filter (an empty one means every live entry).',
  });
}
