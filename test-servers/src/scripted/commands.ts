/** The honest answers: one function a command, from RFC 3501 and its extensions. */
import { bodyStructure, envelope, section, split } from './messages.ts';
import type { ScriptedImapOptions } from './options.ts';
import { searchPredicate } from './search.ts';
import type { Command, Session } from './session.ts';
import type { Account, Mailbox, StoredMessage } from './store.ts';
import {
  Arguments,
  flag,
  formatDateTime,
  imapName,
  inSet,
  type MailDate,
  parseDateTime,
  ranges,
  SYSTEM_FLAGS,
  SyntaxFault,
  type Token,
  tokenize,
  toSet,
  words,
} from './syntax.ts';

/** What a command needs to know of its server. */
export interface Host {
  readonly options: ScriptedImapOptions;
  readonly permanentFlags: string[];
  readonly capabilities: string[];
  readonly tokens: Map<string, string>;
  readonly literalSkew: number;
  can(capability: string): boolean;
  announces(capability: string): boolean;
  account(user: string): Account;
  capabilityLine(session: Session): string;
}

type Run = (host: Host, command: Command) => void | Promise<void>;

/** Commands that exist only with a capability. */
export const CAPABILITY_OF_COMMAND: Record<string, string> = {
  ENABLE: 'ENABLE',
  ID: 'ID',
  IDLE: 'IDLE',
  NAMESPACE: 'NAMESPACE',
  UNSELECT: 'UNSELECT',
  MOVE: 'MOVE',
  'UID MOVE': 'MOVE',
  'UID EXPUNGE': 'UIDPLUS',
  GETQUOTA: 'QUOTA',
  GETQUOTAROOT: 'QUOTA',
  MYRIGHTS: 'ACL',
  GETACL: 'ACL',
  SETACL: 'ACL',
  DELETEACL: 'ACL',
  LISTRIGHTS: 'ACL',
};

/** A refusal with a reason; the answer is NO. */
class Refusal extends Error {}

const OWNER_RIGHTS = 'lrswipkxtecda';

export async function answer(host: Host, command: Command): Promise<void> {
  const { session, name } = command;
  const run = ANYTIME[name] ?? SIGNED_IN[name] ?? SELECTED[name];
  if (!run) throw new SyntaxFault(`unknown command ${name}`);
  if (!ANYTIME[name] && !session.account) throw new SyntaxFault('sign in first');
  if (SELECTED[name] && !session.selected) throw new SyntaxFault('select a mailbox first');
  try {
    await run(host, command);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    command.no(error.message);
  }
}

function finish(host: Host, command: Command, text: string): void {
  const numbered = ['FETCH', 'STORE', 'SEARCH', 'COPY'].includes(command.name);
  command.session.refresh({ expunges: !numbered, condstore: host.can('CONDSTORE') });
  command.ok(text);
}

function accountOf(command: Command): Account {
  const { account } = command.session;
  if (!account) throw new SyntaxFault('sign in first');
  return account;
}

function selectedOf(command: Command): Mailbox {
  const { selected } = command.session;
  if (!selected) throw new SyntaxFault('select a mailbox first');
  return selected;
}

function rightsOf(mailbox: Mailbox, user: string): string {
  return mailbox.rights.get(user) ?? OWNER_RIGHTS;
}

function existing(account: Account, name: string, hint = '[NONEXISTENT]'): Mailbox {
  const mailbox = account.find(name);
  if (!mailbox || mailbox.noSelect) throw new Refusal(`${hint} no such mailbox`);
  return mailbox;
}

// ---- before and after signing in

const ANYTIME: Record<string, Run> = {
  CAPABILITY(host, command) {
    command.untagged(`CAPABILITY ${host.capabilityLine(command.session)}`);
    command.ok('done');
  },
  NOOP(host, command) {
    finish(host, command, 'done');
  },
  ID(_, command) {
    command.untagged('ID ("name" "Scripted")');
    command.ok('done');
  },
  async LOGOUT(_, command) {
    command.untagged('BYE see you');
    command.ok('done');
  },
  LOGIN(host, command) {
    const [user, password] = [command.args.text(), command.args.text()];
    command.args.end();
    if (command.session.account) throw new SyntaxFault('already signed in');
    if (host.announces('LOGINDISABLED')) throw new Refusal('[PRIVACYREQUIRED] not here');
    if (!passwordFits(host, user, password)) throw new Refusal('[AUTHENTICATIONFAILED] no');
    signIn(host, command, user);
  },
  async AUTHENTICATE(host, command) {
    const mechanism = command.args.atom().toUpperCase();
    if (command.session.account) throw new SyntaxFault('already signed in');
    if (!['PLAIN', 'XOAUTH2'].includes(mechanism) || host.options.hide?.includes(`AUTH=${mechanism}`)) {
      throw new Refusal('[CANNOT] unknown mechanism');
    }
    let initial: string | undefined;
    if (!command.args.done) {
      if (!host.can('SASL-IR')) throw new SyntaxFault('no initial response here');
      initial = command.args.text();
    } else {
      command.write('+ \r\n');
      initial = await command.session.reader.line();
    }
    if (initial === undefined) return;
    if (initial === '*') throw new SyntaxFault('cancelled');
    const response = Buffer.from(initial, 'base64').toString('utf8');
    const user = mechanism === 'PLAIN' ? plainUser(host, response) : tokenUser(host, response);
    if (user !== undefined) {
      signIn(host, command, user);
      return;
    }
    if (mechanism === 'XOAUTH2') {
      const challenge = JSON.stringify({ status: '401', schemes: 'bearer', scope: 'mail' });
      command.write(`+ ${Buffer.from(challenge).toString('base64')}\r\n`);
      await command.session.reader.line();
    }
    throw new Refusal('[AUTHENTICATIONFAILED] no');
  },
};

