import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Reconciled, reconcile } from '@sterna/application';
import { SternaError } from '@sterna/core';
import {
  type BackedUp,
  backUpDatabase,
  cancelMove,
  type Database,
  inTransaction,
  MOVER,
  type MoveResult,
  markRestored,
  moveDatabase,
  openDatabase,
  restoreDatabase,
} from '@sterna/store';
import { parseLedgerFile } from '../ledger/parse.ts';
import { requireDatabaseIn } from '../start/existing-database.ts';
import { openInstallation } from '../start/installation.ts';
import { createLog } from '../start/log.ts';

export interface MoveRequest {
  /** Data folders, or `postgresql://…`. */
  readonly from: string;
  readonly to: string;
  readonly overwrite?: boolean;
  readonly onStep?: (step: string) => void;
}

export interface Moved extends MoveResult {
  /** Without passwords. */
  readonly from: string;
  readonly to: string;
  /** The target is a data folder without the key file, which no database holds. */
  readonly needsKeyFile: boolean;
}

/** @throws SternaError those of `openDatabase` and `moveDatabase`; config `data-folder-without-database`,
 * `password-in-argument` */
export function moveBetween(request: MoveRequest): Promise<Moved> {
  return withBoth(request, async (from, to) => ({
    ...(await moveDatabase({ from, to, overwrite: request.overwrite, onStep: request.onStep })),
    from: from.place,
    to: to.place,
    needsKeyFile: lacksKeyFile(request.to),
  }));
}

/** @throws SternaError those of `openDatabase` and `cancelMove`; config `data-folder-without-database` */
export function cancelMoveBetween(request: Pick<MoveRequest, 'from' | 'to'>): Promise<void> {
  return withBoth(request, (from, to) => cancelMove({ from, to }));
}

async function withBoth<T>(
  { from, to }: Pick<MoveRequest, 'from' | 'to'>,
  work: (from: Database, to: Database) => Promise<T>,
): Promise<T> {
  refusePassword('--from', from);
  refusePassword('--to', to);
  if (!isUrl(from)) requireDatabaseIn('--from', from);
  const source = await open(from);
  try {
    const target = await open(to);
    try {
      return await work(source, target);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

/** Which database: that of the server on this machine. */
export interface DatabaseOfServer {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
}

/** While server and workers go on. @throws SternaError those of `openDatabase` and `backUpDatabase` */
export async function backUp({ dataDir, databaseUrl, file }: DatabaseOfServer & { file: string }): Promise<BackedUp> {
  if (databaseUrl === undefined) requireDatabaseIn('--data', dataDir);
  const database = await openDatabase({ url: databaseUrl, dataDir, applicationName: MOVER, maxConnections: 2 });
  try {
    return await backUpDatabase(database, resolve(file));
  } finally {
    await database.close();
  }
}

export interface Restored extends BackedUp {
  /** Without a password. */
  readonly to: string;
  /** The target is a data folder without the key file, which no backup holds. */
  readonly needsKeyFile: boolean;
}

/** @throws SternaError those of `openDatabase` and `restoreDatabase`; config `password-in-argument` */
export async function restore(request: { file: string; to: string; overwrite?: boolean }): Promise<Restored> {
  const { file, to, overwrite } = request;
  refusePassword('--to', to);
  const database = await openDatabase({
    ...(isUrl(to) ? { url: to } : { dataDir: resolve(to) }),
    applicationName: MOVER,
    maxConnections: 2,
  });
  try {
    return {
      ...(await restoreDatabase({ database, file: resolve(file), overwrite })),
      to: database.place,
      needsKeyFile: lacksKeyFile(to),
    };
  } finally {
    await database.close();
  }
}

/**
 * @param request.ledgers exports of license ledgers, as they are in their files
 * @param request.reports signed reports, as they are in their files; every ledger has to reach their heads
 * @param request.mark The database was restored in a way that couldn't be noticed
 * @throws SternaError those of `openInstallation` and `reconcile`; config `ledger-file-invalid`
 */
export async function reconcileDatabase(
  request: DatabaseOfServer & {
    ledgers: readonly Uint8Array[];
    reports?: readonly Uint8Array[];
    withoutLedger: boolean;
    mark: boolean;
  },
): Promise<Reconciled> {
  const { dataDir, databaseUrl, withoutLedger, mark } = request;
  // It would be made, and found in order.
  if (databaseUrl === undefined) requireDatabaseIn('--data', dataDir);
  const ledgers = request.ledgers.map(parseLedgerFile);
  const reports = (request.reports ?? []).map((bytes) => Buffer.from(bytes).toString('utf8'));
  const log = createLog({ level: 'error' });
  const { database, application, close } = await openInstallation({ dataDir, databaseUrl, log, maxConnections: 4 });
  try {
    if (mark) await inTransaction(database.pool, (client) => markRestored(client, 'Somebody said so.'));
    return await reconcile(application, { ledgers, reports, withoutLedger });
  } finally {
    await close();
  }
}

/** Other users of the machine see what a command was called with. */
function refusePassword(field: string, place: string): void {
  if (!isUrl(place) || !/^[^/]*\/\/[^/@]*:[^/@]*@/.test(place)) return;
  throw new SternaError('config', 'password-in-argument', `The address in ${field} has a password in it.`, {
    fix: 'Leave it out, and set PGPASSWORD or write it into ~/.pgpass.',
    field,
  });
}

const lacksKeyFile = (place: string): boolean => !isUrl(place) && !existsSync(join(place, 'keys', 'secret.key'));

const isUrl = (place: string): boolean => /^postgres(ql)?:\/\//.test(place);

const open = (place: string): Promise<Database> =>
  openDatabase({
    ...(isUrl(place) ? { url: place } : { dataDir: resolve(place) }),
    applicationName: MOVER,
    evenIfMoved: true,
    maxConnections: 6,
  });
