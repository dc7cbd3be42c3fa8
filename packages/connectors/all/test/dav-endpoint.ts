import type { Connector } from '@sterna/connector-kit';
import type { FoundMessage, Material, PickMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { RawDav, type RawObject } from '@sterna/test-servers';

const COMPONENT: Readonly<Record<string, string>> = { event: 'VEVENT', task: 'VTODO' };

export interface DavEndpointOptions {
  readonly connector: Connector;
  readonly material: Material;
  /** Address of the server, as the connector is given it. */
  readonly url: string;
  /** Address of the user's home. */
  readonly home: string;
  readonly user: string;
  /** Collections take events and tasks alike. */
  readonly mixed?: boolean;
}

/** A user of a CalDAV or CardDAV server, seen past the connector. */
export function davEndpoint({ connector, material, url, home, user, mixed }: DavEndpointOptions): SuiteEndpoint {
  const raw = new RawDav(home, user);
  const { kind } = material;
  const component = COMPONENT[kind];
  let serial = 0;
  const collections = async () =>
    (await raw.collections()).filter((one) =>
      component === undefined
        ? one.type === 'address book'
        : one.type === 'calendar' && (one.components.length === 0 || one.components.includes(component)),
    );
  const collectionOf = async (folder: readonly string[]): Promise<string> => {
    const name = folder.join(' / ');
    const there = async () => (await collections()).find((one) => one.name === name)?.path;
    const known = await there();
    if (known !== undefined) return known;
    serial += 1;
    if (component === undefined) await raw.makeAddressBook(`seeded-${serial}/`, name);
    else await raw.makeCalendar(`seeded-${serial}/`, name, mixed === true ? ['VEVENT', 'VTODO'] : [component]);
    return (await there()) as string;
  };
  // The same text may come back in other words: what is meant is found by its UID.
  const uidOf = (text: string): string | undefined => /^UID:(.*(?:\r?\n[ \t].*)*)/m.exec(text)?.[1]?.replace(/\s/g, '');
  const find = async (which: PickMessage): Promise<RawObject> => {
    const uid = uidOf(which.raw.toString('utf8'));
    const found = (await raw.objects(await collectionOf(which.folder))).find((one) => uidOf(one.text) === uid);
    if (found === undefined) throw new Error('no such object');
    return found;
  };
  return {
    connector,
    system: { settings: { url, retryDelaysMs: [0, 0, 10] }, credentials: { password: 'pw' } },
    address: user,
    async seed(objects) {
      for (const [name, group] of Map.groupBy(objects, (one) => one.folder.join(' / '))) {
        const collection = await collectionOf([name]);
        for (const one of group) {
          serial += 1;
          await raw.put(
            `${collection}seed ${serial}${component === undefined ? '.vcf' : '.ics'}`,
            one.raw.toString('utf8'),
          );
        }
      }
    },
    async dump() {
      const found: FoundMessage[] = [];
      for (const { path, name } of await collections())
        for (const { text } of await raw.objects(path))
          found.push({ folder: [name], raw: Buffer.from(text, 'utf8'), flags: [], date: undefined });
      return found;
    },
    folders: async () => (await collections()).map(({ name }) => [name]),
    async remove(which) {
      await raw.ok('DELETE', (await find(which)).path);
    },
    async replace(which, content) {
      await raw.put((await find(which)).path, content.toString('utf8'));
    },
    async move(which, to) {
      const { path } = await find(which);
      const destination = new URL(`${await collectionOf(to)}moved-here`, raw.home);
      await raw.ok('MOVE', path, '', { destination: destination.href });
    },
    dispose: async () => {},
  };
}
