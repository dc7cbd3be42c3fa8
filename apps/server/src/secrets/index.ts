import { addKey, resealAll } from '@sterna/store';
import { openInstallation } from '../start/installation.ts';
import { createLog } from '../start/log.ts';

export interface Rotation {
  readonly keyFile: string;
  /** Keys in it; the last one seals. */
  readonly keys: number;
  /** Sealed values in the database, and how many of them were sealed anew. */
  readonly values: number;
  readonly resealed: number;
}

/**
 * A new key, and everything sealed with it. Servers and workers that run go on: they read the key file again when they
 * meet the new key. Safe to repeat after a crash.
 *
 * @param options.add false: only seal anew what other keys have sealed
 * @throws SternaError those of `addKey`, `openInstallation` and `resealAll`
 */
export async function rotateSecrets(options: {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly add: boolean;
}): Promise<Rotation> {
  const { dataDir, databaseUrl } = options;
  const path = process.env.STERNA_SECRET_KEY_FILE || undefined;
  // Before any value needs it: a key that the file doesn't hold is a value lost.
  if (options.add) await addKey({ dataDir, path });
  const installation = await openInstallation({
    dataDir,
    databaseUrl,
    log: createLog({ level: 'error' }),
    maxConnections: 4,
  });
  try {
    const done = await resealAll(installation.database.pool, installation.secrets);
    return { keyFile: installation.secrets.keyFile, keys: installation.secrets.keys, ...done };
  } finally {
    await installation.close();
  }
}
