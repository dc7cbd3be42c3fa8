import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSampleMailbox } from '@sterna/sample-mailbox';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('list');
});
afterAll(() => stage?.close());

const rowOf = (page: Page, address: string) => page.getByRole('row').filter({ hasText: address });
const total = async (projectId: number): Promise<number> =>
  (await stage.client.listEntries({ params: { id: projectId }, query: { limit: 1 } })).total;
const mail = async () => {
  const { items } = await stage.client.getBalances();
  return items.find((one) => one.type === 'mail' && one.tier === 'standard') as (typeof items)[number];
};

test('from a CSV with bad lines to migrated mailboxes: nothing before it is said, then live', async () => {
  const project = await stage.project({ name: 'Night', licenses: 3 });
  for (const user of ['ada', 'grace']) stage.fill(`${user}@old.example`, 12);
  const page = await stage.page(`/projects/${project.id}/list`, { refusals: ['400 /entries/import'] });
  await page.getByText('No entries yet').waitFor();

  await page.getByRole('button', { name: 'Import CSV' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Import the user list' });
  const file = join(stage.dir, 'night.csv');
  await writeFile(file, 'SourceAddress;Where\nada@old.example;x\n');
  await dialog.locator('input[type=file]').setInputFiles(file);
  await dialog.getByRole('button', { name: 'Check it' }).click();
  await dialog.getByRole('alert').getByText('Line 1: There is no column "Where".').waitFor();

  await writeFile(
    file,
    [
      'SourceAddress;TargetAddress;Batch;License',
      'ada@old.example;ada@new.example;Pilot;',
      ';grace@new.example;Pilot;',
      'linus@old.example;linus@new.example;Wave 1;gold',
      'ada@old.example;ada@new.example;;',
      'ken@old.example;ken@new.example;Wave 1;',
      '',
    ].join('\r\n'),
  );
  await dialog.locator('input[type=file]').setInputFiles(file);
  await dialog.getByRole('button', { name: 'Check it' }).click();
  await dialog.getByText('2 good lines, 3 problems').waitFor();
  await dialog.getByText('Line 3, SourceAddress: SourceAddress is empty.').waitFor();
  await dialog.getByText('Line 4, License: "gold" is no license.').waitFor();
  await dialog.getByText('is in line 2 already').waitFor();
  await expectAccessible(page);
  expect(await total(project.id)).toBe(0);

  await dialog.getByLabel('Text of line 3').fill('grace@old.example;grace@new.example;Pilot;');
  await dialog.getByLabel('Text of line 4').fill('linus@old.example;linus@new.example;Wave 1;silver');
  await dialog.getByRole('button', { name: 'Leave line 5 out' }).click();
  await dialog.getByRole('button', { name: 'Check again' }).click();
  await dialog.getByText('3 good lines, 1 problem').waitFor();
  expect(await total(project.id)).toBe(0);
  await dialog.getByRole('button', { name: 'Import the 3 good lines alone' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('status').getByText('3 entries', { exact: true }).waitFor();

  // The two of the pilot, by filter: the address says so, and leads back to it.
  await page.getByRole('combobox', { name: 'Batch' }).click();
  await page.getByRole('option', { name: 'Pilot' }).click();
  await page.getByRole('status').getByText('2 entries match').waitFor();
  expect(new URL(page.url()).searchParams.get('batch')).toBe('Pilot');
  await page.reload();
  await page.getByRole('status').getByText('2 entries match').waitFor();
  await page.getByRole('checkbox', { name: 'Select all that match' }).check();
  await page.getByRole('button', { name: 'Assign license' }).click();
  const assigning = page.getByRole('dialog', { name: 'Assign license: 2 entries' });
  await assigning.getByText('2 entries go ahead').waitFor();
  await assigning.getByText('needs 2, 1 left afterwards').waitFor();
  expect((await mail()).assigned).toBe(0);
  await assigning.getByRole('button', { name: 'Assign license 2' }).click();
  await assigning.waitFor({ state: 'detached' });
  await rowOf(page, 'ada@old.example').getByText('assigned').waitFor();
  expect(await mail()).toMatchObject({ available: 1, assigned: 2, burned: 0 });

  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const starting = page.getByRole('dialog', { name: 'Start: 2 entries' });
  await starting.getByText('Costs no license.').waitFor();
  await starting.getByRole('button', { name: 'Start 2' }).click();
  await starting.waitFor({ state: 'detached' });
  // Nobody reloads anything.
  for (const user of ['ada', 'grace']) {
    const row = rowOf(page, `${user}@old.example`);
    await row.getByText('Completed', { exact: true }).waitFor();
    await row.getByText('12 of 12').waitFor();
    await row.getByText('burned').waitFor();
  }
  expect(await mail()).toMatchObject({ available: 1, assigned: 0, burned: 2 });
});

test('ranges by shift, by keyboard and into rows that nobody has seen; what is refused is named', async () => {
  const project = await stage.project({ name: 'Tern', entries: 700 });
  const { available } = await mail();
  const page = await stage.page(`/projects/${project.id}/list`);
  await rowOf(page, 'tern-2@').click({ position: { x: 20, y: 20 } });
  await rowOf(page, 'tern-5@').click({ modifiers: ['Shift'], position: { x: 400, y: 20 } });
  const selected = (count: string) =>
    page.getByRole('status').getByText(`${count} selected`, { exact: true }).waitFor();
  await selected('4');
  await page.keyboard.press('Shift+ArrowDown');
  await selected('5');
  await page.keyboard.press('Space');
  await selected('4');
  await page.keyboard.press('Escape');
  await rowOf(page, 'tern-1@').click({ position: { x: 20, y: 20 } });
  await page.keyboard.press('Shift+End');
  await selected('700');
  await rowOf(page, 'tern-700@').waitFor();
  // All but one, which the filter can't say.
  await page.getByRole('checkbox', { name: 'Select all that match' }).check();
  await selected('All 700');
  await rowOf(page, 'tern-700@').getByRole('checkbox').click();
  await selected('699');

  await page.getByRole('button', { name: 'Start', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(`needs 699, ${699 - available} too few`).waitFor();
  await dialog.getByText(`${699 - available} entries are refused.`).waitFor();
  await expectAccessible(page);
  await dialog.getByRole('radio', { name: 'Trial', exact: true }).check();
  await dialog.getByText('Nothing would happen').waitFor();
  await expect(dialog.getByRole('button', { name: 'Start 0' }).isDisabled()).resolves.toBe(true);
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  // What has never run can't be verified away, retried or stopped: the one that waits for nothing is named.
  await page.getByRole('button', { name: 'Clear selection' }).click();
  await page.getByRole('searchbox', { name: 'Search addresses and names' }).fill('tern-69');
  await page.getByRole('status').getByText('11 entries match').waitFor();
  await stage.client.startEntry({ params: { id: project.entries[689]?.id as number }, body: {} });
  await stage.idle(project.entries[689]?.id as number);
  await page.getByRole('checkbox', { name: 'Select all that match' }).check();
  await page.getByRole('button', { name: 'Delta pass' }).click();
  await dialog.getByText('1 entry goes ahead').waitFor();
  await dialog.getByRole('button', { name: 'Delta pass 1' }).click();
  await dialog.getByText('Delta pass: 1 entry done').waitFor();
  await dialog.getByText('10: This entry has never started.').waitFor();
  await dialog.getByRole('link', { name: 'tern-699@old.example' }).waitFor();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Select these 10' }).click();
  await selected('10');

  // Those are exported, and deleted when their number was typed, not before.
  await page.getByRole('button', { name: 'More actions' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Export CSV' }).click(),
  ]);
  expect((await readFile(await download.path(), 'utf8')).trim().split('\r\n')).toHaveLength(11);
  await stage.idle(project.entries[689]?.id as number);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await dialog.getByLabel('Type 10 to confirm').fill('11');
  await dialog.getByText('That isn’t 10.').waitFor();
  const remove = dialog.getByRole('button', { name: 'Delete 10' });
  expect(await remove.isDisabled()).toBe(true);
  await dialog.getByLabel('Type 10 to confirm').fill('10');
  await remove.click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('status').getByText('1 entry match').waitFor();
  expect(await total(project.id)).toBe(690);

  // Many go to the remigration of many.
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await rowOf(page, 'tern-1@').getByRole('checkbox').click();
  await rowOf(page, 'tern-2@').getByRole('checkbox').click();
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Remigrate' }).click();
  await page.waitForURL(`**/projects/${project.id}/remigrate?**`);
  expect(new URL(page.url()).searchParams.get('entries')).toContain(
    project.entries
      .slice(0, 2)
      .map(({ id }) => id)
      .join(','),
  );
});

test('one entry by hand: wrong input is told at its field; an IMAP server can’t list, and says what to do', async () => {
  const project = await stage.project({ name: 'By hand', entries: [{ sourceAddress: 'once@old.example' }] });
  const page = await stage.page(`/projects/${project.id}/list`, {
    refusals: [`400 /projects/${project.id}/entries`, '409', `400 /projects/${project.id}/discover`],
  });
  await page.getByRole('button', { name: 'Add entry' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add entry' }).click();
  const source = dialog.getByLabel('Source address');
  await source.and(page.locator('[aria-invalid=true]')).waitFor();
  await dialog.getByText('Give the address in the source system.').waitFor();
  await source.fill('once@old.example');
  await dialog.getByLabel('Target address').fill('once@new.example');
  await dialog.getByRole('button', { name: 'Add entry' }).click();
  await dialog.getByText('is in the user list already').waitFor();
  await source.and(page.locator('[aria-invalid=true]')).waitFor();
  await expectAccessible(page);
  await source.fill('twice@old.example');
  const own = dialog.getByRole('group', { name: /Own credentials in the source/ });
  await own.getByLabel('User name').fill('master');
  await own.getByLabel('Password', { exact: true }).fill('s3cret');
  await dialog.getByRole('button', { name: 'Add entry' }).click();
  await dialog.waitFor({ state: 'detached' });
  await rowOf(page, 'twice@old.example').waitFor();
  const { items } = await stage.client.listEntries({ params: { id: project.id }, query: { search: 'twice' } });
  expect(items[0]).toMatchObject({
    targetAddress: 'once@new.example',
    hasCredentials: { source: true, target: false },
  });

  await page.getByRole('button', { name: 'Get the list' }).click();
  await page.getByText('IMAP servers can’t list their users.').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Import CSV' }).click();
  await page.getByRole('dialog', { name: 'Import the user list' }).waitFor();
});

test('a source that can list offers what is new, with addresses of the target’s domain', async () => {
  const folder = stage.folder('old');
  for (const user of ['ann', 'bea', 'cleo'])
    writeSampleMailbox(join(folder, `${user}@old.example`), { messages: 3, folders: 1, seed: 1, size: 0 });
  const source = await stage.client.createSystem({
    body: {
      name: stage.unused('Old files'),
      connector: 'archive',
      settings: { path: `${folder}/{address}`, format: 'maildir' },
    },
  });
  const { target } = await stage.systems();
  const { id } = await stage.client.createProject({
    body: { name: stage.unused('Files'), sourceSystemId: source.id, targetSystemId: target },
  });
  const entries = [{ sourceAddress: 'ann@old.example', targetAddress: 'ann@new.example' }];
  await stage.client.createEntries({ params: { id }, body: { entries } });

  const page = await stage.page(`/projects/${id}/list?open=get`);
  const dialog = page.getByRole('dialog', { name: 'Get the list' });
  await dialog.getByText('3 addresses found, 1 of them in the list already.').waitFor();
  await expectAccessible(page);
  expect(await dialog.getByRole('checkbox', { name: 'ann@old.example' }).isDisabled()).toBe(true);
  await dialog.getByRole('checkbox', { name: 'cleo@old.example' }).uncheck();
  await dialog.getByLabel('Domain in the target').fill('new.example');
  await dialog.getByLabel('Batch').fill('Wave 2');
  await dialog.getByRole('button', { name: 'Add 1 entry' }).click();
  await dialog.waitFor({ state: 'detached' });
  await rowOf(page, 'bea@old.example').getByText('Wave 2').waitFor();
  const { items } = await stage.client.listEntries({ params: { id }, query: { sort: 'source' } });
  expect(items.map((one) => one.targetAddress)).toEqual(['ann@new.example', 'bea@new.example']);
});

test('a viewer looks and exports; columns are chosen and kept; a phone shows cards', async () => {
  const project = await stage.project({ name: 'Looking', entries: 3 });
  const page = await stage.page(`/projects/${project.id}/list`, { as: 'viewer' });
  await rowOf(page, 'looking-1@').waitFor();
  // What is asked for while the program loads (src/first-picture) is what the page would ask for: once each.
  const asked = await page
    .locator('html')
    .evaluate((html) =>
      html.ownerDocument.defaultView.performance
        .getEntriesByType('resource')
        .map((request: { name: string }) => new URL(request.name).pathname),
    );
  for (const path of ['/api/me', `/api/projects/${project.id}/entries`])
    expect(asked.filter((one: string) => one === path)).toEqual([path]);
  expect(await page.getByRole('checkbox').count()).toBe(0);
  for (const name of ['Add entry', 'Import CSV', 'Get the list'])
    expect(await page.getByRole('button', { name }).count()).toBe(0);
  await page.keyboard.press('Control+a');
  expect(await page.getByRole('button', { name: 'Start', exact: true }).count()).toBe(0);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export CSV' }).click(),
  ]);
  expect(await readFile(await download.path(), 'utf8')).toContain('looking-3@old.example,looking-3@new.example');

  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('checkbox', { name: 'Batch' }).uncheck();
  await page.getByRole('checkbox', { name: 'Added' }).check();
  await page.reload();
  await page.getByRole('columnheader', { name: 'Added' }).waitFor();
  expect(await page.getByRole('columnheader', { name: 'Batch' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Source' }).click();
  await page.getByRole('button', { name: 'Source' }).click();
  await page.getByRole('columnheader', { name: 'Source' }).and(page.locator('[aria-sort=descending]')).waitFor();
  await page.locator('[data-index="0"]').filter({ hasText: 'looking-3@' }).waitFor();

  const phone = await stage.page(`/projects/${project.id}/list`, { width: 390, height: 844, scheme: 'dark' });
  await rowOf(phone, 'looking-1@').waitFor();
  await rowOf(phone, 'looking-2@').getByRole('checkbox').click();
  await phone.getByRole('status').getByText('1 selected').waitFor();
  await expectNoSidewaysScroll(phone);
  await expectAccessible(phone);
});
