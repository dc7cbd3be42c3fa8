/** `rclone serve webdav` on 127.0.0.1: the WebDAV server of many small boxes, Go's x/net/webdav. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, makeFolder } from './instance.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const PROGRAM = '/usr/bin/rclone';

export const rcloneInstalled = (): boolean => existsSync(PROGRAM);

/** User `user`, password `pw`. It looks at the disk anew for each listing. */
export async function startRcloneWebdav(options: { readonly args?: string[] } = {}): Promise<WebServer> {
  if (!rcloneInstalled()) throw new Error('rclone is not installed: run scripts/install-servers.sh');
  const folder = makeFolder('rclone');
  const root = join(folder, 'files');
  mkdirSync(root);
  const host = '127.0.0.1';
  const port = await freePort(host);
  return startWebServer({
    name: 'rclone',
    command: PROGRAM,
    args: [
      'serve',
      'webdav',
      root,
      '--config',
      join(folder, 'none.conf'),
      '--cache-dir',
      join(folder, 'cache'),
      '--addr',
      `${host}:${port}`,
      '--user',
      'user',
      '--pass',
      'pw',
      '--dir-cache-time',
      '0s',
      ...(options.args ?? []),
    ],
    env: { ...process.env, HOME: folder },
    folder,
    root,
    output: join(folder, 'rclone.log'),
    host,
    port,
  });
}
