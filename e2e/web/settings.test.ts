import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { emailOf } from './support/people.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('settings');
});
afterAll(() => stage?.close());

const settingsOf = async (id: number) => (await stage.client.getProjectSettings({ params: { id } })).settings;

test('changed by section; only the changes are sent; what people see is what the API has', async () => {
  const { id } = await stage.project({ name: 'Atlas', settings: { folders: { exclude: ['role:junk'] } } });
  const page = await stage.page(`/projects/${id}/settings`);
  await page.getByLabel('Size limit', { exact: true }).fill('25');
  await page.getByRole('radio', { name: 'Keep both' }).check();
  await page.getByLabel('Received before', { exact: true }).fill('2026-08-31');
  await page.getByRole('button', { name: 'Add a mapping' }).click();
  await page.getByLabel('Source folder').fill('Clients');
  await page.getByLabel('Target folder').fill('Archive/Clients');
  await page.getByRole('button', { name: 'Add a window' }).click();
  await page.getByRole('checkbox', { name: 'Sat' }).uncheck();
  await page.getByLabel(/^From/).fill('22:00');
  await page.getByLabel(/^Until/).fill('06:00');
  const bar = page.getByRole('region', { name: 'unsaved change' });
  expect(await bar.getByRole('listitem').allInnerTexts()).toEqual(
    expect.arrayContaining(['Size limit: not set → 25.0 MiB', 'Folder mapping: none → Clients → Archive/Clients']),
  );
  await bar.getByRole('button', { name: 'Save' }).click();
  await bar.waitFor({ state: 'detached' });
  expect(await settingsOf(id)).toMatchObject({
    sizeLimit: 25 * 1024 ** 2,
    conflict: 'rename',
    // Midnight of the viewer, who is in Berlin.
    dateFilter: { to: '2026-08-30T22:00:00.000Z' },
    folders: { exclude: ['role:junk'], map: [{ from: 'Clients', to: 'Archive/Clients' }] },
    bandwidth: { windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sun'], from: '22:00', until: '06:00' }] },
  });
  // The filter is taken away again: back to the default.
  await page.getByRole('button', { name: 'Clear' }).click();
  await bar.getByRole('button', { name: 'Save' }).click();
  await bar.waitFor({ state: 'detached' });
  expect((await settingsOf(id)).dateFilter).toEqual({});
});

test('wrong input is told at its field, in words, before or after sending', async () => {
  const { id } = await stage.project({ name: 'Wrong' });
  const page = await stage.page(`/projects/${id}/settings`, { refusals: ['400 /settings'] });
  const save = page.getByRole('button', { name: 'Save', exact: true });
  const focused = (label: string | RegExp) => page.getByLabel(label).and(page.locator(':focus')).waitFor();
  await page.getByLabel('Received from', { exact: true }).fill('2026-02-01');
  await page.getByLabel('Received before', { exact: true }).fill('2026-01-01');
  await save.click();
  await page.getByText('The date filter ends').waitFor();
  await focused('Received before');
  await page.getByLabel('Received before', { exact: true }).fill('2026-03-01');

  const rules: [string, string][] = [
    ['A', 'B'],
    ['B', 'A'],
  ];
  for (const [n, [from, to]] of rules.entries()) {
    await page.getByRole('button', { name: 'Add a mapping' }).click();
    await page.getByLabel('Source folder').nth(n).fill(from);
    await page.getByLabel('Target folder').nth(n).fill(to);
  }
  await save.click();
  await page.getByText('The folder mapping goes in a circle').waitFor();
  await page.getByLabel('Target folder').nth(0).fill('X');
  await page.getByLabel('Target folder').nth(1).fill('X');
  await save.click();
  await page.getByText('Two folders would go into X').waitFor();
  await expectAccessible(page);

  await page.getByLabel('Earlier versions of files').fill('60000');
  await save.click();
  await page.getByText('A number from 0 to 50000.').waitFor();
  await focused('Earlier versions of files');
  expect(await settingsOf(id)).toMatchObject({ dateFilter: {}, folders: { map: [] }, versionDepth: 0 });
});

test('what somebody else saved meanwhile is shown, and neither side is lost', async () => {
  const { id } = await stage.project({ name: 'Two people' });
  const page = await stage.page(`/projects/${id}/settings`, { refusals: ['409 /settings'] });
  await page.getByLabel('Size limit', { exact: true }).fill('10');
  await page.getByRole('radio', { name: 'Keep both' }).check();
  await stage.client.putProjectSettings({
    params: { id },
    body: { patch: { conflict: 'overwrite', deletions: 'report' } },
  });
  const alert = page.getByRole('alert').filter({ hasText: 'changed these settings' });
  await alert.filter({ hasText: emailOf('owner') }).waitFor();
  const refused = page.waitForResponse((response) => response.status() === 409);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await refused;
  expect((await settingsOf(id)).conflict).toBe('overwrite');
  expect(await alert.getByRole('listitem').allInnerTexts()).toEqual([
    'On a conflict: Skip → Overwrite You changed this too. Yours stays in the form; theirs is Overwrite.',
    'Deleted in the source: Keep → Report',
  ]);
  await expectAccessible(page);
  await alert.getByRole('button', { name: 'Take theirs over' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('region', { name: 'unsaved change' }).waitFor({ state: 'detached' });
  expect(await settingsOf(id)).toMatchObject({ conflict: 'rename', deletions: 'report', sizeLimit: 10 * 1024 ** 2 });
});

test('drift: what the last passes ran with is told in all, by entry and at the setting', async () => {
  const project = await stage.project({ name: 'Drift', entries: 2, licenses: 2 });
  const [first] = project.entries;
  stage.fill(first?.sourceAddress ?? '', 5);
  const page = await stage.page(`/projects/${project.id}/settings`);
  await stage.migrate(first?.id ?? 0);
  await page.getByText('The one entry that has run ran with these settings.').waitFor();
  await page.getByRole('radio', { name: 'Overwrite' }).check();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const notice = page.getByRole('region', { name: 'last ran with other settings than now' });
  await page.getByText('1 entry last ran with: Skip').waitFor();
  await notice.getByRole('button', { name: 'Show which' }).click();
  expect(await notice.getByRole('row').last().innerText()).toMatch(/On a conflict\s+Skip\s+Overwrite/);
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoSidewaysScroll(page);
  await notice.getByRole('link', { name: first?.sourceAddress ?? '' }).click();
  await page.waitForURL(`**/entries/${first?.id}`);
});

test('whoever may not change settings sees them, and no way to', async () => {
  const { id } = await stage.project({ name: 'Looked at' });
  const page = await stage.page(`/projects/${id}/settings`, { as: 'operator' });
  await page.getByText('Only an owner can change them.').waitFor();
  expect(await page.locator('form :is(input, select, textarea):enabled').count()).toBe(0);
  expect(await page.locator('form button:enabled').count()).toBe(0);
});
