import {
  type CsvProblem,
  formatMapping,
  isDomainName,
  MAPPING_KINDS,
  type MappingKind,
  type MappingRow,
  readMapping,
  SternaError,
} from '@sterna/core';
import {
  countMapping,
  inOrganization,
  mappedAmong,
  mappingOf,
  pageOfMapping,
  removeMapping,
  writeMapping,
} from '@sterna/store';
import { readLimit, requireSomewhere } from './access.ts';
import type { Actor, Context, Page } from './context.ts';
import { reachProject } from './reach.ts';

export async function getMapping(
  context: Context,
  actor: Actor,
  input: { projectId: number },
): Promise<readonly MappingRow[]> {
  requireSomewhere(actor, 'read');
  await reachProject(context.db, actor, 'read', input.projectId);
  return mappingOf(context.db, input.projectId);
}

export interface MappingPage extends Page<MappingRow> {
  /** Rows of the whole table, and those that the search and the kind leave. */
  readonly total: number;
  readonly matching: number;
}

/** By source; `next` is the last one's source. */
export async function searchMapping(
  context: Context,
  actor: Actor,
  input: {
    projectId: number;
    search?: string | undefined;
    kind?: MappingKind | undefined;
    after?: string | undefined;
    limit?: number | undefined;
  },
): Promise<MappingPage> {
  requireSomewhere(actor, 'read');
  const limit = readLimit(input.limit, 200);
  await reachProject(context.db, actor, 'read', input.projectId);
  const { projectId, search, kind } = input;
  const rows = await pageOfMapping(context.db, { projectId, search, kind }, { after: input.after, limit: limit + 1 });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    total: await countMapping(context.db, { projectId }),
    matching: await countMapping(context.db, { projectId, search, kind }),
    ...(rows.length > limit && last !== undefined ? { next: last.source } : {}),
  };
}

/** Sources compare without case: one spelling in the table. */
const mappingSource = (source: string): string => source.trim().toLowerCase().replace(/^@/, '');

/**
 * Rows as they are stored.
 *
 * @param field of the request that holds the rows
 * @throws SternaError config `mapping-invalid`
 */
function readRows(rows: readonly MappingRow[], field: string): ReadonlyMap<string, MappingRow> {
  const read = new Map<string, MappingRow>();
  for (const [index, row] of rows.entries()) {
    const at = `${field}[${index}]`;
    const source = mappingSource(row.source);
    const target = row.target.trim().replace(/^@/, '');
    const isTwice = read.has(source);
    if (source === '' || target === '' || !MAPPING_KINDS.includes(row.kind) || isTwice)
      throw new SternaError(
        'config',
        'mapping-invalid',
        isTwice ? `${source} is mapped twice.` : 'A row of the mapping table needs a source, a target and a kind.',
        { field: isTwice ? `${at}.source` : at, fix: 'Correct this row.' },
      );
    const noDomain = row.kind === 'domain' && [source, target].find((name) => !isDomainName(name));
    if (typeof noDomain === 'string')
      throw new SternaError('config', 'mapping-invalid', `${noDomain} is no domain.`, {
        field: `${at}.${noDomain === source ? 'source' : 'target'}`,
        fix: 'Write it like old.example, or make it a user.',
      });
    read.set(source, { kind: row.kind, source, target });
  }
  return read;
}

/**
 * Replaces the whole table, or adds and replaces single rows with `append`.
 *
 * @throws SternaError config `mapping-invalid`
 */
export async function putMapping(
  context: Context,
  actor: Actor,
  input: { projectId: number; rows: readonly MappingRow[]; append?: boolean | undefined },
): Promise<readonly MappingRow[]> {
  await storeMapping(context, actor, input);
  return mappingOf(context.db, input.projectId);
}

