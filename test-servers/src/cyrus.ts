/** Cyrus IMAP 3.6 on 127.0.0.1 (IMAP, CalDAV, CardDAV), as a second opinion on what an IMAP server does. */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateKind, type Certificates, makeCertificates } from './certificates.ts';
import {
  canListen,
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
import { type MailSink, type SunkMail, startMailSink } from './mail-sink.ts';
import { quote, RawImap, type RawReply, type RawTls } from './raw-imap.ts';

const ADMIN = 'cyrus';
/**
 * Users of calendars are NAME@ this, which is what Cyrus 3.6 says where nothing is set. With a `calendar_user_address_set`
 * it cuts attendees of its own down to `mailto:` when it schedules.
 */
export const CYRUS_DOMAIN = 'internal';

export interface CyrusOptions {
  /** Users made at start, as `createUser` does. */
  users?: string[];
  /** Password of every user and of the administrator `cyrus`; default `pw`. */
  password?: string;
  /** Capabilities that are not announced. Hidden, not disabled. */
  hide?: string[];
  tls?: CertificateKind;
  /** true: passwords are refused before STARTTLS (LOGINDISABLED). */
  requireTls?: boolean;
  /** `/` (default) or `.` */
  separator?: '/' | '.';
  /** true: folders live under `INBOX` + separator; default beside it. */
  underInbox?: boolean;
  /** Largest message that APPEND takes, in bytes; announced as APPENDLIMIT. */
  maxMessageSize?: number;
  maxConnectionsPerUser?: number;
  /** Folders that every new user gets; default `Sent`, `Drafts` and `Trash`, with their special use. */
  folders?: string[];
  /** Largest calendar object that a PUT takes, in bytes; default any (RFC 4791 section 5.2.5). */
  maxCalendarObject?: number;
  /** true: files too, by WebDAV. Homes: `/dav/drive/user/NAME/`. */
  drives?: boolean;
  /** Lines for imapd.conf, appended. */
  extraConfig?: string;
}

export interface Cyrus {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  /** CalDAV and CardDAV. Homes: `/dav/calendars/user/NAME/` and `/dav/addressbooks/user/NAME/`. */
  readonly davUrl: string;
  /**
   * What its calendars have mailed to people elsewhere (RFC 6638, RFC 6047): into a sink, never to anybody. People with an
   * address `NAME@internal` are users of this server, who find such messages in `Inbox/` of their calendars instead.
   */
  readonly sentMail: readonly SunkMail[];
  readonly certificates: Certificates | undefined;
  readonly folder: string;
  readonly pid: number | undefined;
  /** Makes the user with an INBOX (and so their DAV homes). Cyrus knows nobody else. */
  createUser(name: string, password?: string): Promise<void>;
  setQuota(user: string, limits: { bytes?: number; messages?: number }): Promise<void>;
  /** Signed-in connection, without TLS unless asked for or required. */
  login(user: string, options?: { password?: string; tls?: RawTls }): Promise<RawImap>;
  rawCommand(user: string, ...commands: string[]): Promise<RawReply[]>;
  /** Ids of the processes serving a mailbox of this user (or of anybody). */
  imapPids(user?: string): number[];
  pids(): number[];
  /** SIGKILL for the master and everything it started. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
  killSessions(user?: string): void;
  log(): string;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

function root(): string {
  return process.env.STERNA_CYRUS_ROOT ?? '/var/cache/sterna-test/cyrus-imapd';
}

export function cyrusInstalled(): boolean {
  return existsSync('/usr/lib/cyrus/bin/master') && existsSync(join(root(), 'usr/lib/cyrus/bin/imapd'));
}

export async function startCyrus(options: CyrusOptions = {}): Promise<Cyrus> {
  requireRoot('Cyrus');
  if (!cyrusInstalled()) throw new Error('Cyrus is not installed: run scripts/install-servers.sh');
  const owner = systemUser('cyrus');
  const folder = makeFolder('cyrus');
  const host = '127.0.0.1';
  const sink: MailSink = await startMailSink(host, await freePort(host));
  const parts = ['config', 'config/socket', 'run', 'run/proc', 'run/lock', 'spool', 'sieve'];
  for (const part of parts) {
    mkdirSync(join(folder, part));
    chownSync(join(folder, part), owner.uid, owner.gid);
  }
  const configuration = join(folder, 'imapd.conf');
  const database = join(folder, 'sasldb2');
  const output = join(folder, 'output.log');
  const kind = options.tls ?? (options.requireTls ? 'good' : undefined);
  const certificates = kind ? makeCertificates(join(folder, 'tls'), kind) : undefined;
  if (certificates) {
    chownSync(certificates.keyFile, owner.uid, owner.gid);
    chmodSync(certificates.keyFile, 0o600);
  }
  const passwords = new Map<string, string>();
  const setPassword = (user: string, password: string) => {
    execFileSync('saslpasswd2', ['-p', '-c', '-f', database, '-u', 'localhost', user], {
      input: password,
      stdio: 'pipe',
    });
    chownSync(database, owner.uid, owner.gid);
    chmodSync(database, 0o640);
    passwords.set(user, password);
  };
  const folders = options.folders ?? ['Sent', 'Drafts', 'Trash'];
  const uses = folders.filter((name) => ['Sent', 'Drafts', 'Trash', 'Junk', 'Archive'].includes(name));
  writeFileSync(
    configuration,
    [
      `configdirectory: ${folder}/config`,
      `proc_path: ${folder}/run/proc`,
      `mboxname_lockpath: ${folder}/run/lock`,
      'defaultpartition: default',
      `partition-default: ${folder}/spool`,
      `sievedir: ${folder}/sieve`,
      `idlesocket: ${folder}/run/idle`,
      `notifysocket: ${folder}/run/notify`,
      `lmtpsocket: ${folder}/run/lmtp`,
      'syslog_prefix: sterna',
      'servername: localhost',
      `admins: ${ADMIN}`,
      `altnamespace: ${options.underInbox ? 'no' : 'yes'}`,
      `unixhierarchysep: ${options.separator === '.' ? 'no' : 'yes'}`,
      'virtdomains: off',
      'autocreate_users: anyone',
      'autocreate_quota: 0',
      // Cyrus refuses to start on a setting without a value.
      ...(folders.length === 0
        ? []
        : [`autocreate_inbox_folders: ${folders.join(' | ')}`, `autocreate_subscribe_folders: ${folders.join(' | ')}`]),
      ...uses.map((name) => `xlist-${name.toLowerCase()}: ${name}`),
      `allowplaintext: ${options.requireTls ? 'no' : 'yes'}`,
      'sasl_pwcheck_method: auxprop',
      'sasl_auxprop_plugin: sasldb',
      `sasl_sasldb_path: ${database}`,
      'sasl_mech_list: PLAIN LOGIN',
      `httpmodules: caldav carddav${options.drives === true ? ' webdav' : ''}`,
      'caldav_realm: sterna',
      'caldav_create_default: yes',
      'carddav_realm: sterna',
      // Meetings of the past are nobody's news, so Cyrus would keep quiet about them whatever we do.
      'caldav_historical_age: -1',
      'smtp_backend: host',
      `smtp_host: ${host}:${sink.port}`,
      'httpallowcompress: no',
      'skiplist_unsafe: 1',
      // Its default. With them, 3.6 rewrites all of a user's conversations.db for each object it stores.
      'conversations: no',
      'delete_mode: immediate',
      'expunge_mode: immediate',
      ...(options.hide?.length ? [`suppress_capabilities: ${options.hide.join(' ')}`] : []),
      ...(options.maxMessageSize === undefined ? [] : [`maxmessagesize: ${options.maxMessageSize}`]),
      ...(options.maxCalendarObject === undefined ? [] : [`icalendar_max_size: ${options.maxCalendarObject}`]),
      ...(options.maxConnectionsPerUser === undefined ? [] : [`maxlogins_per_user: ${options.maxConnectionsPerUser}`]),
      ...(certificates ? [`tls_server_cert: ${certificates.certFile}`, `tls_server_key: ${certificates.keyFile}`] : []),
      options.extraConfig ?? '',
      '',
    ].join('\n'),
  );
  const word = options.password ?? 'pw';
  setPassword(ADMIN, word);

  let port = 0;
  let davPort = 0;
  let tlsPort: number | undefined;
  const family = new Family({
    command: '/usr/lib/cyrus/bin/master',
    args: ['-C', configuration, '-M', join(folder, 'cyrus.conf'), '-p', join(folder, 'run/master.pid'), '-D'],
    folder,
    output,
  });
  const start = async () => {
    family.start();
    await untilReady(family, () => greets(host, port, '* OK'), 'Cyrus');
  };
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await family.kill();
    family.dismissGuardian();
    await sink.close();
    removeFolder(folder);
  };

  const ownTls = options.requireTls && certificates ? { ca: certificates.ca, verify: false } : undefined;
  const login: Cyrus['login'] = async (user, { password = passwords.get(user) ?? word, tls = ownTls } = {}) => {
    const imap = await RawImap.connect({ host, port: tls ? (tlsPort ?? port) : port, tls });
    const reply = await imap.login(user, password);
    if (reply.status === 'OK') return imap;
    imap.close();
    throw new Error(`LOGIN ${user}: ${reply.status} ${reply.text}`);
  };
  const createUser = async (name: string, password = word) => {
    setPassword(name, password);
    const imap = await login(name); // the first login makes the INBOX
    await imap.ok('SELECT INBOX');
    await imap.logout();
  };
  const imapPids = (user?: string) =>
    family
      .processes()
      .filter((row) => row.name === 'imapd')
      .filter((row) => {
        const served = servedBy(join(folder, 'run/proc', String(row.pid)));
        return user === undefined ? served !== undefined : served === user;
      })
      .map((row) => row.pid);

  for (let attempt = 1; ; attempt++) {
    [port, davPort] = [await freePort(host), await freePort(host)];
    tlsPort = certificates ? await freePort(host) : undefined;
    const imapd = `${root()}/usr/lib/cyrus/bin/imapd -C ${configuration} -U 30`;
    writeFileSync(
      join(folder, 'cyrus.conf'),
      `START {
  recover cmd="ctl_cyrusdb -C ${configuration} -r"
}
SERVICES {
  imap cmd="${imapd}" listen="${host}:${port}" prefork=1 maxchild=100
${tlsPort === undefined ? '' : `  imaps cmd="${imapd} -s" listen="${host}:${tlsPort}" prefork=0 maxchild=100\n`}\
  http cmd="httpd -C ${configuration} -U 30" listen="${host}:${davPort}" prefork=0 maxchild=100
}
EVENTS {
}
`,
    );
    try {
      await start();
      for (const user of options.users ?? []) await createUser(user);
      break;
    } catch (error) {
      await family.kill();
      const free = await Promise.all([port, davPort, tlsPort ?? port].map((one) => canListen(one, host)));
      if (attempt < 3 && free.includes(false)) continue;
      const text = tail(output);
      await stop();
      throw new Error(`${error instanceof Error ? error.message : error}\n${text}`);
    }
  }

  return {
    host,
    port,
    tlsPort,
    davUrl: `http://${host}:${davPort}`,
    sentMail: sink.mails,
    certificates,
    folder,
    get pid() {
      return family.pid;
    },
    createUser,
    async setQuota(user, { bytes, messages }) {
      const admin = await login(ADMIN);
      const separator = options.separator === '.' ? '.' : '/';
      const limits: string[] = [];
      if (bytes !== undefined) limits.push(`STORAGE ${Math.floor(bytes / 1024)}`);
      if (messages !== undefined) limits.push(`MESSAGE ${messages}`);
      await admin.ok(`SETQUOTA ${quote(`user${separator}${user}`)} (${limits.join(' ')})`);
      await admin.logout();
    },
    login,
    async rawCommand(user, ...commands) {
      const imap = await login(user);
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
      if (stopped) throw new Error('this Cyrus was stopped for good');
      await family.stop();
      await start();
    },
    pause: () => family.pause(),
    resume: () => family.resume(),
    killSessions(user) {
      for (const pid of imapPids(user)) process.kill(pid, 'SIGKILL');
    },
    log: () => tail(output, 500),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Cyrus keeps a small file for each process: service, client, user, mailbox, divided by tabs. */
function servedBy(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').split('\t')[2] || undefined;
  } catch {
    return undefined;
  }
}
