import { googleConnector } from '@sterna/connector-google';
import type { Connector, OpenRequest } from '@sterna/connector-kit';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { SternaError } from '@sterna/core';
import { startGoogle } from '@sterna/simulator-google';
import { MIGRATION_APP, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { type SpoilingProxy, startSpoilingProxy } from '@sterna/test-servers/spoiling-proxy';
import { afterAll, expect, test } from 'vitest';

/** Readings of a whole mailbox and its drive, in each of which about a fifth of the answers are spoilt. */
const READINGS = process.env.STERNA_TEST_LONG === undefined ? 4 : 100;
const SHARE = 0.2;
/** Objects that are read in each container. */
const MOST = 40;
const MANY = 1_000_000_000;
const QUOTAS = { gmail: MANY, calendar: MANY, people: MANY, tasks: MANY, drive: MANY, directory: MANY };

const running: { stop(): Promise<unknown> }[] = [];
afterAll(() => Promise.all(running.map((one) => one.stop())));

interface Service {
  readonly connector: Connector;
  readonly proxy: SpoilingProxy;
  readonly system: OpenRequest['system'];
  readonly address: string;
}

async function microsoft365(): Promise<Service> {
  const server = await startMicrosoft365({ size: 'small' });
  const proxy = await startSpoilingProxy(server.baseUrl);
  running.push(proxy, server);
  const settings = {
    tenant: 'contoso.example',
    clientId: MIGRATION_APP.id,
    baseUrl: proxy.url,
    loginUrl: server.baseUrl,
  };
  const system = { settings, credentials: { password: MIGRATION_APP.secret } };
  return { connector: microsoft365Connector, proxy, system, address: 'alice@contoso.example' };
}

async function google(): Promise<Service> {
  const server = await startGoogle({ size: 'small' });
  const proxy = await startSpoilingProxy(server.baseUrl);
  running.push(proxy, server);
  const settings = { baseUrl: proxy.url, unitsPerMinute: QUOTAS, projectUnitsPerMinute: QUOTAS };
  const system = { settings, credentials: { password: JSON.stringify(server.keyFile) } };
  return { connector: googleConnector, proxy, system, address: 'alice@nordwind.example' };
}

/** Everything that went wrong while all of it was listed and read. */
async function faultsOf({ connector, system, address }: Service): Promise<unknown[]> {
  const faults: unknown[] = [];
  const trying = async (work: () => Promise<void>): Promise<void> => {
    await work().catch((thrown: unknown) => faults.push(thrown));
  };
  await trying(async () => {
    const { signal } = new AbortController();
    const session = await connector.open({ system, address, role: 'read', installation: '0badcafe', signal });
    const { reader } = session;
    await trying(async () => {
      for (const { id } of await reader.containers({})) {
        const ids: string[] = [];
        await trying(async () => {
          for await (const { changes } of reader.changes(id, undefined, { date: true, size: true, matchKey: true }))
            ids.push(...changes.flatMap((one) => (one.gone === true ? [] : [one.id])));
        });
        await trying(async () => {
          for await (const one of reader.read(id, ids.slice(0, MOST)))
            if ('error' in one) faults.push(one.error);
            else if ('body' in one && !Buffer.isBuffer(one.body)) await drained(one.body);
        });
      }
    });
    await session.close();
  });
  return faults;
}

async function drained(body: AsyncIterable<Buffer>): Promise<void> {
  for await (const _ of body);
}

test.each([
  ['Microsoft 365', microsoft365],
  ['Google', google],
])(
  '%s answers with JSON that is not what it describes: an object fails, or the reading ends with a reason',
  async (_, start) => {
    const service = await start();
    const { proxy } = service;
    let spoilt = 0;
    let faults = 0;
    for (let seed = 1; seed <= READINGS; seed += 1) {
      proxy.begin(seed, SHARE);
      for (const fault of await faultsOf(service)) {
        faults += 1;
        const told = fault instanceof SternaError && fault.class !== 'bug';
        expect(told, `reading ${seed}: ${(fault as Error).stack}\nafter ${proxy.spoilt.slice(-4).join('\n')}`).toBe(
          true,
        );
      }
      spoilt += proxy.spoilt.length;
    }
    expect(spoilt).toBeGreaterThan(READINGS);
    expect(faults).toBeGreaterThan(0);
  },
  600_000,
);
