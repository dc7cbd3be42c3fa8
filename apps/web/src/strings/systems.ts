import type { FieldWords } from '../forms/field-words.ts';

type Fields = Readonly<Record<string, FieldWords>>;

const imap: Fields = {
  host: { label: 'Server', help: 'Host name or address, as in the certificate.', placeholder: 'imap.example.org' },
  port: { label: 'Port', help: 'Empty: 993 with TLS from the start, else 143.' },
  tls: {
    label: 'Encryption',
    help: 'TLS from the start is what nearly every server offers.',
    options: {
      implicit: 'TLS from the start (port 993)',
      'starttls-required': 'STARTTLS, required (port 143)',
      starttls: 'STARTTLS where the server offers it (port 143)',
      none: 'None: plain text (port 143)',
    },
  },
  insecure: {
    label: 'Allow plain text to other machines',
    help: 'Without it, an unencrypted connection is made to this machine only. With it, passwords and mail can be read on the way.',
  },
  masterUser: {
    label: 'Master user',
    help: 'Who signs in for the mailboxes.',
    placeholder: 'sterna',
  },
  masterSeparator: {
    label: 'Separator',
    help: 'Between mailbox and master user: ann@example.org*sterna. Dovecot’s auth_master_user_separator.',
  },
  verifyCertificate: {
    label: 'Check the server’s certificate',
    help: 'Off, anybody in between can pretend to be the server. Rather give the authority below.',
  },
  ca: {
    label: 'Certificate authority',
    help: 'Where the certificate comes from an authority of your own: its PEM text, or the path of a PEM file on the machine that Sterna runs on.',
    placeholder: '-----BEGIN CERTIFICATE-----',
    lines: 2,
  },
  auth: {
    label: 'Sign-in method',
    options: {
      auto: 'What the server offers',
      login: 'LOGIN',
      plain: 'SASL PLAIN',
      xoauth2: 'OAuth 2 (XOAUTH2, OAUTHBEARER)',
    },
  },
  maxConnections: { label: 'Connections per mailbox', help: 'Fewer where the server limits them.' },
  connectTimeoutSeconds: { label: 'Time to connect', unit: 's' },
  replyTimeoutSeconds: { label: 'Time to answer', unit: 's', help: 'After it a connection counts as dead.' },
  pageSize: { label: 'Messages listed by one command' },
  retryDelaysMs: {
    label: 'Pauses after a lost connection, in ms',
    help: 'Before the first new try, the second and so on.',
    lines: 4,
  },
};

const dav: Fields = {
  url: {
    label: 'Server',
    help: 'https://host is enough where the server says the rest, else the address of the service. {address} and {user} stand for the mailbox.',
    placeholder: 'https://dav.example.org',
  },
  insecure: {
    label: 'Allow passwords without TLS to other machines',
    help: 'They can be read on the way.',
  },
  verifyCertificate: imap.verifyCertificate ?? {},
  ca: imap.ca ?? {},
  maxConnections: { label: 'Requests at a time per mailbox', help: 'Fewer where the server limits them.' },
  timeoutSeconds: { label: 'Time to answer', unit: 's', help: 'For each request.' },
  pageSize: { label: 'Objects read by one request' },
  retryDelaysMs: imap.retryDelaysMs ?? {},
};

const archive: Fields = {
  path: {
    label: 'Folder',
    help: 'On the machine that Sterna runs on. An entry’s address is a path below it; or the folder says where the address goes: /var/vmail/{domain}/{user}/Maildir. {address} is the whole of it.',
    placeholder: '/var/vmail/{domain}/{user}/Maildir',
  },
  format: {
    label: 'Format',
    options: {
      maildir: 'Maildir, Maildir++',
      mbox: 'mbox files',
      eml: 'Folders of .eml files',
      ics: 'Calendars and tasks in .ics files',
      vcf: 'Contacts in .vcf files',
      takeout: 'Google Takeout, unpacked (only to read)',
      archive: 'Sterna backup',
    },
  },
};

const files: Fields = {
  path: {
    label: 'Folder',
    help: 'On the machine that Sterna runs on, or mounted there. An entry’s address is a path below it; or the folder says where the address goes: /srv/home/{user}.',
    placeholder: '/srv/files',
  },
  names: {
    label: 'Names of files',
    help: 'As Windows needs them, for shares of Windows servers and disks that Windows shall read.',
    options: { posix: 'Any', windows: 'As Windows needs them' },
  },
};

