import type { Blueprint, BlueprintMember, Connector, PlaceRequest, ProvisionLine } from '@sterna/connector-kit';
import { licenseTypeOf, type MappingLookup, SternaError } from '@sterna/core';
import { domainDatabase, foldLicenses, organizationById } from '@sterna/store';
import type { Pool } from 'pg';
import type { PassControl } from './interruption.ts';
import type { Progress } from './progress.ts';
import { onSide } from './side.ts';

/** What a group, team or site needs in its target before its contents can come, line by line. */
export interface PreprocessResult {
  readonly lines: readonly ProvisionLine[];
  readonly made: number;
  readonly found: number;
  /** Somebody has to do something before, or beside, the first pass. */
  readonly missing: number;
  readonly failed: number;
}

export interface PreprocessContext {
  readonly source: { readonly connector: Connector; readonly request: PlaceRequest };
  readonly target: { readonly connector: Connector; readonly request: PlaceRequest };
  readonly mapping: MappingLookup;
  /** Grows as it goes: whoever ends it early has what was done until then. */
  readonly lines: ProvisionLine[];
  readonly control: PassControl;
  readonly progress: Progress;
}

/**
 * Makes in the target what the entry is, without its contents: no session is opened, for there may be nothing to open yet.
 * It can be stopped between any two things, and done again: what is there is found.
 */
export async function preprocess(context: PreprocessContext): Promise<void> {
  const { source, target, progress, control, lines } = context;
  if (source.connector.blueprint === undefined || target.connector.provision === undefined) throw nothingToMake();
  progress.phase = 'preprocess';
  const blueprint = await source.connector.blueprint(source.request).catch((thrown) => {
    throw onSide(thrown, 'source');
  });
  control.checkpoint();
  try {
    for await (const line of target.connector.provision(target.request, atTarget(blueprint, context.mapping))) {
      lines.push(line);
      progress.container = line.what;
      if (line.outcome === 'failed') progress.failed += 1;
      else progress.objects += 1;
      control.checkpoint();
    }
  } catch (thrown) {
    control.checkpoint();
    throw onSide(thrown, 'target');
  }
}

export function preprocessResult(lines: readonly ProvisionLine[]): PreprocessResult {
  const count = (outcome: ProvisionLine['outcome']): number => lines.filter((one) => one.outcome === outcome).length;
  return { lines, made: count('made'), found: count('found'), missing: count('missing'), failed: count('failed') };
}

const nothingToMake = (): SternaError =>
  new SternaError('config', 'nothing-to-preprocess', 'Nothing of this entry can be made beforehand.', {
    fix: 'Start it: groups, teams and sites alone are made before their contents.',
  });

/** People as the mapping table knows them; one whom it doesn't keeps the address. */
function atTarget(blueprint: Blueprint, mapping: MappingLookup): Blueprint {
  const mapped = (member: BlueprintMember): BlueprintMember => {
    const address = mapping(member.address);
    return address === undefined ? member : { ...member, address, mappedFrom: member.address };
  };
  const { access } = blueprint;
  const answersTo = access?.answersTo && mapping(access.answersTo);
  return {
    ...blueprint,
    ...(access !== undefined && answersTo ? { access: { ...access, answersTo } } : {}),
    members: blueprint.members.map(mapped),
    channels: blueprint.channels.map((channel) => ({ ...channel, members: channel.members.map(mapped) })),
  };
}

/** Whether the first start has a license to burn; undefined for an entry that needs none. */
export async function licenseLine(pool: Pool, entryId: number): Promise<ProvisionLine | undefined> {
  const db = domainDatabase(pool);
  const entry = await db
    .selectFrom('entry')
    .select(['organization_id', 'item_type', 'purpose'])
    .where('id', '=', entryId)
    .executeTakeFirstOrThrow();
  if (entry.purpose !== 'migration') return undefined;
  const type = licenseTypeOf(entry.item_type);
  const { state } = await foldLicenses(db, await organizationById(db, entry.organization_id));
  const what = `${type} license`;
  if (state.burnedOf(entryId) !== undefined) return { what, outcome: 'found', reason: 'Burned at an earlier start.' };
  if ([...state.holders()].some(([holder]) => holder === entryId))
    return { what, outcome: 'found', reason: 'Assigned to this entry.' };
  const left = (['standard', 'trial'] as const).reduce((sum, tier) => sum + state.balance(type, tier).available, 0);
  if (left > 0) return { what, outcome: 'found', reason: `${left} left, for all entries that have none yet.` };
  return {
    what,
    outcome: 'missing',
    reason: `No ${type} license is left, so the entry couldn’t start.`,
    fix: `Add ${type} licenses before its first start.`,
  };
}
