import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { differences, maildirTruth } from '../support/dovecot-mailbox.ts';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { type Entry, openWebStage, type StagedProject, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('remigration');
});
afterAll(() => stage?.close());

/** A project whose entries have each been migrated once, from mailboxes of `messages`. */
async function migrated(project: StagedProject, messages = 24): Promise<readonly Entry[]> {
  for (const { sourceAddress } of project.entries) stage.fill(sourceAddress, messages);
  for (const { id } of project.entries) await stage.client.startEntry({ params: { id }, body: {} });
  return Promise.all(project.entries.map(({ id }) => stage.idle(id)));
}

/** Somebody deletes some of the target's mail. */
async function deleteSome(address: string): Promise<void> {
  await stage.target.rawCommand(address, 'SELECT INBOX', 'STORE 1:5 +FLAGS.SILENT (\\Deleted)', 'EXPUNGE');
}

const truthOf = (server: WebStage['target'], user: string) => maildirTruth(server.mailRoot(user));

const licensesLeft = async (): Promise<number> =>
  (await stage.client.getBalances({})).items.find(({ type, tier }) => type === 'mail' && tier === 'standard')
    ?.available ?? 0;

const grant = (quantity: number) => stage.client.grantLicenses({ body: { type: 'mail', quantity, note: 'more' } });

/** The step of the flow that it is the turn of. */
const now = (page: Page) => page.locator('li[aria-current=step]');
const atStep = (page: Page, name: string): Promise<void> =>
  now(page).getByRole('heading', { level: 2, name, exact: true }).waitFor();

test('deleted content: a remigration is advised and guided, through a restart and into another browser, to a verified end', async () => {
  const project = await stage.project({ name: 'Deleted', entries: 1, licenses: 2 });
  const [entry] = (await migrated(project)) as [Entry];
  const { sourceAddress, targetAddress } = entry;
  await deleteSome(targetAddress);

  const page = await stage.page(`/entries/${entry.id}/again`, { serverMayGo: true, refusals: ['400 /confirm'] });
  await page.getByRole('button', { name: 'Look at both sides' }).click();
  await page.getByText('Choose what comes closest.').waitFor();
  await page.getByRole('radio', { name: 'Content of the target was deleted' }).check();
  await page.getByRole('button', { name: 'Look at both sides' }).click();
  await page.getByRole('heading', { level: 2, name: 'A remigration' }).waitFor();
  await page.getByText(/The plan says: The target holds 19 objects, fewer than the 24 that were delivered/).waitFor();
  await page.getByRole('definition').getByText('Starting burns 1 standard mail license; 0 are left').waitFor();
  await page
    .getByRole('listitem')
    .filter({ hasText: 'Target reachable and the intended one' })
    .getByText('good')
    .waitFor();
  await stage.screenshot(page, 'again-light', { fullPage: true });
  await expectAccessible(page);
  await page.getByLabel('Note for the records').fill('Ada emptied it by mistake');
  await page.getByRole('button', { name: 'Begin the remigration' }).click();

  await atStep(page, 'Backup');
  await expectAccessible(page);
  await now(page).getByRole('button', { name: 'Back up', exact: true }).click();
  await now(page).getByRole('button', { name: 'Stop this pass' }).waitFor();
  const { pathname } = new URL(page.url());
  // The power goes; the page stays open and recovers, but the administrator goes on somewhere else.
  await stage.restart();
  const second = await stage.page(pathname, {
    width: 390,
    scheme: 'dark',
    serverMayGo: true,
    refusals: ['400 /confirm'],
  });
  await atStep(second, 'Target');
  await second.getByText('Ada emptied it by mistake').first().waitFor();
  await second.getByText(/sterna restore .*backups/).waitFor();
  await second.getByRole('radio', { name: 'Empty it' }).check();
  await second.getByRole('button', { name: 'List what would be removed' }).click();

  await atStep(second, 'Removal');
  await second.getByText(/^19 objects, [1-9][\d.]* (B|KiB|MiB), will be removed from the target/).waitFor();
  const typed = second.getByLabel('Type the target address to confirm');
  await expectNoSidewaysScroll(second);
  await stage.screenshot(second, 'remigration-confirm-390-dark', { fullPage: true });
  await expectAccessible(second, ['dark']);
  await typed.fill(sourceAddress);
  await second.getByRole('button', { name: 'Remove them' }).click();
  await second.getByText(/What was typed is not the target address/).waitFor();
  expect(await typed.getAttribute('aria-invalid')).toBe('true');
  expect([...truthOf(stage.target, targetAddress).values()].flat()).toHaveLength(19);
  await typed.fill(targetAddress);
  await second.getByRole('button', { name: 'Remove them' }).click();

  // The first page has come back by itself, and stands where the other browser has brought it.
  await atStep(page, 'New entry');
  expect([...truthOf(stage.target, targetAddress).values()].flat()).toEqual([]);
  await page
    .getByRole('radio', { name: /^Standard/ })
    .first()
    .waitFor();
  await stage.screenshot(page, 'remigration-recreate', { fullPage: true });
  await page.getByRole('button', { name: 'Make the new entry' }).click();
  await atStep(page, 'Migration');
  expect(await licensesLeft()).toBe(0);
  await page.getByRole('definition').getByText('Starting burns 1 standard mail license; 0 are left').waitFor();
  await page.getByRole('button', { name: 'Start and burn the license' }).click();
  await atStep(page, 'Verify');
  await page.getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText('All that was migrated is there, once, and the same.').waitFor();
  await stage.screenshot(page, 'remigration-done', { fullPage: true });
  await expectAccessible(page);
  expect(differences(truthOf(stage.source, sourceAddress), truthOf(stage.target, targetAddress))).toEqual([]);

  await page.getByRole('link', { name: 'Open the new entry' }).click();
  await page.waitForURL('**/entries/*');
}, 120_000);

