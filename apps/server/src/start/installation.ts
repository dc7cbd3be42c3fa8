import { resolve } from 'node:path';
import type { Context } from '@sterna/application';
import { connectors } from '@sterna/connectors';
import {
  type Database,
  domainDatabase,
  holdsSecrets,
  listenForEvents,
  migrate,
  noticeRestore,
  openDatabase,
  openSecrets,
  type Secrets,
} from '@sterna/store';
import type { Logger } from 'pino';
import { type ProviderSettings, readSignInSettings } from '../identity/settings.ts';
import { readLicensingPolicy } from './licensing-policy.ts';

export interface InstallationOptions {
  /** Database, keys and backups live here. */
  readonly dataDir: string;
  /** A PostgreSQL server of the user's own instead of the embedded one. */
  readonly databaseUrl?: string | undefined;
  readonly log: Logger;
  readonly maxConnections?: number | undefined;
}

/** The parts below the services, opened in order and closed in reverse. */
export interface Installation {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly application: Context;
  readonly provider: ProviderSettings | undefined;
  close(): Promise<void>;
}

/** @throws SternaError those of `openDatabase`, `migrate`, `openSecrets`, `readLicensingPolicy` and `readSignInSettings` */
export async function openInstallation(options: InstallationOptions): Promise<Installation> {
  const dataDir = resolve(options.dataDir);
  const { log } = options;
  const licensing = await readLicensingPolicy(dataDir);
  const signIn = await readSignInSettings(dataDir);
  const database = await openDatabase({
    dataDir,
    url: options.databaseUrl,
    maxConnections: options.maxConnections,
    onNotice: (text) => log.warn(text),
  });
  try {
    const done = await migrate(database.pool);
    if (done.length > 0) log.info({ migrations: done }, 'database migrated');
    const restored = await noticeRestore(database);
    if (restored !== undefined)
      log.warn({ how: restored }, 'the database was restored: nothing is written until `sterna database reconcile`');
    const secrets = await openSecrets({
      dataDir,
      path: process.env.STERNA_SECRET_KEY_FILE || undefined,
      mayCreate: !(await holdsSecrets(database.pool)),
    });
    const events = await listenForEvents(database.pool);
    return {
      database,
      secrets,
      application: {
        db: domainDatabase(database.pool),
        secrets,
        signer: secrets.installation.signer,
        connectors,
        events,
        licensing,
        signIn: signIn.policy,
        dataDir,
        installation: secrets.installation.id,
      },
      provider: signIn.provider,
      async close() {
        await events.close();
        await database.close();
      },
    };
  } catch (thrown) {
    await database.close().catch(() => {});
    throw thrown;
  }
}
