import { type CsvProblem, formatMapping, MAPPING_KINDS, type MappingRow, readMapping, SternaError } from '@sterna/core';
import { inOrganization, mappingOf, projectById, writeMapping } from '@sterna/store';
import { found, requireScope } from './access.ts';
import type { Actor, Context } from './context.ts';

async function checkedProject(context: Context, actor: Actor, projectId: number): Promise<void> {
  found(await projectById(context.db, actor.organizationId, projectId), 'project', projectId);
}

export async function getMapping(
  context: Context,
  actor: Actor,
  input: { projectId: number },
): Promise<readonly MappingRow[]> {
  requireScope(actor, 'read');
  await checkedProject(context, actor, input.projectId);
  return mappingOf(context.db, input.projectId);
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
  requireScope(actor, 'operate');
  await checkedProject(context, actor, input.projectId);
  const rows = new Map<string, MappingRow>();
  for (const [index, row] of input.rows.entries()) {
    // Sources compare without case: one spelling in the table.
    const source = row.source.trim().toLowerCase().replace(/^@/, '');
    const target = row.target.trim().replace(/^@/, '');
    const isTwice = rows.has(source);
    if (source === '' || target === '' || !MAPPING_KINDS.includes(row.kind) || isTwice)
      throw new SternaError(
        'config',
        'mapping-invalid',
        isTwice ? `${source} is mapped twice.` : 'A row of the mapping table needs a source, a target and a kind.',
        { field: `rows[${index}]`, fix: 'Correct this row.' },
      );
    rows.set(source, { kind: row.kind, source, target });
  }
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    await writeMapping(tx.db, input.projectId, [...rows.values()], { append: input.append === true });
    tx.audit('project.mapping', `project/${input.projectId}`, { rows: rows.size, append: input.append === true });
    return mappingOf(tx.db, input.projectId);
  });
}

/** Columns Source, Target, Kind. Nothing is imported while there are problems. */
export async function importMapping(
  context: Context,
  actor: Actor,
  input: { projectId: number; csv: Uint8Array; append?: boolean | undefined },
): Promise<{ imported: number; problems: readonly CsvProblem[] }> {
  requireScope(actor, 'operate');
  await checkedProject(context, actor, input.projectId);
  const { rows, problems } = readMapping(input.csv);
  if (problems.length > 0) return { imported: 0, problems };
  await putMapping(context, actor, { projectId: input.projectId, rows, append: input.append });
  return { imported: rows.length, problems };
}

export async function exportMapping(context: Context, actor: Actor, input: { projectId: number }): Promise<string> {
  return formatMapping(await getMapping(context, actor, input));
}
