import { type ScriptedImap, startScriptedImap } from '@sterna/test-servers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putMail } from '../support/put-mail.ts';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
/** Targets that do as a test wants: one takes its time, one refuses a message, one has too many visitors, one is full. */
let slow: ScriptedImap;
let picky: ScriptedImap;
let busy: ScriptedImap;
let full: ScriptedImap;
let unwanted: Buffer | undefined;
beforeAll(async () => {
  [stage, slow, picky, busy, full] = await Promise.all([
    openWebStage('overview', { concurrency: 2 }),
    startScriptedImap(),
    startScriptedImap({
      accept: (bytes) => {
        unwanted ??= bytes;
        return bytes.equals(unwanted) ? '[CANNOT] virus found' : undefined;
      },
    }),
    startScriptedImap(),
    startScriptedImap({ accept: () => '[OVERQUOTA] no room in the mailbox' }),
  ]);
  busy.fault({ command: 'LOGIN', times: 1000, do: { reply: 'NO [UNAVAILABLE] too many connections' } });
  busy.fault({ command: 'AUTHENTICATE', times: 1000, do: { reply: 'NO [UNAVAILABLE] too many connections' } });
});
afterAll(() => Promise.all([stage?.close(), slow?.stop(), picky?.stop(), busy?.stop(), full?.stop()]));

const panel = (page: Page, name: string) => page.getByRole('region', { name, exact: true });

/** From the Dovecot to one of those targets. */
async function projectInto(name: string, server: ScriptedImap, users: readonly string[]) {
  const { source } = await stage.systems();
  const system = await stage.client.createSystem({
    body: {
      name: stage.unused(`${name} server`),
      connector: 'imap',
      settings: { host: server.host, port: server.port, tls: 'none', retryDelaysMs: [] },
      credentials: { password: 'pw' },
    },
  });
  const project = await stage.client.createProject({
    body: { name: stage.unused(name), sourceSystemId: source, targetSystemId: system.id },
  });
  const { items } = await stage.client.createEntries({
    params: { id: project.id },
    body: { entries: users.map((user) => ({ sourceAddress: user, targetAddress: user, batch: 'Pilot' })) },
  });
  return { id: project.id, entries: items };
}

test('a fresh installation leads to the guide; who only looks is told what will be here', async () => {
  const page = await stage.page('/');
  await page.getByRole('link', { name: 'Open the guide' }).click();
  await page.waitForURL('**/guide');
  const viewer = await stage.page('/', { as: 'viewer' });
  await viewer.getByText('An administrator sets up systems and projects.').waitFor();
  expect(await viewer.getByRole('link', { name: 'Open the guide' }).count()).toBe(0);
});

test('a pass comes, moves and goes by itself, and what it did is in the throughput once, whatever restarts', async () => {
  const held = slow.holdAppends();
  // More folders than are under way at once: each is a batch of its own.
  for (let i = 0; i < 36; i += 1)
    putMail(stage.source.mailRoot('ada'), { subject: `mail ${i}`, folder: `Folder${i % 9}` });
  stage.source.adopt('ada');
  await stage.client.grantLicenses({ body: { type: 'mail', quantity: 1 } });
  const project = await projectInto('Tern', slow, ['ada']);
  const entry = project.entries[0] as (typeof project.entries)[number];
  const page = await stage.page('/', { as: 'viewer', serverMayGo: true });
  const running = panel(page, 'Running now');
  await running.getByText('No pass runs at the moment.').waitFor();
  await page.getByText('Nothing was migrated in the last 3 hours.').waitFor();

  const { pass } = await stage.client.startEntry({ params: { id: entry.id }, body: {} });
  const row = running.getByRole('row').filter({ hasText: 'ada' });
  await row.getByText('Tern · Pilot').waitFor();
  await row.getByText('Migrating').waitFor();
  const bar = row.getByRole('progressbar', { name: 'Progress of ada' });
  await bar.waitFor();
  const done = async () => Number(await bar.getAttribute('aria-valuenow'));
  for (let step = 0, before = 0; step < 2; step += 1, before = await done()) {
    await stage.until('a batch is under way', () => held.count > 0);
    await held.land(1);
    await stage.until('the bar moves', async () => (await done()) > before);
  }
  await expectAccessible(page);

  // The server goes in the middle, and another goes on.
  const restarted = stage.restart();
  await held.release();
  await restarted;
  const ended = await stage.idle(entry.id);
  expect(ended.status).toBe('completed');
  await running.getByText('No pass runs at the moment.').waitFor();
  const { progress } = await stage.client.getPass({ params: { id: pass.id } });
  const { objects } = progress as { objects: number };
  const { throughput } = await stage.client.getOverview({ query: { projectId: project.id } });
  expect(throughput.objects.reduce((sum, minute) => sum + minute, 0)).toBe(objects);
  await page.getByText(`In the last 3 hours: ${objects} objects`).waitFor();
  await panel(page, 'Projects').getByText('1 of 1 through').waitFor();

  // The chart in numbers, by the keyboard, and for another period by the address.
  await page.getByText('As a table').press('Enter');
  const cells = page.getByRole('region', { name: 'What was migrated, newest first' }).getByRole('cell');
  const shown = (await cells.allInnerTexts()).filter((_, i) => i % 2 === 0).map((text) => Number(text));
  expect(shown.reduce((sum, one) => sum + one, 0)).toBe(objects);
  await page.getByText('24 h', { exact: true }).click();
  await page.waitForURL('**/?hours=24');
  await page.getByText(`In the last 24 hours: ${objects} objects`).waitFor();
});

