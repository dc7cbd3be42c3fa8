import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { emailOf } from './support/people.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('shell', { mail: false, concurrency: 0 });
});
afterAll(() => stage?.close());

test('whoever is not signed in is led to the sign-in page, whatever the address', async () => {
  const page = await stage.page('/licenses', { as: 'nobody', refusals: ['401 /api/me'] });
  const { pathname, searchParams } = new URL(page.url());
  expect([pathname, searchParams.get('next')]).toEqual(['/sign-in', '/licenses']);
  await expectAccessible(page);
});

test('an address that leads nowhere is said to, within the frame, with a way out', async () => {
  const page = await stage.page('/no/such/page');
  await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Go to the overview' }).click();
  await page
    .getByRole('navigation')
    .getByRole('link', { name: 'Overview' })
    .and(page.locator('[aria-current]'))
    .waitFor();
  expect(new URL(page.url()).pathname).toBe('/');
});

test('the navigation leads everywhere, marks the place, and puts the focus on the heading', async () => {
  const project = await stage.project({ name: 'Atlas' });
  const page = await stage.page(`/projects/${project.id}`);
  const navigation = page.getByRole('navigation', { name: 'Main' });
  // The page of a project is its user list.
  await navigation.getByRole('link', { name: 'User list' }).and(page.locator('[aria-current=page]')).waitFor();
  await navigation.getByText('Atlas').waitFor();
  const ways: Record<string, string> = {
    'Mapping table': `/projects/${project.id}/mapping`,
    Settings: `/projects/${project.id}/settings`,
    Reports: `/projects/${project.id}/reports`,
    Projects: '/projects',
    Systems: '/systems',
    Licenses: '/licenses',
    'Getting started': '/guide',
    Overview: '/',
  };
  for (const [name, path] of Object.entries(ways)) {
    await navigation.getByRole('link', { name, exact: true }).click();
    await page.waitForURL((url) => url.pathname === path);
    await page.locator('h1:focus').waitFor();
    expect(await page.title()).toMatch(/\S · Sterna$/);
    expect(await navigation.locator('[aria-current=page]').allInnerTexts()).toEqual([name]);
  }
});

test('every page says that the database was restored and what to do, until that is done', async () => {
  await stage.postgres.query(`insert into database_restore (how) values ('Its tables were made anew.')`);
  const page = await stage.page('/');
  const notice = page.getByRole('alert').filter({ hasText: 'The database was restored from a backup' });
  await notice.getByText('sterna database reconcile').waitFor();
  await expectAccessible(page);
  await stage.screenshot(page, 'restored');
  await page.getByRole('link', { name: 'Systems' }).first().click();
  await page.waitForURL('**/systems');
  await notice.waitFor();
  await stage.postgres.query('update database_restore set confirmed_at = now()');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Systems' }).waitFor();
  await notice.waitFor({ state: 'detached' });
});

test('the page of an entry says that its next pass takes inventory first, where the database was restored', async () => {
  const project = await stage.project({ name: 'Restored' });
  const { items } = await stage.client.createEntries({
    params: { id: project.id },
    body: {
      entries: ['before', 'after'].map((user) => ({ sourceAddress: user, targetAddress: `${user}-new` })),
    },
  });
  const [before, after] = items.map(({ id }) => id);
  await stage.postgres.query(`update entry set inventory_due = true where id = ${before}`);
  const notice = (page: Awaited<ReturnType<WebStage['page']>>) =>
    page.getByRole('alert').filter({ hasText: 'The next migrating pass takes inventory first' });
  const due = await stage.page(`/entries/${before}`);
  await notice(due).waitFor();
  await stage.screenshot(due, 'inventory-due');
  const other = await stage.page(`/entries/${after}`);
  await other.getByRole('tab', { name: 'Books' }).waitFor();
  expect(await notice(other).count()).toBe(0);
});

test('the keyboard skips to the content, opens the account menu and chooses a theme, which stays', async () => {
  const page = await stage.page('/');
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await page.keyboard.press('Tab');
  await page.getByRole('link', { name: 'Skip to the content' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('main:focus').waitFor();

  await page.getByRole('button', { name: `Account: ${emailOf('owner')}` }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitemradio', { name: 'As the system', checked: true }).waitFor();
  await page.getByRole('menuitemradio', { name: 'Dark', checked: false }).press('Enter');
  const dark = page.locator('html[data-mantine-color-scheme=dark]');
  await dark.waitFor({ state: 'attached' });
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await dark.count()).toBe(1);
});

test('at the width of a phone the navigation is behind a button', async () => {
  const page = await stage.page('/', { width: 390 });
  await expectNoSidewaysScroll(page);
  const link = page.getByRole('link', { name: 'Licenses', exact: true });
  await expect(link.isVisible()).resolves.toBe(false);
  await page.getByRole('button', { name: 'Open the navigation' }).click();
  await expectAccessible(page);
  await link.click();
  await page.waitForURL('**/licenses');
  await page.getByRole('button', { name: 'Open the navigation' }).waitFor();
});

test('a viewer sees the pages, and signs out', async () => {
  const page = await stage.page('/', { as: 'viewer', refusals: ['401 /api/me'] });
  await page.getByRole('button', { name: `Account: ${emailOf('viewer')}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in');
  await page.goto('/systems');
  await page.waitForURL('**/sign-in?*');
});
