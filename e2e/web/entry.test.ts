import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startScriptedImap } from '@sterna/test-servers';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { putMail } from '../support/put-mail.ts';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('entry');
  await stage.client.grantLicenses({ body: { type: 'mail', quantity: 7 } });
});
afterAll(() => stage?.close());

/** So many messages, `mail 1` and on, every third of them in a second folder. */
function put(user: string, count: number): void {
  for (let i = 1; i <= count; i += 1)
    putMail(stage.source.mailRoot(user), { subject: `mail ${i}`, folder: i % 3 === 0 ? 'Work' : 'INBOX' });
  stage.source.adopt(user);
}

/** A project from the source to a mail server that the test plays or leaves out, with one entry. */
async function entryTo(port: number, user: string): Promise<number> {
  const { client } = stage;
  const target = await client.createSystem({
    body: {
      name: stage.unused(`System on ${port}`),
      connector: 'imap',
      settings: { host: '127.0.0.1', port, tls: 'none' },
      credentials: { password: 'pw' },
    },
  });
  const { source } = await stage.systems();
  const project = await client.createProject({
    body: { name: stage.unused(`Project of ${user}`), sourceSystemId: source, targetSystemId: target.id },
  });
  const { items } = await client.createEntries({
    params: { id: project.id },
    body: { entries: [{ sourceAddress: user, targetAddress: user }] },
  });
  return items[0]?.id ?? 0;
}

const dialog = (page: Page): Locator => page.getByRole('dialog');
const tab = (page: Page, name: string): Promise<void> => page.getByRole('tab', { name }).click();

/** The shares of a bar of books fill it, without a gap and without sticking out. */
async function expectFull(bar: Locator): Promise<void> {
  const { parts, whole } = await bar.evaluate((element) => ({
    parts: Array.from(element.children as Iterable<{ getBoundingClientRect(): { width: number } }>).map(
      (part) => part.getBoundingClientRect().width,
    ),
    whole: element.getBoundingClientRect().width as number,
  }));
  const gaps = parts.length - 1;
  expect(parts.reduce((sum, width) => sum + width, gaps)).toBeCloseTo(whole, 0);
}

test('what a target refuses is told by cause with what to do, and a retry brings it once the cause is gone', async () => {
  let isRefused = true;
  const target = await startScriptedImap({
    accept: (bytes) => (isRefused && bytes.includes('Subject: mail 7\r\n') ? '[CANNOT] virus found' : undefined),
  });
  onTestFinished(() => target.stop());
  put('fay', 12);
  const page = await stage.page(`/entries/${await entryTo(target.port, 'fay')}`);

  // The start says what it burns before it burns it.
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  await dialog(page).getByText('Starting burns 1 standard mail license; 6 are left afterwards.').first().waitFor();
  await dialog(page)
    .getByText(/12 objects in 2 folders/)
    .waitFor();
  await expectAccessible(page);
  await dialog(page).getByRole('button', { name: 'Start and burn a license' }).click();

  // The page moves by itself.
  await page.getByText('Completed with failures', { exact: true }).waitFor();
  const whole = page.getByRole('img', { name: /^All folders:/ }).first();
  expect(await whole.getAttribute('aria-label')).toBe('All folders: seen 12 = created 11 + failed 1');
  await page.getByText('The books balance').first().waitFor();
  for (const bar of await page.getByRole('img', { name: /: seen / }).all()) await expectFull(bar);
  expect(await page.getByRole('row', { name: /^INBOX/ }).innerText()).toMatch(/8\s+7\s+1$/);

  await tab(page, 'Failures');
  const cause = page.getByRole('region', { name: /virus found/ }).first();
  await cause.getByText('1 object failed').waitFor();
  await cause.getByText('What to do:').waitFor();
  await cause.getByRole('button', { name: 'Show the objects' }).click();
  await cause.getByRole('row', { name: /mail 7/ }).waitFor();
  // What is open is in the address.
  await page.reload();
  await cause.getByRole('row', { name: /mail 7/ }).waitFor();
  await expectAccessible(page);

  isRefused = false;
  await cause.getByRole('button', { name: 'Retry these' }).click();
  await dialog(page)
    .getByText(/Costs no license/)
    .waitFor();
  await dialog(page).getByRole('button', { name: 'Retry these' }).click();
  await page.getByText('Nothing failed, and nothing is uncertain.').waitFor();
  await page.getByText('Completed', { exact: true }).waitFor();
  expect(target.mailbox('fay').messages).toHaveLength(8);
  await tab(page, 'History');
  await page.getByText('Reason: retry: imap-refused', { exact: true }).waitFor();
  await page.getByText('seen 12 = created 1 + unchanged 11').waitFor();
  await page.getByRole('region', { name: 'License history' }).first().getByText('Burned').waitFor();
  await page.getByText('Started the first pass').waitFor();
});

