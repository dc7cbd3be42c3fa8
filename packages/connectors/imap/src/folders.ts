import type { Container, SpecialUse } from '@sterna/connector-kit';
import { refusal } from './errors.ts';
import { isInbox, type Mailbox, mailboxFromId, mailboxIdFromWire, shownName } from './mailbox-name.ts';
import type { ImapConnection, Untagged } from './protocol/connection.ts';
import { asText, type ResponseCursor, type Value } from './protocol/response-cursor.ts';
import { roleByName } from './special-use.ts';

/** RFC 2342. Prefixes as decoded names; a server without namespaces has one personal with an empty prefix. */
export interface Namespaces {
  readonly personal: { readonly prefix: string; readonly separator: string | undefined };
  /** Of other users, and shared ones: reported, never migrated with a mailbox. */
  readonly foreign: readonly string[];
}

export interface Folder {
  readonly mailbox: Mailbox;
  readonly separator: string | undefined;
  /** Without the personal namespace's prefix. */
  readonly path: readonly string[];
  readonly role: SpecialUse | undefined;
  readonly subscribed: boolean | undefined;
  /** False: holds no messages, only folders (\Noselect, \NonExistent). */
  readonly selectable: boolean;
  readonly status: FolderStatus | undefined;
}

export interface FolderStatus {
  readonly messages: number;
  readonly uidNext: number | undefined;
  readonly uidValidity: number | undefined;
  readonly highestModseq: string | undefined;
}

/** Equal only where nothing changed in between; undefined where the server can't tell that. */
export function glanceOf(status: FolderStatus): string | undefined {
  const { messages, uidNext, uidValidity, highestModseq } = status;
  if (highestModseq === undefined || uidNext === undefined || uidValidity === undefined) return undefined;
  return `${uidValidity}.${uidNext}.${messages}.${highestModseq}`;
}

export function containerOf(folder: Folder): Container {
  const { mailbox, path, role, subscribed, status } = folder;
  const glance = status && glanceOf(status);
  return {
    id: mailbox.id,
    path,
    kind: 'message',
    ...(role === undefined ? {} : { role }),
    ...(subscribed === undefined ? {} : { subscribed }),
    ...(status === undefined ? {} : { total: status.messages }),
    ...(glance === undefined ? {} : { glance }),
    ...(status?.uidValidity === undefined ? {} : { generation: String(status.uidValidity) }),
  };
}

/** Sent without waiting; the result comes with the replies. */
export async function askNamespaces(connection: ImapConnection): Promise<Namespaces> {
  let found: Namespaces | undefined;
  if (connection.has('NAMESPACE'))
    await connection.run(['NAMESPACE'], {
      tolerateBad: true,
      untagged: (response) => {
        if (response.name !== 'NAMESPACE') return false;
        found = parseNamespaces(response.cursor, connection.utf8);
        return true;
      },
    });
  return found ?? { personal: { prefix: '', separator: undefined }, foreign: [] };
}

function parseNamespaces(cursor: ResponseCursor, utf8: boolean): Namespaces {
  const entries = (value: Value): { prefix: string; separator: string | undefined }[] =>
    Array.isArray(value)
      ? value.map((entry) => {
          const [prefix, separator] = Array.isArray(entry) ? entry : [];
          return { prefix: decodePrefix(asText(prefix ?? '') ?? '', utf8), separator: asText(separator ?? null) };
        })
      : [];
  const personal = entries(cursor.value());
  const foreign = [...entries(cursor.value()), ...entries(cursor.value())];
  return {
    personal: personal[0] ?? { prefix: '', separator: undefined },
    foreign: foreign.map((entry) => entry.prefix).filter((prefix) => prefix !== ''),
  };
}

function decodePrefix(wire: string, utf8: boolean): string {
  // `INBOX.` and the like: an INBOX in front is the same in any case.
  const id = mailboxIdFromWire(wire, utf8);
  return wire === '' ? '' : /^inbox[^A-Za-z0-9]$/i.test(id) ? `INBOX${id.slice(5)}` : id;
}