async function storeMapping(
  context: Context,
  actor: Actor,
  input: { projectId: number; rows: readonly MappingRow[]; append?: boolean | undefined },
): Promise<void> {
  requireSomewhere(actor, 'operate');
  await reachProject(context.db, actor, 'operate', input.projectId);
  const rows = readRows(input.rows, 'rows');
  await inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    await writeMapping(tx.db, input.projectId, [...rows.values()], { append: input.append === true });
    tx.audit('project.mapping', `project/${input.projectId}`, { rows: rows.size, append: input.append === true });
    tx.event({ type: 'project', projectId: input.projectId });
  });
}

/**
 * Single rows: `remove` takes sources out, `put` adds rows. To correct a row, remove its old source and put the new
 * row. A row whose source is mapped already is refused, so that nobody overwrites what they didn't see.
 *
 * @throws SternaError config `mapping-invalid` | `mapping-taken`, naming the row (`put[0].source`)
 */
export async function changeMapping(
  context: Context,
  actor: Actor,
  input: { projectId: number; put?: readonly MappingRow[] | undefined; remove?: readonly string[] | undefined },
): Promise<{ total: number }> {
  requireSomewhere(actor, 'operate');
  await reachProject(context.db, actor, 'operate', input.projectId);
  const put = [...readRows(input.put ?? [], 'put').values()];
  const remove = (input.remove ?? []).map(mappingSource);
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const removed = await removeMapping(tx.db, input.projectId, remove);
    const taken = await mappedAmong(
      tx.db,
      input.projectId,
      put.map((row) => row.source),
    );
    const index = put.findIndex((row) => taken.has(row.source));
    const other = taken.get(put[index]?.source ?? '');
    if (other !== undefined)
      throw new SternaError('config', 'mapping-taken', `${other.source} is mapped to ${other.target} already.`, {
        field: `put[${index}].source`,
        fix: 'Change that row instead.',
      });
    await writeMapping(tx.db, input.projectId, put, { append: true });
    if (put.length + removed.length > 0) {
      tx.audit('project.mapping', `project/${input.projectId}`, { put: put.length, removed: removed.length });
      tx.event({ type: 'project', projectId: input.projectId });
    }
    return { total: await countMapping(tx.db, { projectId: input.projectId }) };
  });
}

export interface MappingImport {
  /** Good lines; written unless there are problems or it is a preview. */
  readonly imported: number;
  readonly problems: readonly CsvProblem[];
  /** What the good lines do to the table as it is. `removed`: rows that replacing the table would drop. */
  readonly effect: {
    readonly added: number;
    readonly changed: number;
    readonly unchanged: number;
    readonly removed: number;
  };
}

/** Columns Source, Target, Kind. Nothing is imported while there are problems, and nothing at all by a `preview`. */
export async function importMapping(
  context: Context,
  actor: Actor,
  input: { projectId: number; csv: Uint8Array; append?: boolean | undefined; preview?: boolean | undefined },
): Promise<MappingImport> {
  requireSomewhere(actor, 'operate');
  await reachProject(context.db, actor, 'operate', input.projectId);
  const { rows, problems } = readMapping(input.csv);
  const effect = effectOf(await mappingOf(context.db, input.projectId), rows, input.append === true);
  if (input.preview === true) return { imported: rows.length, problems, effect };
  if (problems.length > 0) return { imported: 0, problems, effect };
  await storeMapping(context, actor, { projectId: input.projectId, rows, append: input.append });
  return { imported: rows.length, problems, effect };
}

function effectOf(
  before: readonly MappingRow[],
  rows: readonly MappingRow[],
  append: boolean,
): MappingImport['effect'] {
  const now = new Map(before.map((row) => [row.source, row]));
  const effect = { added: 0, changed: 0, unchanged: 0, removed: 0 };
  for (const row of rows) {
    const old = now.get(mappingSource(row.source));
    if (old === undefined) effect.added += 1;
    else if (old.target === row.target && old.kind === row.kind) effect.unchanged += 1;
    else effect.changed += 1;
  }
  if (!append) effect.removed = before.length - effect.changed - effect.unchanged;
  return effect;
}

export async function exportMapping(context: Context, actor: Actor, input: { projectId: number }): Promise<string> {
  return formatMapping(await getMapping(context, actor, input));
}
