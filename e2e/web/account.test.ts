import { createClient } from '@sterna/api-contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { PASSWORD } from './support/people.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('account', { mail: false, concurrency: 0 });
});
afterAll(() => stage?.close());

const FRESH = 'another horse, another battery';

test('people come, get another role and another password, and go; the last owner stays', {
  timeout: 90_000,
}, async () => {
  const owner = await stage.page('/account', { refusals: [400, 409] });
  const dialog = owner.getByRole('dialog');
  const row = (email: string) => owner.getByRole('row').filter({ hasText: email });
  const choose = async (email: string, action: string): Promise<void> => {
    await owner.getByRole('button', { name: `Actions for ${email}` }).click();
    await owner.getByRole('menuitem', { name: action }).click();
  };
  await owner.getByRole('button', { name: 'Add a person' }).click();
  await dialog.getByText('Runs migrations: user lists, starts, stops, mapping.').waitFor();
  await dialog.getByLabel('E-mail').fill('grace at tern');
  await dialog.getByLabel('First password').fill('short');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByText('At least 12 characters.', { exact: true }).waitFor();
  await dialog.getByLabel('First password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByText('Write it as name@example.org.').waitFor();
  await expectAccessible(owner);
  await dialog.getByLabel('E-mail').fill('owner@tern.example');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByText('There is already an account with this email address.').waitFor();
  await dialog.getByLabel('E-mail').fill('grace@tern.example');
  await dialog.getByLabel('Viewer').check();
  await dialog.getByRole('button', { name: 'Add' }).click();
  await row('grace@tern.example').getByText('Viewer').waitFor();

  // She signs in where a link had led her, sees what a viewer may, and more as soon as she may more.
  const grace = await stage.page('/systems', { as: 'nobody', refusals: [401] });
  await grace.getByLabel('E-mail').fill('grace@tern.example');
  await grace.getByLabel('Password').fill(PASSWORD);
  await grace.getByRole('button', { name: 'Sign in' }).click();
  await grace.getByRole('heading', { name: 'Systems' }).waitFor();
  expect(new URL(grace.url()).pathname).toBe('/systems');
  await grace.goto('/account');
  await grace.getByText('Looks at everything and changes nothing: for a help desk').waitFor();
  expect(await grace.getByRole('heading', { name: /People|API tokens/ }).count()).toBe(0);
  await choose('grace@tern.example', 'Change the role');
  await dialog.getByLabel('Owner').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row('grace@tern.example').getByText('Owner').waitFor();
  await grace.reload();
  await grace.getByRole('heading', { name: 'People' }).waitFor();

  // With two owners one may step down; the other can't.
  await choose('grace@tern.example', 'Change the role');
  await dialog.getByLabel('Operator').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await row('grace@tern.example').getByText('Operator').waitFor();
  await choose('owner@tern.example', 'Change the role');
  await dialog.getByLabel('Viewer').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.getByText('owner@tern.example is the only owner of the organization.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  // A lost password: a new one from the owner ends her session, and the page that it ends on is where she comes back to.
  await choose('grace@tern.example', 'Set a new password');
  await dialog.getByLabel('New password').fill(FRESH);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('The new password counts from now on.').waitFor();
  await grace.getByRole('link', { name: 'Projects', exact: true }).click();
  await grace.getByText('You were signed out. Sign in again to go on where you were.').waitFor();
  await expectAccessible(grace);
  await grace.getByLabel('E-mail').fill('grace@tern.example');
  await grace.getByLabel('Password').fill(FRESH);
  await grace.getByRole('button', { name: 'Sign in' }).click();
  await grace.getByRole('heading', { name: 'Projects' }).waitFor();

  await choose('grace@tern.example', 'Remove');
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await owner.getByText('grace@tern.example is removed.').waitFor();
  await stage.until('she is gone from the list', async () => (await row('grace@tern.example').count()) === 0);
  await grace.getByRole('link', { name: 'Licenses', exact: true }).click();
  await grace.waitForURL(/\/sign-in/);
  await grace.getByLabel('E-mail').fill('grace@tern.example');
  await grace.getByLabel('Password').fill(FRESH);
  await grace.getByRole('button', { name: 'Sign in' }).click();
  await grace.getByText('The email address or the password is wrong.').waitFor();
});

test('a token is shown once, may what it says, and is refused when it is revoked', { timeout: 60_000 }, async () => {
  const page = await stage.page('/account');
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'New token' }).click();
  await dialog.getByRole('button', { name: 'New token' }).click();
  await dialog.getByText('This is needed.').waitFor();
  await dialog.getByLabel('Name').fill('nightly report');
  await dialog.getByLabel(/^Look:/).check();
  await dialog.getByLabel('Expires').selectOption('In 30 days');
  await dialog.getByRole('button', { name: 'New token' }).click();
  const token = await dialog.getByLabel('Token', { exact: true }).inputValue();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await dialog.getByText('Copied').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(token);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'I have it' }).click();
  const row = page.getByRole('row').filter({ hasText: 'nightly report' });
  await row.getByText('look', { exact: true }).waitFor();
  expect(await page.content()).not.toContain(token);

  const script = createClient({ baseUrl: stage.url, token });
  expect((await script.getMe()).scopes).toEqual(['read']);
  const body = { name: 'x', connector: 'imap', settings: { host: 'x' } };
  await expect(script.createSystem({ body })).rejects.toMatchObject({ code: 'scope-missing' });
  await row.getByRole('button', { name: 'Revoke nightly report' }).click();
  await dialog.getByRole('button', { name: 'Revoke' }).click();
  await stage.until('it is gone from the list', async () => (await row.count()) === 0);
  await expect(script.getMe()).rejects.toMatchObject({ code: 'token-refused' });
  await page.getByRole('button', { name: /^Show \d+ that are revoked/ }).click();
  await row.getByText('Revoked').waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoSidewaysScroll(page);
});

