import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putMail } from '../support/put-mail.ts';
import { expectAccessible } from './support/accessible.ts';
import { openWebStage, type StagedProject, type WebStage } from './support/stage.ts';

let stage: WebStage;
let project: StagedProject;
let failed = 0;
/** Two entries have run, one of them with a message that the target refuses; the third never did. */
beforeAll(async () => {
  stage = await openWebStage('reports', { target: { announce: ['APPENDLIMIT=100000'] } });
  project = await stage.project({
    name: 'Tern to Atlas',
    entries: ['ada', 'ben', 'cleo'].map((name) => ({ sourceAddress: `${name}@old.example`, batch: 'Wave 1' })),
    licenses: 5,
  });
  const [ada = 0, ben = 0] = project.entries.map(({ id }) => id);
  failed = ben;
  stage.fill('ada@old.example', 12);
  for (const mail of [{ subject: 'Plans, with a picture', size: 150_000 }, { subject: 'Plans in words' }])
    putMail(stage.source.mailRoot('ben@old.example'), mail);
  stage.source.adopt('ben@old.example');
  await Promise.all([stage.migrate(ada), stage.migrate(ben)]);
  await stage.client.verifyEntry({ params: { id: ada }, body: {} });
  await stage.idle(ada);
  await stage.client.changeCutoverLine({
    params: { id: project.id, key: 'mx' },
    body: { batch: 'Wave 1', done: true, note: 'TTL was lowered on Friday.' },
  });
});
afterAll(() => stage?.close());

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
/** Cells of the row that holds the text. */
const cells = (page: Page, text: string) => row(page, text).last().getByRole('cell').allInnerTexts();

test('the totals add up, entry by entry and in all; failures say why and what to do', async () => {
  const page = await stage.page(`/projects/${project.id}/reports`);
  await page.getByRole('img', { name: /Books of Tern to Atlas: seen 14 = created 13 \+ failed 1/ }).waitFor();
  await page.getByText('The books balance').waitFor();
  expect((await cells(page, 'ada@old.example')).slice(3)).toEqual(['12', '12', '0', '0', expect.anything()]);
  expect((await cells(page, 'ben@old.example')).slice(3)).toEqual(['2', '1', '0', '1', expect.anything()]);
  expect(await cells(page, 'Plans, with a picture')).toEqual([
    'ben@old.example',
    expect.stringContaining('INBOX'),
    expect.stringMatching(/the target takes at most 100000\. Raise the target’s limit/),
  ]);
  expect(await cells(page, 'mail')).toEqual(['mail', '2', '0', '0']);
  await page.getByRole('listitem').filter({ hasText: 'TTL was lowered on Friday.' }).waitFor();
  // By cause, in the address: a link to it shows the same.
  await page.getByRole('link', { name: /^Show objects:/ }).click();
  await page.waitForURL(/cause=too-large/);
  await page.getByRole('heading', { name: 'Failures by entry: too-large' }).waitFor();
  await page.getByRole('link', { name: 'ben@old.example' }).first().click();
  await page.waitForURL(`**/entries/${failed}`);
});

test('a pass that ends is in the report without a reload', async () => {
  const page = await stage.page(`/projects/${project.id}/reports`);
  await page.getByRole('img', { name: /Books of Tern to Atlas: seen 14/ }).waitFor();
  stage.fill('cleo@old.example', 5);
  await stage.migrate(project.entries[2]?.id ?? 0);
  await page.getByRole('img', { name: /Books of Tern to Atlas: seen 19 = created 18 \+ failed 1/ }).waitFor();
  expect((await cells(page, 'cleo@old.example'))[3]).toBe('5');
});

test('links are counted by entry, with why some stay; one by one, in the address, where each leads now', async () => {
  const ada = project.entries[0]?.id ?? 0;
  // As a pass leaves them where a source has links that can be read.
  stage.postgres.query(`
    insert into link (entry_id, src, place, address, target_address, reason, subject, pass)
    select ${ada}, l.src, n.place, 'https://old.example/' || n.place, n.target, n.reason, 'Where the plans are', 1
      from (select l.src from ledger l join container c on c.entry_id = l.entry_id and c.side = 0 and c.id = l.container
             where l.entry_id = ${ada} and l.target_id is not null and c.key = 'INBOX' limit 1) l,
           (values (0, 'https://new.example/0', null::smallint), (1, null, 2::smallint)) n(place, target, reason)
    on conflict do nothing`);
  const page = await stage.page(`/projects/${project.id}/reports`);
  await page.getByText('2 links found: 1 rewritten, 1 as at the source.').waitFor();
  await page.getByRole('link', { name: 'Show links of ada@old.example' }).click();
  await page.waitForURL(new RegExp(`links=${ada}`));
  await page.getByText('https://old.example/0', { exact: true }).waitFor();
  expect(await cells(page, 'https://old.example/0')).toEqual([
    expect.stringMatching(/Where the plans are\s+INBOX/),
    'https://old.example/0',
    'https://new.example/0',
  ]);
  expect((await cells(page, 'https://old.example/1'))[2]).toMatch(
    /stays\s+It leads to nothing that this project has migrated/,
  );
  await expectAccessible(page);
  await page.getByRole('link', { name: 'Hide' }).click();
  await page.getByRole('heading', { name: 'Links in ada@old.example' }).waitFor({ state: 'detached' });
});