export interface ListOptions {
  readonly namespaces: Promise<Namespaces>;
  readonly status: boolean;
  /** STATUS with HIGHESTMODSEQ makes the connection CONDSTORE-aware (RFC 7162 section 3.1), which costs later. */
  readonly modseq: boolean;
}

interface Listed {
  readonly attributes: readonly string[];
  readonly separator: string | undefined;
  readonly wire: string;
}

/**
 * All folders of the personal namespace. One round trip with LIST-STATUS (RFC 5819), else LIST (and LSUB), then the
 * STATUS commands together.
 */
export async function listFolders(connection: ImapConnection, options: ListOptions): Promise<Folder[]> {
  const listed: Listed[] = [];
  const subscribed = new Set<string>();
  const statuses = new Map<string, FolderStatus>();
  const rev2 = connection.has('IMAP4REV2');
  const extended = connection.has('LIST-EXTENDED') || rev2;
  const items = statusItems(connection, options.modseq);
  const withStatus = options.status && extended && (connection.has('LIST-STATUS') || rev2);
  const returns: string[] = [];
  if (extended) {
    returns.push('SUBSCRIBED');
    if (connection.has('SPECIAL-USE') || rev2) returns.push('SPECIAL-USE');
    if (withStatus) returns.push(`STATUS (${items})`);
  }
  const onStatus = (response: Untagged): boolean => {
    if (response.name !== 'STATUS') return false;
    const parsed = parseStatus(response.cursor);
    if (parsed) statuses.set(mailboxIdFromWire(parsed.wire, connection.utf8), parsed.status);
    return true;
  };
  const list = connection.run([`LIST "" "*"${returns.length > 0 ? ` RETURN (${returns.join(' ')})` : ''}`], {
    untagged: (response) => {
      if (response.name !== 'LIST') return onStatus(response);
      const entry = parseList(response.cursor);
      if (entry) listed.push(entry);
      return true;
    },
  });
  const lsub = extended
    ? undefined
    : connection.run(['LSUB "" "*"'], {
        untagged: (response) => {
          if (response.name !== 'LSUB') return false;
          const entry = parseList(response.cursor);
          if (entry && !has(entry.attributes, '\\Noselect'))
            subscribed.add(mailboxIdFromWire(entry.wire, connection.utf8));
          return true;
        },
      });
  lsub?.catch(() => undefined);
  const reply = await list;
  if (reply.status !== 'OK') throw refusal('to list the folders', reply);
  const lsubReply = await lsub;
  const namespaces = await options.namespaces;

  const folders = new Map<string, Omit<Folder, 'status'>>();
  const rolesTaken = new Set<SpecialUse>();
  const drafts = listed.map((entry) => ({ entry, id: mailboxIdFromWire(entry.wire, connection.utf8) }));
  const declared = new Map<string, SpecialUse>();
  for (const { entry, id } of drafts) {
    const role = isInbox(id) ? 'inbox' : declaredRole(entry.attributes);
    if (role !== undefined && !rolesTaken.has(role)) {
      rolesTaken.add(role);
      declared.set(id, role);
    }
  }
  // The names tell only where the server itself tells nothing.
  const guess = [...declared.values()].every((role) => role === 'inbox');
  for (const { entry, id } of drafts) {
    if (folders.has(id) || namespaces.foreign.some((prefix) => `${id}${entry.separator ?? ''}`.startsWith(prefix)))
      continue;
    const path = pathOf(id, entry.separator, namespaces.personal.prefix);
    let role = declared.get(id);
    if (role === undefined && guess && path.length === 1) {
      const byName = roleByName(path[0] as string);
      if (byName !== undefined && !rolesTaken.has(byName)) {
        rolesTaken.add(byName);
        role = byName;
      }
    }
    const isSubscribed = extended
      ? has(entry.attributes, '\\Subscribed')
      : lsubReply?.status === 'OK'
        ? subscribed.has(id)
        : undefined;
    const selectable = !has(entry.attributes, '\\Noselect') && !has(entry.attributes, '\\NonExistent');
    folders.set(id, {
      mailbox: mailboxFromId(id),
      separator: entry.separator,
      path,
      role,
      subscribed: isSubscribed,
      selectable,
    });
  }
  if (options.status && !withStatus) {
    const asked = [...folders.values()].filter((folder) => folder.selectable);
    // Pipelined, but not without bound: a server that answers slowly must not be buried.
    for (let at = 0; at < asked.length; at += 100)
      await Promise.all(
        asked
          .slice(at, at + 100)
          .map((folder) =>
            connection.run(['STATUS ', folder.mailbox.argument(connection), ` (${items})`], { untagged: onStatus }),
          ),
      );
  }
  // Servers list in an order that changes from day to day; people and tests want the same each time.
  const order = (folder: { mailbox: Mailbox }): string => (folder.mailbox.id === 'INBOX' ? '' : folder.mailbox.id);
  return [...folders.values()]
    .sort((a, b) => (order(a) < order(b) ? -1 : 1))
    .map((folder) => ({ ...folder, status: statuses.get(folder.mailbox.id) }));
}

