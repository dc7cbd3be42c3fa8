import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkReach, limitReach } from '@sterna/connector-kit';
import { prepareDatabase } from '@sterna/store/prepared';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog, type RunningServer, type StartOptions, startServer } from '../src/index.ts';

/** Who can reach the server decides where it may connect to. */
let folder: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sterna-reach-'));
  await chmod(folder, 0o755);
  await prepareDatabase(join(folder, 'data'));
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  limitReach(undefined);
  delete process.env.STERNA_PRIVATE_HOSTS;
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Partial<StartOptions>): Promise<string> {
  const log = createLog({ level: 'fatal' });
  server = await startServer({ port: 0, dataDir: join(folder, 'data'), version: '0.0.0', log, ...options });
  return server.url ?? '';
}

test('by default it listens on loopback only, and reaches what this machine reaches', async () => {
  expect(new URL(await start({ services: ['api'] })).hostname).toBe('127.0.0.1');
  expect(() => checkReach('10.1.2.3')).not.toThrow();
});

test.each<[string, Partial<StartOptions>]>([
  ['a server that others reach', { services: ['api'], host: '0.0.0.0' }],
  ['a server behind a TLS proxy', { services: ['api'], tlsProxy: true }],
  ['a worker alone', { services: ['worker'] }],
])('%s reaches private addresses by the list alone', async (_name, options) => {
  process.env.STERNA_PRIVATE_HOSTS = '10.1.0.0/16';
  await start(options);
  expect(() => checkReach('10.1.2.3')).not.toThrow();
  expect(() => checkReach('127.0.0.1')).toThrow(expect.objectContaining({ code: 'address-private' }));
  expect(() => checkReach('[fd00::1]')).toThrow(/private network/);
});
