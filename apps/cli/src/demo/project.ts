import type { Client } from '@sterna/api-contract';

/** How the server reaches a system. */
export interface SystemBody {
  readonly connector: string;
  readonly settings: Record<string, unknown>;
  readonly password: string;
}

/** A system with the name that it is shown by. */
export interface Named {
  readonly name: string;
  readonly system: SystemBody;
}

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

/**
 * Two systems, a project, a user list from a CSV, licenses: one for each mailbox and drive, and one to migrate again.
 *
 * @param domain of the target, where people keep what stands before their @
 */
export async function prepare(
  client: Client,
  source: Named,
  target: Named,
  people: readonly string[],
  domain: string,
): Promise<DemoProject> {
  const system = async ({ name, system: { password, ...more } }: Named): Promise<number> =>
    (await client.createSystem({ body: { name, ...more, credentials: { password } } })).id;
  const sourceSystemId = await system(source);
  const targetSystemId = await system(target);
  const project = await client.createProject({ body: { name: 'Demo', sourceSystemId, targetSystemId } });
  const there = (address: string): string => `${address.split('@')[0]}@${domain}`;
  const lines = people.flatMap((address) =>
    (['mailbox', 'drive'] as const).map((itemType) => ({ itemType, source: address, target: there(address) })),
  );
  const { entryIds } = await client.importEntries({
    params: { id: project.id },
    body: [
      'ItemType,SourceAddress,TargetAddress',
      ...lines.map((line) => `${line.itemType},${line.source},${line.target}`),
      '',
    ].join('\n'),
  });
  await client.putMapping({
    params: { id: project.id },
    body: { items: people.map((address) => ({ kind: 'user' as const, source: address, target: there(address) })) },
  });
  await client.grantLicenses({ body: { type: 'mail', quantity: people.length + 1, note: 'for the demo' } });
  await client.grantLicenses({ body: { type: 'file', quantity: people.length, note: 'for the demo' } });
  return { id: project.id, entries: lines.map((line, at) => ({ ...line, id: entryIds[at] as number })) };
}
