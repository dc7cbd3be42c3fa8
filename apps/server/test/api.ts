import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDatabase } from '@sterna/store/prepared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../src/http/context.ts';
import { createServer } from '../src/http/create-server.ts';
import { SignInLimit } from '../src/http/sign-in-limit.ts';
import { openProvider } from '../src/identity/provider.ts';
import { addressGuard } from '../src/outbound/address-guard.ts';
import { openInstallation } from '../src/start/installation.ts';
import { createLog } from '../src/start/log.ts';

export const PASSWORD = 'correct horse battery staple';

export interface TestApi {
  readonly app: FastifyInstance;
  readonly application: Context;
  readonly folder: string;
  /** Everything that was logged, as it was written. */
  readonly log: string[];
  close(): Promise<void>;
}

/**
 * The real application on a real database of its own, asked without a socket.
 *
 * @param signIn content of `sign-in.json`
 */
export async function startApi(signIn?: object): Promise<TestApi> {
  const folder = await mkdtemp(join(tmpdir(), 'sterna-api-'));
  // As root the database runs as another user, who must get through.
  await chmod(folder, 0o755);
  await prepareDatabase(join(folder, 'data'));
  if (signIn !== undefined) await writeFile(join(folder, 'data', 'sign-in.json'), JSON.stringify(signIn));
  await writeFile(join(folder, 'secret'), 'a secret of the two\n');
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line: string) => lines.push(line) } });
  const installation = await openInstallation({ dataDir: join(folder, 'data'), log, maxConnections: 5 });
  const app = await createServer({
    application: installation.application,
    version: '0.0.0',
    log,
    secureCookies: false,
    signInLimit: new SignInLimit(),
    provider:
      installation.provider === undefined
        ? undefined
        : openProvider(installation.provider, addressGuard({ reach: undefined })),
  });
  return {
    app,
    application: installation.application,
    folder,
    log: lines,
    async close() {
      await app.close();
      await installation.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
