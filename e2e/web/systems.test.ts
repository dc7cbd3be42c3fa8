import { startDovecot } from '@sterna/test-servers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
let source: Awaited<ReturnType<typeof startDovecot>>;
beforeAll(async () => {
  [stage, source] = await Promise.all([
    openWebStage('systems', { mail: false, concurrency: 0 }),
    // Everybody has a password of their own; a master user opens all.
    startDovecot({
      tls: 'good',
      users: { 'ann@old.example': 'of ann alone' },
      master: { name: 'mover', password: 'of the mover' },
    }),
  ]);
});
afterAll(async () => {
  await stage?.close();
  await source?.stop();
});

const line = (page: Page, name: string) => page.locator('.st-system-check li').filter({ hasText: name });
const newest = async () => (await stage.client.listSystems()).items.reduce((a, b) => (a.id > b.id ? a : b));

test('a mail server is added and repaired until its check is fine; no password comes back', {
  timeout: 90_000,
}, async () => {
  const page = await stage.page('/systems', { refusals: [409] });
  await page.getByText('No systems yet.').waitFor();
  await page.getByRole('link', { name: 'Add a system' }).first().click();
  // What it needs is said beside the form.
  await page.getByText('With per-folder rights (ACL) the signed-in user needs lookup and read: “lr”.').waitFor();
  const save = page.getByRole('button', { name: 'Save and check' });
  await page.getByLabel('Name').fill('Mail at sea');
  await page.getByRole('textbox', { name: 'Port' }).fill('99999');
  await page.getByLabel('A master user signs in to every mailbox').check();
  await save.click();
  await page.getByText('A number from 1 to 65535.').waitFor();
  expect(await page.getByText('This is needed.').count()).toBe(3);
  await expectAccessible(page);

  // TLS is spoken to a port that speaks plain text: the words say so.
  await page.getByRole('textbox', { name: 'Server' }).fill(source.host);
  await page.getByRole('textbox', { name: 'Port' }).fill(String(source.port));
  await page.getByRole('textbox', { name: 'Master user' }).fill('mover');
  await page.getByLabel('Password of mover').fill('not that one');
  await save.click();
  await page.getByRole('heading', { name: 'Mail at sea' }).waitFor();
  await page.getByText('Check the port: 993 expects TLS from the start').waitFor();

  // The right port, whose certificate nobody knows; then with its authority, which hides behind "More settings".
  const again = page.getByRole('button', { name: 'Save and check again' });
  await page.getByRole('textbox', { name: 'Port' }).fill(String(source.tlsPort));
  await again.click();
  await line(page, 'not signed by an authority').getByText('Give the authority’s certificate').waitFor();
  await page.getByRole('button', { name: 'More settings' }).click();
  await page.getByLabel('Certificate authority').fill(source.certificates?.ca ?? '');
  await again.click();
  await line(page, 'Encryption').getByText('TLSv1.3').waitFor();
  await page.getByText('All that was checked is fine.').waitFor();

  // A sign-in for real: the wrong password of the master user, then the right one.
  await page.getByLabel('Address of a mailbox').fill('ann@old.example');
  await page.getByRole('button', { name: 'Try it' }).click();
  await line(page, 'Sign-in').getByText('with a master user, also its separator').waitFor();
  expect(new URL(page.url()).searchParams.get('address')).toBe('ann@old.example');
  await page.getByLabel('Password of mover').fill('of the mover');
  await again.click();
  await page.getByText('The system is saved.').first().waitFor();
  await line(page, 'signed in to the mailbox ann@old.example').waitFor();
  await page.getByText(/^What the server can do/).click();
  await expectAccessible(page);

  // What was typed is kept, and never shown: not by the page, not by the API.
  await page.reload();
  await page.getByText('A password is stored. Leave this empty to keep it.').waitFor();
  await line(page, 'signed in to the mailbox ann@old.example').waitFor();
  await page.getByLabel('Name').fill('Mail ashore');
  await again.click();
  await page.getByRole('heading', { name: 'Mail ashore' }).waitFor();
  await line(page, 'signed in to the mailbox ann@old.example').waitFor();
  const stored = await newest();
  expect(stored.credentials).toEqual({ user: false, password: true, accessToken: false });
  expect(JSON.stringify(stored) + (await page.content()) + stage.server.log()).not.toContain('of the mover');

  // Each mailbox with its own: asked for one check, not stored.
  await page.getByLabel('Each mailbox has its own password').check();
  await again.click();
  await page.getByLabel('Address of a mailbox').fill('ann@old.example');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('This is needed.').waitFor();
  await page.getByLabel('Its password').fill('of ann alone');
  await page.getByRole('button', { name: 'Try it' }).click();
  await line(page, 'signed in to the mailbox ann@old.example').waitFor();
  expect((await newest()).credentials.password).toBe(false);
  expect((await newest()).settings).not.toHaveProperty('masterUser');
});

