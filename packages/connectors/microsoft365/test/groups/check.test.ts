import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { microsoft365Connector } from '../../src/index.ts';
import { startSimulator } from '../simulator.ts';

let server: Microsoft365;
beforeAll(async () => {
  server = await startSimulator();
});
afterAll(async () => {
  const { failures } = server;
  await server.stop();
  expect(failures).toEqual([]);
});

const system = () => ({
  settings: {
    tenant: 'contoso.example',
    clientId: MIGRATION_APP.id,
    baseUrl: server.baseUrl,
    loginUrl: server.baseUrl,
  },
  credentials: { password: MIGRATION_APP.secret },
});

async function addressesOf(itemType: 'group' | 'team'): Promise<string[]> {
  const found: string[] = [];
  for await (const { address } of microsoft365Connector.discover(system(), itemType)) found.push(address);
  return found;
}

test.each(['group', 'team'] as const)(
  'a check of a %s’s address tells what is there, and what the app may do',
  async (itemType) => {
    const [address = ''] = await addressesOf(itemType);
    const lines = await microsoft365Connector.check(system(), address);
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.find(({ name }) => name === 'group')?.evidence).toMatch(/[1-9]\d* members/);
    expect(lines.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['groups: permissions', 'plans: permissions', 'files: permissions']),
    );
    expect(lines.some(({ name }) => name === 'what was said in channels: permissions')).toBe(itemType === 'team');
  },
);

test('an address that is nobody’s is told as that', async () => {
  const lines = await microsoft365Connector.check(system(), 'nobody-at-all@contoso.example');
  expect(lines.at(-1)).toMatchObject({ name: 'user', ok: false });
});
