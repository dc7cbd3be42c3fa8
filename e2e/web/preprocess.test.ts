import {
  DirectGroup,
  DirectTeam,
  MIGRATION_APP,
  type Microsoft365,
  startMicrosoft365,
  teamsOf,
} from '@sterna/simulator-microsoft365';
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

/** An entry of a team that the target doesn't have. */
async function teamEntry(name: string, source = 'marketing'): Promise<number> {
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
        { itemType: 'team', sourceAddress: `${source}@contoso.example`, targetAddress: `${name}@fabrikam.example` },
      ],
    },
  });
  return items[0]?.id ?? 0;
}

test('a team is made in the target before its contents, and what is missing is told with what to do', async () => {
  const id = await teamEntry('marketing');
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

test('channels that a pass left to nobody are given back by a button that says what it does', async () => {
  const id = await teamEntry('halted');
  await stage.client.preprocessEntry({ params: { id } });
  await stage.idle(id);
  const team = teamsOf(microsoft.tenant('fabrikam.example')).all.find(({ group }) => group.mailNickname === 'halted');
  const general = [...(team?.channels.values() ?? [])].find(({ displayName }) => displayName === 'General');
  if (general === undefined) throw new Error('no channel');
  general.migration = { app: MIGRATION_APP.id, after: 0 };
  const page = await stage.page(`/entries/${id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Give back what is held' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('may have left channels of Teams in migration mode').waitFor();
  await dialog.getByText('Costs no license.').waitFor();
  await expectAccessible(page);
  await stage.screenshot(page, 'finish', { fullPage: true });
  await dialog.getByRole('button', { name: 'Give back what is held' }).click();
  await stage.idle(id);
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('Given back: General.').waitFor();
  expect(general.migration).toBe('completed');
});

test('before a team is emptied, the list says what its channels will be called that keep what was said', async () => {
  const NAME = 'small';
  const [here, there] = ['contoso.example', 'fabrikam.example'].map((domain) => {
    const owner = `alice@${domain}`;
    const { group } = DirectGroup.create(microsoft, `${NAME}@${domain}`, NAME, [owner]);
    teamsOf(microsoft.tenant(domain)).create(group, microsoft.clock.now());
    return new DirectTeam(microsoft, owner, NAME);
  }) as [DirectTeam, DirectTeam];
  here.makeChannel('Plans');
  for (const channel of ['General', 'Plans']) here.say(channel, `<p>In ${channel}</p>`, {}, Date.parse('2023-01-02'));
  const id = await teamEntry(NAME, NAME);
  const { client } = stage;
  await client.grantLicenses({ body: { type: 'team', quantity: 2, note: 'team' } });
  await client.startEntry({ params: { id }, body: {} });
  await stage.idle(id);
  const { id: flow } = await client.beginRemigration({
    params: { id },
    body: { reason: 'configuration changed', note: 'Anew' },
  });
  const params = { id: flow };
  await client.chooseRemigrationBackup({ params, body: { choice: 'refuse', why: 'Nothing is lost' } });
  await client.chooseRemigrationTarget({ params, body: { choice: 'empty' } });
  await stage.idle(id);
  const page = await stage.page(`/remigrations/${flow}`);
  const list = page.getByRole('region', { name: 'What was listed, by folder' });
  const name = `Plans (until ${new Date().toISOString().slice(0, 10)})`;
  await list.getByText(`Plans keeps what can’t be removed, and is renamed to “${name}”`).waitFor();
  await expectAccessible(page);
  await stage.screenshot(page, 'team-emptying', { fullPage: true });
  await page.getByLabel('Type the target address to confirm').fill(`${NAME}@fabrikam.example`);
  await page.getByRole('button', { name: 'Remove them' }).click();
  await page.locator('li[aria-current=step]').getByRole('heading', { level: 2, name: 'New entry' }).waitFor();
  expect([...there.team.channels.values()].map(({ displayName }) => displayName).sort()).toEqual(['General', name]);
}, 120_000);
