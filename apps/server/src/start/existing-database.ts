import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SternaError } from '@sterna/core';

/**
 * Of commands on what is there already: where nothing is, a database would be made and found in order.
 *
 * @param field how the folder was named
 * @throws SternaError config `data-folder-without-database`
 */
export function requireDatabaseIn(field: string, dataDir: string): void {
  if (existsSync(join(dataDir, 'postgres'))) return;
  throw new SternaError('config', 'data-folder-without-database', `There is no database in ${resolve(dataDir)}.`, {
    fix: 'Name the data folder of the server (serve --data), or a postgresql:// address.',
    field,
  });
}
