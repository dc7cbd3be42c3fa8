import { expect, test } from 'vitest';
import { connect } from '../../src/connect.ts';
import { CLOUDS } from '../../src/graph/clouds.ts';
import { parseMicrosoft365Settings, placesOf } from '../../src/settings.ts';

/** From the table of https://learn.microsoft.com/en-us/graph/deployments. */
test.each([
  [undefined, 'https://graph.microsoft.com', 'https://login.microsoftonline.com'],
  ['global', 'https://graph.microsoft.com', 'https://login.microsoftonline.com'],
  ['usgov', 'https://graph.microsoft.us', 'https://login.microsoftonline.us'],
  ['usgov-dod', 'https://dod-graph.microsoft.us', 'https://login.microsoftonline.us'],
  ['china', 'https://microsoftgraph.chinacloudapi.cn', 'https://login.partner.microsoftonline.cn'],
] as const)('cloud %s: requests go to its own Graph, and sign-in to its own Entra', (cloud, graph, login) => {
  const settings = { clientId: 'app', ...(cloud === undefined ? {} : { cloud }) };
  expect(placesOf(parseMicrosoft365Settings(settings))).toEqual({ graph, login });
  // The scope of the token is the resource, whatever stands before it.
  expect(CLOUDS[cloud ?? 'global'].graph).toBe(graph);
  const { client, where } = connect({
    system: { settings, credentials: { password: 'secret' } },
    address: 'alice@contoso.example',
    signal: new AbortController().signal,
  });
  const url = client.urlOf({ method: 'GET', path: '/users', doing: 'listing the users', budget: 'none' });
  client.destroy();
  expect(url.href).toBe(`${graph}/v1.0/users`);
  expect(where).toBe(`contoso.example at ${new URL(graph).host}`);
});

test('a cloud that Microsoft doesn’t have is told as that', () => {
  expect(() => parseMicrosoft365Settings({ cloud: 'germany' })).toThrow(/setting cloud is invalid/);
});