test('downloads: CSV of entries, CSV of failures, JSON', async () => {
  const page = await stage.page(`/projects/${project.id}/reports`);
  const download = async (name: string): Promise<string> => {
    await page.getByRole('button', { name: 'Download' }).click();
    const started = page.waitForEvent('download');
    await page.getByRole('menuitem', { name }).click();
    return readFileSync(await (await started).path(), 'utf8');
  };
  const entries = (await download('Entries as CSV')).trim().split('\r\n');
  expect(entries).toHaveLength(4);
  expect(entries.find((line) => line.startsWith('ben@'))).toMatch(/completed with failures.*,2,1,0,0,0,0,0,0,1$/);
  const failures = (await download('Failures as CSV')).trim().split('\r\n');
  expect(failures).toHaveLength(2);
  expect(failures[1]).toMatch(/ben@old\.example.*"Plans, with a picture",too-large/);
  const json = JSON.parse(await download('Everything as JSON'));
  expect(json).toMatchObject({ balanced: true, project: { name: 'Tern to Atlas' } });
  expect(json.entries).toHaveLength(3);
});

/** Text of a PDF's pages isn't searched: how many there are says that it was printed, and as paper. */
const pagesOf = (pdf: Buffer): number => pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;

test('the sheet for the customer: light in the dark, whole, and printed without the frame', async () => {
  const page = await stage.page(`/projects/${project.id}/reports`, { scheme: 'dark' });
  await page.getByRole('link', { name: 'Printable report' }).click();
  await page.locator('main[aria-busy=false]').waitFor();
  expect(await page.title()).toBe('Migration report, Tern to Atlas');
  const sheet = page.getByRole('main');
  for (const text of ['Tern Ltd', 'Old mail server', 'New mail server', 'For the customer', 'MX records'])
    await sheet.getByText(text).first().waitFor();
  const { books, proof } = await stage.client.projectReport({ params: { id: project.id } });
  const { seen } = books;
  await page.getByRole('region', { name: 'Proof' }).getByText(proof.ledger.hash).waitFor();
  expect(await cells(page, 'Total')).toEqual([String(seen), String(seen - 1), '0', '1', expect.anything(), '']);
  expect(await cells(page, 'Plans, with a picture')).toContain('Raise the target’s limit, or leave this message out.');
  const colours = await page.evaluate(
    `(({ backgroundColor, colorScheme }) => [backgroundColor, colorScheme])(getComputedStyle(document.querySelector('main')))`,
  );
  expect(colours).toEqual(['rgb(255, 255, 255)', 'light']);
  await expectAccessible(page);

  const pdf = await page.pdf({ preferCSSPageSize: true });
  expect(pagesOf(pdf)).toBeGreaterThanOrEqual(2);
  // A4.
  expect(pdf.toString('latin1')).toMatch(/\/MediaBox\s*\[\s*0 0 59[45][.\d]* 84[12]/);
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('button', { name: 'Print, or save as PDF' }).isVisible()).toBe(false);
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('link', { name: 'Back' }).click();
  await page.waitForURL(`**/projects/${project.id}/reports`);
});

test('the sheet of one entry: its passes, folders, exceptions and verification', async () => {
  const page = await stage.page(`/entries/${failed}`);
  await page.getByRole('link', { name: 'Printable report' }).click();
  await page.waitForURL(`**/entries/${failed}/report/print`);
  await page.locator('main[aria-busy=false]').waitFor();
  await page.getByText('All 2 objects of the source are accounted for. 1 object is failed or uncertain').waitFor();
  await page.getByText('This entry was not verified.').waitFor();
  const folders = page.getByRole('region', { name: 'Folder by folder' }).getByRole('row');
  expect(await folders.last().getByRole('cell').allInnerTexts()).toEqual(['INBOX', 'INBOX', '2', '1', '0', '1']);
  expect(await cells(page, 'Plans, with a picture')).toHaveLength(3);
  const clean = await stage.page(`/entries/${project.entries[0]?.id}/report/print`, { as: 'viewer' });
  await clean.getByText('12 objects identical, nothing missing, doubled or different.').waitFor();
});
