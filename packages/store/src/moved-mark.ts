import { SternaError } from '@sterna/core';
import type { ClientBase, Pool } from 'pg';

/**
 * What a move leaves in both databases. `leaving`: it is under way, or was broken off; `left`: the other database is the one
 * that counts; `arrived`: this one came from there, and counts. `id` is the move's, the same in both.
 */
export interface MoveMark {
  readonly id: string;
  readonly role: 'leaving' | 'left' | 'arrived';
  /** The other database, without a password. */
  readonly place: string;
}

export const MARK_TABLE = 'database_move';

/** The newest first. */
export async function moveMarks(db: Pool | ClientBase): Promise<readonly MoveMark[]> {
  const found = await db.query('select to_regclass($1) is not null as marked', [MARK_TABLE]);
  if (found.rows[0]?.marked !== true) return [];
  const { rows } = await db.query<MoveMark>(`select id, role, place from ${MARK_TABLE} order by at desc`);
  return rows;
}

/** Two databases of one installation, both in use, would each hand out the same licenses. */
export function refuseMoved(place: string, marks: readonly MoveMark[]): void {
  const left = marks.find(({ role }) => role !== 'arrived');
  if (left === undefined) return;
  if (left.role === 'left')
    throw new SternaError('config', 'database-moved', `The database at ${place} was moved to ${left.place}.`, {
      fix: 'Use that one (DATABASE_URL or --data), or move it back with `sterna database move`.',
      field: 'DATABASE_URL',
    });
  throw new SternaError(
    'config',
    'database-moving',
    `The database at ${place} is being moved to ${left.place}, or such a move was broken off.`,
    { fix: 'Run the same `sterna database move` again; with --cancel it leaves the database where it is.' },
  );
}