function passwordFits(host: Host, user: string, password: string): boolean {
  const { users } = host.options;
  if (users) return Object.hasOwn(users, user) && users[user] === password;
  return password === (host.options.password ?? 'pw');
}

function plainUser(host: Host, response: string): string | undefined {
  const [identity = '', user = '', password = ''] = response.split('\0');
  if (identity && identity !== user) {
    const admins = host.options.admins ?? {};
    return Object.hasOwn(admins, user) && admins[user] === password ? identity : undefined;
  }
  return passwordFits(host, user, password) ? user : undefined;
}

function tokenUser(host: Host, response: string): string | undefined {
  const fields = response.split('\x01');
  const user = fields[0]?.startsWith('user=') ? fields[0].slice('user='.length) : undefined;
  const token = /^auth=Bearer (.*)$/i.exec(fields[1] ?? '')?.[1] ?? '';
  const complete = fields.length === 4 && fields[2] === '' && fields[3] === '';
  return complete && user !== undefined && host.tokens.get(token) === user ? user : undefined;
}

function signIn(host: Host, command: Command, user: string): void {
  command.session.account = host.account(user);
  command.ok(`[CAPABILITY ${host.capabilityLine(command.session)}] signed in`);
}

// ---- mailboxes

const SIGNED_IN: Record<string, Run> = {
  ENABLE(host, command) {
    const { session, args } = command;
    const asked = words(args.tokens).map((word) => word.toUpperCase());
    const enabled = asked.filter(
      (word) => ['CONDSTORE', 'QRESYNC', 'UTF8=ACCEPT'].includes(word) && host.announces(word),
    );
    for (const word of enabled) session.enabled.add(word);
    if (enabled.includes('QRESYNC')) session.enabled.add('CONDSTORE');
    command.untagged(`ENABLED${enabled.map((word) => ` ${word}`).join('')}`);
    command.ok('done');
  },
  NAMESPACE(host, command) {
    const prefix = host.options.prefix ?? '';
    command.untagged(`NAMESPACE (("${prefix}" "${accountOf(command).separator}")) NIL NIL`);
    command.ok('done');
  },
  LIST(host, command) {
    list(host, command);
  },
  LSUB(_, command) {
    const account = accountOf(command);
    const [reference, pattern] = [command.args.text(), command.args.text()];
    const fits = matcher(account, reference, [pattern]);
    const names = [...account.mailboxes.values()].filter((box) => box.subscribed).map((box) => box.name);
    for (const name of [...names, ...account.looseSubscriptions]) {
      if (fits(name)) command.untagged(`LSUB () "${account.separator}" ${imapName(name)}`);
    }
    command.ok('done');
  },
  CREATE(host, command) {
    const account = accountOf(command);
    const name = command.args.text().replace(new RegExp(`${literally(account.separator)}$`), '');
    let use: string | undefined;
    if (command.args.isList()) {
      const items = command.args.list();
      if (!host.can('CREATE-SPECIAL-USE')) throw new SyntaxFault('no parameters here');
      const [word, value] = items;
      if (word?.kind !== 'atom' || word.text.toUpperCase() !== 'USE' || value?.kind !== 'list') {
        throw new SyntaxFault('unknown parameter');
      }
      use = words(value.items)[0];
    }
    command.args.end();
    const { prefix = '' } = host.options;
    const found = account.find(name);
    if (found && !found.noSelect) throw new Refusal('[ALREADYEXISTS] it exists');
    if (name === '' || name.includes(account.separator.repeat(2)) || name.startsWith(account.separator)) {
      throw new Refusal('[CANNOT] not a name for a mailbox');
    }
    if (prefix && !name.startsWith(prefix)) throw new Refusal(`[CANNOT] folders are made under ${prefix}`);
    const mailbox = account.create(name);
    mailbox.specialUse = use;
    if (account.looseSubscriptions.delete(name)) mailbox.subscribed = true;
    finish(host, command, host.announces('OBJECTID') ? `[MAILBOXID (${mailbox.id})] made` : 'made');
  },
  DELETE(host, command) {
    const account = accountOf(command);
    const mailbox = existing(account, command.args.text());
    if (mailbox.name === 'INBOX') throw new Refusal('[CANNOT] INBOX stays');
    if (account.children(mailbox.name).length > 0) {
      mailbox.messages = [];
      mailbox.noSelect = true;
    } else {
      account.mailboxes.delete(mailbox.name);
      if (mailbox.subscribed) account.looseSubscriptions.add(mailbox.name);
    }
    finish(host, command, 'gone');
  },
  RENAME(host, command) {
    const account = accountOf(command);
    const mailbox = existing(account, command.args.text());
    const to = command.args.text();
    if (account.find(to)) throw new Refusal('[ALREADYEXISTS] the new name exists');
    if (mailbox.name === 'INBOX') {
      const target = account.create(to);
      for (const { bytes, flags, date } of mailbox.messages) target.add(bytes, flags, date);
      mailbox.remove([...mailbox.messages]);
    } else {
      const from = mailbox.name;
      for (const box of [mailbox, ...account.children(from)]) {
        account.mailboxes.delete(box.name);
        box.name = to + box.name.slice(from.length);
        account.mailboxes.set(box.name, box);
      }
    }
    finish(host, command, 'renamed');
  },
  SUBSCRIBE(host, command) {
    const account = accountOf(command);
    const name = command.args.text();
    const mailbox = account.find(name);
    if (mailbox) mailbox.subscribed = true;
    else account.looseSubscriptions.add(name);
    finish(host, command, 'done');
  },
  UNSUBSCRIBE(host, command) {
    const account = accountOf(command);
    const name = command.args.text();
    const mailbox = account.find(name);
    if (mailbox) mailbox.subscribed = false;
    account.looseSubscriptions.delete(name);
    finish(host, command, 'done');
  },
  STATUS(host, command) {
    const mailbox = existing(accountOf(command), command.args.text());
    const items = words(command.args.list());
    command.args.end();
    command.untagged(status(host, command.session, mailbox, items));
    finish(host, command, 'done');
  },
  SELECT(host, command) {
    select(host, command, false);
  },
  EXAMINE(host, command) {
    select(host, command, true);
  },
  async APPEND(host, command) {
    await append(host, command);
  },
  GETQUOTAROOT(host, command) {
    const mailbox = existing(accountOf(command), command.args.text());
    command.untagged(`QUOTAROOT ${imapName(mailbox.name)} "User quota"`);
    command.untagged(quota(accountOf(command)));
    finish(host, command, 'done');
  },
  GETQUOTA(host, command) {
    if (command.args.text() !== 'User quota') throw new Refusal('[NONEXISTENT] no such quota root');
    command.untagged(quota(accountOf(command)));
    finish(host, command, 'done');
  },
  MYRIGHTS(host, command) {
    const account = accountOf(command);
    const mailbox = existing(account, command.args.text());
    command.untagged(`MYRIGHTS ${imapName(mailbox.name)} ${rightsOf(mailbox, account.user)}`);
    finish(host, command, 'done');
  },
  GETACL(host, command) {
    const account = accountOf(command);
    const mailbox = existing(account, command.args.text());
    const entries = new Map([[account.user, OWNER_RIGHTS], ...mailbox.rights]);
    const text = [...entries].map(([who, rights]) => ` ${imapName(who)} ${rights || '""'}`).join('');
    command.untagged(`ACL ${imapName(mailbox.name)}${text}`);
    finish(host, command, 'done');
  },
  SETACL(host, command) {
    const mailbox = existing(accountOf(command), command.args.text());
    const [who, change] = [command.args.text(), command.args.text()];
    const before = mailbox.rights.get(who) ?? '';
    const named = change.replace(/^[+-]/, '');
    const kept = [...before].filter((right) => !named.includes(right)).join('');
    mailbox.rights.set(who, change.startsWith('-') ? kept : change.startsWith('+') ? kept + named : named);
    finish(host, command, 'done');
  },
  DELETEACL(host, command) {
    existing(accountOf(command), command.args.text()).rights.delete(command.args.text());
    finish(host, command, 'done');
  },
  LISTRIGHTS(host, command) {
    const mailbox = existing(accountOf(command), command.args.text());
    const who = command.args.text();
    command.untagged(`LISTRIGHTS ${imapName(mailbox.name)} ${imapName(who)} "" ${[...OWNER_RIGHTS].join(' ')}`);
    finish(host, command, 'done');
  },
  async IDLE(host, command) {
    command.write('+ idling\r\n');
    const { session } = command;
    const timer = setInterval(() => session.refresh({ expunges: true, condstore: host.can('CONDSTORE') }), 20);
    const line = await session.reader.line();
    clearInterval(timer);
    if (line === undefined) return;
    if (line.toUpperCase() !== 'DONE') throw new SyntaxFault('expected DONE');
    finish(host, command, 'done');
  },
};

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

