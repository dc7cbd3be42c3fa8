import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('mapping', { mail: false, concurrency: 0 });
});
afterAll(() => stage?.close());

const mappingOf = async (id: number): Promise<string[]> =>
  (await stage.client.getMapping({ params: { id } })).items.map((row) => `${row.source} ${row.target} ${row.kind}`);
const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

test('rows are added, changed and removed in place; a row that is taken is refused at its field', async () => {
  const { id } = await stage.project({ name: 'Atlas' });
  const page = await stage.page(`/projects/${id}/mapping`, { refusals: ['409 /mapping', '400 /mapping'] });
  await page.getByText('No rows yet').waitFor();
  const add = async (source: string, target: string, kind = 'User'): Promise<void> => {
    await page.getByRole('button', { name: 'Add a row' }).click();
    const form = page.getByRole('row', { name: 'New row' });
    await form.getByLabel('Source').fill(source);
    await form.getByLabel('Target').fill(target);
    await form.getByLabel('Kind').selectOption(kind);
    await form.getByLabel('Target').press('Enter');
  };
  await add('Ada@old.example', 'ada@new.example');
  await row(page, 'ada@old.example').waitFor();
  await add('ada@OLD.example', 'eve@new.example');
  await page.getByText('ada@old.example is mapped to ada@new.example already. Change that row instead.').waitFor();
  await expectAccessible(page);
  await page.keyboard.press('Escape');
  await add('old.example', 'x@new.example', 'Domain');
  await page.getByText('x@new.example is no domain.').waitFor();
  await page.getByLabel('Target', { exact: true }).fill('new.example');
  await page.keyboard.press('Enter');
  await row(page, 'old.example').filter({ hasText: 'Domain' }).waitFor();

  await page.getByRole('button', { name: 'Change ada@old.example' }).click();
  await page.getByLabel('Source', { exact: true }).fill('');
  await page.getByRole('button', { name: 'Save row' }).click();
  await page.getByText('This is needed.').waitFor();
  await page.getByLabel('Source', { exact: true }).fill('ada.l@old.example');
  await page.keyboard.press('Enter');
  await row(page, 'ada.l@old.example').waitFor();
  expect(await mappingOf(id)).toEqual(['old.example new.example domain', 'ada.l@old.example ada@new.example user']);

  await page.getByRole('button', { name: 'Remove ada.l@old.example' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await row(page, 'ada.l@old.example').waitFor({ state: 'detached' });
  expect(await mappingOf(id)).toEqual(['old.example new.example domain']);
});

test('a CSV shows every bad line and what it would do before anything is written', async () => {
  const { id } = await stage.project({ name: 'Imported' });
  await stage.client.importMapping({
    params: { id },
    body: 'Source,Target\nada@old.example,ada@new.example\nben@old.example,ben@new.example\n',
  });
  const page = await stage.page(`/projects/${id}/mapping`);
  await page.getByRole('button', { name: 'Import CSV' }).click();
  const dialog = page.getByRole('dialog');
  const bad =
    'Source,Target,Kind\nada@old.example,ada.l@new.example,user\n,nobody@new.example,user\ncleo@old.example,cleo@new.example,person\n';
  await dialog.getByLabel('Or paste it here').fill(bad);
  await dialog.getByRole('button', { name: 'Check the file' }).click();
  await dialog.getByText('2 problems', { exact: true }).waitFor();
  expect((await dialog.getByRole('row').allInnerTexts()).slice(1)).toEqual([
    expect.stringMatching(/^3\s+Source\s+Source is empty\./),
    expect.stringMatching(/^4\s+Kind\s+"person" is no kind\./),
  ]);
  await expectAccessible(page);
  expect(await dialog.getByRole('button', { name: /^Import/ }).count()).toBe(0);

  const good = Buffer.from('Source;Target\nada@old.example;ada.l@new.example\ncleo@old.example;cleo@new.example\n');
  await dialog.locator('input[type=file]').setInputFiles({ name: 'map.csv', mimeType: 'text/csv', buffer: good });
  await dialog.getByRole('radio', { name: 'Replace the table' }).check();
  await dialog.getByRole('button', { name: 'Check the file' }).click();
  await dialog.getByText('1 new, 1 changed, 0 as they are').waitFor();
  await dialog.getByText('1 row of the table is not in the file and will be removed.').waitFor();
  expect(await mappingOf(id)).toHaveLength(2);
  await dialog.getByRole('button', { name: 'Import 2 rows' }).click();
  await row(page, 'cleo@old.example').waitFor();
  expect(await mappingOf(id)).toEqual([
    'ada@old.example ada.l@new.example user',
    'cleo@old.example cleo@new.example user',
  ]);
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  expect((await download).suggestedFilename()).toBe(`mapping-${id}.csv`);
});

test('tens of thousands of rows: few are in the page, search and scrolling reach all', async () => {
  const { id } = await stage.project({ name: 'Large' });
  const rows = Array.from({ length: 30_000 }, (_, n) => {
    const name = `user${String(n).padStart(5, '0')}`;
    return `${name}@old.example,${name}@new.example,${n % 100 === 0 ? 'group' : 'user'}`;
  });
  await stage.client.importMapping({ params: { id }, body: ['Source,Target,Kind', ...rows].join('\n') });
  const page = await stage.page(`/projects/${id}/mapping?kind=group`);
  await page.getByText('300 of 30,000 rows').waitFor();
  await page.getByLabel('Kind').selectOption('Any kind');
  await page.getByText('30,000 rows', { exact: true }).waitFor();
  expect(await page.getByRole('row').count()).toBeLessThan(80);
  const table = page.getByRole('region', { name: 'Rows of the mapping table' });
  // Scrolling to the end of what is there brings what comes after it.
  await row(page, 'user00000@old.example').waitFor();
  await stage.until('scrolling has reached a later page', async () => {
    await table.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    return (
      (await page
        .getByRole('row')
        .filter({ hasText: /user00[4-9]/ })
        .count()) > 0
    );
  });
  await page.getByLabel('Search source and target').fill('USER2999');
  await page.getByText('10 of 30,000 rows').waitFor();
  await page.waitForURL(/q=USER2999/);
  await row(page, 'user29999@old.example').waitFor();
  await page.setViewportSize({ width: 390, height: 800 });
  await expectNoSidewaysScroll(page);
});

test('a viewer reads and exports, and changes nothing', async () => {
  const { id } = await stage.project({ name: 'Looked at' });
  await stage.client.importMapping({ params: { id }, body: 'Source,Target\nada@old.example,ada@new.example\n' });
  const page = await stage.page(`/projects/${id}/mapping`, { as: 'viewer' });
  await row(page, 'ada@old.example').waitFor();
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  await page.getByRole('link', { name: 'Export CSV' }).waitFor();
});
