import { imapConnector } from '@sterna/connector-imap';
import type { Content, OpenRequest, Reader, Session } from '@sterna/connector-kit';
import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import type { RawImap } from '@sterna/test-servers';

export interface Where {
  readonly host: string;
  readonly port: number;
}

export interface OpenOptions {
  readonly role?: OpenRequest['role'];
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly password?: string;
  readonly signal?: AbortSignal;
  readonly observe?: OpenRequest['observe'];
}

/** A session in plain text, or as `settings` say. Retries at once: tests don't sleep. */
export function open(where: Where, address: string, options: OpenOptions = {}): Promise<Session> {
  const { role = 'read', password = 'pw', signal = new AbortController().signal, observe } = options;
  return imapConnector.open({
    system: { settings: settingsFor(where, options.settings), credentials: { password } },
    address,
    role,
    installation: '0badcafe',
    signal,
    ...(observe ? { observe } : {}),
  });
}

export function settingsFor(where: Where, settings: Readonly<Record<string, unknown>> = {}): unknown {
  return imapConnector.settings.parse({
    host: where.host,
    port: where.port,
    tls: 'starttls',
    retryDelaysMs: [0, 0, 0, 10],
    ...settings,
  });
}

export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of from) all.push(one);
  return all;
}

export async function bytesOf(content: Content): Promise<Buffer> {
  return Buffer.isBuffer(content.body) ? content.body : Buffer.concat(await collect(content.body));
}

export async function idsOf(reader: Reader, container = 'INBOX'): Promise<string[]> {
  const pages = await collect(reader.changes(container, undefined, {}));
  return pages.flatMap((page) => page.changes.map((change) => change.id));
}

/** Bodies by id, in the order given out; what can't be read throws. */
export async function readAll(reader: Reader, container: string, ids: readonly string[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const item of reader.read(container, ids)) {
    if (!('body' in item)) throw new Error(`not read: ${JSON.stringify(item)}`);
    if (found.has(item.id)) throw new Error(`read twice: ${item.id}`);
    found.set(item.id, await bytesOf(item));
  }
  return found;
}

/** Modified UTF-7 once more, independent of the connector's. */
export function wireName(name: string): string {
  return name.replace(/&|[^ -~]+/g, (run) => {
    if (run === '&') return '&-';
    const units = [...Array(run.length).keys()].flatMap((at) => {
      const unit = run.charCodeAt(at);
      return [unit >> 8, unit & 255];
    });
    return `&${Buffer.from(units).toString('base64').replaceAll('=', '').replaceAll('/', ',')}-`;
  });
}

export function fromWireName(wire: string): string {
  return wire.replace(/&([^-]*)-/g, (_all, base64: string) => {
    if (base64 === '') return '&';
    const bytes = Buffer.from(base64.replaceAll(',', '/'), 'base64');
    return String.fromCharCode(...[...Array(bytes.length >> 1).keys()].map((at) => bytes.readUInt16BE(at * 2)));
  });
}

const quote = (wire: string): string => `"${wire.replace(/["\\]/g, '\\$&')}"`;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function imapDate(date: Date): string {
  const [, day, month, year, time] = /(\d+) (\w+) (\d+) ([\d:]+)/.exec(date.toUTCString()) as RegExpExecArray;
  return `${day}-${month}-${year} ${time} +0000`;
}

function parseDate(text: string): Date {
  const [, day, month = '', year, time, zone] = /\s?(\d+)-(\w+)-(\d+) ([\d:]+) ([+-]\d+)/.exec(text) as RegExpExecArray;
  return new Date(
    `${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${String(day).padStart(2, '0')}T${time}${zone?.slice(0, 3)}:${zone?.slice(3)}`,
  );
}

interface Server extends Where {
  login(user: string): Promise<RawImap>;
}

let users = 0;