function matcher(account: Account, reference: string, patterns: string[]): (name: string) => boolean {
  const sep = literally(account.separator);
  const expressions = patterns.map((pattern) => {
    const body = literally(reference + pattern)
      .replace(/\\\*/g, '.*')
      .replace(/%/g, `[^${sep}]*`);
    return new RegExp(`^${body}$`, 's');
  });
  return (name) => expressions.some((one) => one.test(name) || (name === 'INBOX' && new RegExp(one, 'is').test(name)));
}

function list(host: Host, command: Command): void {
  const account = accountOf(command);
  const { args } = command;
  let selection: string[] = [];
  const returns = new Map<string, string[]>();
  const extended = () => {
    if (!host.can('LIST-EXTENDED')) throw new SyntaxFault('LIST takes a reference and a pattern');
  };
  if (args.isList()) {
    extended();
    selection = words(args.list()).map((word) => word.toUpperCase());
  }
  const reference = args.text();
  let patterns: string[];
  if (args.isList()) {
    extended();
    patterns = words(args.list());
  } else {
    patterns = [args.text()];
  }
  if (args.isAtom('RETURN')) {
    args.next();
    const options = new Arguments(args.list());
    while (!options.done) {
      const word = options.atom().toUpperCase();
      if (word === 'STATUS') {
        if (!host.can('LIST-STATUS')) throw new SyntaxFault('no RETURN (STATUS …) here');
        returns.set(word, words(options.list()));
      } else if (['CHILDREN', 'SUBSCRIBED', 'SPECIAL-USE'].includes(word)) {
        extended();
        if (word === 'SPECIAL-USE' && !host.can('SPECIAL-USE')) throw new SyntaxFault('no SPECIAL-USE here');
        returns.set(word, []);
      } else {
        throw new SyntaxFault(`unknown return option ${word}`);
      }
    }
  }
  args.end();
  if (patterns.length === 1 && patterns[0] === '') {
    command.untagged(`LIST (\\Noselect) "${account.separator}" ""`);
    finish(host, command, 'done');
    return;
  }
  const fits = matcher(account, reference, patterns);
  const found = [...account.mailboxes.values()]
    .map((box) => ({ name: box.name, box: box as Mailbox | undefined }))
    .concat(
      selection.includes('SUBSCRIBED') ? [...account.looseSubscriptions].map((name) => ({ name, box: undefined })) : [],
    )
    .filter(({ name }) => fits(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, box } of found) {
    if (selection.includes('SUBSCRIBED') && box && !box.subscribed) continue;
    if (selection.includes('SPECIAL-USE') && !box?.specialUse) continue;
    const attributes: string[] = [];
    if (!box) attributes.push('\\NonExistent');
    if (box?.noSelect) attributes.push('\\Noselect');
    if (host.announces('CHILDREN') || returns.has('CHILDREN')) {
      attributes.push(account.children(name).length > 0 ? '\\HasChildren' : '\\HasNoChildren');
    }
    const subscribed = box ? box.subscribed : true;
    if ((returns.has('SUBSCRIBED') || selection.includes('SUBSCRIBED')) && subscribed) attributes.push('\\Subscribed');
    if (box?.specialUse && host.announces('SPECIAL-USE')) attributes.push(box.specialUse);
    command.untagged(`LIST (${attributes.join(' ')}) "${account.separator}" ${imapName(name)}`);
    const items = returns.get('STATUS');
    if (items && box && !box.noSelect) command.untagged(status(host, command.session, box, items));
  }
  finish(host, command, 'done');
}

