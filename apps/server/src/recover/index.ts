import { recoverAccount } from '@sterna/application';
import { openInstallation } from '../start/installation.ts';
import { createLog } from '../start/log.ts';

/**
 * A new password for an owner, by whoever has the server's data. Servers may run meanwhile.
 *
 * @param options.email undefined: the only owner there is
 * @returns until when it counts, where passwords are switched off
 * @throws SternaError those of `recoverAccount` and `openInstallation`
 */
export async function recoverOwner(options: {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly email: string | undefined;
  readonly password: string;
}): Promise<{ readonly email: string; readonly until: Date | undefined }> {
  const { dataDir, databaseUrl, email, password } = options;
  const log = createLog({ level: 'error' });
  const installation = await openInstallation({ dataDir, databaseUrl, log, maxConnections: 4 });
  try {
    return await recoverAccount(installation.application, { email, password });
  } finally {
    await installation.close();
  }
}