/** A new user of a Dovecot or Cyrus, seen past the connector. */
export function suiteEndpoint(
  server: Server,
  settings: Readonly<Record<string, unknown>> = {},
  user = `u${++users}`,
): SuiteEndpoint {
  const withUser = async <T>(work: (imap: RawImap) => Promise<T>): Promise<T> => {
    const imap = await server.login(user);
    try {
      return await work(imap);
    } finally {
      imap.close();
    }
  };
  const wire = (folder: readonly string[]): string => wireName(folder.join('/'));
  const find = async (imap: RawImap, folder: readonly string[], raw: Buffer): Promise<string> => {
    await imap.ok(`SELECT ${quote(wire(folder))}`);
    for (const message of await messages(imap)) if (message.raw.equals(raw)) return message.uid;
    throw new Error('no such message');
  };
  return {
    connector: imapConnector,
    system: { settings: settingsFor(server, settings), credentials: { password: 'pw' } },
    address: user,
    seed: (seeds) =>
      withUser(async (imap) => {
        for (const [name, group] of Map.groupBy(seeds, (seed) => wire(seed.folder))) {
          if (name !== 'INBOX') await imap.command(`CREATE ${quote(name)}`);
          for (let at = 0; at < group.length; at += 200) {
            const reply = await imap.multiAppend(
              name,
              group
                .slice(at, at + 200)
                .map(({ raw, flags, date }) => ({ message: raw, flags: [...flags], date: imapDate(date) })),
              true,
            );
            if (reply.status !== 'OK') throw new Error(`seeding ${name}: ${reply.text}`);
          }
        }
      }),
    dump: () =>
      withUser(async (imap) => {
        const found: FoundMessage[] = [];
        for (const name of await names(imap)) {
          const { status } = await imap.command(`EXAMINE ${quote(name)}`);
          if (status !== 'OK') continue;
          const folder = fromWireName(name).split('/');
          for (const { raw, flags, date } of await messages(imap)) found.push({ folder, raw, flags, date });
        }
        return found;
      }),
    folders: () => withUser(async (imap) => (await names(imap)).map((name) => fromWireName(name).split('/'))),
    setFlags: ({ folder, raw }, flags) =>
      withUser(async (imap) => {
        const uid = await find(imap, folder, raw);
        await imap.ok(`UID STORE ${uid} FLAGS (${flags.join(' ')})`);
      }),
    remove: ({ folder, raw }) =>
      withUser(async (imap) => {
        const uid = await find(imap, folder, raw);
        await imap.ok(`UID STORE ${uid} +FLAGS (\\Deleted)`);
        await imap.ok(`UID EXPUNGE ${uid}`);
      }),
    move: ({ folder, raw }, to) =>
      withUser(async (imap) => {
        const uid = await find(imap, folder, raw);
        await imap.ok(`UID MOVE ${uid} ${quote(wire(to))}`);
      }),
    dispose: async () => {},
  };
}

async function names(imap: RawImap): Promise<string[]> {
  const { untagged } = await imap.ok('LIST "" "*"');
  return untagged.flatMap((line) => {
    const match = /^\* LIST \([^)]*\) (?:NIL|"[^"]*") (?:\{\d+\}\r\n([\s\S]*)|"((?:[^"\\]|\\.)*)"|(\S+))$/.exec(line);
    if (!match || /\\NonExistent|\\Noselect/i.test(line)) return [];
    return [match[1] ?? match[3] ?? (match[2] as string).replace(/\\(.)/g, '$1')];
  });
}

async function messages(imap: RawImap): Promise<{ uid: string; raw: Buffer; flags: string[]; date: Date }[]> {
  const { untagged } = await imap.ok('UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])');
  return untagged.flatMap((line) => {
    const literal = /BODY\[\] \{(\d+)\}\r\n/.exec(line);
    if (!literal) return [];
    const from = literal.index + literal[0].length;
    const raw = Buffer.from(line.slice(from, from + Number(literal[1])), 'latin1');
    const rest = line.slice(0, literal.index) + line.slice(from + Number(literal[1]));
    const flags = (/FLAGS \(([^)]*)\)/.exec(rest)?.[1] ?? '')
      .split(' ')
      .filter((flag) => flag !== '' && flag !== '\\Recent');
    const date = parseDate(/INTERNALDATE "([^"]*)"/.exec(rest)?.[1] ?? '');
    return [{ uid: /UID (\d+)/.exec(rest)?.[1] ?? '', raw, flags: flags.sort(), date }];
  });
}
