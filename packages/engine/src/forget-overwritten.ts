import { expireOverwritten, neededFiles } from '@sterna/store';
import type { Pool } from 'pg';
import type { AsideFolder } from './aside-folder.ts';

const DAY = 86_400_000;

/** Forgets what passes put aside longer ago than the settings said, and removes files that nobody needs any more. */
export async function forgetOverwritten({
  pool,
  aside,
}: {
  readonly pool: Pool;
  readonly aside?: AsideFolder;
}): Promise<void> {
  await expireOverwritten(pool);
  await aside?.sweep((entryId, files) => neededFiles(pool, entryId, files), new Date(Date.now() - DAY));
}