test('a verify finds what is missing and what is different, and shows both sides', async () => {
  put('vera@old.example', 6);
  const [entry] = (await stage.project({ name: 'Verified', entries: [{ sourceAddress: 'vera@old.example' }] })).entries;
  const id = entry?.id ?? 0;
  await stage.client.startEntry({ params: { id }, body: {} });
  await stage.idle(id);
  const inbox = join(stage.target.mailRoot('vera@new.example'), 'cur');
  const holding = (subject: string): string =>
    readdirSync(inbox)
      .map((name) => join(inbox, name))
      .find((path) => readFileSync(path, 'latin1').includes(`Subject: ${subject}\n`)) ?? '';
  rmSync(holding('mail 1'));
  const changed = holding('mail 2');
  const bytes = readFileSync(changed, 'latin1');
  writeFileSync(changed, bytes.replace('Anna', 'Emma').replace(/mail 2\. mail 2\.\s/, 'MAIL 2. mail 2. '), 'latin1');

  const page = await stage.page(`/entries/${id}?tab=verify`);
  await page.getByText('It was never verified.').waitFor();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await dialog(page).getByText('Costs no license.').waitFor();
  await dialog(page).getByRole('button', { name: 'Verify', exact: true }).click();
  await page.getByText('The target or the source differs from the books.').waitFor();
  const figure = (name: string): Promise<string> => page.locator('dl > div', { hasText: name }).innerText();
  expect(await figure('Identical')).toMatch(/\b4\b/);
  expect(await figure('Missing')).toMatch(/\b1\b/);
  expect(await figure('Different')).toMatch(/\b1\b/);
  await expectAccessible(page);

  const finding = (code: string): Locator => page.getByRole('region').filter({ hasText: code }).last();
  const sideBySide = (code: string): Promise<void> =>
    page.locator('section', { hasText: code }).last().getByRole('button', { name: 'Side by side' }).click();
  await finding('different-in-target').waitFor();
  await sideBySide('different-in-target');
  await dialog(page).getByText('The source is as it was migrated; the target’s copy has changed since.').waitFor();
  expect(await dialog(page).getByRole('row', { name: /^From/ }).innerText()).toMatch(/Anna.*Emma/s);
  expect(
    await dialog(page)
      .getByRole('row', { name: /^Digest/ })
      .innerText(),
  ).toMatch(/Differs/);
  expect(await dialog(page).getByRole('row', { name: /^Size/ }).innerText()).toMatch(/Same/);
  await dialog(page).getByText('1 of 5 headers differs.').waitFor();
  await dialog(page)
    .getByText(/^MAIL 2\./)
    .waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');

  await sideBySide('missing-in-target');
  await dialog(page).getByText('The source holds it, the target does not.').waitFor();
  await dialog(page)
    .getByText(/^mail 1\./)
    .waitFor();
  // Whoever looks into people's mail is written down.
  await page.keyboard.press('Escape');
  await tab(page, 'History');
  await page.getByText('Looked at an object').nth(1).waitFor();
});

test('an entry is edited, deleted, read as it was, and recreated', async () => {
  put('dora@old.example', 4);
  const [entry] = (await stage.project({ name: 'Edited', entries: [{ sourceAddress: 'dora@old.example' }] })).entries;
  const id = entry?.id ?? 0;
  const page = await stage.page(`/entries/${id}`, { refusals: ['400 /api/entries'] });
  const more = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name }).click();
  };

  await more('Edit');
  await dialog(page).getByLabel('Batch').fill('Pilot');
  await dialog(page).getByRole('switch', { name: 'Date filter' }).press('Space');
  await dialog(page).getByLabel('Received from', { exact: true }).fill('2026-02-01');
  await dialog(page).getByLabel('Received before', { exact: true }).fill('2026-01-01');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  // Told at the field, in words.
  await dialog(page)
    .getByText(/ends .* before it starts/)
    .waitFor();
  await dialog(page).getByLabel('Received before', { exact: true }).and(page.locator(':focus')).waitFor();
  await expectAccessible(page);
  await dialog(page).getByLabel('Received from', { exact: true }).fill('2000-01-01');
  await dialog(page).getByLabel('Received before', { exact: true }).fill('2030-01-01');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await page.locator('dl').getByText('Pilot', { exact: true }).waitFor();
  await page.locator('dl').getByText('Date filter').waitFor();

  await stage.client.startEntry({ params: { id }, body: {} });
  await page.getByText('seen 4 = created 4').first().waitFor();
  await more('Delete');
  await dialog(page)
    .getByText(/burned and stays burned/)
    .waitFor();
  await dialog(page).getByRole('button', { name: 'Delete' }).click();
  await page.getByText(/Its books are kept; nothing can be started/).waitFor();
  // Its books can still be read, and nothing but recreating it is offered.
  await page.getByText('seen 4 = created 4').first().waitFor();
  expect(await page.getByRole('main').getByRole('button').allInnerTexts()).toEqual(['Recreate']);
  await page.getByRole('button', { name: 'Recreate' }).click();
  await dialog(page)
    .getByText(/It needs a license of its own/)
    .waitFor();
  await dialog(page).getByRole('button', { name: 'Recreate' }).click();
  await page.waitForURL((url) => url.pathname !== `/entries/${id}`);
  await page.getByText('Not started').waitFor();
  await page.getByRole('link', { name: `entry ${id}` }).click();
  await page.getByText(/Another entry has taken its place/).waitFor();
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
});

