import { mergeSettings, settingsFingerprint } from '@sterna/core';
import { type Database, migrate, openDatabase, openSecrets, type Secrets } from '@sterna/store';
import type { Dovecot } from '@sterna/test-servers';

/** A database as an installation has it (embedded PostgreSQL, fsync on), with one organization and no users. */
export interface Books {
  readonly dataDir: string;
  readonly database: Database;
  /** An entry that needs no license, from one account to another. */
  addEntry(source: Endpoint, target: Endpoint): Promise<number>;
  /** The same for mailboxes, or drives, of any connector. */
  addEntryBetween(source: Mailbox, target: Mailbox, itemType?: 'mailbox' | 'drive'): Promise<number>;
  queuePass(entryId: number, kind: 'initial' | 'delta', settings?: object): Promise<number>;
  /** From now on both systems are reached by these ports: proxies that count and time. */
  setPorts(entryId: number, source: number, target: number): Promise<void>;
  /** @throws if the pass isn't completed with balanced books */
  check(passId: number): Promise<{ created: number }>;
  close(): Promise<void>;
}

export interface Endpoint {
  readonly server: Pick<Dovecot, 'host' | 'port'>;
  readonly user: string;
}

export interface Mailbox {
  readonly connector: string;
  readonly settings: object;
  readonly address: string;
  /** Default `pw`. */
  readonly password?: string;
}

export async function openBooks(dataDir: string): Promise<Books> {
  const database = await openDatabase({ dataDir });
  await migrate(database.pool);
  const secrets: Secrets = await openSecrets({ dataDir });
  const { pool } = database;
  const { rows } = await pool.query(`insert into organization (name) values ('Bench') returning id`);
  const organizationId = Number(rows[0].id);

  const addSystem = async ({ connector, settings, password = 'pw' }: Mailbox): Promise<number> => {
    const added = await pool.query(
      `insert into system (organization_id, name, connector, settings)
       values ($1, gen_random_uuid()::text, $2, $3) returning id`,
      [organizationId, connector, JSON.stringify(settings)],
    );
    const id = Number(added.rows[0].id);
    await pool.query('update system set sealed_credentials = $2 where id = $1', [
      id,
      secrets.sealJson(`system:${id}`, { password }),
    ]);
    return id;
  };

  const addEntryBetween = async (source: Mailbox, target: Mailbox, itemType = 'mailbox'): Promise<number> => {
    const added = await pool.query(
      `insert into entry (organization_id, item_type, purpose, source_system_id, target_system_id, source_address,
                          target_address)
       values ($1, $6, 'copy', $2, $3, $4, $5) returning id`,
      [organizationId, await addSystem(source), await addSystem(target), source.address, target.address, itemType],
    );
    return Number(added.rows[0].id);
  };
  const imap = ({ server, user }: Endpoint): Mailbox => ({
    connector: 'imap',
    settings: { host: server.host, port: server.port, tls: 'none' },
    address: user,
  });

  return {
    dataDir,
    database,
    addEntry: (source, target) => addEntryBetween(imap(source), imap(target)),
    addEntryBetween,
    async queuePass(entryId, kind, wanted = {}) {
      const settings = mergeSettings(wanted);
      const queued = await pool.query(
        `insert into pass (entry_id, number, kind, settings, settings_version, requested_by)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, 'bench' from pass where entry_id = $1 returning id`,
        [entryId, kind, JSON.stringify(settings), settingsFingerprint(settings)],
      );
      return Number(queued.rows[0].id);
    },
    async setPorts(entryId, source, target) {
      for (const [column, port] of [
        ['source_system_id', source],
        ['target_system_id', target],
      ] as const)
        await pool.query(
          `update system set settings = settings || jsonb_build_object('port', $2::int)
            where id = (select ${column} from entry where id = $1)`,
          [entryId, port],
        );
    },
    async check(passId) {
      const found = await pool.query('select status, books, result, error from pass where id = $1', [passId]);
      const { status, books, result, error } = found.rows[0];
      if (status !== 'completed' || result?.balanced !== true)
        throw new Error(`pass ${passId} is ${status}: ${JSON.stringify(error ?? books)}`);
      return { created: books.created };
    },
    close: () => database.close(),
  };
}
