import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('batches');
});
afterAll(() => stage?.close());

/** As `<input type="datetime-local">` takes it, in the viewer's zone. */
const local = (page: Page, minutesFromNow: number): Promise<string> =>
  page.locator('html').evaluate((_html, minutes) => {
    const at = new Date(Date.now() + minutes * 60_000);
    return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
  }, minutesFromNow);

test('cutover night: a batch starts at its time, says who was not started and why, and its checklist is ticked', {
  timeout: 120_000,
}, async () => {
  const wave = (name: string) => ({ sourceAddress: `${name}@old.example`, batch: 'Wave 1' });
  const project = await stage.project({
    name: 'Harbour',
    entries: [wave('ada'), wave('ben'), wave('cleo'), { sourceAddress: 'dora@old.example' }],
    licenses: 2,
  });
  const ids = project.entries.map(({ id }) => id);
  for (const name of ['ada', 'ben', 'cleo']) stage.fill(`${name}@old.example`, 4, { folders: 2 });
  const page = await stage.page(`/projects/${project.id}/batches`, { refusals: [409] });
  const next = page.getByRole('row', { name: /^Wave 1/ });
  await next.getByText('Nothing planned').waitFor();

  // What is wrong is told at its field.
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Schedule Wave 1' });
  await dialog.getByText('3 entries that have never started; each burns a license then.').waitFor();
  const at = dialog.getByLabel('When');
  await at.fill(await local(page, -90));
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await dialog.getByText('This time is over. Choose a later one.').waitFor();
  expect(await at.getAttribute('aria-invalid')).toBe('true');
  await dialog.getByLabel('Delta pass').check();
  await dialog.getByLabel('Repeat until the cutover').check();
  await at.fill(await local(page, 120));
  await dialog.getByLabel('Until', { exact: true }).fill(await local(page, 60));
  await dialog.getByLabel('Every', { exact: true }).fill('');
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await dialog.getByText('The repeats would end before the first start.').waitFor();
  await dialog.getByText('Say every how many hours: 1 to 744.').waitFor();
  await expectAccessible(page);
  await dialog.getByLabel('First start').check();
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await dialog.waitFor({ state: 'detached' });
  await next.getByText(/^First start, /).waitFor();
  const waits = await stage.client.getEntry({ params: { id: ids[0] ?? 0 } });
  expect(waits.status).toBe('scheduled');
  expect(new Date(waits.resumeAt ?? '').getTime()).toBeGreaterThan(Date.now() + 110 * 60_000);

  // Cancelled, and then for now: the minute that has just begun is still meant.
  await page.getByRole('button', { name: /^Cancel: First start/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the schedule' }).click();
  await next.getByText('Nothing planned').waitFor();
  expect((await stage.client.getEntry({ params: { id: ids[0] ?? 0 } })).status).toBe('not started');
  await page.getByRole('button', { name: 'Schedule', exact: true }).click();
  await at.fill(await local(page, 0));
  await dialog.getByRole('button', { name: 'Schedule' }).click();
  await page.getByText(/^Ran .*: 2 entries started$/).waitFor();
  await page.getByText('1 entry not started:').waitFor();
  await page.getByText(/needs 1 mail license/).waitFor();
  await page.getByText('2 completed', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'cleo@old.example' }).waitFor();
  await next.getByText('2 of 3').waitFor();

  // The checklist: what the passes say comes by itself, ticks are seen by the others at once.
  const colleague = await stage.page(`/projects/${project.id}/batches?batch=Wave+1`, { as: 'viewer', width: 390 });
  const evidence = page.getByText(/0 of 3 entries completed their last delta pass; 3 without a delta pass/);
  await evidence.waitFor();
  await stage.migrate(ids[0] ?? 0);
  await page
    .getByText(/1 of 3 entries completed their last delta pass; 2 without a delta pass; the last ended/)
    .waitFor();
  const mx = 'MX records point to the new system';
  // It is ticked when the server has it so, which a click doesn't wait for.
  await page.getByRole('checkbox', { name: mx }).click();
  await page.getByRole('checkbox', { name: mx, checked: true }).waitFor();
  const theirs = colleague.getByRole('checkbox', { name: mx });
  await colleague.getByText(/^owner@tern.example, /).waitFor();
  expect([await theirs.isChecked(), await theirs.isDisabled()]).toEqual([true, true]);
  await page.getByRole('button', { name: `Add a note: ${mx}` }).click();
  await page.getByLabel(`Note on: ${mx}`).fill('TTL was 300 s');
  await page.getByRole('button', { name: 'Save' }).click();
  await colleague.getByText('TTL was 300 s').waitFor();
  await page.getByRole('button', { name: 'Add a line' }).click();
  await page.getByText('Write what is to be done.').waitFor();
  await page.getByLabel('What else is to be done').fill('Scanner sends to the new relay');
  await page.getByRole('button', { name: 'Add a line' }).click();
  await colleague.getByRole('checkbox', { name: 'Scanner sends to the new relay' }).waitFor();
  await page.getByRole('checkbox', { name: mx }).click();
  await page
    .getByRole('dialog')
    .getByText(/^owner@tern.example ticked it, /)
    .waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Take it away' }).click();
  await page.getByText('0 of 6 ticked.').waitFor();
  const audit = await stage.client.listAudit({ query: { action: 'cutover.untick' } });
  expect(audit.items[0]?.data).toMatchObject({ line: 'mx', tickedBy: 'owner@tern.example' });

  expect(await colleague.getByRole('button', { name: /Schedule|Add a line|Add a note/ }).count()).toBe(0);
  await expectNoSidewaysScroll(colleague);
  await expectAccessible(colleague);
  await expectAccessible(page);
  if (process.env.STERNA_TEST_PICTURES !== undefined) {
    await stage.screenshot(page, 'batches-dark', { fullPage: true });
    await page.emulateMedia({ colorScheme: 'light' });
    await stage.screenshot(page, 'batches-light', { fullPage: true });
    await stage.screenshot(colleague, 'batches-phone', { fullPage: true });
  }
});
