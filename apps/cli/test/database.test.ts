import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '@sterna/api-contract';
import { createLog, startServer } from '@sterna/server';
import { startPostgres } from '@sterna/test-servers';
import { expect, test } from 'vitest';
import { sterna, testFolder } from './sterna.ts';

const hasDebians = existsSync('/usr/lib/postgresql/15/bin/postgres') && process.getuid?.() === 0;
if (!hasDebians) console.warn('`sterna database move` is not tested: Debian’s PostgreSQL 15 is missing, or root.');

const QUIET = { version: '0.0.0', port: 0, services: ['api'], log: createLog({ level: 'silent' }) } as const;

test.runIf(hasDebians)(
  'an installation moves to a PostgreSQL server and back, and is signed in to as before',
  async () => {
    await using postgres = await startPostgres({ fsync: false });
    const folder = await testFolder();
    const dataDir = join(folder.path, 'data');
    const move = (from: string, to: string, ...more: string[]) =>
      sterna(['database', 'move', '--from', from, '--to', to, '--json', ...more]);
    try {
      const server = await startServer({ ...QUIET, dataDir });
      const body = { organization: 'Tern', email: 'ada@tern.example', password: 'correct horse battery staple' };
      const { token } = await createClient({ baseUrl: server.url as string }).setUp({ body });
      await createClient({ baseUrl: server.url as string, token }).grantLicenses({
        body: { type: 'mail', quantity: 3 },
      });
      const early = await move(dataDir, postgres.url);
      expect(early.code).toBe(2);
      expect(early.stderr).toContain('database-in-use');
      await server.close();

      const secret = await move(dataDir, postgres.url.replace('postgres@', 'postgres:hunter2@'));
      expect(secret.code).toBe(2);
      expect(secret.stderr).toContain('password-in-argument');
      expect(secret.stderr).not.toContain('hunter2');

      const there = await move(dataDir, postgres.url);
      expect(there.code, there.stderr).toBe(0);
      expect(JSON.parse(there.stdout)).toMatchObject({ licenseEvents: 1, needsKeyFile: false });
      await expect(startServer({ ...QUIET, dataDir })).rejects.toMatchObject({ code: 'database-moved' });

      const moved = await startServer({ ...QUIET, dataDir, databaseUrl: postgres.url });
      const client = createClient({ baseUrl: moved.url as string, token });
      await client.grantLicenses({ body: { type: 'mail', quantity: 2 } });
      await moved.close();

      const back = await move(postgres.url, dataDir, '--overwrite');
      expect(back.code, back.stderr).toBe(0);
      const home = await startServer({ ...QUIET, dataDir });
      const { items } = await createClient({ baseUrl: home.url as string, token }).getBalances();
      expect(items.find(({ type }) => type === 'mail')?.granted).toBe(5);
      await home.close();
    } finally {
      await folder.remove();
    }
  },
);
