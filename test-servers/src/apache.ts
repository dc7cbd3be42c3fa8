/** Apache with mod_dav on 127.0.0.1, as another user than the tests'. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, makeFolder, requireRoot, systemUser } from './instance.ts';
import { startWebServer, type WebServer } from './web-server.ts';

const PROGRAM = '/usr/sbin/apache2';
const MODULES = '/usr/lib/apache2/modules';
const REALM = 'dav';

export interface ApacheOptions {
  /** Names; the password is `pw`. */
  users?: string[];
  /** How they sign in. */
  auth?: 'basic' | 'digest';
  /** More lines of configuration. */
  extraConfig?: string;
}

export interface Apache extends WebServer {
  /** Gives what the test put there to the server's user. */
  adopt(path?: string): void;
}

export const apacheInstalled = (): boolean => existsSync(PROGRAM);

export async function startApache(options: ApacheOptions = {}): Promise<Apache> {
  if (!apacheInstalled()) throw new Error('apache2 is not installed: run scripts/install-servers.sh');
  requireRoot('Apache');
  const folder = makeFolder('apache');
  const output = join(folder, 'apache.log');
  const host = '127.0.0.1';
  const port = await freePort(host);
  const { users = ['user'], auth = 'basic' } = options;
  const owner = systemUser('www-data');
  const root = join(folder, 'files');
  for (const name of ['files', 'locks', 'run']) {
    mkdirSync(join(folder, name));
    chownSync(join(folder, name), owner.uid, owner.gid);
  }
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const passwords = join(folder, 'users');
  writeFileSync(
    passwords,
    users
      .map((user) =>
        auth === 'digest'
          ? `${user}:${REALM}:${md5(`${user}:${REALM}:pw`)}\n`
          : `${user}:{SHA}${createHash('sha1').update('pw').digest('base64')}\n`,
      )
      .join(''),
  );
  const load = [
    'mpm_event',
    'authn_core',
    'authn_file',
    'authz_core',
    'authz_user',
    `auth_${auth}`,
    'dav',
    'dav_fs',
    'dav_lock',
    'mime',
  ];
  const config = join(folder, 'httpd.conf');
  writeFileSync(
    config,
    [
      `ServerRoot ${folder}`,
      'ServerName 127.0.0.1',
      `Listen ${host}:${port}`,
      `PidFile ${join(folder, 'run/httpd.pid')}`,
      `DefaultRuntimeDir ${join(folder, 'run')}`,
      `ErrorLog ${output}`,
      'User www-data',
      'Group www-data',
      'StartServers 1',
      'ThreadsPerChild 25',
      'ServerLimit 2',
      'MaxRequestWorkers 50',
      ...load.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
      'TypesConfig /etc/mime.types',
      'AcceptPathInfo On',
      `DavLockDB ${join(folder, 'locks/lock')}`,
      `DocumentRoot ${root}`,
      'LimitRequestBody 0',
      'AllowEncodedSlashes On',
      'MaxKeepAliveRequests 0',
      `<Directory ${root}>`,
      '  Dav On',
      `  AuthType ${auth === 'digest' ? 'Digest' : 'Basic'}`,
      `  AuthName ${REALM}`,
      ...(auth === 'digest' ? [`  AuthDigestProvider file`, '  AuthDigestDomain /'] : []),
      `  AuthUserFile ${passwords}`,
      '  Require valid-user',
      '</Directory>',
      options.extraConfig ?? '',
      '',
    ].join('\n'),
  );
  chmodSync(passwords, 0o644);
  const server = await startWebServer({
    name: 'Apache',
    command: PROGRAM,
    args: ['-f', config, '-DFOREGROUND'],
    folder,
    root,
    output,
    host,
    port,
  });
  return Object.assign(server, {
    adopt: (path = root): void => {
      execFileSync('chown', ['-R', '-h', 'www-data:', path]);
    },
  });
}
