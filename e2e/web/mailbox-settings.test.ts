import { MIGRATION_APP, type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
let microsoft: Microsoft365;
beforeAll(async () => {
  [stage, microsoft] = await Promise.all([
    openWebStage('mailbox-settings', { mail: false }),
    startMicrosoft365({ empty: ['fabrikam.example'] }),
  ]);
});
afterAll(async () => {
  await stage?.close();
  await microsoft?.stop();
});

const tenant = async (domain: string): Promise<number> => {
  const { baseUrl } = microsoft;
  const settings = { tenant: domain, clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl };
  const credentials = { password: MIGRATION_APP.secret };
  return (await stage.client.createSystem({ body: { name: domain, connector: 'microsoft365', settings, credentials } }))
    .id;
};

test('mailbox settings are a kind like the others: switched, counted by their sort, and told what they lose', async () => {
  const systems = { source: await tenant('contoso.example'), target: await tenant('fabrikam.example') };
  const project = await stage.project({
    name: 'Two tenants',
    entries: [{ sourceAddress: 'alice@contoso.example', targetAddress: 'alice@fabrikam.example' }],
    licenses: 1,
    systems,
  });
  const settings = await stage.page(`/projects/${project.id}/settings`);
  const kind = settings.getByRole('checkbox', { name: 'Settings of mailboxes, groups and teams' });
  await kind.waitFor();
  expect(await kind.isChecked()).toBe(true);
  await expectAccessible(settings);
  await stage.screenshot(settings, 'mailbox-settings-kinds', { fullPage: true });

  const [entry] = project.entries;
  await stage.migrate(entry?.id ?? 0);
  const page = await stage.page(`/entries/${entry?.id}`);
  for (const group of ['Rules', 'Categories', 'Preferences', 'Calendar sharing'])
    await page.getByRole('rowheader', { name: group, exact: true }).waitFor();
  await page.getByRole('img', { name: /^Categories: seen 3 = created 3/ }).waitFor();
  await page.getByRole('img', { name: /^Calendar sharing: seen 1 = skipped 1/ }).waitFor();
  await page.getByText('1 can’t be migrated; its note says why and what to do').waitFor();
  await stage.screenshot(page, 'mailbox-settings-books', { fullPage: true });
});
