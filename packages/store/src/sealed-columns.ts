import type { Pool } from 'pg';
import { inTransaction } from './pass-queue.ts';
import { entryPurpose, systemPurpose } from './repositories/endpoints.ts';
import { channelPurpose } from './repositories/notifications.ts';
import type { Secrets } from './secrets.ts';

interface SealedColumn {
  readonly table: 'system' | 'entry' | 'notification_channel';
  readonly column: string;
  readonly purpose: (id: number) => string;
}

/** Every place of the database that holds sealed values. A test compares it with the schema. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  { table: 'system', column: 'sealed_credentials', purpose: systemPurpose },
  { table: 'entry', column: 'sealed_source_credentials', purpose: (id) => entryPurpose(id, 'source') },
  { table: 'entry', column: 'sealed_target_credentials', purpose: (id) => entryPurpose(id, 'target') },
  { table: 'notification_channel', column: 'sealed_secret', purpose: channelPurpose },
];

const PAGE = 500;

/** A key made anew beside sealed passwords would lose them quietly. */
export async function holdsSecrets(pool: Pool): Promise<boolean> {
  const each = SEALED_COLUMNS.map(({ table, column }) => `exists (select from ${table} where length(${column}) > 0)`);
  const { rows } = await pool.query(`select ${each.join(' or ')} as holds`);
  return rows[0].holds === true;
}

/**
 * Seals with the last key of the key file whatever another one has sealed; whoever has only the older keys then opens
 * nothing. Page by page, each a transaction: a crash leaves values of both keys, which both open, and the next call goes
 * on. Others may work meanwhile.
 *
 * @param afterPage how many values were sealed anew so far
 * @returns how many values there are, and how many were sealed anew
 * @throws SternaError config `secret-wrong-key` | `secret-damaged`: the value's place is in the message; values before it
 *   are done
 */
export async function resealAll(
  pool: Pool,
  secrets: Secrets,
  afterPage: (resealed: number) => void = () => {},
): Promise<{ values: number; resealed: number }> {
  let values = 0;
  let resealed = 0;
  for (const { table, column, purpose } of SEALED_COLUMNS) {
    for (let last = 0; ; ) {
      const page = await inTransaction(pool, async (client) => {
        const { rows } = await client.query<{ id: number; sealed: Buffer }>(
          `select id, ${column} as sealed from ${table} where id > $1 and length(${column}) > 0
           order by id limit ${PAGE} for no key update`,
          [last],
        );
        const outdated = rows.filter(({ sealed }) => secrets.isOutdated(sealed));
        if (outdated.length > 0)
          await client.query(
            `update ${table} set ${column} = given.sealed
             from unnest($1::bigint[], $2::bytea[]) as given (id, sealed) where ${table}.id = given.id`,
            [
              outdated.map(({ id }) => id),
              outdated.map(({ id, sealed }) => secrets.seal(purpose(id), secrets.unseal(purpose(id), sealed))),
            ],
          );
        resealed += outdated.length;
        return rows;
      });
      values += page.length;
      if (page.length > 0) afterPage(resealed);
      if (page.length < PAGE) break;
      last = page.at(-1)?.id ?? last;
    }
  }
  return { values, resealed };
}
