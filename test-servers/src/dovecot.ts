/** Dovecot 2.3 (Debian's dovecot-imapd) on 127.0.0.1, with everything in a folder of its own. */
import { execFile } from 'node:child_process';
import { chownSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type CertificateKind, type Certificates, makeCertificates } from './certificates.ts';
import { mountDisk, type OwnDisk } from './disk.ts';
import {
  Family,
  freePort,
  greets,
  makeFolder,
  removeFolder,
  requireRoot,
  systemUser,
  tail,
  untilReady,
} from './instance.ts';
import { RawImap, type RawReply, type RawTls } from './raw-imap.ts';

/** What Debian's Dovecot 2.3.19 announces by itself, before plugins and special-use add theirs. */
export const DOVECOT_CAPABILITIES: readonly string[] = (
  'IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE SORT SORT=DISPLAY THREAD=REFERENCES THREAD=REFS ' +
  'THREAD=ORDEREDSUBJECT MULTIAPPEND URL-PARTIAL CATENATE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED ' +
  'I18NLEVEL=1 CONDSTORE QRESYNC ESEARCH ESORT SEARCHRES WITHIN CONTEXT=SEARCH LIST-STATUS BINARY MOVE ' +
  'SNIPPET=FUZZY PREVIEW=FUZZY PREVIEW STATUS=SIZE SAVEDATE LITERAL+ NOTIFY'
).split(' ');

export interface DovecotOptions {
  /**
   * Capabilities that are not announced, neither in the banner nor after login (`MULTIAPPEND`, `CONDSTORE`, `UIDPLUS`,
   * `LITERAL+`, …). Hidden, not disabled: a client that uses them all the same is served.
   */
  hide?: string[];
  /** Announced in addition, truly or not: `LITERAL-`, `APPENDLIMIT=35651584`, … */
  announce?: string[];
  /**
   * false: PERMANENTFLAGS lacks `\*`. Dovecot can only do this by taking the right `w`, so PERMANENTFLAGS then holds no
   * flags but \Seen and \Deleted, and others are dropped from an APPEND without a word. For "all flags, but no
   * keywords" use the in-memory server.
   */
  keywords?: boolean;
  /** Listens for TLS (`tlsPort`) and offers STARTTLS on `port`, with a certificate of this kind. */
  tls?: CertificateKind;
  /**
   * true: passwords are refused before STARTTLS (LOGINDISABLED); `tls` is then `good` by default. Dovecot trusts a client with its own address, so the
   * server then listens on 127.0.0.2; use the returned `host`.
   */
  requireTls?: boolean;
  /** Password of every user; default `pw`. Any name can sign in. Names are lower-cased by Dovecot. */
  password?: string;
  /** Only these users exist, with these passwords (then `addUser` adds more). */
  users?: Record<string, string>;
  /** A master user: signs in as `user*NAME`, or by PLAIN with an authorization identity. */
  master?: { name: string; password: string };
  /** XOAUTH2 and OAUTHBEARER, with tokens from `issueToken`. */
  oauth?: boolean;
  /** Limits of every user; exactly at the limit is allowed. Also announces QUOTA. */
  quota?: { bytes?: number; messages?: number };
  /** Largest message that APPEND takes, in bytes. */
  maxMailSize?: number;
  /** ACL plugin. An array gives global rules, as `['* owner lrwstipekxa']`. Also announces ACL. */
  acl?: boolean | string[];
  /** Adds `shared/USER/…` with what other users granted (turns `acl` on). */
  sharedNamespace?: boolean;
  /** Hierarchy separator; default `/`. */
  separator?: '/' | '.';
  /** Prefix of the personal namespace, as `INBOX.` or `INBOX/`; default none. */
  prefix?: string;
  /** `maildir++` (default; no `.` in names while the separator is `/`) or `fs` (folders within folders). */
  layout?: 'maildir++' | 'fs';
  /** Lets folder names hold the characters which the layout needs for itself. */
  listescape?: boolean;
  format?: 'maildir' | 'mdbox' | 'sdbox';
  /** Makes and subscribes Drafts, Junk, Sent, Trash and Archive with their special use. */
  specialUse?: boolean;
  /** Connections per user and address, then `NO [LIMIT]`…; default 100. */
  maxConnectionsPerUser?: number;
  fsync?: 'optimized' | 'always' | 'never';
  /** The mail has a file system of its own, of so many megabytes (in memory), which `disk` can fill. */
  diskMegabytes?: number;
  /** Raw configuration, appended. */
  extraConfig?: string;
}

