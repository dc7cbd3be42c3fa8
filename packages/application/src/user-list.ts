import {
  asSternaError,
  type CsvProblem,
  decideAssign,
  formatUserList,
  type ItemType,
  licenseTypeOf,
  readUserList,
  SternaError,
  type UserListLine,
} from '@sterna/core';
import { entriesOfProject, inOrganization, type NewEntry, reserveIds } from '@sterna/store';
import { requireSomewhere } from './access.ts';
import type { Actor, Context } from './context.ts';
import { systemsOfEntry } from './endpoints.ts';
import {
  type EntryInput,
  insertPrepared,
  placeForEntries,
  prepareEntry,
  type Selection,
  selectedIds,
} from './entries.ts';
import { reachProject } from './reach.ts';
import { connectorOf, systemConfig } from './systems.ts';

export type { CsvProblem } from '@sterna/core';

export interface ImportResult {
  /** Entries made. 0 while there are problems, unless `partial`. */
  readonly imported: number;
  readonly entryIds: readonly number[];
  /** Every problem of every line, in line order. */
  readonly problems: readonly CsvProblem[];
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

/** Columns that application errors speak of, by their field. */
const COLUMN_OF: Readonly<Record<string, string>> = {
  itemType: 'ItemType',
  sourceAddress: 'SourceAddress',
  targetAddress: 'TargetAddress',
  license: 'License',
};

/**
 * Creates entries from a CSV (see core `readUserList` for its columns), in one transaction. Problems are returned,
 * not thrown; nothing is made while there are any, unless `partial` takes the good lines. `preview` makes nothing at
 * all and says what would be.
 *
 * @throws SternaError config `csv-encoding` | `csv-quote` | `csv-empty` | `csv-unknown-column` | `csv-missing-column`
 *   | `csv-column-twice` for a file that can't be read as a whole
 */
export async function importUserList(
  context: Context,
  actor: Actor,
  input: { projectId: number; csv: Uint8Array; partial?: boolean | undefined; preview?: boolean | undefined },
): Promise<ImportResult> {
  requireSomewhere(actor, 'operate');
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const place = await placeForEntries(tx, actor, input.projectId);
    const file = readUserList(input.csv, new Set(place.live.keys()));
    const problems: CsvProblem[] = [...file.problems];
    const ids = await reserveIds(tx.db, 'entry', file.lines.length);
    const good: { line: UserListLine; entry: NewEntry }[] = [];
    for (const [index, line] of file.lines.entries()) {
      try {
        good.push({ line, entry: prepareEntry(context, place, ids[index] as number, entryInput(line)) });
      } catch (error) {
        problems.push(asProblem(line.line, error));
      }
    }
    // Licenses are handed out in line order, so that the lines that get none are the last ones.
    const book = await tx.licenses();
    const trial = book.state.clone();
    const assigned: { entry: NewEntry; facts: ReturnType<typeof decideAssign> }[] = [];
    const made = good.filter(({ line, entry }) => {
      if (line.license === undefined) return true;
      const facts = decideAssign(trial, {
        entry: entry.id,
        type: licenseTypeOf(line.itemType),
        tier: line.license === 'any' ? undefined : line.license,
      });
      if (facts instanceof SternaError) {
        problems.push(asProblem(line.line, facts));
        return false;
      }
      for (const fact of facts) trial.apply(fact);
      assigned.push({ entry, facts });
      return true;
    });
    problems.sort((a, b) => a.line - b.line);
    if ((problems.length > 0 && input.partial !== true) || made.length === 0)
      return { imported: 0, entryIds: [], problems };
    if (input.preview === true) return { imported: made.length, entryIds: [], problems };
    await insertPrepared(
      tx,
      made.map(({ entry }) => entry),
    );
    for (const { facts } of assigned) book.record(facts);
    tx.audit('project.import', `project/${input.projectId}`, {
      imported: made.length,
      refused: problems.length,
      licenses: assigned.length,
    });
    tx.event({ type: 'entry', projectId: input.projectId });
    return { imported: made.length, entryIds: made.map(({ entry }) => entry.id), problems };
  });
}

const entryInput = (line: UserListLine): EntryInput => ({
  itemType: line.itemType,
  sourceAddress: line.sourceAddress,
  targetAddress: line.targetAddress,
  displayName: line.displayName,
  batch: line.batch,
  merge: line.merge,
  sourceCredentials: { user: line.sourceUser, password: line.sourcePassword, parts: line.sourceParts },
  targetCredentials: { user: line.targetUser, password: line.targetPassword, parts: line.targetParts },
});

/** `sourceCredentials.parts.caldav` → `SourceCaldav`: how its columns begin. */
const partColumn = (field: string): string =>
  field.replace(
    /^(source|target)Credentials\.parts\.(\w+)$/,
    (_, side: string, part: string) =>
      `${side[0]?.toUpperCase()}${side.slice(1)}${part[0]?.toUpperCase()}${part.slice(1)}`,
  );

function asProblem(line: number, thrown: unknown): CsvProblem {
  const error = asSternaError(thrown);
  if (error.class === 'bug') throw thrown;
  const column = error.field === undefined ? undefined : (COLUMN_OF[error.field] ?? partColumn(error.field));
  return { line, column, code: error.code, message: error.message, fix: error.fix };
}

/**
 * The live entries as CSV that `importUserList` takes. No secrets.
 *
 * @param input.selection only these of them; default: all
 */
export async function exportUserList(
  context: Context,
  actor: Actor,
  input: { projectId: number; selection?: Selection | undefined },
): Promise<string> {
  requireSomewhere(actor, 'read');
  const project = await reachProject(context.db, actor, 'read', input.projectId);
  const chosen =
    input.selection === undefined ? undefined : new Set(await selectedIds(context, actor, 'read', input.selection));
  const rows = await entriesOfProject(context.db, project.id);
  return formatUserList(
    rows
      .filter((row) => chosen === undefined || chosen.has(row.id))
      .map((row) => ({
        itemType: row.item_type,
        sourceAddress: row.source_address,
        targetAddress: row.target_address,
        displayName: row.display_name ?? undefined,
        batch: row.batch ?? undefined,
        merge: row.merge,
      })),
  );
}

/**
 * Asks the source system for what it holds. Makes no entries: `createEntries` does, with the chosen ones.
 *
 * @throws SternaError config `cannot-list-users` where the system has no such list: import a CSV
 */
export async function getList(
  context: Context,
  actor: Actor,
  input: { projectId: number; itemType: ItemType; signal?: AbortSignal | undefined },
): Promise<readonly DiscoveredEntry[]> {
  requireSomewhere(actor, 'operate');
  const project = await reachProject(context.db, actor, 'operate', input.projectId);
  const { source } = await systemsOfEntry(context.db, actor, project);
  const listed = new Set(
    (await entriesOfProject(context.db, project.id))
      .filter((row) => row.item_type === input.itemType)
      .map((row) => row.source_address.toLowerCase()),
  );
  const items: DiscoveredEntry[] = [];
  for await (const item of connectorOf(context, source.connector).discover(
    systemConfig(context, source),
    input.itemType,
    input.signal,
  ))
    items.push({
      itemType: item.itemType,
      address: item.address,
      displayName: item.displayName,
      objects: item.objects,
      bytes: item.bytes,
      listed: listed.has(item.address.toLowerCase()),
    });
  return items;
}
