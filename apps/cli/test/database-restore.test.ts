import { generateKeyPairSync, sign } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createClient } from '@sterna/api-contract';
import { reportBytes, type UnsignedProof } from '@sterna/core';
import { createLog, startServer } from '@sterna/server';
import { backUp, reconcileDatabase, restore } from '@sterna/server/database';
import { verifyReportFile } from '@sterna/server/ledger';
import { expect, test } from 'vitest';
import { sterna, testFolder } from './sterna.ts';

const QUIET = { version: '0.0.0', port: 0, services: ['api'], log: createLog({ level: 'silent' }) } as const;

test('a license that was burned after the backup stays burned, and no other is touched before', async () => {
  const folder = await testFolder();
  const dataDir = join(folder.path, 'data');
  const [backup, ledger, report] = ['sterna.backup', 'ledger.json', 'report.json'].map((name) =>
    join(folder.path, name),
  ) as [string, string, string];
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
    const early = await client.projectReport({ params: { id: project.id } });

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
    const whole = await client.exportLedger();
    await writeFile(ledger, JSON.stringify(whole));
    const signed = await client.projectReport({ params: { id: project.id } });
    expect(signed.proof.ledger).toEqual({ seq: 5, hash: whole.events[4]?.hash });
    await writeFile(report, JSON.stringify(signed));
    await proofsHold(folder.path, dataDir, { report, ledger });
    const asked = { server: server.url as string, token: token as string, path: join(folder.path, 'asked.json') };
    await holdsAtServer(asked, signed, early);
    for (const other of [
      await client.entryReport({ params: { id: kept.id } }),
      await client.reportSummary({ params: { id: project.id } }),
    ])
      expect(verifyReportFile(Buffer.from(JSON.stringify(other)), {}).proof).toEqual(other.proof);
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
      const elsewhere = { dataDir: join(dataDir, 'typo'), databaseUrl: undefined, withoutLedger: true, mark: false };
      await expect(reconcileDatabase({ ...elsewhere, ledgers: [] })).rejects.toMatchObject({
        code: 'data-folder-without-database',
        field: '--data',
      });
      const text = await readFile(ledger, 'utf8');
      const falsified = Buffer.from(text.replace('"quantity":3', '"quantity":4'));
      await expect(reconcile(falsified)).rejects.toMatchObject({ code: 'ledger-broken' });
      const here = ['report', 'verify', report, '--database', '--data', dataDir];
      const beyond = await sterna(here);
      expect([beyond.code, beyond.stdout]).toEqual([
        4,
        expect.stringMatching(/report-beyond-ledger.* ends at event 1; /),
      ]);
      // A report knows of both burns; a ledger that doesn't reach them confirms nothing, whoever says so.
      const known = await readFile(report, 'utf8');
      const older = Buffer.from(await cutAfter(ledger, 4));
      const byReport = (text: string, ledgers: Buffer[]) =>
        reconcileDatabase({
          dataDir,
          databaseUrl: undefined,
          ledgers,
          reports: [Buffer.from(text)],
          withoutLedger: true,
          mark: false,
        });
      await expect(byReport(known, [])).rejects.toMatchObject({
        code: 'report-beyond-ledger',
        message: expect.stringMatching(/ends at event 1; .* knew 5\. .*: L1-1 \(entry \d+\), L1-2 \(entry \d+\)\.$/),
      });
      await expect(byReport(known, [older])).rejects.toMatchObject({
        code: 'report-beyond-ledger',
        message: expect.stringMatching(/not here: L1-2 \(entry \d+\)\.$/),
      });
      await expect(byReport(known.replace('kept', 'kopt'), [])).rejects.toMatchObject({ code: 'report-falsified' });
      expect(await burned()).toBe(0);
      const reconciling = [
        'database',
        'reconcile',
        '--data',
        dataDir,
        '--json',
        '--ledger',
        ledger,
        '--report',
        report,
      ];
      const done = await sterna(reconciling);
      expect(done.code, done.stderr).toBe(0);
      expect(JSON.parse(done.stdout)).toMatchObject({ ledgers: [{ added: 4, burned: 2, lostEntries: 1 }] });
      const reached = await sterna(here);
      expect([reached.code, reached.stdout]).toEqual([
        0,
        expect.stringContaining('The ledger reaches it and ends there.'),
      ]);

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

/** An export that ends early, as an honest one of that time would. */
async function cutAfter(ledger: string, events: number): Promise<string> {
  const whole = JSON.parse(await readFile(ledger, 'utf8'));
  return JSON.stringify({ ...whole, events: whole.events.slice(0, events) });
}

/** Who has the report, the key and an export needs no server; each thing that doesn't fit is told. */
async function proofsHold(folder: string, dataDir: string, { report, ledger }: { report: string; ledger: string }) {
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const asked = await sterna(['report', 'key', '--data', dataDir]);
  expect(asked.code, asked.stderr).toBe(0);
  const key = await file('report.pub', asked.stdout);
  const done = await sterna(['report', 'verify', report, '--key', key, '--ledger', ledger, '--json']);
  expect(done.code, done.stderr).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ ledger: { seq: 5 }, keyGiven: true, ledgerReached: true });

  const bytes = await readFile(report);
  const whole = await readFile(ledger);
  const own = asked.stdout.trim();
  const refused = (change: (text: string) => string) => () =>
    verifyReportFile(Buffer.from(change(bytes.toString())), { key: own });
  const falsified = expect.objectContaining({ code: 'report-falsified' });
  expect(refused((text) => text.replace('"created":0', '"created":1'))).toThrow(falsified);
  expect(refused((text) => text.replace('"ledger":{"seq":5', '"ledger":{"seq":4'))).toThrow(falsified);
  expect(refused((text) => text.replace('"license":"L1-1"', '"license":"L1-3"'))).toThrow(falsified);
  expect(refused((text) => text.replace('sterna-report/1', 'sterna-report/9'))).toThrow(
    expect.objectContaining({ code: 'report-file-invalid', message: expect.stringContaining('proof.format') }),
  );
  const another = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) as string;
  expect(() => verifyReportFile(bytes, { key: another })).toThrow(
    expect.objectContaining({ code: 'report-other-key' }),
  );
  expect(() => verifyReportFile(bytes, { key: 'mine' })).toThrow(
    expect.objectContaining({ code: 'report-key-invalid' }),
  );

  const cut = await sterna(['report', 'verify', report, '--ledger', await file('cut.json', await cutAfter(ledger, 4))]);
  expect(cut.code).toBe(4);
  expect(cut.stdout).toMatch(/ends at event 4; .* knew 5\. Burned by then, and not here: L1-2 /);
  const broken = Buffer.from(whole.toString().replace('"quantity":3', '"quantity":4'));
  expect(() => verifyReportFile(bytes, { ledger: broken })).toThrow(expect.objectContaining({ code: 'ledger-broken' }));
}

