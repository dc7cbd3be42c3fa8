import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { maildirTruth } from '../support/dovecot-mailbox.ts';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('first-run', { setUp: false });
  stage.fill('ann@old.example', 25, { seed: 1 });
  stage.fill('bob@old.example', 12, { seed: 2 });
});
afterAll(() => stage?.close());

const PASSWORD = 'a fair wind to the north';

async function createAdministrator(page: Page): Promise<void> {
  const create = page.getByRole('button', { name: 'Create the administrator' });
  await create.click();
  expect(await page.getByText('This is needed.').count()).toBe(3);
  await page.getByLabel('Organization').fill('Tern Ltd');
  await page.getByLabel('E-mail').fill('ada at tern');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByLabel('Password, again').fill('shorter');
  await create.click();
  await page.getByText('The two passwords differ.').waitFor();
  await page.locator('[data-path=set-up-password][aria-invalid=true]').waitFor();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Password, again').fill(PASSWORD);
  await create.click();
  await page.getByText('Write it as name@example.org.').waitFor();
  await expectAccessible(page);
  await page.getByLabel('E-mail').fill('ada@tern.example');
  await create.click();
  await page.waitForURL('**/guide**');
}

/** What both mail servers of the stage have in common. */
async function fillServer(page: Page, server: { host: string; port: number }): Promise<void> {
  await page.getByRole('textbox', { name: 'Server' }).fill(server.host);
  await page.getByLabel('Encryption').selectOption('none');
  await page.getByRole('textbox', { name: 'Port' }).fill(String(server.port));
  await page.getByLabel('All mailboxes have the same password').check();
}

const goOn = (page: Page) => page.getByRole('button', { name: 'Go on' }).click();
const step = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).waitFor();

test('from an empty installation to migrated mailboxes, told at each wrong turn', { timeout: 120_000 }, async () => {
  const page = await stage.page('/', { as: 'nobody', refusals: ['401 /api/me', '400 /api/setup', '400 /discover'] });
  await createAdministrator(page);
  // The browser has a session; no token that nobody holds is left behind.
  expect(await (await page.request.get('/api/tokens')).json()).toEqual({ items: [] });

  // The source: a wrong host, a wrong password, then the right ones.
  await step(page, 'Connect the source');
  const save = page.getByRole('button', { name: 'Save and check', exact: true });
  await save.click();
  await page.getByText('This is needed.').waitFor();
  await fillServer(page, { host: 'nowhere.invalid', port: 993 });
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await save.click();
  await page.getByText(/(no host named nowhere\.invalid|nowhere\.invalid could not be resolved)/).waitFor();
  await expectAccessible(page);
  // Where it is repaired has opened by itself.
  await fillServer(page, stage.source);
  await page.getByRole('button', { name: 'Save and check again' }).click();
  await page.getByText('It works; there is something to know.').waitFor();
  await page.getByLabel('Address of a mailbox').fill('ann@old.example');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('Check user name and password').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('pw');
  await page.getByRole('button', { name: 'Save and check again' }).click();
  await page.getByText('It works; there is something to know.').waitFor();
  await page.getByLabel('Address of a mailbox').fill('ann@old.example');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('signed in to the mailbox ann@old.example').waitFor();
  await page.getByText(/folders, 25 messages/).waitFor();
  await goOn(page);

  await step(page, 'Connect the target');
  await fillServer(page, stage.target);
  await page.getByLabel('Password', { exact: true }).fill('pw');
  await save.click();
  await page.getByText('It works; there is something to know.').waitFor();
  await goOn(page);

  await step(page, 'Make a project');
  expect(await page.getByLabel('Target').locator('option:checked').textContent()).toBe('New mail server');
  await page.getByRole('button', { name: 'Make the project' }).click();
  await page.getByText('This is needed.').waitFor();
  await page.getByLabel('Name').fill('Head office');
  await page.getByRole('button', { name: 'Make the project' }).click();

  // IMAP can't list its users: the guide leads to a CSV, whose bad lines are told before anything is written.
  await step(page, 'Get the user list');
  await page.getByRole('button', { name: 'Ask the source' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('IMAP servers can’t list their users.').waitFor();
  await dialog.getByRole('button', { name: 'Import CSV' }).click();
  const lines = ['SourceAddress,TargetAddress', 'ann@old.example,ann@new.example', 'bob@old.example,bob@new.example'];
  await dialog.locator('input[type=file]').setInputFiles({
    name: 'users.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(lines.join('\n')),
  });
  await dialog.getByRole('button', { name: 'Check it' }).click();
  await dialog.getByRole('button', { name: /^Import 2/ }).click();
  await page.getByText('2 entries in the user list.').waitFor();

  // Left, and resumed by somebody who only knows that there is a guide: it has gone on by itself.
  await page.getByRole('link', { name: 'Systems', exact: true }).click();
  await page.getByRole('heading', { name: 'Systems', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Getting started' }).click();
  await step(page, 'Test with one mailbox');
  expect(await page.getByRole('link', { name: /, done$/ }).count()).toBe(4);

  await page.getByText('No trial license left.').waitFor();
  await page.getByRole('button', { name: 'Grant a trial license' }).click();
  await page.getByText('1 trial license left.').waitFor();
  await page.getByRole('button', { name: 'Start the test' }).click();
  await page.getByText('It worked: every message is accounted for.').waitFor({ timeout: 30_000 });
  await page.getByText('seen 25 = created 10 + filtered 15').waitFor();
  await expectAccessible(page);
  await goOn(page);

  // Too few licenses: said before. As soon as there are some, the page knows.
  await step(page, 'Start');
  await page.getByText(/needs 1, 1 too few/).waitFor();
  await page.request.post('/api/licenses/grants', {
    headers: { 'x-sterna-request': '1' },
    data: { type: 'mail', quantity: 2 },
  });
  await page.getByRole('button', { name: 'Start 2 mailboxes' }).click();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Start 2 mailboxes' }).click();
  await page.getByText('2 mailboxes started.').waitFor();
  await page.getByRole('link', { name: 'Projects', exact: true }).click();
  await page.getByText('2 of 2 completed').waitFor({ timeout: 30_000 });
  await expectNoSidewaysScroll(page);

  const count = (root: string): number =>
    [...maildirTruth(root).values()].reduce((sum, messages) => sum + messages.length, 0);
  expect(count(stage.target.mailRoot('ann@new.example'))).toBe(25);
  expect(count(stage.target.mailRoot('bob@new.example'))).toBe(12);

  await page.goto('/guide');
  await page.getByText('All steps are done.').waitFor();
  // The set-up is over for everybody.
  await page.goto('/setup');
  await page.waitForURL('**/sign-in');
});
