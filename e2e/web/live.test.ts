import { once } from 'node:events';
import { connect } from 'node:net';
import { startFaultProxy } from '@sterna/test-servers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { putMail } from '../support/put-mail.ts';
import { settled } from './support/browser.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  stage = await openWebStage('live');
});
afterAll(() => stage?.close());

/** A mark that a reload would wipe away: whatever the page shows later, it came to show by itself. */
const mark = (page: Page) =>
  page.locator('html').evaluate((html) => {
    html.dataset.mark = 'same page';
  });
const expectSamePage = async (page: Page) =>
  expect(await page.locator('html').evaluate((html) => html.dataset.mark)).toBe('same page');

const says = (page: Page, text: string) => page.getByRole('status').getByText(text, { exact: true }).waitFor();
const chip = (page: Page, text: string) => page.locator('.st-chip').getByText(text, { exact: true }).first();
const count = (page: Page) =>
  page
    .getByRole('progressbar')
    .first()
    .getAttribute('aria-valuenow')
    .then((value) => Number(value ?? 0));

test('a pass is watched from its start to its books, over a restart of the server, without a reload', async () => {
  const messages = 400;
  const line = await startFaultProxy({ target: stage.source });
  onTestFinished(() => line.stop());
  const project = await stage.project({
    name: 'Live',
    entries: 1,
    licenses: 1,
    systems: { source: await stage.system('Old, over a bad line', line) },
  });
  const { id = 0, sourceAddress = '' } = project.entries[0] ?? {};
  for (let n = 0; n < messages; n++)
    putMail(stage.source.mailRoot(sourceAddress), { subject: `mail ${n}`, size: 1_000, flags: 'S' });
  stage.source.adopt(sourceAddress);
  const page = await stage.page(`/entries/${id}`, { serverMayGo: true });
  await says(page, 'Live');
  await chip(page, 'Not started').waitFor();
  await mark(page);

  // Somebody else starts it; half of the mail comes through, then nothing more.
  const half = line.cutAfter('toClient', 350_000, { do: 'stall' });
  await stage.client.startEntry({ params: { id }, body: {} });
  await chip(page, 'Running').waitFor();
  await half.struck;
  await stage.until('some messages are told as done', async () => (await count(page)) > 0);
  expect(await count(page)).toBeLessThan(messages);

  // The server goes when the pass can let go; the line comes back for that.
  const stopped = stage.server.stop();
  line.unstall();
  await stopped;
  await says(page, 'Not live: reconnecting');
  await stage.server.start();
  await says(page, 'Live');
  await chip(page, 'Completed').waitFor();
  await page.getByText(`${messages}`, { exact: true }).first().waitFor();
  await expectSamePage(page);
});

test('what happened while the connection was lost is shown when it is back', async () => {
  const { entries } = await stage.project({ name: 'Lost', entries: 1 });
  const id = entries[0]?.id ?? 0;
  const page = await stage.page(`/entries/${id}`, { serverMayGo: true });
  await says(page, 'Live');
  await mark(page);
  await page.context().setOffline(true);
  await says(page, 'Not live: reconnecting');
  await stage.client.updateEntry({ params: { id }, body: { displayName: 'Renamed meanwhile' } });
  await page.context().setOffline(false);
  await says(page, 'Live');
  await page.getByText('Renamed meanwhile').waitFor();

  // A server that was killed, and a change before the page has found it again.
  await stage.restart({ kill: true });
  await stage.client.updateEntry({ params: { id }, body: { displayName: 'Renamed once more' } });
  await page.getByText('Renamed once more').waitFor();
  await says(page, 'Live');
  await expectSamePage(page);
});

/** What matches `glob` gets its answer from the server at once and is given it when `pass` is called. */
async function holdAnswers(page: Page, glob: string): Promise<{ pass: () => void; held: Promise<void> }> {
  const [gate, arrived] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await page.route(glob, async (route) => {
    const response = await route.fetch();
    arrived.resolve();
    await gate.promise;
    await route.fulfill({ response });
  });
  return { pass: gate.resolve, held: arrived.promise };
}

const RAN = 'The one entry that has run ran with these settings.';

test('what happened before the live connection stood is shown when it stands', async () => {
  const { id, entries } = await stage.project({ name: 'Late', entries: 1, licenses: 1 });
  const line = Promise.withResolvers<void>();
  const page = await stage.page(`/projects/${id}/settings`, {
    prepare: (fresh) =>
      fresh.route('**/api/events*', async (route) => {
        await line.promise;
        await route.continue();
      }),
  });
  await page.getByLabel('Size limit', { exact: true }).waitFor();
  await settled(page);
  await stage.migrate(entries[0]?.id ?? 0);
  await mark(page);
  line.resolve();
  await page.getByText(RAN).waitFor();
  await expectSamePage(page);
});

test('an answer that is older than the event that overtook it is asked for again', async () => {
  const { id, entries } = await stage.project({ name: 'Overtaken', entries: 1, licenses: 1 });
  let drift: Awaited<ReturnType<typeof holdAnswers>> | undefined;
  const page = await stage.page(`/projects/${id}/settings`, {
    prepare: async (fresh) => {
      drift = await holdAnswers(fresh, '**/drift');
    },
  });
  await drift?.held;
  await says(page, 'Live');
  await mark(page);
  // Another answer that the same events touch tells that they have come.
  const touched = page.waitForResponse(`**/api/projects/${id}`);
  await stage.migrate(entries[0]?.id ?? 0);
  await touched;
  drift?.pass();
  await page.getByText(RAN).waitFor();
  await expectSamePage(page);
});

test('a laptop that slept asks for everything anew', async () => {
  const { entries } = await stage.project({ name: 'Sleep', entries: 1 });
  const page = await stage.page(`/entries/${entries[0]?.id}`, { prepare: (fresh) => fresh.clock.install() });
  await says(page, 'Live');
  const [stream, entry] = [page.waitForRequest('**/api/events'), page.waitForRequest('**/api/entries/*')];
  await page.clock.fastForward(60_000);
  await stream;
  await entry;
  await says(page, 'Live');
});

test('viewers who hang up at any moment do not keep the server from ending', async () => {
  const cookie = await stage.people.session('owner');
  const { port } = new URL(stage.url);
  for (let n = 0; n < 30; n++) {
    const socket = connect(Number(port), '127.0.0.1');
    await once(socket, 'connect');
    const head = `GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sterna_session=${cookie}\r\n\r\n`;
    await new Promise((sent) => socket.write(head, sent));
    socket.destroy();
  }
  await stage.restart();
});