function status(host: Host, session: Session, mailbox: Mailbox, items: string[]): string {
  const values = items.map((item) => {
    const word = item.toUpperCase();
    const value = (): string | number => {
      switch (word) {
        case 'MESSAGES':
          return mailbox.messages.length;
        case 'RECENT':
          return 0;
        case 'UIDNEXT':
          return mailbox.uidNext;
        case 'UIDVALIDITY':
          return mailbox.uidValidity;
        case 'UNSEEN':
          return mailbox.messages.filter((message) => !message.flags.has('\\Seen')).length;
        case 'DELETED':
          return mailbox.messages.filter((message) => message.flags.has('\\Deleted')).length;
        case 'HIGHESTMODSEQ':
          if (!host.can('CONDSTORE')) throw new SyntaxFault('no HIGHESTMODSEQ here');
          session.enabled.add('CONDSTORE');
          return mailbox.highestModseq;
        case 'SIZE':
          if (!host.can('STATUS=SIZE')) throw new SyntaxFault('no SIZE here');
          return mailbox.bytes;
        case 'MAILBOXID':
          if (!host.can('OBJECTID')) throw new SyntaxFault('no MAILBOXID here');
          return `(${mailbox.id})`;
        case 'APPENDLIMIT':
          return host.options.appendLimit ?? 'NIL';
        default:
          throw new SyntaxFault(`unknown status item ${item}`);
      }
    };
    return `${word} ${value()}`;
  });
  return `STATUS ${imapName(mailbox.name)} (${values.join(' ')})`;
}

function quota(account: Account): string {
  const { limits, used } = account;
  const parts: string[] = [];
  if (limits.bytes !== undefined)
    parts.push(`STORAGE ${Math.ceil(used.bytes / 1024)} ${Math.floor(limits.bytes / 1024)}`);
  if (limits.messages !== undefined) parts.push(`MESSAGE ${used.messages} ${limits.messages}`);
  return `QUOTA "User quota" (${parts.join(' ')})`;
}

function permanentFlags(host: Host, mailbox: Mailbox): string[] {
  const keywords = host.permanentFlags.includes('\\*') ? mailbox.keywords() : [];
  return [...new Set([...host.permanentFlags.filter((name) => name !== '\\*'), ...keywords])];
}