export interface Dovecot {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly certificates: Certificates | undefined;
  readonly folder: string;
  readonly pid: number | undefined;
  /** Of the mail; undefined without `diskMegabytes`. */
  readonly disk: OwnDisk | undefined;
  /** The folder which holds the user's mail (a Maildir, unless another format was chosen). Made if missing. */
  mailRoot(user: string): string;
  /** Gives everything in the user's mail folder to the server, after a test wrote there. */
  adopt(user: string): void;
  addUser(user: string, password?: string): void;
  /** Limits of one user from their next login on; without limits: unlimited. */
  setQuota(user: string, limits: { bytes?: number; messages?: number }): void;
  issueToken(user: string, options?: { expiresInSeconds?: number }): string;
  revokeToken(token: string): void;
  /** Signed-in connection, without TLS unless asked for or required. */
  login(user: string, options?: { password?: string; tls?: RawTls }): Promise<RawImap>;
  /** Signs in, runs the commands in turn, and returns the replies. */
  rawCommand(user: string, ...commands: string[]): Promise<RawReply[]>;
  /** Ids of the processes serving a mailbox (of this user), idle spare ones left out. */
  imapPids(user?: string): number[];
  /** All processes of this instance. */
  pids(): number[];
  /** SIGKILL for the master and everything it started. The mail stays; `restart()` brings it back. */
  kill(): Promise<void>;
  /** Ends it if it runs, and starts it on the same ports with the same mail. */
  restart(): Promise<void>;
  /** SIGSTOP for every process: connections stay open, new ones are accepted by the kernel, nothing is answered. */
  pause(): void;
  resume(): void;
  /** SIGKILL for the processes which serve this user now (or all users). */
  killSessions(user?: string): void;
  /** Repairs what it knows of a user's folders (`doveadm force-resync`), as an administrator does after a disk was full. */
  resync(user: string): Promise<void>;
  log(): string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const SPECIAL_USE = { Drafts: '\\Drafts', Junk: '\\Junk', Sent: '\\Sent', Trash: '\\Trash', Archive: '\\Archive' };

function capabilityLine(options: DovecotOptions): string {
  if (!options.hide?.length && !options.announce?.length) return '';
  const hidden = new Set((options.hide ?? []).map((name) => name.toUpperCase()));
  // A list given in full gets no additions from plugins.
  const list = [...DOVECOT_CAPABILITIES];
  if (options.specialUse) list.push('SPECIAL-USE');
  if (options.quota || options.maxMailSize !== undefined) list.push('QUOTA');
  if (wantsAcl(options)) list.push('ACL', 'RIGHTS=texk');
  list.push(...(options.announce ?? []));
  return `imap_capability = ${list.filter((name) => !hidden.has(name.toUpperCase())).join(' ')}`;
}

function wantsAcl(options: DovecotOptions): boolean {
  return Boolean(options.acl) || options.keywords === false || options.sharedNamespace === true;
}

function quotaRule(limits: { bytes?: number; messages?: number }): string {
  const parts: string[] = [];
  if (limits.bytes !== undefined) parts.push(`bytes=${limits.bytes}`);
  if (limits.messages !== undefined) parts.push(`messages=${limits.messages}`);
  return `*:${parts.join(':')}`;
}

interface Layout {
  folder: string;
  host: string;
  port: number;
  tlsPort: number | undefined;
  certificates: Certificates | undefined;
  tokenPort: number | undefined;
}

function configuration(options: DovecotOptions, layout: Layout): string {
  const { folder, host, port, tlsPort, certificates, tokenPort } = layout;
  const format = options.format ?? 'maildir';
  const separator = options.separator ?? '/';
  const fs = options.layout === 'fs' && format === 'maildir' ? ':LAYOUT=fs' : '';
  const location = (user: string) => `${format}:${folder}/mail/${user}${fs}`;
  const quota = options.quota !== undefined || options.maxMailSize !== undefined;
  const acl = wantsAcl(options);
  const plugins = [quota && 'quota', acl && 'acl', options.listescape && 'listescape'].filter(Boolean).join(' ');
  const imapPlugins = [quota && 'imap_quota', acl && 'imap_acl'].filter(Boolean).join(' ');

  const lines: string[] = [
    `base_dir = ${folder}/run`,
    `state_dir = ${folder}/run`,
    `log_path = ${folder}/dovecot.log`,
    'protocols = imap',
    `listen = ${host}`,
    certificates ? 'ssl = yes' : 'ssl = no',
    ...(certificates ? [`ssl_cert = <${certificates.certFile}`, `ssl_key = <${certificates.keyFile}`] : []),
    `disable_plaintext_auth = ${options.requireTls ? 'yes' : 'no'}`,
    `auth_mechanisms = plain login${options.oauth ? ' xoauth2 oauthbearer' : ''}`,
    'auth_failure_delay = 0',
    'auth_verbose = yes',
    'default_login_user = dovenull',
    'default_internal_user = dovecot',
    'first_valid_uid = 1',
    'mail_uid = mail',
    'mail_gid = mail',
    `mail_location = ${location('%u')}`,
    `mail_max_userip_connections = ${options.maxConnectionsPerUser ?? 100}`,
    `mail_fsync = ${options.fsync ?? 'optimized'}`,
    'verbose_proctitle = yes',
    `mail_plugins = ${plugins}`,
    'protocol imap {',
    `  mail_plugins = $mail_plugins ${imapPlugins}`,
    `  ${capabilityLine(options)}`,
    '}',
    // The login process has no protocol section of its own: it takes the global value for the banner.
    capabilityLine(options),
    'service imap-login {',
    '  chroot =',
    '  process_min_avail = 1',
    '  service_count = 0',
    `  inet_listener imap {\n    address = ${host}\n    port = ${port}\n  }`,
    `  inet_listener imaps {\n    address = ${host}\n    port = ${tlsPort ?? 0}\n    ssl = yes\n  }`,
    '}',
    'service imap {\n  service_count = 0\n  process_min_avail = 1\n}',
    'service auth {\n  client_limit = 3000\n}',
    'service anvil {\n  client_limit = 3000\n  unix_listener anvil-auth-penalty {\n    mode = 0\n  }\n}',
    'service stats {\n  unix_listener stats-writer {\n    mode = 0666\n  }\n}',
  ];

  if (options.master) {
    lines.push(
      'auth_master_user_separator = *',
      `passdb {\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%u ${folder}/masters\n  master = yes`,
      '  result_success = continue\n}',
    );
  }
  if (tokenPort !== undefined) {
    lines.push(`passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = ${folder}/oauth2.conf\n}`);
  }
  lines.push(
    options.users
      ? `passdb {\n  driver = dict\n  args = ${folder}/people.conf\n}`
      : `passdb {\n  driver = static\n  args = password=${options.password ?? 'pw'}\n}`,
    `userdb {\n  driver = dict\n  args = ${folder}/people.conf\n  result_success = continue-ok\n}`,
    `userdb {\n  driver = static\n  args = uid=mail gid=mail home=${folder}/mail/%u\n}`,
    'namespace inbox {',
    '  inbox = yes',
    `  separator = ${separator}`,
    `  prefix = ${options.prefix ?? ''}`,
    ...(options.specialUse
      ? Object.entries(SPECIAL_USE).map(
          ([name, use]) => `  mailbox ${name} {\n    auto = subscribe\n    special_use = ${use}\n  }`,
        )
      : []),
    '}',
  );
  if (options.sharedNamespace) {
    lines.push(
      'namespace shared {',
      '  type = shared',
      `  separator = ${separator}`,
      `  prefix = shared${separator}%%u${separator}`,
      `  location = ${location('%%u')}`,
      '  subscriptions = no',
      '  list = children',
      '}',
    );
  }
  lines.push('plugin {');
  if (quota) {
    lines.push('  quota = count:User quota', '  quota_vsizes = yes', '  quota_grace = 0');
    if (options.quota) lines.push(`  quota_rule = ${quotaRule(options.quota)}`);
    if (options.maxMailSize !== undefined) lines.push(`  quota_max_mail_size = ${options.maxMailSize}B`);
  }
  if (acl) {
    lines.push(
      `  acl = vfile:${folder}/acl-rules:cache_secs=1`,
      `  acl_shared_dict = file:${folder}/mail/shared-mailboxes`,
    );
    if (options.listescape) lines.push('  acl_ignore_namespace =');
  }
  lines.push('}', options.extraConfig ?? '');
  return `${lines.filter((line) => line.trim() !== '').join('\n')}\n`;
}

interface Token {
  user: string;
  expires: number;
}

/** Answers Dovecot's question "whose token is this?". */
async function startTokenServer(tokens: Map<string, Token>): Promise<Server> {
  const server = createServer((request, response) => {
    const token = new URL(request.url ?? '/', 'http://localhost').searchParams.get('access_token') ?? '';
    const found = tokens.get(token);
    response.setHeader('content-type', 'application/json');
    response.setHeader('connection', 'close');
    if (!found || found.expires <= Date.now()) {
      response.statusCode = 401;
      response.end(JSON.stringify({ error: 'invalid_token' }));
      return;
    }
    response.end(JSON.stringify({ email: found.user, expires_in: Math.round((found.expires - Date.now()) / 1000) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  return server;
}

/** Dovecot writes who is served into the process title, as `dovecot/imap [user 127.0.0.1 IDLE]`. */
function title(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[0] ?? '';
  } catch {
    return '';
  }
}

function giveTo(path: string, uid: number, gid: number): void {
  chownSync(path, uid, gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(join(path, name), uid, gid);
}

export async function startDovecot(options: DovecotOptions = {}): Promise<Dovecot> {
  requireRoot('Dovecot');
  if (!existsSync('/usr/lib/dovecot/imap')) {
    throw new Error('dovecot-imapd is not installed: run scripts/install-servers.sh');
  }
  const owner = systemUser('mail');
  const folder = makeFolder('dovecot');
  const mail = join(folder, 'mail');
  mkdirSync(join(folder, 'run'));
  mkdirSync(mail);
  let disk: OwnDisk | undefined;
  if (options.diskMegabytes === undefined) chownSync(mail, owner.uid, owner.gid);
  else disk = mountDisk(mail, options.diskMegabytes, `uid=${owner.uid},gid=${owner.gid},mode=755`);

  // One small file a person, read at every login (a passwd-file would be looked at once a second only).
  const people = join(folder, 'people');
  const users = new Map<string, string>();
  const writePerson = (kind: 'passdb' | 'userdb', user: string, fields: Record<string, string>) => {
    if (user.includes('/')) throw new Error('a user name with a slash is not supported here');
    writeFileSync(join(people, kind, user.toLowerCase()), JSON.stringify(fields));
  };
  const writeUser = (user: string, password: string) => {
    users.set(user.toLowerCase(), password);
    writePerson('passdb', user, { password: `{PLAIN}${password}` });
  };
  mkdirSync(join(people, 'passdb'), { recursive: true });
  mkdirSync(join(people, 'userdb'));
  writeFileSync(
    join(folder, 'people.conf'),
    `uri = fs:posix:prefix=${people}/
key passdb {
  key = passdb/%u
  format = json
}
key userdb {
  key = userdb/%u
  format = json
}
passdb_objects = passdb
userdb_objects = userdb
`,
  );
  for (const [user, password] of Object.entries(options.users ?? {})) writeUser(user, password);
  if (options.master)
    writeFileSync(join(folder, 'masters'), `${options.master.name}:{PLAIN}${options.master.password}::::::\n`);
  const rules = Array.isArray(options.acl) ? options.acl : [];
  if (options.keywords === false) rules.push('* owner lrstipekxa');
  writeFileSync(join(folder, 'acl-rules'), rules.map((rule) => `${rule}\n`).join(''));

  const tokens = new Map<string, Token>();
  const tokenServer = options.oauth ? await startTokenServer(tokens) : undefined;
  const tokenAddress = tokenServer?.address();
  const tokenPort = tokenAddress && typeof tokenAddress === 'object' ? tokenAddress.port : undefined;
  if (tokenPort !== undefined) {
    writeFileSync(
      join(folder, 'oauth2.conf'),
      `tokeninfo_url = http://127.0.0.1:${tokenPort}/tokeninfo?access_token=\nusername_attribute = email\n` +
        'force_introspection = no\n',
    );
  }

  const kind = options.tls ?? (options.requireTls ? 'good' : undefined);
  const certificates = kind ? makeCertificates(join(folder, 'tls'), kind) : undefined;
  const host = options.requireTls ? '127.0.0.2' : '127.0.0.1';
  let port = 0;
  let tlsPort: number | undefined;
  const output = join(folder, 'output.log');
  const family = new Family({
    command: '/usr/sbin/dovecot',
    args: ['-F', '-c', join(folder, 'dovecot.conf')],
    folder,
    output,
  });

  const start = async () => {
    family.start();
    await untilReady(family, () => greets(host, port, '* OK'), 'Dovecot');
  };
  const log = () => `${tail(output, 200)}\n${tail(join(folder, 'dovecot.log'), 2000)}`;
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await family.kill(); // its orderly end takes a second, and nothing of it is kept
    family.dismissGuardian();
    tokenServer?.closeAllConnections();
    tokenServer?.close();
    removeFolder(folder);
  };

  for (let attempt = 1; ; attempt++) {
    port = await freePort(host);
    tlsPort = certificates ? await freePort(host) : undefined;
    writeFileSync(
      join(folder, 'dovecot.conf'),
      configuration(options, { folder, host, port, tlsPort, certificates, tokenPort }),
    );
    try {
      await start();
      break;
    } catch (error) {
      const text = log();
      await family.kill();
      if (attempt < 5 && text.includes('Address already in use')) continue;
      await stop();
      throw new Error(`${error instanceof Error ? error.message : error}\n${text}`);
    }
  }

  const imapPids = (user?: string) =>
    family
      .processes()
      .filter((row) => row.name === 'imap')
      .map((row) => ({ pid: row.pid, title: title(row.pid) }))
      .filter((row) => (user === undefined ? /\[\S/.test(row.title) : row.title.includes(`[${user.toLowerCase()} `)))
      .map((row) => row.pid);

  const ownTls = options.requireTls && certificates ? { ca: certificates.ca, verify: false } : undefined;
  const server: Dovecot = {
    host,
    port,
    tlsPort,
    certificates,
    folder,
    disk,
    get pid() {
      return family.pid;
    },
    mailRoot(user) {
      const root = join(mail, user.toLowerCase());
      if (!existsSync(root)) {
        mkdirSync(root, { mode: 0o700 });
        chownSync(root, owner.uid, owner.gid);
      }
      return root;
    },
    adopt(user) {
      giveTo(server.mailRoot(user), owner.uid, owner.gid);
    },
    addUser(user, password) {
      if (!options.users) {
        if (password !== undefined && password !== (options.password ?? 'pw')) {
          throw new Error('every user has the same password here: give `users` at start for passwords of their own');
        }
        return; // any name can sign in
      }
      writeUser(user, password ?? 'pw');
    },
    setQuota(user, limits) {
      writePerson('userdb', user, { quota_rule: quotaRule(limits) });
    },
    issueToken(user, { expiresInSeconds = 3600 } = {}) {
      if (!options.oauth) throw new Error('start Dovecot with { oauth: true } first');
      const token = `token-${tokens.size + 1}-${Math.random().toString(36).slice(2)}`;
      tokens.set(token, { user, expires: Date.now() + expiresInSeconds * 1000 });
      return token;
    },
    revokeToken(token) {
      tokens.delete(token);
    },
    async login(user, { password = users.get(user.toLowerCase()) ?? options.password ?? 'pw', tls = ownTls } = {}) {
      const imap = await RawImap.connect({ host, port: tls ? (tlsPort ?? port) : port, tls });
      const reply = await imap.login(user, password);
      if (reply.status === 'OK') return imap;
      imap.close();
      throw new Error(`LOGIN ${user}: ${reply.status} ${reply.text}`);
    },
    async rawCommand(user, ...commands) {
      const imap = await server.login(user);
      try {
        const replies: RawReply[] = [];
        for (const command of commands) replies.push(await imap.command(command));
        return replies;
      } finally {
        imap.close();
      }
    },
    imapPids,
    pids: () => family.processes().map((row) => row.pid),
    kill: () => family.kill(),
    async restart() {
      if (stopped) throw new Error('this Dovecot was stopped for good');
      await family.stop();
      await start();
    },
    pause: () => family.pause(),
    resume: () => family.resume(),
    killSessions(user) {
      for (const pid of imapPids(user)) process.kill(pid, 'SIGKILL');
    },
    async resync(user) {
      await promisify(execFile)('doveadm', ['-c', join(folder, 'dovecot.conf'), 'force-resync', '-u', user, '*']);
    },
    log,
    stop,
    [Symbol.asyncDispose]: stop,
  };
  return server;
}
