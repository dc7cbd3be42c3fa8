import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
beforeAll(async () => {
  // Nobody answers for the systems: passes fail or wait.
  stage = await openWebStage('notifications', { mail: false });
});
afterAll(() => stage?.close());

test('a webhook is added, tested and told; what was sent is listed with its attempts', {
  timeout: 90_000,
}, async () => {
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  let status = 503;
  const receiver = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    received.push({ headers: request.headers, body });
    response.writeHead(status).end();
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  try {
    const page = await stage.page('/notifications', { refusals: [400] });
    await page.getByText('No channel yet: nobody is told anything.').waitFor();
    await page.getByRole('button', { name: 'Add a channel' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a channel' });
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByText('Give it a name.').waitFor();
    await dialog.getByText('Give the URL of the receiver.').waitFor();
    await dialog.getByLabel('Name').fill('Night shift');
    await dialog.getByLabel('URL').fill('ftp://chat.example/hook');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByText(/This is no URL that a webhook can go to\. Write https:/).waitFor();
    await expectAccessible(page);
    // The other kind says what it needs at its own fields.
    await dialog.getByLabel('E-mail').check();
    await dialog.getByLabel('Mail server').fill('smtp://mx.example');
    await dialog.getByLabel('Encryption').selectOption('starttls');
    expect(await dialog.getByLabel('Port').inputValue()).toBe('587');
    await dialog.getByLabel('Sender').fill('sterna@tern.example');
    await dialog.getByLabel('Recipients').fill('night@tern.example\nnobody');
    await dialog.getByRole('button', { name: 'Add it' }).click();
    await dialog.getByText(/This is no name of a mail server/).waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('Webhook').check();
    await dialog
      .getByLabel('URL')
      .fill(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks/secret-path`);
    await dialog.getByRole('button', { name: 'Add it' }).click();
    const secret = await page.getByRole('textbox', { name: 'Secret' }).inputValue();
    expect(secret).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'Done' }).click();

    await page.getByRole('button', { name: 'Send a test to Night shift' }).click();
    await page.getByText('The test to Night shift did not arrive').waitFor();
    await page.getByText('Answered 503.').first().waitFor();
    status = 204;
    await page.getByRole('button', { name: 'Send again: Test of the channel Night shift' }).click();
    await page.getByText('Delivered').waitFor();
    await page.getByRole('button', { name: 'Details: Test of the channel Night shift' }).click();
    await page.getByText('2 attempts').waitFor();
    const { headers, body } = received[1] ?? { headers: {}, body: '' };
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
    const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);

    // What happens comes by itself.
    await page.getByLabel('Licenses left at most').fill('0');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The limits are saved.').waitFor();
    const project = await stage.project({ name: 'Harbour', entries: 1, licenses: 1 });
    await stage.client.startEntry({ params: { id: project.entries[0]?.id ?? 0 }, body: {} });
    await page
      .getByRole('row', { name: /No mail license is left/ })
      .getByText('Delivered')
      .waitFor();
    expect(received.map((one) => JSON.parse(one.body).type)).toEqual(['test', 'test', 'license-low']);

    const viewer = await stage.page('/notifications', { as: 'viewer', width: 390 });
    await viewer.getByRole('row', { name: /No mail license is left/ }).waitFor();
    await viewer.getByText(/^http:\/\/127\.0\.0\.1:\d+\/…$/).waitFor();
    expect(await viewer.getByRole('button', { name: /Add a channel|Send a test|Actions|Save/ }).count()).toBe(0);
    expect(await viewer.getByText('secret-path').count()).toBe(0);
    await expectNoSidewaysScroll(viewer);
    await expectAccessible(viewer);
    await expectAccessible(page);
    if (process.env.STERNA_TEST_PICTURES !== undefined) {
      await stage.screenshot(page, 'notifications-dark', { fullPage: true });
      await page.emulateMedia({ colorScheme: 'light' });
      await stage.screenshot(page, 'notifications-light', { fullPage: true });
      await stage.screenshot(viewer, 'notifications-phone', { fullPage: true });
    }
  } finally {
    receiver.closeAllConnections();
    receiver.close();
  }
});