function select(host: Host, command: Command, readOnly: boolean): void {
  const { session, args } = command;
  const account = accountOf(command);
  const name = args.text();
  let resync: Arguments | undefined;
  if (args.isList()) {
    const parameters = new Arguments(args.list());
    while (!parameters.done) {
      const word = parameters.atom().toUpperCase();
      if (word === 'CONDSTORE' && host.can('CONDSTORE')) {
        session.enabled.add('CONDSTORE');
      } else if (word === 'QRESYNC' && host.can('QRESYNC')) {
        if (!session.enabled.has('QRESYNC')) throw new SyntaxFault('ENABLE QRESYNC first');
        resync = new Arguments(parameters.list());
      } else {
        throw new SyntaxFault(`unknown parameter ${word}`);
      }
    }
  }
  args.end();
  const wasOpen = session.selected !== undefined;
  session.close();
  const mailbox = existing(account, name);
  const rights = rightsOf(mailbox, account.user);
  if (!rights.includes('r')) throw new Refusal('[NOPERM] not allowed');
  if (wasOpen && host.can('QRESYNC')) command.untagged('OK [CLOSED] previous mailbox closed');
  session.open(mailbox, readOnly);
  const permanent = permanentFlags(host, mailbox);
  const star = host.permanentFlags.includes('\\*') ? ['\\*'] : [];
  command.untagged(`FLAGS (${[...new Set([...SYSTEM_FLAGS, ...permanent, ...mailbox.keywords()])].join(' ')})`);
  command.untagged(`OK [PERMANENTFLAGS (${readOnly ? '' : [...permanent, ...star].join(' ')})] for good`);
  command.untagged(`${mailbox.messages.length} EXISTS`);
  command.untagged('0 RECENT');
  const unseen = mailbox.messages.findIndex((message) => !message.flags.has('\\Seen'));
  if (unseen >= 0) command.untagged(`OK [UNSEEN ${unseen + 1}] first unseen`);
  command.untagged(`OK [UIDVALIDITY ${mailbox.uidValidity}] valid`);
  command.untagged(`OK [UIDNEXT ${mailbox.uidNext}] next`);
  if (host.can('CONDSTORE')) command.untagged(`OK [HIGHESTMODSEQ ${mailbox.highestModseq}] highest`);
  if (host.can('OBJECTID')) command.untagged(`OK [MAILBOXID (${mailbox.id})] id`);
  if (resync) {
    const [validity, modseq] = [resync.number(), resync.number()];
    const known = resync.peek()?.kind === 'atom' ? resync.atom() : `1:${Math.max(1, mailbox.uidNext - 1)}`;
    if (validity === mailbox.uidValidity) {
      const gone = mailbox.expunged.filter((one) => one.modseq > modseq && inSet(known, one.uid, mailbox.uidNext - 1));
      if (gone.length > 0) {
        command.untagged(`VANISHED (EARLIER) ${toSet(gone.map((one) => one.uid).sort((a, b) => a - b))}`);
      }
      for (const { sequence, message } of session.numbered()) {
        if (message.modseq <= modseq || !inSet(known, message.uid, mailbox.uidNext - 1)) continue;
        command.untagged(
          `${sequence} FETCH (UID ${message.uid} FLAGS (${[...message.flags].join(' ')}) MODSEQ (${message.modseq}))`,
        );
      }
    }
  }
  command.ok(`[${readOnly ? 'READ-ONLY' : 'READ-WRITE'}] selected`);
}

// ---- APPEND

interface Incoming {
  flags: string[];
  date: MailDate | undefined;
  bytes: Buffer;
}

/** Flags and date before a literal. */
function appendOptions(args: Arguments): Omit<Incoming, 'bytes'> {
  const flags = args.isList() ? words(args.list()).map(flag) : [];
  const date = args.peek()?.kind === 'string' ? parseDateTime(args.text()) : undefined;
  return { flags, date };
}

/** What is wrong with an APPEND before its next literal of `size` bytes is read. */
export function appendPrefixFault(host: Host, parts: (string | Buffer)[], size: number): string | undefined {
  const args = new Arguments(tokenize(parts));
  if (args.done) return undefined; // the literal is the mailbox's name
  args.text();
  for (let count = 0; ; count++) {
    appendOptions(args);
    if (args.done) {
      if (count > 0 && !host.can('MULTIAPPEND')) return 'BAD one message at a time here';
      break;
    }
    if (args.next().kind !== 'literal') return 'BAD expected a literal';
  }
  const { appendLimit } = host.options;
  return appendLimit !== undefined && size > appendLimit ? 'NO [TOOBIG] message is too large' : undefined;
}

