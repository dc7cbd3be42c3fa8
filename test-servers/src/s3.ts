/** Two storages that speak S3, each on 127.0.0.1: OpenStack Swift and Ceph's gateway. */
import { existsSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Family, freePort, makeFolder, removeFolder, tail, untilReady } from './instance.ts';

/** Debian's: what comes first in the PATH may lack Swift. */
const PYTHON = '/usr/bin/python3';
const SWIFT = '/usr/lib/python3/dist-packages/swift/common/middleware/s3api/s3api.py';
const CEPH = ['/usr/bin/ceph-mon', '/usr/bin/ceph-osd', '/usr/bin/radosgw'];

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface S3Server {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  /** May do everything. */
  readonly keys: S3Keys;
  /** May do nothing (Swift). */
  readonly guest: S3Keys;
  pause(): void;
  resume(): void;
  log(): string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const swiftInstalled = (): boolean => existsSync(PYTHON) && existsSync(SWIFT);
export const cephInstalled = (): boolean => CEPH.every((program) => existsSync(program));

/**
 * Swift 2.30: signatures, multipart uploads, versions. It refuses conditions of a put, and keeps those of completing an
 * upload of several parts.
 */
export async function startSwift(): Promise<S3Server> {
  if (!swiftInstalled()) throw new Error('Swift is not installed: run scripts/install-servers.sh');
  const keys = { accessKeyId: 'test:tester', secretAccessKey: 'secret-of-tester' };
  const guest = { accessKeyId: 'test:guest', secretAccessKey: 'secret-of-guest' };
  return start('swift', 'Swift', keys, guest, (folder, port) => {
    writeFileSync(
      join(folder, 'swift.json'),
      JSON.stringify({
        users: {
          [keys.accessKeyId]: { key: keys.secretAccessKey, admin: true },
          [guest.accessKeyId]: { key: guest.secretAccessKey, admin: false },
        },
      }),
    );
    return Promise.resolve([PYTHON, script('swift-server.py'), folder, String(port)]);
  });
}

/** Ceph 16: as Swift, but it keeps the conditions of a put, and none of completing an upload. Takes 10 seconds to start. */
export async function startCeph(): Promise<S3Server> {
  if (!cephInstalled()) throw new Error('Ceph is not installed: run STERNA_TEST_LONG=1 scripts/install-servers.sh');
  const keys = { accessKeyId: 'tester', secretAccessKey: 'secret-of-tester' };
  return start('ceph', 'Ceph', keys, keys, async (folder, port) => {
    const monitor = await freePort();
    const { accessKeyId, secretAccessKey } = keys;
    return ['/bin/sh', script('ceph-server.sh'), folder, String(monitor), String(port), accessKeyId, secretAccessKey];
  });
}

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function start(
  kind: string,
  title: string,
  keys: S3Keys,
  guest: S3Keys,
  prepare: (folder: string, port: number) => Promise<readonly string[]>,
): Promise<S3Server> {
  const folder = makeFolder(kind);
  const output = join(folder, `${kind}.out`);
  const host = '127.0.0.1';
  const port = await freePort();
  const [command = '', ...args] = await prepare(folder, port);
  const family = new Family({ command, args, folder, output });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await family.kill();
    family.dismissGuardian();
    removeFolder(folder);
  };
  try {
    family.start();
    await untilReady(family, () => answers(host, port), title, 90_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://${host}:${port}`,
    host,
    port,
    folder,
    keys,
    guest,
    pause: () => family.pause(),
    resume: () => family.resume(),
    log: () => tail(output),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host, port, path: '/', timeout: 2_000, agent: false }, (answer) => {
      answer.resume();
      resolve((answer.statusCode ?? 500) < 500);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
