import { createSite, DirectSite, MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { microsoft365Connector } from '../../src/index.ts';
import { startSimulator } from '../simulator.ts';

let server: Microsoft365;
beforeAll(async () => {
  server = await startSimulator();
});
afterAll(() => server.stop());

const system = () => ({
  settings: {
    tenant: 'contoso.example',
    clientId: MIGRATION_APP.id,
    baseUrl: server.baseUrl,
    loginUrl: server.baseUrl,
  },
  credentials: { password: MIGRATION_APP.secret },
});

test('all sites are found, subsites and those of groups too, and nobody’s OneDrive', async () => {
  const found: string[] = [];
  for await (const { itemType, address } of microsoft365Connector.discover(system(), 'site')) {
    expect(itemType).toBe('site');
    found.push(address);
  }
  expect(found).toEqual(
    expect.arrayContaining([
      'contoso.sharepoint.com',
      'contoso.sharepoint.com/sites/sales',
      'contoso.sharepoint.com/sites/sales/researchdevelopment',
      'contoso.sharepoint.com/sites/marketing',
    ]),
  );
  expect(found.filter((address) => address.includes('-my.'))).toEqual([]);
});

test('a check tells what a site holds, and what the app may do there', async () => {
  const lines = await microsoft365Connector.check(system(), 'contoso.sharepoint.com/sites/sales');
  expect(lines.filter(({ ok }) => !ok)).toEqual([]);
  const site = lines.find(({ name }) => name === 'site');
  expect(site?.evidence).toContain('3 lists, 5 pages');
  expect(lines.find(({ name }) => name === 'Lists and columns: permissions')?.evidence).toContain('Sites.Manage.All');
  const [wrong] = (await microsoft365Connector.check(system(), 'contoso.sharepoint.com/sites/nowhere')).filter(
    ({ ok }) => !ok,
  );
  expect(wrong?.evidence).toContain('no site contoso.sharepoint.com/sites/nowhere');
});

test('a list over the view threshold of 5,000 is listed, read and looked through after a crash', async () => {
  const path = 'sites/threshold';
  createSite(server.tenant('contoso.example'), { name: 'threshold', displayName: 'Threshold', at: server.clock.now() });
  const site = new DirectSite(server, 'alice@contoso.example', path);
  site.makeList('Many', []);
  for (let n = 1; n <= 5_001; n++) site.addItem('Many', { Title: `Item ${n}` });
  const session = await microsoft365Connector.open({
    system: system(),
    address: `contoso.sharepoint.com/${path}`,
    itemType: 'site',
    kinds: ['listItem'],
    role: 'write',
    installation: '0badcafe',
    signal: new AbortController().signal,
  });
  try {
    const many = (await session.reader.containers()).find((one) => one.path[0] === 'Many');
    const ids: string[] = [];
    for await (const { changes } of session.reader.changes(many?.id ?? '', undefined, {}))
      ids.push(...changes.map(({ id }) => id));
    expect(ids).toHaveLength(5_001);
    for await (const one of session.reader.read(many?.id ?? '', ids.slice(-1)))
      expect('body' in one && String(one.body)).toContain('Item 5001');
    const candidates: unknown[] = [];
    for await (const one of session.writer?.candidates(many?.id ?? '', undefined) ?? []) candidates.push(one);
    // None of them is ours.
    expect(candidates).toEqual([]);
  } finally {
    session.destroy();
  }
});