async function append(host: Host, command: Command): Promise<void> {
  const { args, session } = command;
  const account = accountOf(command);
  const name = args.text();
  const incoming: Incoming[] = [];
  while (!args.done) {
    const options = appendOptions(args);
    const token: Token = args.next();
    if (token.kind !== 'literal') throw new SyntaxFault('expected a literal');
    incoming.push({ ...options, bytes: token.bytes });
  }
  if (incoming.length === 0) throw new SyntaxFault('no message');
  if (incoming.length > 1 && !host.can('MULTIAPPEND')) throw new SyntaxFault('one message at a time here');
  const mailbox = existing(account, name, '[TRYCREATE]');
  if (!rightsOf(mailbox, account.user).includes('i')) throw new Refusal('[NOPERM] not allowed');
  // All or nothing: everything is looked at before anything is stored.
  const { used, limits } = account;
  const size = incoming.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (limits.bytes !== undefined && used.bytes + size > limits.bytes) throw new Refusal('[OVERQUOTA] mailbox is full');
  if (limits.messages !== undefined && used.messages + incoming.length > limits.messages) {
    throw new Refusal('[OVERQUOTA] too many messages');
  }
  for (const { bytes } of incoming) {
    if (bytes.length === 0) throw new Refusal('[CANNOT] empty message');
    const refusal = host.options.accept?.(bytes, { user: account.user, mailbox: mailbox.name });
    if (refusal !== undefined) throw new Refusal(refusal);
  }
  const prepared = incoming.map((one) => ({ ...one, flags: allowedFlags(host, mailbox, one.flags) }));
  const uids = prepared.map(({ bytes, flags, date }) => {
    const stored = host.options.rewrite?.(bytes) ?? bytes;
    const twin = host.options.collapseTwins
      ? mailbox.messages.find((message) => message.bytes.equals(stored))
      : undefined;
    const received = host.options.keepDates === false ? undefined : date;
    return (twin ?? mailbox.add(stored, flags, received ?? { time: Date.now(), zone: 0 })).uid;
  });
  session.refresh({ expunges: true, condstore: host.can('CONDSTORE') });
  // RFC 4315 wants the UIDs in the order of the messages; collapsed twins may break that order.
  const set = uids.every((uid, index) => index === 0 || uid > (uids[index - 1] as number))
    ? toSet(uids)
    : uids.join(',');
  command.ok(host.can('UIDPLUS') ? `[APPENDUID ${mailbox.uidValidity} ${set}] stored` : 'stored');
}

/** What of these flags the mailbox keeps. */
function allowedFlags(host: Host, mailbox: Mailbox, flags: string[]): string[] {
  const known = new Map(permanentFlags(host, mailbox).map((name) => [name.toLowerCase(), name]));
  const result: string[] = [];
  for (const name of flags) {
    const spelled = known.get(name.toLowerCase());
    if (spelled) result.push(spelled);
    else if (!name.startsWith('\\') && host.permanentFlags.includes('\\*')) result.push(name);
    else if (host.options.unknownFlags === 'refuse') throw new Refusal(`[CANNOT] the flag ${name} can't be kept`);
  }
  return [...new Set(result)];
}

// ---- in a mailbox

const both = (name: string, run: (host: Host, command: Command, byUid: boolean) => void): Record<string, Run> => ({
  [name]: (host, command) => run(host, command, false),
  [`UID ${name}`]: (host, command) => run(host, command, true),
});

const SELECTED: Record<string, Run> = {
  CHECK(host, command) {
    finish(host, command, 'done');
  },
  CLOSE(_, command) {
    const { session } = command;
    const mailbox = selectedOf(command);
    if (!session.readOnly) mailbox.remove(mailbox.messages.filter((message) => message.flags.has('\\Deleted')));
    session.close();
    command.ok('closed');
  },
  UNSELECT(_, command) {
    command.session.close();
    command.ok('closed');
  },
  EXPUNGE(host, command) {
    expunge(host, command, () => true);
  },
  'UID EXPUNGE'(host, command) {
    const set = command.args.atom();
    command.args.end();
    const last = lastUid(selectedOf(command));
    ranges(set, last);
    expunge(host, command, (message) => inSet(set, message.uid, last));
  },
  ...both('FETCH', fetch),
  ...both('STORE', store),
  ...both('SEARCH', search),
  ...both('COPY', (host, command, byUid) => copy(host, command, byUid, false)),
  ...both('MOVE', (host, command, byUid) => copy(host, command, byUid, true)),
};

function lastUid(mailbox: Mailbox): number {
  return mailbox.messages.at(-1)?.uid ?? 0;
}

function expunge(host: Host, command: Command, which: (message: StoredMessage) => boolean): void {
  const mailbox = selectedOf(command);
  if (command.session.readOnly) throw new Refusal('[CANNOT] opened read-only');
  mailbox.remove(mailbox.messages.filter((message) => message.flags.has('\\Deleted') && which(message)));
  finish(host, command, 'done');
}

function chosen(command: Command, byUid: boolean): { set: string; found: ReturnType<Session['numbered']> } {
  const { session, args } = command;
  const set = args.atom();
  const last = byUid ? lastUid(selectedOf(command)) : session.count;
  const wanted = ranges(set, last);
  if (!byUid && wanted.some(([low, high]) => low < 1 || high > session.count)) {
    throw new SyntaxFault('no such message number');
  }
  const found = session.numbered().filter(({ sequence, message }) => {
    const number = byUid ? message.uid : sequence;
    return wanted.some(([low, high]) => number >= low && number <= high);
  });
  return { set, found };
}

const MACROS: Record<string, string[]> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};

