/** Radicale 3 on 127.0.0.1: CalDAV and CardDAV, one server for any number of users. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Family, freePort, makeFolder, removeFolder, tail, untilReady } from './instance.ts';

const PROGRAM = '/usr/bin/radicale';
const PYTHON = '/usr/bin/python3';

/** It waits for the disk several times for each object, which shows only after a power failure; nothing here has one. */
const WITHOUT_WAITING = `
import os, runpy, sys
os.fsync = os.fdatasync = lambda _: None
sys.argv[0] = 'radicale'
runpy.run_module('radicale', run_name='__main__', alter_sys=True)
`;

export interface RadicaleOptions {
  /** Names; the password is `pw`, unless another is given. */
  users?: (string | { name: string; password: string })[];
  /** Largest request body, in bytes. */
  maxContentLength?: number;
}

export interface Radicale {
  /** `http://127.0.0.1:PORT/`; a user's home is `NAME/` below it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  readonly pid: number | undefined;
  /** Text of every object of a user by its collection's display name, read from disk: past any client. */
  objects(user: string): Map<string, string[]>;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  restart(): Promise<void>;
  log(): string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const radicaleInstalled = (): boolean => existsSync(PROGRAM);

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(1_000, () => finish(false));
    socket.once('connect', () => socket.write('GET /.web/ HTTP/1.0\r\n\r\n'));
    socket.once('data', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

export async function startRadicale(options: RadicaleOptions = {}): Promise<Radicale> {
  if (!radicaleInstalled()) throw new Error('radicale is not installed: run scripts/install-servers.sh');
  const folder = makeFolder('radicale');
  const output = join(folder, 'radicale.log');
  const host = '127.0.0.1';
  const port = await freePort();
  const users = options.users ?? ['source', 'target'];
  mkdirSync(join(folder, 'data'));
  writeFileSync(
    join(folder, 'users'),
    users.map((user) => (typeof user === 'string' ? `${user}:pw\n` : `${user.name}:${user.password}\n`)).join(''),
  );
  writeFileSync(
    join(folder, 'config'),
    [
      '[server]',
      `hosts = ${host}:${port}`,
      'max_connections = 40',
      ...(options.maxContentLength === undefined ? [] : [`max_content_length = ${options.maxContentLength}`]),
      '[auth]',
      'type = htpasswd',
      `htpasswd_filename = ${join(folder, 'users')}`,
      'htpasswd_encryption = plain',
      'delay = 0',
      '[storage]',
      `filesystem_folder = ${join(folder, 'data')}`,
      '[logging]',
      'level = warning',
      '',
    ].join('\n'),
  );
  const args = ['-c', WITHOUT_WAITING, '-C', join(folder, 'config')];
  const family = new Family({ command: PYTHON, args, folder, output });
  const start = async (): Promise<void> => {
    family.start();
    await untilReady(family, () => answers(host, port), 'Radicale', 30_000);
  };
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await family.kill();
    family.dismissGuardian();
    removeFolder(folder);
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://${host}:${port}/`,
    host,
    port,
    folder,
    get pid() {
      return family.pid;
    },
    objects(user) {
      const home = join(folder, 'data/collection-root', user);
      const found = new Map<string, string[]>();
      for (const name of existsSync(home) ? readdirSync(home) : []) {
        const collection = join(home, name);
        const props = join(collection, '.Radicale.props');
        if (!existsSync(props)) continue;
        const title = String(
          (JSON.parse(readFileSync(props, 'utf8')) as Record<string, string>)['D:displayname'] ?? name,
        );
        const texts = readdirSync(collection)
          .filter((file) => !file.startsWith('.Radicale'))
          .map((file) => readFileSync(join(collection, file), 'utf8'));
        found.set(title, [...(found.get(title) ?? []), ...texts]);
      }
      return found;
    },
    pause: () => family.pause(),
    resume: () => family.resume(),
    kill: () => family.kill(),
    restart: async () => {
      await family.kill();
      await start();
    },
    log: () => tail(output),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
