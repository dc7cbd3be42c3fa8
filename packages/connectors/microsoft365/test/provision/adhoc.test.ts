import { startMicrosoft365, VirtualClock } from '@sterna/simulator-microsoft365';
import { expect, test } from 'vitest';
import { Contract } from '../../../../../simulators/microsoft365/test/contract/index.ts';
import { blueprintAt, provisionTo } from './tenants.ts';

test('contract', async () => {
  const contract = new Contract();
  const server = await startMicrosoft365({
    empty: ['fabrikam.example'],
    clock: new VirtualClock(),
    observe: contract.observe,
  });
  const blueprint = await blueprintAt(server, 'team', 'marketing@contoso.example');
  for (let i = 0; i < 2; i++) await provisionTo(server, 'marketing@fabrikam.example', blueprint);
  await provisionTo(
    server,
    'fabrikam.sharepoint.com/sites/facilities',
    await blueprintAt(server, 'site', 'contoso.sharepoint.com/sites/facilities'),
  );
  const [, someone] = blueprint.channels.find(({ name }) => name === 'Budget')?.members ?? [];
  await provisionTo(server, 'marketing@fabrikam.example', {
    ...blueprint,
    channels: blueprint.channels.map((c) =>
      c.name === 'Budget'
        ? { ...c, members: c.members.map((m) => (m === someone ? { ...m, role: 'owner' as const } : m)) }
        : c,
    ),
  });
  console.log(contract.present, contract.checked, contract.faults);
  await server.stop();
  expect(contract.faults).toEqual([]);
});
