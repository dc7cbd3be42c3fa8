import type { Client } from '@sterna/api-contract';
import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';

const SOURCE = 'contoso.example';
const TARGET = 'fabrikam.example';

/** An entry of the demo's user list. */
export interface DemoEntry {
  readonly id: number;
  readonly itemType: 'mailbox' | 'drive';
  readonly source: string;
  readonly target: string;
}

export interface DemoProject {
  readonly id: number;
  readonly entries: readonly DemoEntry[];
}

/** Addresses of so many people of the tenant that is left behind. */
export const leaving = (server: Microsoft365, people: number): readonly string[] =>
  [...server.tenant(SOURCE).users.values()].slice(0, people).map(({ userPrincipalName }) => userPrincipalName);

/** Two systems, a project, a user list from a CSV, licenses: one for each mailbox and drive, and one to migrate again. */
export async function prepare(client: Client, server: Microsoft365, people: readonly string[]): Promise<DemoProject> {
  const system = async (name: string, tenant: string): Promise<number> => {
    const { baseUrl } = server;
    const settings = { tenant, clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl };
    const body = { name, connector: 'microsoft365', settings, credentials: { password: MIGRATION_APP.secret } };
    return (await client.createSystem({ body })).id;
  };
  const sourceSystemId = await system('Contoso', SOURCE);
  const targetSystemId = await system('Fabrikam', TARGET);
  const project = await client.createProject({ body: { name: 'Demo', sourceSystemId, targetSystemId } });
  const lines = people.flatMap((source) => {
    const target = `${source.split('@')[0]}@${TARGET}`;
    return (['mailbox', 'drive'] as const).map((itemType) => ({ itemType, source, target }));
  });
  const { entryIds } = await client.importEntries({
    params: { id: project.id },
    body: [
      'ItemType,SourceAddress,TargetAddress',
      ...lines.map(({ itemType, source, target }) => `${itemType},${source},${target}`),
      '',
    ].join('\n'),
  });
  await client.putMapping({
    params: { id: project.id },
    body: {
      items: people.map((source) => ({ kind: 'user' as const, source, target: `${source.split('@')[0]}@${TARGET}` })),
    },
  });
  await client.grantLicenses({ body: { type: 'mail', quantity: people.length + 1, note: 'for the demo' } });
  await client.grantLicenses({ body: { type: 'file', quantity: people.length, note: 'for the demo' } });
  return { id: project.id, entries: lines.map((line, at) => ({ ...line, id: entryIds[at] as number })) };
}
