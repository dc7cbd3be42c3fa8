import { SternaError } from '@sterna/core';
import type { Pool } from 'pg';

/** First key of the advisory locks of pairs. */
const PAIR_LOCKS = 0x57e2_4c09;

/**
 * One copy of a pair at a time. The lock is the connection's: it goes when its process dies, however it dies, so the
 * next run need not wait for a lease to run out.
 *
 * @throws SternaError transient `copy-running`
 */
export async function lockPair(pool: Pool, entryId: number): Promise<{ release(): Promise<void> }> {
  const client = await pool.connect();
  const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as got', [PAIR_LOCKS, entryId]);
  if (rows[0].got !== true) {
    client.release();
    throw new SternaError('transient', 'copy-running', 'Another `sterna copy` of this source and target is running.', {
      fix: 'Wait for it, or end it.',
    });
  }
  return {
    async release() {
      await client.query('select pg_advisory_unlock($1, $2)', [PAIR_LOCKS, entryId]).catch(() => {});
      client.release();
    },
  };
}