function fetch(host: Host, command: Command, byUid: boolean): void {
  const { session, args } = command;
  const mailbox = selectedOf(command);
  const { set, found } = chosen(command, byUid);
  let items: string[];
  if (args.isList()) {
    items = words(args.list());
  } else {
    const word = args.atom();
    items = MACROS[word.toUpperCase()] ?? [word];
  }
  let since: number | undefined;
  let vanished = false;
  if (!args.done) {
    if (!host.can('CONDSTORE')) throw new SyntaxFault('no modifiers here');
    const modifiers = new Arguments(args.list());
    while (!modifiers.done) {
      const word = modifiers.atom().toUpperCase();
      if (word === 'CHANGEDSINCE') since = modifiers.number();
      else if (word === 'VANISHED' && byUid && session.enabled.has('QRESYNC')) vanished = true;
      else throw new SyntaxFault(`unknown modifier ${word}`);
    }
    session.enabled.add('CONDSTORE');
  }
  args.end();
  if (byUid && !items.some((item) => item.toUpperCase() === 'UID')) items = ['UID', ...items];
  if (since !== undefined && !items.some((item) => item.toUpperCase() === 'MODSEQ')) items = [...items, 'MODSEQ'];
  const makers = items.map((item) => fetchItem(host, command, item));
  if (vanished && since !== undefined) {
    const from = since;
    const gone = mailbox.expunged
      .filter((one) => one.modseq > from && inSet(set, one.uid, mailbox.uidNext - 1))
      .map((one) => one.uid)
      .sort((a, b) => a - b);
    if (gone.length > 0) command.untagged(`VANISHED (EARLIER) ${toSet(gone)}`);
  }
  for (const { sequence, message } of found) {
    if (since !== undefined && message.modseq <= since) continue;
    const pieces: Buffer[] = [Buffer.from(`* ${sequence} FETCH (`)];
    const seenBefore = message.flags.has('\\Seen');
    makers.forEach((make, index) => {
      if (index > 0) pieces.push(Buffer.from(' '));
      pieces.push(...make(message));
    });
    if (!seenBefore && message.flags.has('\\Seen')) {
      pieces.push(Buffer.from(` FLAGS (${[...message.flags].join(' ')})`));
      session.told(sequence, message.modseq);
    }
    pieces.push(Buffer.from(')\r\n'));
    session.write(Buffer.concat(pieces));
  }
  finish(host, command, 'fetched');
}

type Maker = (message: StoredMessage) => Buffer[];

function fetchItem(host: Host, command: Command, item: string): Maker {
  const { session } = command;
  const mailbox = selectedOf(command);
  const text =
    (make: (message: StoredMessage) => string): Maker =>
    (message) => [Buffer.from(make(message), 'latin1')];
  const upper = item.toUpperCase();
  const custom = host.options.fetchItems?.[upper];
  if (custom) return text((message) => `${upper} ${custom(message)}`);
  switch (upper) {
    case 'UID':
      return text((message) => `UID ${message.uid}`);
    case 'FLAGS':
      return text((message) => `FLAGS (${[...message.flags].join(' ')})`);
    case 'INTERNALDATE':
      return text((message) => `INTERNALDATE "${formatDateTime(message.date)}"`);
    case 'RFC822.SIZE':
      return text((message) => `RFC822.SIZE ${message.bytes.length}`);
    case 'MODSEQ':
      if (!host.can('CONDSTORE')) throw new SyntaxFault('no MODSEQ here');
      session.enabled.add('CONDSTORE');
      return text((message) => `MODSEQ (${message.modseq})`);
    case 'EMAILID':
      if (!host.can('OBJECTID')) throw new SyntaxFault('no EMAILID here');
      return text((message) => `EMAILID (${message.emailId})`);
    case 'ENVELOPE':
      return text((message) => `ENVELOPE ${envelope(message.bytes)}`);
    case 'BODY':
    case 'BODYSTRUCTURE':
      return text((message) => `${upper} ${bodyStructure(message.bytes)}`);
    case 'RFC822':
    case 'RFC822.HEADER':
    case 'RFC822.TEXT':
      return (message) => {
        if (upper !== 'RFC822.HEADER') markSeen(session, mailbox, message);
        const [head, body] = split(message.bytes);
        const bytes = upper === 'RFC822' ? message.bytes : upper === 'RFC822.HEADER' ? head : body;
        return literal(host, `${upper} `, bytes);
      };
  }
  const match = /^BODY(\.PEEK)?\[(.*)\](?:<(\d+)\.(\d+)>)?$/is.exec(item);
  if (!match) throw new SyntaxFault(`unknown fetch item ${item}`);
  const [, peek, name = '', from, count] = match;
  section(Buffer.alloc(0), name);
  return (message) => {
    if (!peek) markSeen(session, mailbox, message);
    const all = section(message.bytes, name);
    const bytes = from === undefined ? all : all.subarray(Number(from), Number(from) + Number(count));
    return literal(host, `BODY[${name.toUpperCase()}]${from === undefined ? '' : `<${from}>`} `, bytes);
  };
}

function markSeen(session: Session, mailbox: Mailbox, message: StoredMessage): void {
  if (!session.readOnly) mailbox.setFlags(message, [...message.flags, '\\Seen']);
}

function literal(host: Host, label: string, bytes: Buffer): Buffer[] {
  return [Buffer.from(`${label}{${Math.max(0, bytes.length + host.literalSkew)}}\r\n`), bytes];
}