const webdav: Fields = {
  ...dav,
  url: {
    label: 'Address',
    help: 'Of the folder. {address} and {user} stand for the entry.',
    placeholder: 'https://cloud.example.org/remote.php/dav/files/{user}/',
  },
  maxConnections: { label: 'Requests at a time per drive', help: 'Fewer where the server limits them.' },
  chunkBytes: { label: 'Large files in pieces of', unit: 'bytes' },
};

const s3: Fields = {
  endpoint: { label: 'Endpoint', help: 'Without the bucket.', placeholder: 'https://s3.eu-central-1.amazonaws.com' },
  bucket: { label: 'Bucket' },
  prefix: { label: 'Folder in the bucket', help: 'Empty: the whole bucket.' },
  region: { label: 'Region', help: 'Empty: the one in Amazon’s host name, else us-east-1.' },
  pathStyle: { label: 'Bucket in the path', help: 'https://host/bucket rather than https://bucket.host.' },
  ca: imap.ca ?? {},
  verifyCertificate: imap.verifyCertificate ?? {},
  maxConnections: { label: 'Requests at a time per drive' },
  timeoutSeconds: { label: 'Time to answer', unit: 's', help: 'For each request.' },
  retryDelaysMs: imap.retryDelaysMs ?? {},
};

export const systems = {
  title: 'Systems',
  lead: 'Places to read mailboxes and drives from and to write them to.',
  add: 'Add a system',
  newTitle: 'New system',
  newLead: 'Nothing is read or written before a project uses it.',
  empty: 'No systems yet.',
  emptyText: 'A migration goes from one system to another: add the old mail server and the new one.',
  name: 'Name',
  nameHelp: 'As your colleagues call it: “Old mail server”.',
  kind: 'Kind',
  place: 'Where',
  signIn: 'Sign-in',
  usedBy: 'Used by',
  notUsed: 'No project',
  projects: (count: number) => (count === 1 ? '1 project' : `${count} projects`),
  asSource: (name: string) => `${name}, as source`,
  asTarget: (name: string) => `${name}, as target`,
  stored: 'Password stored',
  notStored: 'Per entry',
  noneNeeded: 'None needed',
  choose: 'What kind of system is it?',
  connectorText: {
    imap: 'Any IMAP server: Dovecot, Cyrus, Exchange, hosted mail.',
    caldav: 'Calendars and tasks on a CalDAV server.',
    carddav: 'Contacts on a CardDAV server.',
    standards: 'Mail, calendars and contacts of one person, each on its server, migrated as one mailbox.',
    archive: 'Mail, calendars and contacts in files on the Sterna machine, or a backup that Sterna made.',
    files: 'Files in a folder of the Sterna machine, or of a share that is mounted there.',
    webdav: 'Files on a WebDAV server: Nextcloud, ownCloud, Apache and others.',
    s3: 'Files in S3-compatible object storage. The access key is the sign-in name, the secret key the password.',
  } as Readonly<Record<string, string>>,
  create: 'Save and check',
  save: 'Save and check again',
  saved: 'The system is saved.',
  settings: 'Settings',
  server: 'Server',
  more: 'More settings',
  moreText: 'They are fine as they are for most servers.',
  credentials: 'Credentials',
  how: 'How does Sterna get into the mailboxes?',
  ways: {
    entry: {
      label: 'Each mailbox has its own password',
      text: 'Passwords come with the user list: columns SourceUser, SourcePassword, TargetUser, TargetPassword.',
    },
    master: {
      label: 'A master user signs in to every mailbox',
      text: 'Signs in as mailbox + separator + master user. Dovecot and servers like it.',
    },
    authzid: {
      label: 'An administrator signs in on behalf of each mailbox',
      text: 'SASL PLAIN with the mailbox as authorization identity. Cyrus (proxyservers, admins), Dovecot.',
    },
    account: {
      label: 'One account may open all of them',
      text: 'It signs in with its own name; {address} or {user} in the server’s address says whose it opens.',
    },
    shared: {
      label: 'All mailboxes have the same password',
      text: 'For test servers.',
    },
  } as Readonly<Record<string, { label: string; text: string }>>,
  user: 'User',
  account: 'Account',
  accountHelp: 'Its sign-in name.',
  accountKept: 'One is stored with its password. To change one of them, give both.',
  partsText:
    'One person’s mailbox is made of these. Leave out what you don’t migrate. One sign-in counts for all of them.',
  partNeeded: 'At least one of the servers is needed.',
  partSignIn: {
    title: 'Servers with a sign-in of their own',
    text: 'Where one of the servers takes another name or another password than the others.',
    stored: 'its own is stored',
    notStored: 'as the mailbox',
    same: 'As the mailbox',
    change: { keep: 'Keep as it is', set: 'Set its own', forget: 'Forget' },
    user: 'User name at this server',
    userHelp: 'Empty: the address of each mailbox.',
    needed: 'Give a user name, a password or an access token.',
  },
  password: 'Password',
  passwordOf: (user: string) => `Password of ${user}`,
  passwordKept: 'A password is stored. Leave this empty to keep it.',
  passwordSealed: 'Stored encrypted, and never shown again.',
  token: 'Access token',
  tokenHelp: 'An OAuth 2 bearer. It wins over the password, and runs out.',
  replaceHelp: 'What is stored is never shown. If you fill in one of these, all of them are replaced.',
  rights: 'Which rights it needs',
  rightsImap: {
    source: [
      'As a source Sterna only reads: folders, messages, flags. It marks nothing as read and deletes nothing.',
      'With per-folder rights (ACL) the signed-in user needs lookup and read: “lr”.',
    ],
    target: [
      'As a target Sterna makes folders, adds messages, and sets flags. With ACL: “lrswikx”, and “te” so that moves and propagated deletions can remove what Sterna itself had put there.',
      'Mailboxes must exist before they are migrated to: make the accounts on the new server first. Their quota must hold what comes.',
    ],
    both: [
      'Master user in Dovecot: a passdb with “master = yes”, and auth_master_user_separator = *.',
      'Administrator in Cyrus: list the account under proxyservers or admins in imapd.conf.',
      'Passwords per mailbox: where the provider has two-step sign-in, people make an app password for IMAP.',
    ],
  },
  rightsDav: {
    source: [
      'As a source it only reads. The signed-in account must see the calendars or address books that it is to read.',
    ],
    target: [
      'As a target Sterna makes the calendars or address books that are missing, and puts objects into them: the account must be allowed to.',
    ],
    both: ['Where the provider has two-step sign-in, people make an app password.'],
  },
  rightsStandards: {
    source: ['As a source each of the servers is only read, with the sign-in of the mailbox.'],
    target: [
      'As a target the account must be allowed to make folders, calendars and address books, and to write into them. Mailboxes must exist before they are migrated to.',
    ],
    both: [
      'The same name and password must open all servers of a mailbox, but for servers with a sign-in of their own.',
    ],
  },
  rightsArchive: {
    source: ['As a source the folder is only read. Whoever runs Sterna must be able to read it.'],
    target: ['As a target the folder is written to. Whoever runs Sterna must be able to create files in it.'],
    both: ['While mail is delivered into an mbox file, Sterna waits for its lock.'],
  },
  asASource: 'As a source',
  asATarget: 'As a target',
  either: 'Either way',
  check: {
    title: 'Live check',
    running: 'Asking the system…',
    again: 'Check again',
    fine: 'All that was checked is fine.',
    withHints: 'It works; there is something to know.',
    bad: 'Something is in the way.',
    at: (time: string) => `Checked at ${time}.`,
    try: 'Sign in to a mailbox for real',
    tryText:
      'Opens one mailbox as a migration would, and tells what the server can do there. Nothing is read but folder names and counts.',
    address: 'Address of a mailbox',
    mailboxPassword: 'Its password',
    mailboxPasswordHelp: 'For this check alone: it is not stored.',
    mailboxPasswordOptional: 'Only if the stored credentials are not for this mailbox. It is not stored.',
    signIn: 'Try it',
    signedIn: (address: string) => `Signed in to ${address}`,
    ok: 'Fine',
    hint: 'To know',
    problem: 'Problem',
    capabilities: (count: number) => `What the server can do (${count})`,
    name: {
      settings: 'Settings',
      connection: 'Connection',
      encryption: 'Encryption',
      'sign-in': 'Sign-in',
      quota: 'Quota',
      folders: 'Folders',
      folder: 'Folder',
      format: 'Format',
      write: 'Writing',
      collections: 'Collections',
      archive: 'Files',
      skipped: 'Left out',
    } as Readonly<Record<string, string>>,
    capability: {
      settle: 'After a crash',
      delta: 'Finding changes',
      bytes: 'Bytes',
      batch: 'Batches',
      keywords: 'Keywords',
      maxObjectBytes: 'Largest message',
      dateKept: 'Received dates',
      collapsesTwins: 'Twins',
      moves: 'Moves',
    } as Readonly<Record<string, string>>,
  },
  remove: 'Remove the system',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeText: 'Its settings and the stored credentials are deleted. Mailboxes stay as they are.',
  removed: (name: string) => `${name} is removed.`,
  fields: { imap, caldav: dav, carddav: dav, archive, files, webdav, s3 } as Readonly<Record<string, Fields>>,
};
