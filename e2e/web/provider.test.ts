import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type IdentityProvider, startIdentityProvider } from '@sterna/test-servers/identity-provider';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './support/accessible.ts';
import { PASSWORD } from './support/people.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

/** Sign-in at a provider of identities, and what people of one project see; the provider is another site. */
let stage: WebStage;
let provider: IdentityProvider;
let provides: object;
beforeAll(async () => {
  stage = await openWebStage('provider', { mail: false, concurrency: 0 });
  provider = await startIdentityProvider(
    {
      clientId: 'sterna',
      clientSecret: 'a secret of the two',
      redirectUri: `${stage.url}/api/sign-in/provider/callback`,
      afterSignOut: `${stage.url}/sign-in`,
    },
    'localhost',
  );
  writeFileSync(join(stage.dir, 'secret'), 'a secret of the two\n');
  provides = {
    name: 'Tern identity',
    issuer: provider.issuer,
    clientId: 'sterna',
    clientSecretFile: '../secret',
    publicUrl: stage.url,
    domains: ['tern.example', 'consult.example'],
  };
  await settle({ provider: provides });
  for (const name of ['owner@tern', 'cleo@consult', 'zoe@tern'])
    provider.people.set(name.split('@')[0] ?? '', { email: `${name}.example`, email_verified: true });
});
afterAll(async () => {
  await stage?.close();
  await provider?.stop();
});

async function settle(signIn: object): Promise<void> {
  const path = join(stage.dir, 'data', 'sign-in.json');
  await stage.restart({
    meanwhile: () => {
      writeFileSync(path, JSON.stringify(signIn));
      chmodSync(path, 0o644);
    },
  });
}

async function signInAtProvider(page: Page, login: string): Promise<void> {
  await page.getByRole('link', { name: 'Sign in with Tern identity' }).click();
  await page.waitForURL(/\/\/localhost:/);
  await page.getByPlaceholder('Enter any login').fill(login);
  await page.getByPlaceholder('and password').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
}

test('somebody signs in through the provider’s page, comes back to where they wanted to go, and signs out of both', {
  timeout: 60_000,
}, async () => {
  const page = await stage.page('/systems', { as: 'nobody', refusals: [401, '404 favicon'] });
  await page.getByText('or with a password').waitFor();
  await expectAccessible(page);
  await stage.screenshot(page, 'sign-in-with-provider');
  await signInAtProvider(page, 'owner');
  await page.getByRole('heading', { name: 'Systems' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/systems');
  await page.goto('/account');
  await page.getByRole('main').getByText('owner@tern.example').first().waitFor();
  await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/\/localhost:.*session\/end/);
  await page.getByRole('button', { name: /Yes/ }).click();
  await page.waitForURL(`${stage.url}/sign-in`);

  // Nobody has this address here: the page says so, and no more than that.
  await signInAtProvider(page, 'zoe');
  await page.getByText('You have no account here.').waitFor();
  expect(new URL(page.url()).host).toBe(new URL(stage.url).host);
  await stage.screenshot(page, 'sign-in-refused');
});

test('a consultant is given a role in one project, and sees that one alone', { timeout: 60_000 }, async () => {
  const mine = await stage.project({ name: 'Tern moves', entries: 2 });
  const other = await stage.project({ name: 'Gull stays', entries: 1 });
  const owner = await stage.page('/account', { refusals: [400] });
  const dialog = owner.getByRole('dialog');
  const email = stage.unused('cleo') === 'cleo' ? 'cleo@consult.example' : 'cleo2@consult.example';
  await owner.getByRole('button', { name: 'Add a person' }).click();
  await dialog.getByLabel('E-mail').fill(email);
  await dialog.getByLabel('First password').fill(PASSWORD);
  await dialog.getByLabel('None').check();
  await dialog.getByRole('button', { name: 'Add' }).click();
  await owner.getByText(`${email} can sign in now.`).waitFor();
  await owner.goto(`/projects/${mine.id}/settings`);
  await owner.getByRole('button', { name: 'Give a role' }).click();
  await dialog.getByLabel('E-mail').fill('nobody@tern.example');
  await dialog.getByRole('button', { name: 'Give a role' }).click();
  await dialog.getByText('Nobody in the organization has the address nobody@tern.example.').waitFor();
  await dialog.getByLabel('E-mail').fill(email);
  await dialog.getByLabel('Operator').check();
  await expectAccessible(owner);
  await dialog.getByRole('button', { name: 'Give a role' }).click();
  const row = owner.getByRole('row').filter({ hasText: email });
  await row.getByText('Operator').waitFor();
  await stage.screenshot(owner, 'project-access', { fullPage: true });

  const cleo = await stage.page('/projects', { as: 'nobody', refusals: [401, 404, '404 favicon'] });
  provider.people.set('cleo', { email, email_verified: true });
  await signInAtProvider(cleo, 'cleo');
  await cleo.getByRole('link', { name: 'Tern moves' }).first().waitFor();
  expect(await cleo.getByText('Gull stays').count()).toBe(0);
  expect(await cleo.getByRole('link', { name: 'Notifications' }).count()).toBe(0);
  await stage.screenshot(cleo, 'projects-of-a-consultant');
  // An operator's buttons on the pages of this project; no settings to change.
  await cleo.goto(`/projects/${mine.id}/list`);
  await cleo
    .getByRole('button', { name: /Add|Import/ })
    .first()
    .waitFor();
  await cleo.goto(`/projects/${other.id}/settings`);
  await cleo
    .getByText(/There is no project \d+\./)
    .first()
    .waitFor();

  await row.getByRole('button', { name: `Take the role of ${email} away` }).click();
  await dialog.getByRole('button', { name: 'Remove' }).click();
  await owner.getByText(`${email} has no role in this project any more.`).waitFor();
});

test('with passwords off there is the provider’s button, and a way for who was let in on the server', {
  timeout: 60_000,
}, async () => {
  await settle({ passwords: false, provider: provides });
  const page = await stage.page('/sign-in', { as: 'nobody', refusals: [400, '401 /api/me'] });
  await page.getByRole('link', { name: 'Sign in with Tern identity' }).waitFor();
  expect(await page.getByLabel('Password').count()).toBe(0);
  await page.getByRole('button', { name: 'I was let in on the server itself' }).click();
  await page.getByLabel('E-mail').fill('owner@tern.example');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('Passwords are switched off on this server.', { exact: true }).first().waitFor();
});