function store(host: Host, command: Command, byUid: boolean): void {
  const { session, args } = command;
  const mailbox = selectedOf(command);
  const { found } = chosen(command, byUid);
  let unchangedSince: number | undefined;
  if (args.isList()) {
    if (!host.can('CONDSTORE')) throw new SyntaxFault('no modifiers here');
    const modifiers = new Arguments(args.list());
    if (modifiers.atom().toUpperCase() !== 'UNCHANGEDSINCE') throw new SyntaxFault('unknown modifier');
    unchangedSince = modifiers.number();
    session.enabled.add('CONDSTORE');
  }
  const match = /^([+-]?)FLAGS(\.SILENT)?$/i.exec(args.atom());
  if (!match) throw new SyntaxFault('expected FLAGS');
  const named = words(args.isList() ? args.list() : args.tokens.slice(-1)).map(flag);
  if (session.readOnly) throw new Refusal('[CANNOT] opened read-only');
  const [, sign, silent] = match;
  const wanted = sign === '-' ? named : allowedFlags(host, mailbox, named);
  const modified: number[] = [];
  for (const { sequence, message } of found) {
    if (unchangedSince !== undefined && message.modseq > unchangedSince) {
      modified.push(byUid ? message.uid : sequence);
      continue;
    }
    const next = new Set(sign === '' ? [] : message.flags);
    for (const name of wanted) {
      const same = [...next].find((one) => one.toLowerCase() === name.toLowerCase());
      if (sign === '-') next.delete(same ?? name);
      else next.add(same ?? name);
    }
    mailbox.setFlags(message, next);
    session.told(sequence, message.modseq);
    const uid = byUid || session.enabled.has('QRESYNC') ? `UID ${message.uid} ` : '';
    const modseq = session.enabled.has('CONDSTORE') ? `MODSEQ (${message.modseq})` : '';
    if (!silent) {
      const flags = `FLAGS (${[...message.flags].join(' ')})`;
      command.untagged(`${sequence} FETCH (${uid}${flags}${modseq && ` ${modseq}`})`);
    } else if (modseq) {
      command.untagged(`${sequence} FETCH (${uid}${modseq})`);
    }
  }
  finish(host, command, modified.length > 0 ? `[MODIFIED ${toSet(modified)}] some were changed by others` : 'stored');
}

function search(host: Host, command: Command, byUid: boolean): void {
  const { session, args } = command;
  let returns: string[] | undefined;
  if (args.isAtom('RETURN')) {
    if (!host.can('ESEARCH')) throw new SyntaxFault('no RETURN here');
    args.next();
    returns = words(args.list()).map((word) => word.toUpperCase());
    if (returns.length === 0) returns = ['ALL'];
    const unknown = returns.find((word) => !['MIN', 'MAX', 'ALL', 'COUNT'].includes(word));
    if (unknown) throw new SyntaxFault(`unknown return option ${unknown}`);
  }
  if (args.isAtom('CHARSET')) {
    args.next();
    const charset = args.text().toUpperCase();
    if (!['UTF-8', 'US-ASCII'].includes(charset)) throw new Refusal('[BADCHARSET (UTF-8)] unknown charset');
  }
  const scope = { lastUid: lastUid(selectedOf(command)), lastSequence: session.count, modseqUsed: false };
  const fits = searchPredicate(args, scope);
  if (scope.modseqUsed && !host.can('CONDSTORE')) throw new SyntaxFault('no MODSEQ here');
  const found = session.numbered().filter(fits);
  const numbers = found.map(({ sequence, message }) => (byUid ? message.uid : sequence));
  const highest = Math.max(0, ...found.map(({ message }) => message.modseq));
  if (returns) {
    const parts = [`(TAG "${command.tag}")`, ...(byUid ? ['UID'] : [])];
    for (const word of returns) {
      if (word === 'COUNT') parts.push(`COUNT ${numbers.length}`);
      else if (numbers.length === 0) continue;
      else if (word === 'ALL') parts.push(`ALL ${toSet(numbers)}`);
      else parts.push(`${word} ${word === 'MIN' ? numbers[0] : numbers.at(-1)}`);
    }
    if (scope.modseqUsed && numbers.length > 0) parts.push(`MODSEQ ${highest}`);
    command.untagged(`ESEARCH ${parts.join(' ')}`);
  } else {
    const modseq = scope.modseqUsed && numbers.length > 0 ? ` (MODSEQ ${highest})` : '';
    command.untagged(`SEARCH${numbers.map((number) => ` ${number}`).join('')}${modseq}`);
  }
  finish(host, command, 'done');
}

function copy(host: Host, command: Command, byUid: boolean, move: boolean): void {
  const { session, args } = command;
  const account = accountOf(command);
  const mailbox = selectedOf(command);
  const { found } = chosen(command, byUid);
  const name = args.text();
  args.end();
  if (move && session.readOnly) throw new Refusal('[CANNOT] opened read-only');
  const target = existing(account, name, '[TRYCREATE]');
  const messages = found.map(({ message }) => message);
  const { used, limits } = account;
  const size = messages.reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (!move && limits.bytes !== undefined && used.bytes + size > limits.bytes) throw new Refusal('[OVERQUOTA] full');
  if (!move && limits.messages !== undefined && used.messages + messages.length > limits.messages) {
    throw new Refusal('[OVERQUOTA] too many messages');
  }
  const copies = messages.map((message) => target.add(message.bytes, message.flags, message.date));
  const code =
    host.can('UIDPLUS') && messages.length > 0
      ? `[COPYUID ${target.uidValidity} ${toSet(messages.map(({ uid }) => uid))} ${toSet(copies.map(({ uid }) => uid))}] `
      : '';
  if (!move) {
    finish(host, command, `${code}copied`);
    return;
  }
  if (code) command.untagged(`OK ${code}moving`);
  mailbox.remove(messages);
  session.refresh({ expunges: true, condstore: host.can('CONDSTORE') });
  command.ok('moved');
}