/** The server that runs says whose reports are its own, and its ledger whether it still knows what they knew. */
async function holdsAtServer(
  { server, token, path }: { readonly server: string; readonly token: string; readonly path: string },
  report: { readonly proof: UnsignedProof },
  early: object,
) {
  const verify = async (text: string) => {
    await writeFile(path, text);
    const env = { STERNA_TOKEN: token };
    const { code, stdout, stderr } = await sterna(['report', 'verify', path, '--server', server, '--json'], env);
    expect(stderr).toBe('');
    return { exit: code, ...JSON.parse(stdout) };
  };
  const whole = { exit: 0, ok: true, keyGiven: true, ledgerReached: true, ledgerEvents: 5 };
  expect(await verify(JSON.stringify(report))).toMatchObject({ ...whole, ledger: { seq: 5 } });
  expect(await verify(JSON.stringify(early))).toMatchObject({ ...whole, ledger: { seq: 1 } });

  // All of it is true but who says so: by files alone, without the key, it would hold.
  const forger = generateKeyPairSync('ed25519');
  const key = forger.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const unsigned = { ...report, proof: { ...report.proof, key } };
  const signature = sign(null, reportBytes(unsigned), forger.privateKey).toString('base64');
  const forged = JSON.stringify({ ...unsigned, proof: { ...unsigned.proof, signature } });
  expect(verifyReportFile(Buffer.from(forged), {}).proof.key).toBe(key);
  expect(await verify(forged)).toMatchObject({ exit: 4, ok: false, code: 'report-other-key' });
}
