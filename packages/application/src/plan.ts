import {
  addressKey,
  asSternaError,
  diffSettings,
  type LicenseState,
  type LicenseTier,
  type Settings,
  SternaError,
  thawSettings,
} from '@sterna/core';
import {
  archivedTwins,
  type EntryRow,
  firstWritingPass,
  lastPass,
  latestAudit,
  livePassOf,
  mappingOf,
  type SystemRow,
  sourceTotals,
  targetNeighbours,
  totalsOf,
} from '@sterna/store';
import { found, requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { refuseSameEndpoint, systemsOfEntry } from './endpoints.ts';
import { licenseState } from './entry-view.ts';
import { estimateOf } from './estimate.ts';
import { licenseEffect } from './license-effect.ts';
import { type Looked, lookAt } from './live-look.ts';
import { settingsOf } from './passes.ts';
import type { ChecklistLine, Drift, LicenseEffect, RemigrationPlan, StartPlan } from './plan-types.ts';
import { listedEntry } from './reach.ts';

export const NOT_RESENT =
  'Content that was deleted at the target is not sent again by a delta pass: the books say it was delivered. Verify reports it; to send it again, remigrate.';

/** Everything both plans look at. */
interface Findings {
  /** With the target address that was asked for. */
  readonly entry: EntryRow;
  readonly listed: EntryRow;
  readonly settings: Settings;
  readonly systems: { readonly source: SystemRow; readonly target: SystemRow };
  readonly source: Looked;
  readonly target: Looked;
  readonly licenses: LicenseState;
  readonly drift: Drift;
  readonly mapped: number;
}

async function lookInto(
  context: Context,
  actor: Actor,
  entryId: number,
  options: { live: boolean; targetAddress?: string | undefined },
): Promise<Findings> {
  const listed = await listedEntry(context.db, actor, 'read', entryId);
  const systems = await systemsOfEntry(context.db, actor, listed);
  const settings = await settingsOf(context.db, actor, listed);
  const entry = isOtherTarget(listed, options.targetAddress)
    ? // Its own credentials are for the mailbox that it writes to now.
      { ...listed, target_address: options.targetAddress, sealed_target_credentials: null }
    : listed;
  const unseen: Looked = { unseen: 'Nobody asked the system (a plan without a live look).' };
  const [source, target] = options.live
    ? await Promise.all([
        lookAt(context, entry, 'source', systems.source),
        lookAt(context, entry, 'target', systems.target),
      ])
    : [unseen, unseen];
  return {
    entry,
    listed,
    settings,
    systems,
    source,
    target,
    licenses: await licenseState(context.db, actor.organizationId),
    drift: await driftOf(context, actor, listed, settings, systems),
    mapped: listed.project_id === null ? 0 : (await mappingOf(context.db, listed.project_id)).length,
  };
}

const isOtherTarget = (entry: EntryRow, address: string | undefined): address is string =>
  address !== undefined && addressKey(address) !== addressKey(entry.target_address);

/** What else changed since the first writing pass. */
async function driftOf(
  context: Context,
  actor: Actor,
  entry: EntryRow,
  now: Settings,
  systems: { source: SystemRow; target: SystemRow },
): Promise<Drift> {
  const first = await firstWritingPass(context.db, entry.id);
  if (first === undefined) return { settings: [], words: [] };
  const settings = diffSettings(thawSettings(first.settings).settings, now);
  const words = settings.map((difference) => difference.words);
  const since = async (subject: string, action: string): Promise<Date | undefined> => {
    const [event] = await latestAudit(context.db, actor.organizationId, { subject, action, limit: 1 });
    return event !== undefined && event.at > first.created_at ? event.at : undefined;
  };
  const mapping = await since(`project/${entry.project_id}`, 'project.mapping');
  if (mapping !== undefined) words.push(`The mapping table was changed on ${mapping.toISOString()}.`);
  for (const [side, system] of Object.entries(systems)) {
    const changed = await since(`system/${system.id}`, 'system.update');
    if (changed !== undefined) words.push(`The ${side} system ${system.name} was changed on ${changed.toISOString()}.`);
  }
  return { settings, words };
}

/** On what evidence something in the target is taken for what the source has. */
const RECOGNIZED = {
  drive: 'Files in the target are recognized by their folder and name, and confirmed by their digest.',
  mailbox:
    'Messages in the target are recognized by Message-ID, date, sender and subject, events and tasks by their UID, contacts by UID or by name and addresses; all are confirmed by their digest.',
} as const;

const line = (name: string, state: ChecklistLine['state'], evidence: string, fix?: string): ChecklistLine => ({
  name,
  state,
  evidence,
  fix,
});

/** What an earlier migration brought of these is neither recognized nor removed. */
const unseenLines = (target: Looked): readonly ChecklistLine[] =>
  'look' in target
    ? target.look.unreadable.map(({ kind, text }) =>
        line(
          `what the target gives nobody: ${kind}`,
          'attention',
          `${text} What was brought there before can neither be emptied nor recognized, and would come a second time.`,
          `Switch the kind ${kind} off for the new entry, or give it another target.`,
        ),
      )
    : [];

function checklistOf(findings: Findings, license: LicenseEffect, refusal: SternaError | undefined): ChecklistLine[] {
  const { settings, source, target, entry, mapped } = findings;
  const reach = (name: string, looked: Looked, address: string): ChecklistLine =>
    'look' in looked
      ? line(
          name,
          'ok',
          `${address} answers as ${looked.look.identity}: ${looked.look.objects} objects in ${looked.look.folders.length} folders.`,
        )
      : line(
          name,
          looked.unseen.startsWith('Nobody') ? 'unknown' : 'problem',
          looked.unseen,
          'Check the system and the address.',
        );
  const { from, to } = settings.dateFilter;
  const lines = [
    reach('source reachable', source, entry.source_address),
    reach('target reachable and the intended one', target, entry.target_address),
    from === undefined && to === undefined
      ? line('date filter', 'ok', 'None: everything is migrated, whatever its date.')
      : line(
          'date filter',
          'attention',
          `Only from ${from ?? 'the beginning'} to ${to ?? 'the end'}.`,
          'Remove it to bring the rest.',
        ),
    ...unseenLines(target),
    line(
      'conflict option',
      settings.conflict === 'overwrite' ? 'attention' : 'ok',
      `Where the target has its own: ${settings.conflict}.`,
    ),
    settings.duplicatePrevention
      ? line('duplicate prevention', 'ok', `On. ${RECOGNIZED[entry.item_type === 'drive' ? 'drive' : 'mailbox']}`)
      : line(
          'duplicate prevention',
          'attention',
          'Off: what the target already holds is written again.',
          'Switch it on.',
        ),
    settings.permissions
      ? line(
          'permission mapping',
          mapped > 0 ? 'ok' : 'attention',
          mapped > 0
            ? `${mapped} rows in the mapping table.`
            : 'The mapping table is empty: grants to others wait until it names them.',
          'Import the mapping table.',
        )
      : line('permission mapping', 'ok', 'Permissions are not migrated.'),
    line(
      'versions',
      'ok',
      settings.versionDepth === 0
        ? 'Current versions only.'
        : `Up to ${settings.versionDepth} earlier versions of a file.`,
    ),
    line('licenses', refusal === undefined ? 'ok' : 'problem', license.words, refusal?.fix),
  ];
  if ('look' in target && target.look.quota !== undefined && 'look' in source && source.look.bytes !== undefined) {
    const free = target.look.quota.limit - target.look.quota.used;
    lines.push(
      free >= source.look.bytes
        ? line('room in the target', 'ok', `${free} bytes are free; the source uses ${source.look.bytes}.`)
        : line(
            'room in the target',
            'attention',
            `${free} bytes are free, and the source uses ${source.look.bytes}.`,
            'Raise the quota of the target.',
          ),
    );
  }
  return lines;
}

async function twinWarnings(context: Context, entry: EntryRow, licenses: LicenseState): Promise<string[]> {
  const warnings: string[] = [];
  const [twin] = await archivedTwins(context.db, entry);
  if (twin !== undefined && licenses.burnedOf(entry.id) === undefined)
    warnings.push(
      `The same source and target were migrated before by entry ${twin.id}, which was deleted on ${twin.archived_at?.toISOString()}. This entry inherits nothing from it: it burns a license of its own, and what is still in the target is recognized only by duplicate prevention.`,
    );
  const neighbours = await targetNeighbours(context.db, entry);
  if (neighbours.length > 0)
    warnings.push(
      `${neighbours.length} other live ${neighbours.length === 1 ? 'entry writes' : 'entries write'} to ${entry.target_address} too: ${neighbours
        .slice(0, 5)
        .map((one) => one.source_address)
        .join(', ')}.`,
    );
  return warnings;
}

/** What a start would do, and cost, before anything is spent. */
export async function planStart(
  context: Context,
  actor: Actor,
  input: { entryId: number; tier?: LicenseTier | undefined; live?: boolean | undefined },
): Promise<StartPlan> {
  requireSomewhere(actor, 'read');
  const findings = await lookInto(context, actor, input.entryId, { live: input.live ?? true });
  const { entry, licenses, settings, systems, source } = findings;
  const first = await firstWritingPass(context.db, entry.id);
  const { effect, refusal } = licenseEffect(licenses, entry, entry.id, input.tier);
  const refused = (await refusalOf(context, findings)) ?? refusal;
  const warnings = await twinWarnings(context, entry, licenses);
  if (first !== undefined) warnings.push(NOT_RESENT);
  if (input.tier === 'trial' || effect.burns?.tier === 'trial')
    warnings.push(
      'A trial license migrates 10 objects of each kind and 100 MB; the rest is filtered until it is upgraded.',
    );
  return {
    entryId: entry.id,
    kind: first === undefined ? 'initial' : 'delta',
    license: effect,
    drift: findings.drift,
    estimate: await estimateOf(context, actor, systems, sizeOf(source)),
    checklist: checklistOf({ ...findings, settings }, effect, refusal),
    warnings,
    refusal: refused === undefined ? undefined : { code: refused.code, message: refused.message, fix: refused.fix },
  };
}

const sizeOf = (looked: Looked): { objects: number | undefined; bytes: number | undefined } =>
  'look' in looked
    ? { objects: looked.look.objects, bytes: looked.look.bytes }
    : { objects: undefined, bytes: undefined };

/** What would keep a start from happening, besides licenses. */
async function refusalOf(context: Context, findings: Findings): Promise<SternaError | undefined> {
  const { entry, systems, source, target } = findings;
  if (entry.archived_at !== null)
    return new SternaError('config', 'entry-archived', 'This entry was deleted; it can’t start again.', {
      fix: 'Recreate it.',
    });
  const live = await livePassOf(context.db, entry.id);
  if (live !== undefined)
    return new SternaError('config', 'entry-running', `Its ${live.kind} pass ${live.number} is ${live.status}.`, {
      fix: 'Wait until it ends, or stop it.',
    });
  try {
    refuseSameEndpoint(systems.source, systems.target, { source: entry.source_address, target: entry.target_address });
  } catch (thrown) {
    return asSternaError(thrown);
  }
  if ('look' in source && 'look' in target && source.look.identity === target.look.identity)
    return new SternaError('config', 'target-is-source', 'The target is the source itself.', {
      field: 'targetAddress',
      fix: 'Give another target address.',
    });
  return undefined;
}

/** Everything an administrator should know before a remigration; spends nothing. */
export async function planRemigration(
  context: Context,
  actor: Actor,
  input: { entryId: number; targetAddress?: string | undefined; live?: boolean | undefined },
): Promise<RemigrationPlan> {
  requireSomewhere(actor, 'read');
  const findings = await lookInto(context, actor, input.entryId, {
    live: input.live ?? true,
    targetAddress: input.targetAddress,
  });
  const { entry, listed, licenses, settings, systems, source, target, drift } = findings;
  const totals = found((await totalsOf(context.db, [entry.id])).get(entry.id), 'entry', entry.id);
  const delivered = totals.books.created + totals.books.updated + totals.books.unchanged;
  const last = await lastPass(context.db, entry.id);
  const { effect, refusal } = licenseEffect(licenses, entry, 0, undefined);
  const duplicates = 'look' in target ? Math.min(target.look.objects, delivered) : undefined;
  const warnings = (await twinWarnings(context, entry, licenses)).concat(NOT_RESENT);
  if (licenses.burnedOf(entry.id) !== undefined)
    warnings.push(
      `The license ${licenses.burnedOf(entry.id)?.id} stays burned with the old entry; the new one burns another.`,
    );
  if (settings.dateFilter.from !== undefined || settings.dateFilter.to !== undefined)
    warnings.push('A date filter is set: the new entry would leave out what lies outside of it, too.');
  return {
    entryId: entry.id,
    wouldDeltaDo: wouldDeltaDo(findings, {
      delivered,
      open: totals.books.failed + totals.books.uncertain,
      hasStarted: last !== undefined,
      isOtherTarget: isOtherTarget(listed, input.targetAddress),
    }),
    books: totals.books,
    license: effect,
    target:
      'look' in target
        ? {
            objects: target.look.objects,
            bytes: target.look.bytes,
            folders: target.look.folders.length,
            seenAt: target.look.seenAt,
            words: `The target holds ${target.look.isCounted ? '' : 'at least '}${target.look.objects} objects in ${target.look.folders.length} folders; the books say that ${delivered} were delivered.`,
          }
        : { objects: undefined, bytes: undefined, folders: undefined, seenAt: undefined, words: target.unseen },
    duplicates: settings.duplicatePrevention
      ? {
          objects: 0,
          words: 'Duplicate prevention is on: what is in the target is recognized and taken over, not written again.',
        }
      : {
          objects: duplicates,
          words:
            duplicates === undefined
              ? 'Duplicate prevention is off, and the target could not be asked what it holds.'
              : `Duplicate prevention is off: up to ${duplicates} objects would be there twice, unless the target is emptied first.`,
        },
    sourceChanged: await sourceChange(context, entry, source),
    estimate: await estimateOf(context, actor, systems, sizeOf(source)),
    drift,
    checklist: checklistOf(findings, effect, refusal),
    warnings,
  };
}

function wouldDeltaDo(
  findings: Findings,
  books: { delivered: number; open: number; hasStarted: boolean; isOtherTarget: boolean },
): RemigrationPlan['wouldDeltaDo'] {
  const { target, drift } = findings;
  if (!books.hasStarted) return { answer: 'yes', reason: 'It has never run: a first pass is all it needs.' };
  if (books.isOtherTarget)
    return {
      answer: 'no',
      reason: 'A delta pass writes to the target it began with; another target is another entry.',
    };
  if ('look' in target && target.look.isCounted && target.look.objects < books.delivered)
    return {
      answer: 'no',
      reason: `The target holds ${target.look.objects} objects, fewer than the ${books.delivered} that were delivered. ${NOT_RESENT}`,
    };
  const placed = drift.settings.filter((one) => one.field.startsWith('folders') || one.field === 'conflict');
  if (placed.length > 0)
    return {
      answer: 'maybe',
      reason: `${placed.map((one) => one.words).join(' ')} A delta pass follows that for what is new; what was delivered stays where it is.`,
    };
  if (books.open > 0)
    return { answer: 'yes', reason: `A delta pass plans the ${books.open} failed or uncertain objects again, free.` };
  if (drift.settings.length > 0)
    return {
      answer: 'yes',
      reason: 'Settings have changed: a delta pass brings what they left out before, on the same license.',
    };
  if ('unseen' in target)
    return {
      answer: 'maybe',
      reason: `The target could not be asked (${target.unseen}) A delta pass brings what is new. ${NOT_RESENT}`,
    };
  return { answer: 'yes', reason: 'The target holds what was delivered: a delta pass brings what is new, free.' };
}

/** By the counts and glances of folders: what changed inside a folder of the same size counts as a part of it. */
async function sourceChange(
  context: Context,
  entry: EntryRow,
  source: Looked,
): Promise<RemigrationPlan['sourceChanged']> {
  if ('unseen' in source) return { share: undefined, words: source.unseen };
  const then = new Map((await sourceTotals(context.db, entry.id)).map((row) => [row.key, row]));
  if (then.size === 0) return { share: undefined, words: 'The source was never listed before.' };
  let changed = 0;
  let touched = 0;
  let before = 0;
  for (const row of then.values()) before += row.total;
  for (const folder of source.look.folders) {
    const known = then.get(folder.id);
    then.delete(folder.id);
    const difference = Math.abs((folder.total ?? 0) - (known?.total ?? 0));
    changed += difference;
    if (difference > 0 || folder.glance === undefined || folder.glance !== known?.glance) touched += 1;
  }
  for (const gone of then.values()) changed += gone.total;
  const share = before === 0 ? (changed > 0 ? 1 : 0) : Math.min(1, changed / before);
  return {
    share,
    words: `At least ${Math.round(share * 100)} % by count: ${changed} objects came or went in ${touched} changed folders since the last pass.`,
  };
}