test('wrong settings, corrected: a delta pass is advised, and brings what they left out without a license', async () => {
  const project = await stage.project({ name: 'Filtered', entries: 1, licenses: 1, settings: { sizeLimit: 600 } });
  const [entry] = (await migrated(project)) as [Entry];
  const books = entry.lastPass?.books;
  const licenses = await licensesLeft();
  expect(books?.filtered).toBeGreaterThan(0);
  const page = await stage.page(`/entries/${entry.id}/again?problem=configuration`);
  await page.getByText(/The settings are those it was migrated with/).waitFor();
  await stage.client.putProjectSettings({ params: { id: project.id }, body: { patch: { sizeLimit: null } } });
  await page.getByRole('button', { name: 'Look again' }).click();
  await page.getByText(/A delta pass follows the settings as they are now/).waitFor();
  await page.getByRole('heading', { level: 2, name: 'A delta pass' }).waitFor();
  await page
    .getByRole('definition')
    .getByText(/delta pass on the license .* it costs nothing/)
    .waitFor();
  await page.getByRole('button', { name: 'Start the delta pass' }).click();
  await page.waitForURL(`**/entries/${entry.id}`);
  await stage.until('the delta pass brought the rest', async () => {
    const { lastPass } = await stage.idle(entry.id);
    return lastPass?.kind === 'delta' && lastPass.books?.created === books?.filtered && lastPass.books?.filtered === 0;
  });
  expect(await licensesLeft()).toBe(licenses);
});

test('many at once: one goes first, a person decides, the others follow', async () => {
  const project = await stage.project({ name: 'Many', entries: 3, licenses: 3 });
  const entries = await migrated(project, 8);
  // For one too few: the last one has to wait, and says why.
  await grant(2 - (await licensesLeft()));
  await Promise.all(entries.map(({ targetAddress }) => deleteSome(targetAddress)));
  const ids = entries.map(({ id }) => id).join(',');
  const page = await stage.page(`/projects/${project.id}/remigrate?entries=${ids}`, {
    refusals: ['400 /bulk-remigrations'],
  });
  await page
    .getByLabel('Goes first')
    .selectOption({ label: `${entries[1]?.sourceAddress} to ${entries[1]?.targetAddress}` });
  await page.getByRole('radio', { name: 'Go on without backups' }).check();
  await page.getByRole('radio', { name: 'Empty them' }).check();
  await page.getByLabel('Type 3 to confirm emptying 3 targets').fill('2');
  await page.getByLabel('Note for the records').fill('A rule emptied the inboxes');
  await stage.screenshot(page, 'remigrate-many', { fullPage: true });
  await page.getByRole('button', { name: 'Start with the pilot' }).click();
  await page.getByText(/This empties the targets of 3 entries/).waitFor();
  await page.getByLabel('Type 3 to confirm emptying 3 targets').fill('3');
  await page.getByRole('button', { name: 'Start with the pilot' }).click();

  await page.waitForURL('**/bulk-remigrations/*');
  await page.getByRole('heading', { level: 2, name: 'Go on with the others?' }).waitFor();
  await page.getByText('All that was migrated is there, once, and the same.').waitFor();
  // Nothing of the others has been touched.
  expect(await licensesLeft()).toBe(1);
  await stage.screenshot(page, 'bulk-asks', { fullPage: true });
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Go on with the other 2' }).click();
  await page.getByText('1 of 2 through').waitFor();
  const stuck = page.getByRole('row').filter({ hasText: 'none is left' });
  await stuck.waitFor();
  await stage.screenshot(page, 'bulk-stuck', { fullPage: true });
  await stuck.getByRole('link').click();
  await page.getByText('This step did not succeed').waitFor();
  await stage.screenshot(page, 'remigration-problem', { fullPage: true });
  await page.getByRole('link', { name: 'The bulk remigration' }).first().click();
  await grant(1);
  await page.getByText('All are through').waitFor();
  await page.getByText('2 of 2 through').waitFor();
  await stage.screenshot(page, 'bulk-done', { fullPage: true });
  expect(await licensesLeft()).toBe(0);
  for (const { sourceAddress, targetAddress } of entries)
    expect(differences(truthOf(stage.source, sourceAddress), truthOf(stage.target, targetAddress))).toEqual([]);
});
