import type { MappingRow } from '@sterna/core';
import type { Actor, Context } from './context.ts';
import type { CsvProblem } from './entries.ts';
import { notImplemented } from './not-implemented.ts';

export async function getMapping(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number },
): Promise<readonly MappingRow[]> {
  return notImplemented('getMapping');
}

/** Replaces the whole table, or adds and replaces single rows with `append`. */
export async function putMapping(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number; rows: readonly MappingRow[]; append?: boolean | undefined },
): Promise<readonly MappingRow[]> {
  return notImplemented('putMapping');
}

/** Columns Source, Target, Kind. Nothing is imported while there are problems. */
export async function importMapping(
  _context: Context,
  _actor: Actor,
  _input: { projectId: number; csv: Uint8Array; append?: boolean | undefined },
): Promise<{ imported: number; problems: readonly CsvProblem[] }> {
  return notImplemented('importMapping');
}

export async function exportMapping(_context: Context, _actor: Actor, _input: { projectId: number }): Promise<string> {
  return notImplemented('exportMapping');
}
