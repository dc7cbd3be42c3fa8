import { connectors } from '@sterna/connectors';
import { groupsOf, type Microsoft365, teamsOf } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry } from '../support/direct-pass.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';
import { BareStage, LONG } from './bare-stage.ts';
import { type Kill, killLiving, passWithKills } from './harness.ts';

const kill = new BareStage([...connectors.values()]);
let tenants: Microsoft365;
/** Told of each request that has written to the target, when it has been answered. */
let wrote: () => void = () => {};
beforeAll(async () => {
  [tenants] = await Promise.all([
    startMicrosoft365({
      empty: ['fabrikam.example'],
      observe: ({ request: { method, target } }) => {
        if (method !== 'GET' && !target.includes('/token')) wrote();
      },
    }),
    kill.open(),
  ]);
  kill.later(() => tenants.stop());
}, 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

/** When so many writing requests have been answered since it started. */
const afterWrites = (count: number): Kill => ({
  name: 'a request that wrote',
  by: (child) =>
    new Promise((resolve, reject) => {
      let left = count;
      wrote = () => {
        left -= 1;
        if (left !== 0) return;
        wrote = () => {};
        killLiving({ ...kill.stage, report: { hits: 0, missed: 0, byName: {} } }, child, 'a request that wrote').then(
          resolve,
          reject,
        );
      };
    }),
});

test('killed after what it made, it makes nothing twice', async () => {
  const entry = await addEntry(kill.bench, microsoft365Endpoint(tenants, 'marketing@contoso.example'), {
    ...microsoft365Endpoint(tenants, 'marketing@fabrikam.example'),
    itemType: 'team',
  });
  const contoso = tenants.tenant('contoso.example');
  for (const { userPrincipalName } of contoso.users.values())
    await mapping(kill.bench, entry, userPrincipalName, userPrincipalName.replace('contoso', 'fabrikam'));
  // Each run finds what the ones before it made, so the first request that writes is always the next thing.
  const kills = Array.from({ length: LONG ? 12 : 3 }, () => afterWrites(1));
  const outcome = await passWithKills(kill.stage, entry, 'preprocess', kills);
  expect(outcome.error).toBeNull();
  expect(kill.report.hits).toBe(kills.length);

  const fabrikam = tenants.tenant('fabrikam.example');
  expect(groupsOf(fabrikam).all.map(({ mailNickname }) => mailNickname)).toEqual(['marketing']);
  const channels = (tenant: typeof fabrikam): string[] => {
    const [team] = teamsOf(tenant).all.filter(({ group }) => group.mailNickname === 'marketing');
    return [...(team?.channels.values() ?? [])].map(
      ({ displayName, membershipType }) => `${displayName} ${membershipType}`,
    );
  };
  expect(channels(fabrikam).sort()).toEqual(channels(contoso).sort());
  expect(tenants.notices.filter(({ tenant }) => tenant === 'fabrikam.example')).toEqual([]);
  expect(tenants.failures).toEqual([]);
}, 120_000);
