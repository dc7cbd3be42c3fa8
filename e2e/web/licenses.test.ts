import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type LicensePack, packBytes } from '@sterna/core';
import { openDatabase } from '@sterna/store';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

const PROGRAM = fileURLToPath(new URL('../../apps/cli/bin/sterna', import.meta.url));

let stage: WebStage;
beforeAll(async () => {
  // Nothing has to run: a license burns when its entry is started, not when a worker takes it.
  stage = await openWebStage('licenses', { mail: false, concurrency: 0 });
});
afterAll(() => stage?.close());

const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const balanceRow = (page: Page) => panel(page, 'Balance').getByRole('row').filter({ hasText: 'Standard' });
const cells = async (page: Page): Promise<string[]> => balanceRow(page).getByRole('cell').allInnerTexts();

test('the owner grants; wrong input is told at its field, and who burned which for what is in the ledger', async () => {
  const project = await stage.project({ name: 'Tern', entries: 34 });
  const page = await stage.page('/licenses');
  await panel(page, 'Balance').getByText('No licenses are granted yet.').waitFor();
  await panel(page, 'Forecast').getByText('Mail: short by 34').waitFor();

  await page.getByRole('button', { name: 'Grant licenses' }).click();
  const dialog = page.getByRole('dialog', { name: 'Grant licenses' });
  const quantity = dialog.getByLabel('How many');
  for (const wrong of ['', 'a few', '0', '2.5', '1000001']) {
    await quantity.fill(wrong);
    await dialog.getByRole('button', { name: 'Grant licenses' }).click();
    await dialog.getByText('Give a whole number from 1 to 1,000,000.').waitFor();
    await page.locator('input:focus[aria-invalid=true]').waitFor();
    await quantity.fill('1');
    await dialog.getByText('Give a whole number').waitFor({ state: 'detached' });
  }
  await quantity.fill('30');
  await dialog.getByLabel('Note').fill('Order 4711');
  await dialog.getByRole('button', { name: 'Grant licenses' }).click();
  await dialog.waitFor({ state: 'detached' });
  await balanceRow(page).waitFor();
  expect(await cells(page)).toEqual(['Mail', 'Standard', '30', '0', '0', '30']);
  await panel(page, 'Forecast').getByText('Mail: short by 4').waitFor();
  const granted = panel(page, 'Ledger').getByRole('row').filter({ hasText: 'Granted' });
  await granted.getByText('30 × Mail, standard').waitFor();
  await granted.getByText('Order 4711').waitFor();

  // Somebody else starts an entry: the page hears of it.
  const entry = project.entries[0] as (typeof project.entries)[number];
  const operator = await stage.clientOf('operator');
  await operator.startEntry({ params: { id: entry.id }, body: {} });
  const burned = panel(page, 'Ledger').getByRole('row').filter({ hasText: 'Burned' });
  await burned.getByText('L1-1', { exact: true }).waitFor();
  await burned.getByText(/^operator@tern\.example/).waitFor();
  expect(await cells(page)).toEqual(['Mail', 'Standard', '29', '0', '1', '30']);
  await burned.getByRole('link', { name: entry.sourceAddress }).click();
  await page.waitForURL(`**/entries/${entry.id}`);
  await page.goBack();

  // Page by page, and only one kind by the address.
  for (const { id } of project.entries.slice(1, 27)) await operator.startEntry({ params: { id }, body: {} });
  const rows = panel(page, 'Ledger').getByRole('row');
  await page.getByRole('button', { name: 'Older events' }).click();
  await rows.filter({ hasText: 'Granted' }).waitFor();
  await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(1 + 1 + 27 * 2);
  await page.getByLabel('Events', { exact: true }).selectOption('Burned');
  await page.waitForURL('**/licenses?kind=burn');
  await rows.filter({ hasText: 'Assigned' }).first().waitFor({ state: 'detached' });
  await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(1 + 27);
  await expectAccessible(page);
});

