import { SternaError } from '@sterna/core';
import type { Database } from '../database.ts';

/** What `openDatabase` is to call itself here: all other connections of ours are a server's or a worker's. */
export const MOVER = 'sterna database move';

/** @throws SternaError config `database-in-use` */
export async function refuseInUse({ pool, place }: Database): Promise<void> {
  const { rows } = await pool.query(
    `select count(*) as others from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and application_name like 'sterna%'
        and application_name <> $1`,
    [MOVER],
  );
  const others: number = rows[0].others;
  if (others > 0)
    throw new SternaError('config', 'database-in-use', `A server or a worker is on the database at ${place}.`, {
      fix: `Stop all of them (they hold ${others} connections), then run the command again.`,
    });
}