test('what needs a person and what holds back are said with names, times and ways', async () => {
  stage.fill('bob', 4, { folders: 1 });
  stage.fill('cleo', 4, { folders: 1 });
  await stage.client.grantLicenses({ body: { type: 'mail', quantity: 2 } });
  const refused = await projectInto('Picky', picky, ['bob']);
  const held = await projectInto('Busy', busy, ['cleo', 'dora', 'emil', 'fay']);
  const page = await stage.page('/', { width: 390 });
  await panel(page, 'Needs a person').getByText('Nothing needs you.').waitFor();
  await panel(page, 'Held back').getByText('Nothing is held back.').waitFor();
  for (const id of [refused.entries[0]?.id, held.entries[0]?.id])
    await stage.client.startEntry({ params: { id: id as number }, body: {} });

  const attention = panel(page, 'Needs a person');
  await attention.getByText('1 completed with failures').waitFor({ state: 'attached' });
  const waits = panel(page, 'Held back');
  await waits.getByRole('link', { name: 'Busy server (target)' }).waitFor();
  await waits.getByText('Asked for less').waitFor();
  await waits.getByText(/Goes on (at .* \(in |any moment)/).waitFor();
  await waits.getByText('1 pass waits.').waitFor();
  await waits.getByText(/too many connections/).waitFor();
  const [need] = (await stage.client.forecastLicenses()).types;
  expect(need?.short).toBeGreaterThan(0);
  await panel(page, 'Licenses').getByText(`Mail: ${need?.short} too few`).waitFor();
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);

  // One project alone.
  await page.getByLabel('Project', { exact: true }).selectOption('Picky');
  await page.waitForURL(`**/?project=${refused.id}`);
  await waits.getByText('Nothing is held back.').waitFor();
  await attention.getByRole('link', { name: 'Show the 1 entry' }).click();
  await page.waitForURL(`**/projects/${refused.id}/list?*`);
  expect(JSON.parse(new URL(page.url()).searchParams.get('status') ?? '[]')).toEqual([
    'completed with failures',
    'failed',
  ]);
});

test('a full mailbox is held back as the one that it is; others of its system are not', async () => {
  stage.fill('gus', 4, { folders: 1 });
  await stage.client.grantLicenses({ body: { type: 'mail', quantity: 5 } });
  const project = await projectInto('Full', full, ['gus']);
  await stage.client.startEntry({ params: { id: project.entries[0]?.id as number }, body: {} });
  const page = await stage.page(`/?project=${project.id}`);
  const waits = panel(page, 'Held back');
  await waits.getByText('Mailbox is full').waitFor();
  await waits.getByText(/Goes on (at .* \(in |any moment)/).waitFor();
  await waits.getByText(/no room in the mailbox/).waitFor();
  expect(await waits.getByText('Asked for less').count()).toBe(0);
  expect(await waits.getByRole('link', { name: 'Full server (target)' }).count()).toBe(0);
  await expectAccessible(page);
  await waits.getByRole('link', { name: 'gus in Full server' }).click();
  await page.waitForURL(`**/entries/${project.entries[0]?.id}`);
});
