import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SternaError } from '@sterna/core';
import { cancelMove, type Database, MOVER, type MoveResult, moveDatabase, openDatabase } from '@sterna/store';

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
    needsKeyFile: !isUrl(request.to) && !existsSync(join(request.to, 'keys', 'secret.key')),
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
  if (!isUrl(from) && !existsSync(join(from, 'postgres')))
    throw new SternaError('config', 'data-folder-without-database', `There is no database in ${resolve(from)}.`, {
      fix: 'Name the data folder of the server (serve --data), or a postgresql:// address.',
      field: '--from',
    });
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

/** Other users of the machine see what a command was called with. */
function refusePassword(field: string, place: string): void {
  if (!isUrl(place) || !/^[^/]*\/\/[^/@]*:[^/@]*@/.test(place)) return;
  throw new SternaError('config', 'password-in-argument', `The address in ${field} has a password in it.`, {
    fix: 'Leave it out, and set PGPASSWORD or write it into ~/.pgpass.',
    field,
  });
}

const isUrl = (place: string): boolean => /^postgres(ql)?:\/\//.test(place);

const open = (place: string): Promise<Database> =>
  openDatabase({
    ...(isUrl(place) ? { url: place } : { dataDir: resolve(place) }),
    applicationName: MOVER,
    evenIfMoved: true,
    maxConnections: 6,
  });