test('one’s own password changes with the current one, and only other sessions end', { timeout: 60_000 }, async () => {
  const page = await stage.page('/account', { as: 'operator', refusals: [401] });
  const change = page.getByRole('button', { name: 'Change the password' });
  const fill = async (current: string, fresh: string, again = fresh): Promise<void> => {
    await page.getByLabel('Current password').fill(current);
    await page.getByLabel('New password', { exact: true }).fill(fresh);
    await page.getByLabel('New password, again').fill(again);
    await change.click();
  };
  await fill(PASSWORD, FRESH, `${FRESH}!`);
  await page.getByText('The two passwords differ.').waitFor();
  await fill('not mine', FRESH);
  await page.getByText('The current password is wrong.').waitFor();
  expect(await page.getByLabel('Current password').getAttribute('aria-invalid')).toBe('true');
  await fill(PASSWORD, FRESH);
  await page.getByText('Your password is changed.').first().waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Account' }).waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

test('who guesses has to wait, and is told how long', { timeout: 60_000 }, async () => {
  const page = await stage.page('/sign-in', { as: 'nobody', refusals: [401, 429] });
  await page.getByRole('button', { name: 'Sign in' }).click();
  expect(await page.getByText('This is needed.').count()).toBe(2);
  await page.getByLabel('E-mail').fill('nobody@tern.example');
  await page.getByLabel('Password').fill('a guess');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The email address or the password is wrong.').waitFor();
  await expectAccessible(page);
  const guess = { headers: { 'x-sterna-request': '1' }, data: { email: 'nobody@tern.example', password: 'a guess' } };
  for (let n = 1; n < 10; n += 1) expect((await page.request.post('/api/sign-in', guess)).status()).toBe(401);
  await page.getByLabel('Password').fill('another guess');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(/^Too many wrong passwords\. Try again at \d\d:\d\d \(in 1[45] min/).waitFor();
  await expectAccessible(page);
});