export function statusItems(connection: ImapConnection, modseq: boolean): string {
  const condstore = connection.has('CONDSTORE') || connection.has('QRESYNC');
  return `MESSAGES UIDNEXT UIDVALIDITY${modseq && condstore ? ' HIGHESTMODSEQ' : ''}`;
}

function parseList(cursor: ResponseCursor): Listed | undefined {
  const attributes = cursor.atoms();
  const separator = asText(cursor.value());
  const wire = asText(cursor.value());
  return wire === undefined || wire === '' ? undefined : { attributes, separator: separator || undefined, wire };
}

export function parseStatus(
  cursor: ResponseCursor,
): { wire: string; status: FolderStatus; appendLimit: number | undefined } | undefined {
  const wire = asText(cursor.value());
  const items = cursor.value();
  if (wire === undefined || !Array.isArray(items)) return undefined;
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [name, value] = [items[at], items[at + 1]];
    if (typeof name === 'string' && typeof value === 'string' && /^\d{1,20}$/.test(value))
      found.set(name.toUpperCase(), value);
  }
  const number = (name: string): number | undefined => (found.has(name) ? Number(found.get(name)) : undefined);
  const modseq = found.get('HIGHESTMODSEQ');
  return {
    wire,
    appendLimit: number('APPENDLIMIT'),
    status: {
      messages: number('MESSAGES') ?? 0,
      uidNext: number('UIDNEXT'),
      uidValidity: number('UIDVALIDITY'),
      // 0: this mailbox keeps none (RFC 7162 section 3.1.1).
      highestModseq: modseq === undefined || /^0+$/.test(modseq) ? undefined : modseq,
    },
  };
}

function has(attributes: readonly string[], wanted: string): boolean {
  const lower = wanted.toLowerCase();
  return attributes.some((attribute) => attribute.toLowerCase() === lower);
}

const ROLES: readonly SpecialUse[] = ['all', 'archive', 'drafts', 'flagged', 'junk', 'sent', 'trash'];

function declaredRole(attributes: readonly string[]): SpecialUse | undefined {
  return ROLES.find((role) => has(attributes, `\\${role}`));
}

function pathOf(id: string, separator: string | undefined, prefix: string): string[] {
  if (isInbox(id)) return ['INBOX'];
  const name = shownName(id);
  const inner =
    prefix !== '' && name.length > prefix.length && name.startsWith(prefix) ? name.slice(prefix.length) : name;
  if (separator === undefined || separator === '') return [inner];
  const parts = inner.split(separator);
  const named = parts.filter((part) => part !== '');
  return named.length > 0 ? named : [inner];
}
