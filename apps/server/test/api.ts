import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDatabase } from '@sterna/store/prepared';
import type { FastifyInstance } from 'fastify';
import type { Context } from '../src/http/context.ts';
import { createServer } from '../src/http/create-server.ts';
import { SignInLimit } from '../src/http/sign-in-limit.ts';
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

/** The real application on a real database of its own, asked without a socket. */
export async function startApi(): Promise<TestApi> {
  const folder = await mkdtemp(join(tmpdir(), 'sterna-api-'));
  // As root the database runs as another user, who must get through.
  await chmod(folder, 0o755);
  await prepareDatabase(join(folder, 'data'));
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line: string) => lines.push(line) } });
  const installation = await openInstallation({ dataDir: join(folder, 'data'), log, maxConnections: 5 });
  const app = await createServer({
    application: installation.application,
    version: '0.0.0',
    log,
    secureCookies: false,
    signInLimit: new SignInLimit(),
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
