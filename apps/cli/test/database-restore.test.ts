import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createClient } from '@sterna/api-contract';
import { createLog, startServer } from '@sterna/server';
import { backUp, reconcileDatabase, restore } from '@sterna/server/database';
import { expect, test } from 'vitest';
import { sterna, testFolder } from './sterna.ts';

const QUIET = { version: '0.0.0', port: 0, services: ['api'], log: createLog({ level: 'silent' }) } as const;

test('a license that was burned after the backup stays burned, and no other is touched before', async () => {
  const folder = await testFolder();
  const dataDir = join(folder.path, 'data');
  const [backup, ledger] = [join(folder.path, 'sterna.backup'), join(folder.path, 'ledger.json')];
  const at = (path: string) => sterna(['database', 'backup', path, '--data', dataDir, '--json']);
  try {
    const server = await startServer({ ...QUIET, dataDir });
    const body = { organization: 'Tern', email: 'ada@tern.example', password: 'correct horse battery staple' };
    const { token } = await createClient({ baseUrl: server.url as string }).setUp({ body });
    const client = createClient({ baseUrl: server.url as string, token });
    await client.grantLicenses({ body: { type: 'mail', quantity: 3 } });
    const system = (name: string) =>
      client.createSystem({
        body: { name, connector: 'archive', settings: { path: join(folder.path, name), format: 'maildir' } },
      });
    const [from, to] = [await system('from'), await system('to')];
    const project = await client.createProject({
      body: { name: 'Move', sourceSystemId: from.id, targetSystemId: to.id },
    });
    const add = async (name: string) => {
      const entry = { itemType: 'mailbox' as const, sourceAddress: name, targetAddress: name };
      const { items } = await client.createEntries({ params: { id: project.id }, body: { entries: [entry] } });
      return items[0] as (typeof items)[number];
    };
    const kept = await add('kept');

    const made = await at(backup);
    expect(made.code, made.stderr).toBe(0);
    await expect(backUp({ dataDir, databaseUrl: undefined, file: backup })).rejects.toMatchObject({
      code: 'backup-exists',
    });
    expect(gunzipSync(await readFile(backup)).toString()).not.toContain(token);

    // Forgotten: another entry, and two licenses that burn.
    const lost = await add('lost');
    for (const entry of [kept, lost]) {
      await client.assignLicense({ params: { id: entry.id }, body: {} });
      await client.startEntry({ params: { id: entry.id }, body: {} });
    }
    await writeFile(ledger, JSON.stringify(await client.exportLedger()));
    const putBack = (file: string) => restore({ file, to: dataDir, overwrite: true });
    await expect(putBack(backup)).rejects.toMatchObject({ code: 'database-in-use' });
    await server.close();

    await expect(restore({ file: backup, to: dataDir })).rejects.toMatchObject({ code: 'database-not-empty' });
    await writeFile(
      `${backup}.changed`,
      gzipSync(
        gunzipSync(await readFile(backup))
          .toString()
          .replace('kept', 'kopt'),
      ),
    );
    await writeFile(`${backup}.cut`, (await readFile(backup)).subarray(0, -100));
    for (const bad of ['changed', 'cut'])
      await expect(putBack(`${backup}.${bad}`), bad).rejects.toMatchObject({ code: 'backup-damaged' });
    const put = await sterna(['database', 'restore', backup, '--to', dataDir, '--overwrite', '--json']);
    expect(put.code, put.stderr).toBe(0);

    const restored = await startServer({ ...QUIET, dataDir });
    try {
      const now = createClient({ baseUrl: restored.url as string, token });
      const burned = async () => (await now.getBalances()).items.find(({ type }) => type === 'mail')?.burned;
      expect(await burned()).toBe(0);
      await expect(now.assignLicense({ params: { id: kept.id }, body: {} })).rejects.toMatchObject({
        code: 'database-restored',
      });
      const reconcile = (...ledgers: Buffer[]) =>
        reconcileDatabase({ dataDir, databaseUrl: undefined, ledgers, withoutLedger: false, mark: false });
      await expect(reconcile()).rejects.toMatchObject({ code: 'reconcile-without-ledger' });
      const text = await readFile(ledger, 'utf8');
      const falsified = Buffer.from(text.replace('"quantity":3', '"quantity":4'));
      await expect(reconcile(falsified)).rejects.toMatchObject({ code: 'ledger-broken' });
      const done = await sterna(['database', 'reconcile', '--data', dataDir, '--json', '--ledger', ledger]);
      expect(done.code, done.stderr).toBe(0);
      expect(JSON.parse(done.stdout)).toMatchObject({ ledgers: [{ added: 4, burned: 2, lostEntries: 1 }] });

      expect(await burned()).toBe(2);
      const { items } = await now.getBalances();
      expect(items.find(({ type }) => type === 'mail')).toMatchObject({ granted: 3, burned: 2, available: 1 });
      await now.startEntry({ params: { id: kept.id }, body: {} });
      expect(await burned()).toBe(2);
      expect((await now.verifyLedger()).ok).toBe(true);
      await expect(reconcile()).rejects.toMatchObject({ code: 'database-not-restored' });
    } finally {
      await restored.close();
    }
  } finally {
    await folder.remove();
  }
});