test('a system goes only where nothing uses it', { timeout: 60_000 }, async () => {
  const page = await stage.page('/systems/new?connector=archive', { width: 390, refusals: [409] });
  await page.getByLabel('Name').fill('Tape');
  await page.getByRole('button', { name: 'Save and check' }).click();
  expect(await page.getByText('This is needed.').count()).toBe(2);
  await page.getByLabel('Format').selectOption('Maildir, Maildir++');
  await page.getByRole('textbox', { name: 'Folder' }).fill('/nowhere/{user}');
  await page.getByRole('button', { name: 'Save and check' }).click();
  await line(page, "doesn't exist").getByText('Check the path and its spelling.').waitFor();
  await page.getByText('Something is in the way.').waitFor();
  await expectNoSidewaysScroll(page);
  const tape = await newest();
  const { id } = await stage.client.createProject({
    body: { name: 'Restore', sourceSystemId: tape.id, targetSystemId: tape.id },
  });
  await page.reload();
  await page.getByText('Restore, as source').waitFor();
  await page.getByRole('button', { name: 'Remove the system' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await dialog.getByText('A project or an entry uses the system Tape.').waitFor();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  const body = { name: 'Spare', connector: 'archive', settings: { path: '/', format: 'eml' } };
  const spare = await stage.client.createSystem({ body });
  await page.goto(`/systems/${spare.id}`);
  await page.getByRole('button', { name: 'Remove the system' }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('heading', { name: 'Systems', level: 1 }).waitFor();
  await page.getByRole('link', { name: 'Tape' }).waitFor();
  expect(await page.getByRole('link', { name: 'Spare' }).count()).toBe(0);

  // The project is found under its new name at once.
  await page.goto('/projects');
  await page.getByRole('button', { name: 'Rename Restore' }).click();
  await dialog.getByLabel('Name').fill('Back from tape');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: 'Back from tape' }).click();
  await page.waitForURL(`**/projects/${id}/list`);
});

test('a mailbox of several servers takes those that are filled in', { timeout: 60_000 }, async () => {
  const page = await stage.page('/systems/new?connector=standards');
  const save = page.getByRole('button', { name: 'Save and check' });
  await page.getByLabel('Name').fill('All of it');
  await save.click();
  await page.getByText('At least one of the servers is needed.').waitFor();
  await expectAccessible(page);
  const mail = page.getByRole('group', { name: 'IMAP mailbox' });
  await mail.getByRole('textbox', { name: 'Server' }).fill(source.host);
  await mail.getByLabel('Encryption').selectOption('none');
  await mail.getByRole('textbox', { name: 'Port' }).fill(String(source.port));
  // Begun, so it has to be finished.
  const calendars = page.getByRole('group', { name: 'CalDAV calendars and tasks' });
  await calendars.getByRole('button', { name: 'More settings' }).click();
  await calendars.getByRole('switch', { name: 'Check the server’s certificate' }).uncheck();
  await save.click();
  await calendars.getByText('This is needed.').waitFor();
  await calendars.getByRole('switch', { name: 'Check the server’s certificate' }).check();
  await save.click();
  await line(page, 'IMAP mailbox: Connection').waitFor();
  await page.getByLabel('Address of a mailbox').fill('ann@old.example');
  await page.getByLabel('Its password').fill('of ann alone');
  await page.getByRole('button', { name: 'Try it' }).click();
  await line(page, 'IMAP mailbox: Sign-in').waitFor();
  expect(Object.keys((await newest()).settings as object)).toEqual(['imap']);
});

test('a server with a sign-in of its own keeps it while the rest is changed, takes another and forgets it', {
  timeout: 90_000,
}, async () => {
  const { id } = await stage.client.createSystem({
    body: {
      name: stage.unused('In parts'),
      connector: 'standards',
      settings: { imap: { host: source.host, port: source.port, tls: 'none' } },
      credentials: { password: 'of nobody', parts: { imap: { password: 'of ann alone' } } },
    },
  });
  const page = await stage.page(`/systems/${id}`);
  const renamed = stage.unused('In three parts');
  const mail = page.getByRole('group', { name: /^IMAP mailbox: / });
  const save = page.getByRole('button', { name: 'Save and check again' });
  const tried = async (state: 'ok' | 'problem') => {
    await page.getByLabel('Address of a mailbox').fill('ann@old.example');
    await page.getByRole('button', { name: 'Try it' }).click();
    await line(page, 'IMAP mailbox: Sign-in')
      .and(page.locator(`[data-state=${state}]`))
      .waitFor();
  };
  const saved = async () => {
    // What was saved is asked at once, by a check of its own: what is typed into the one before goes with that.
    let isSaved = false;
    const checked = page.waitForResponse((one) => {
      if (one.request().method() === 'PATCH') isSaved = true;
      return isSaved && one.url().endsWith('/check');
    });
    await save.click();
    await checked;
    await page.getByText('Asking the system…').waitFor({ state: 'detached' });
    return (await stage.client.getSystem({ params: { id } })).credentials;
  };
  await mail.getByText('its own is stored').waitFor();
  await expectAccessible(page);

  // Another name and another password for all: that of the one server stays, and still opens its mailbox.
  await page.getByLabel(/^Name/).fill(renamed);
  expect(await saved()).toMatchObject({ password: true, parts: ['imap'] });
  await page.getByLabel('Password', { exact: true }).fill('of nobody else');
  expect(await saved()).toMatchObject({ password: true, parts: ['imap'] });
  await tried('ok');

  await mail.getByText('Set its own').click();
  await save.click();
  await mail.getByText('Give a user name, a password or an access token.').waitFor();
  await mail.getByLabel('Password', { exact: true }).fill('not that one');
  expect(await saved()).toMatchObject({ parts: ['imap'] });
  // What was sent is gone from the page, and what is stored never comes back.
  await mail.getByRole('radio', { name: 'Keep as it is' }).and(mail.locator(':checked')).waitFor({ state: 'attached' });
  await tried('problem');

  await mail.getByText('Forget').click();
  expect(await saved()).toEqual({ user: false, password: true, accessToken: false });
  await mail.getByText('as the mailbox', { exact: false }).first().waitFor();

  // Each entry with its own from now on, but for this server.
  await mail.getByText('Set its own').click();
  await mail.getByLabel('Password', { exact: true }).fill('of ann alone');
  await page.getByLabel('Each mailbox has its own password').check();
  expect(await saved()).toEqual({ user: false, password: false, accessToken: false, parts: ['imap'] });
});

test('who may only look sees systems and projects and can change none', { timeout: 60_000 }, async () => {
  const { id } = await stage.client.createSystem({
    body: {
      name: stage.unused('Seen'),
      connector: 'imap',
      settings: { host: 'imap.example' },
      credentials: { password: 'unseen' },
    },
  });
  const page = await stage.page(`/systems/${id}`, { as: 'viewer' });
  await page.getByText('imap.example', { exact: true }).waitFor();
  await page.getByText('Password stored').waitFor();
  expect(await page.getByRole('textbox').count()).toBe(0);
  expect(await page.getByRole('button', { name: /Remove|Save|Check|Try/ }).count()).toBe(0);
  await expectAccessible(page);
  for (const [path, button] of [
    ['/systems', 'Add a system'],
    ['/projects', 'New project'],
  ] as const) {
    await page.goto(path);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Seen').or(page.getByText('Projects')).first().waitFor();
    expect(await page.getByText(button).count()).toBe(0);
  }
  // By a link from a colleague: as if it weren't there.
  for (const path of ['/systems/new', '/projects?new=true']) {
    await page.goto(path);
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  }
  // The interface only leaves out what the API refuses.
  const headers = { 'x-sterna-request': '1' };
  const data = { name: 'Mine', connector: 'imap', settings: { host: 'x' }, sourceSystemId: id, targetSystemId: id };
  for (const call of [
    page.request.post('/api/systems', { headers, data }),
    page.request.patch(`/api/systems/${id}`, { headers, data: { name: 'Mine' } }),
    page.request.delete(`/api/systems/${id}`, { headers }),
    page.request.post(`/api/systems/${id}/check`, { headers, data: {} }),
    page.request.post('/api/projects', { headers, data }),
    page.request.post('/api/accounts', {
      headers,
      data: { email: 'x@x.example', password: 'long enough, surely', role: 'owner' },
    }),
    page.request.post('/api/tokens', { headers, data: { name: 'mine', scopes: ['admin'] } }),
  ])
    expect((await call).status()).toBe(403);
});
