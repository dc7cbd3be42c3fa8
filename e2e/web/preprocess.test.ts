import { MIGRATION_APP, type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './support/accessible.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

let stage: WebStage;
let microsoft: Microsoft365;
beforeAll(async () => {
  [stage, microsoft] = await Promise.all([
    openWebStage('preprocess', { mail: false }),
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
  const body = { name: stage.unused(domain), connector: 'microsoft365', settings, credentials };
  return (await stage.client.createSystem({ body })).id;
};

test('a team is made in the target before its contents, and what is missing is told with what to do', async () => {
  const { client } = stage;
  const project = await client.createProject({
    body: {
      name: stage.unused('Two tenants'),
      sourceSystemId: await tenant('contoso.example'),
      targetSystemId: await tenant('fabrikam.example'),
    },
  });
  await client.putMapping({
    params: { id: project.id },
    body: { items: [{ kind: 'domain', source: 'contoso.example', target: 'fabrikam.example' }] },
  });
  const { items } = await client.createEntries({
    params: { id: project.id },
    body: {
      entries: [
        { itemType: 'team', sourceAddress: 'marketing@contoso.example', targetAddress: 'marketing@fabrikam.example' },
      ],
    },
  });
  const id = items[0]?.id ?? 0;
  const page = await stage.page(`/entries/${id}`);
  await page.getByRole('button', { name: 'Prepare the target' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('The team is made in the target').waitFor();
  await dialog.getByText('Costs no license.').waitFor();
  await dialog.getByRole('button', { name: 'Prepare the target' }).click();
  await stage.idle(id);
  await page.getByRole('tab', { name: 'History' }).click();
  const table = page.getByRole('region', { name: 'What the target has now' });
  await table.getByRole('cell', { name: 'user partner@adatum.example' }).waitFor();
  await table.getByText('Invite the guest in Microsoft Entra').waitFor();
  const rows = await table.getByRole('row').allInnerTexts();
  expect(rows.some((row) => /private channel Budget\s+made/.test(row))).toBe(true);
  // What somebody has to look after comes first.
  expect(rows[1]).toMatch(/missing/);
  await expectAccessible(page);
  await stage.screenshot(page, 'preprocess', { fullPage: true });
});