test('the chain is proved: here, by the export without the server, and refused once somebody has touched it', async () => {
  await stage.client.grantLicenses({ body: { type: 'mail', quantity: 1, note: 'one more' } });
  const page = await stage.page('/licenses', { width: 390 });
  const ledger = panel(page, 'Ledger');
  await ledger.getByRole('button', { name: 'Verify the chain' }).click();
  await page
    .getByRole('status')
    .getByText(/^The chain holds: \d+ events?/)
    .waitFor();
  await expectNoSidewaysScroll(page);

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    ledger.getByRole('button', { name: 'Export (JSON)' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^license-ledger-\d{4}-\d\d-\d\d\.json$/);
  const file = await download.path();
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ format: 'sterna-license-ledger/1' });
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, 'ledger', 'verify', file, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });

  const database = await openDatabase({ url: stage.postgres.url, maxConnections: 1 });
  const tamper = (note: string) =>
    database.pool.query(
      `alter table license_event disable trigger license_event_append_only;
       update license_event set data = data || '{"note": "${note}"}' where data->>'note' in ('one more', 'one less');
       alter table license_event enable trigger license_event_append_only`,
    );
  await tamper('one less');
  await ledger.getByRole('button', { name: 'Verify the chain' }).click();
  const alert = page.getByRole('alert');
  await alert.getByText(/^The chain is broken at event \d+$/).waitFor();
  await expectAccessible(page);
  await tamper('one more');
  await database.close();
  await ledger.getByRole('button', { name: 'Verify the chain' }).click();
  await page
    .getByRole('status')
    .getByText(/^The chain holds/)
    .waitFor();
});

test('a viewer reads it all and is offered nothing that the API would refuse', async () => {
  const page = await stage.page('/licenses', { as: 'viewer' });
  await balanceRow(page).waitFor();
  await panel(page, 'Ledger').getByRole('row').filter({ hasText: 'Granted' }).first().waitFor();
  await panel(page, 'Ledger').getByRole('button', { name: 'Export (JSON)' }).waitFor();
  expect(await page.getByRole('button', { name: /Grant|Import/ }).count()).toBe(0);
  for (const role of ['viewer', 'operator'] as const)
    await expect(
      (await stage.clientOf(role)).grantLicenses({ body: { type: 'mail', quantity: 1 } }),
    ).rejects.toMatchObject({ code: 'scope-missing' });
});

test('where licenses come from signed packs alone, a pack is imported once, and what is no pack is told at the field', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const policy = { packsOnly: true, issuers: { 'Licenses Ltd': spki(publicKey) } };
  await stage.restart({
    meanwhile: () => writeFileSync(join(stage.dir, 'data/licensing.json'), JSON.stringify(policy)),
  });
  const { account } = await stage.client.getMe();
  const page = await stage.page('/licenses', { refusals: ['400 /api/licenses/packs', '409 /api/licenses/packs'] });
  const open = page.getByRole('button', { name: 'Import a pack' });
  await open.click();
  expect(await page.getByRole('button', { name: 'Grant licenses' }).count()).toBe(0);
  const dialog = page.getByRole('dialog', { name: 'Import a pack' });
  await dialog.getByText(account.organization.publicId).waitFor();
  const text = dialog.getByLabel('Text of the pack');
  const send = dialog.getByRole('button', { name: 'Import a pack' });
  await send.click();
  await dialog.getByText('Choose the file of the pack, or paste its text.').waitFor();
  await text.fill('{"pack": 1');
  await send.click();
  await dialog.getByText(/This is no license pack: it is not JSON\. Import the file/).waitFor();
  expect(await text.getAttribute('aria-invalid')).toBe('true');

  const pack: LicensePack = {
    v: 1,
    packId: randomUUID(),
    organization: account.organization.publicId,
    type: 'mail',
    tier: 'trial',
    quantity: 12,
    issuer: 'Licenses Ltd',
    issuedAt: new Date().toISOString(),
  };
  const file = join(stage.dir, 'pack.json');
  writeFileSync(file, JSON.stringify(signed({ ...pack, quantity: 12_000 }, pack, privateKey)));
  await dialog.locator('input[type=file]').setInputFiles(file);
  await stage.until('the file is read', async () => (await text.inputValue()).includes('12000'));
  await send.click();
  await dialog.getByText(/The signature is not Licenses Ltd's, or the pack was changed/).waitFor();
  await expectAccessible(page);
  const good = JSON.stringify(signed(pack, pack, privateKey));
  writeFileSync(file, good);
  await dialog.locator('input[type=file]').setInputFiles(file);
  await stage.until('the file is read', async () => (await text.inputValue()) === good);
  await send.click();
  await dialog.waitFor({ state: 'detached' });
  await panel(page, 'Balance').getByRole('row').filter({ hasText: 'Trial' }).getByText('12').first().waitFor();
  await panel(page, 'Ledger').getByText('pack of Licenses Ltd').waitFor();

  await open.click();
  await text.fill(readFileSync(file, 'utf8'));
  await send.click();
  await dialog.getByText(/was imported before/).waitFor();
});

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');

/** The pack, with the signature of another one perhaps. */
const signed = (pack: LicensePack, signedPack: LicensePack, key: KeyObject) => ({
  pack,
  signature: sign(null, packBytes(signedPack), key).toString('base64'),
});