test('a pass is run dry, run, and undone: planned, confirmed by the target address, and told in the history', async () => {
  put('una@old.example', 4);
  const [entry] = (await stage.project({ name: 'Undone', entries: [{ sourceAddress: 'una@old.example' }] })).entries;
  const id = entry?.id ?? 0;
  const page = await stage.page(`/entries/${id}`, { refusals: ['400 /api/passes'] });
  await tab(page, 'History');
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Dry run' }).click();
  await dialog(page)
    .getByText(/costs no license/)
    .waitFor();
  await dialog(page).getByRole('button', { name: 'Dry run' }).click();
  await page.getByRole('button', { name: 'Show what it found' }).click();
  await page.getByText('4 objects would be created').waitFor();
  await page.getByText(/Starting burns 1 standard mail license/).waitFor();
  await expectAccessible(page);
  await stage.migrate(id);
  await page.getByRole('button', { name: 'Plan an undo' }).click();
  await dialog(page)
    .getByText(/It changes nothing/)
    .waitFor();
  await dialog(page).getByRole('button', { name: 'Plan an undo' }).click();
  await page.getByText('Of 4 objects that it created, 4 would be removed, 0 stay, 0 had gone.').waitFor();
  await page.getByText('Undo, planned #3').waitFor();
  // What a start would cost was said of the start that has been.
  expect(await page.getByText(/costs nothing/).count()).toBe(0);

  await page.getByRole('button', { name: 'Undo this pass' }).click();
  await dialog(page)
    .getByText(/4 would be removed/)
    .waitFor();
  await dialog(page)
    .getByText(/The license stays burned/)
    .waitFor();
  await expectAccessible(page);
  const confirm = dialog(page).getByRole('button', { name: 'Undo the pass' });
  expect(await confirm.isDisabled()).toBe(true);
  const address = dialog(page).getByLabel('Type the target address to confirm');
  await address.fill('somebody@new.example');
  await confirm.click();
  await dialog(page)
    .getByText(/not the entry’s target address/)
    .waitFor();
  await address.fill('una@new.example');
  await confirm.click();
  await page.getByText('Of 4 objects that it created, 4 were removed, 0 stay, 0 had gone.').waitFor();
  await page.getByText('Undone by pass 4.').waitFor();
  // Nothing that stands is left to be undone.
  expect(await page.getByRole('button', { name: /[Uu]ndo/ }).count()).toBe(0);
  expect(readdirSync(join(stage.target.mailRoot('una@new.example'), 'cur'))).toEqual([]);
});

test('a pass whose target is away says why it waits and until when, and is stopped and resumed', async () => {
  const away = await startScriptedImap({});
  await away.stop();
  put('walt', 3);
  const page = await stage.page(`/entries/${await entryTo(away.port, 'walt')}`);
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  // The plan has asked the target: it says so before the license burns.
  await dialog(page).getByText('problem').waitFor();
  await dialog(page).getByRole('button', { name: 'Start and burn a license' }).click();
  const waiting = page.getByRole('region', { name: 'Initial pass #1 waits' });
  await waiting.getByText(/Goes on by itself (in|at) /).waitFor();
  await waiting.getByText(/^Target: /).waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Stop' }).click();
  await dialog(page).getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped', { exact: true }).waitFor();
  await waiting.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Resume' }).click();
  await dialog(page)
    .getByText(/costs nothing/)
    .first()
    .waitFor();
});

test('a viewer reads all of it and is offered nothing, on a phone too', async () => {
  put('vic@old.example', 3);
  const [entry] = (await stage.project({ name: 'Viewed', entries: [{ sourceAddress: 'vic@old.example' }] })).entries;
  const id = entry?.id ?? 0;
  await stage.client.startEntry({ params: { id }, body: {} });
  await stage.idle(id);
  const page = await stage.page(`/entries/${id}`, { as: 'viewer', width: 390 });
  for (const [name, sign] of [
    ['Books', 'seen 3 = created 3'],
    ['Failures', 'Nothing failed, and nothing is uncertain.'],
    ['Verify', 'It was never verified.'],
    ['History', 'Started the first pass'],
  ] as const) {
    await tab(page, name);
    await page.getByText(sign).first().waitFor();
    expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
    await expectNoSidewaysScroll(page);
  }
  await expectAccessible(page);
});
