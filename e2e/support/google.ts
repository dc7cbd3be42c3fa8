import { type DirectGmail, type DirectGmailMessage, type Google, MIGRATION_SCOPES } from '@sterna/simulator-google';
import type { Endpoint } from './direct-pass.ts';
import type { StoredMessage } from './dovecot-mailbox.ts';

const MANY = 1_000_000_000;
const ALL = {
  gmail: MANY,
  calendar: MANY,
  people: MANY,
  tasks: MANY,
  drive: MANY,
  directory: MANY,
  groupsSettings: MANY,
  groupsMigration: MANY,
  chat: MANY,
};
/** Settings of a project whose quotas nobody reaches. */
export const UNHURRIED = { unitsPerMinute: ALL, projectUnitsPerMinute: ALL, spaceWritesPerMinute: 1_000_000 };

export const googleEndpoint = (server: Google, address: string, more: object = {}): Endpoint => ({
  connector: 'google',
  // Without quotas, as the simulator is unless told.
  settings: {
    baseUrl: server.baseUrl,
    tokenUrl: `${server.baseUrl}/token`,
    ...UNHURRIED,
    ...more,
  },
  address,
  password: JSON.stringify(server.keyFile),
});

// biome-ignore lint/suspicious/noExplicitAny: answers of a service, looked at by tests
type Json = any;

/** Requests of one user, past the connector: `await api('GET', '/tasks/v1/users/@me/lists')`. */
export function googleApi(
  server: Google,
  address: string,
): (method: string, path: string, body?: object) => Promise<Json> {
  const found = server.cloud.findUser(address);
  if (found === undefined) throw new Error(`no user ${address}`);
  const { clientId, project } = server.serviceAccount;
  const { token } = server.cloud.accessTokens.issue({ ...found, clientId, project, scopes: new Set(MIGRATION_SCOPES) });
  return async (method, path, body) => {
    const answer = await fetch(`${server.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

/** Maildir’s letters, and keywords. */
const letters = ({ labels }: DirectGmailMessage): readonly string[] =>
  [
    ...(labels.includes('UNREAD') ? [] : ['S']),
    ...(labels.includes('DRAFT') || labels.includes('Sterna/Draft') ? ['D'] : []),
    ...(labels.includes('STARRED') ? ['F'] : []),
    ...(labels.includes('Sterna/Answered') ? ['R'] : []),
    ...(labels.includes('Sterna/Forwarded') ? ['$Forwarded'] : []),
    ...(labels.includes('IMPORTANT') ? ['$Important'] : []),
    ...labels.flatMap((name) => (name.startsWith('Keywords/') ? [name.slice('Keywords/'.length)] : [])),
  ].sort();

/** The one label that stands for a folder; twice the same folder is a fault of its own. */
const folderOf = ({ id, labels }: DirectGmailMessage): string => {
  const own = labels.filter((name) => !/^(?:Sterna|Keywords)\/|^(?:UNREAD|STARRED|IMPORTANT|CATEGORY_\w+)$/.test(name));
  if (own.length > 1) throw new Error(`${id} is in ${own.join(' and ')}`);
  return own[0] ?? '';
};

/**
 * What differs between a Maildir and a Gmail mailbox, byte by byte but for line ends, folders compared by what they hold.
 * Empty where nothing was lost, added or changed.
 *
 * @param options `state`: flags count; byte-identical twins may have swapped theirs after a crash
 */
export function gmailDifferences(
  source: ReadonlyMap<string, readonly StoredMessage[]>,
  mail: DirectGmail,
  { state = true }: { readonly state?: boolean } = {},
): string[] {
  // Line ends, and what stands for NUL, are as the Maildir's server has them; marked for deletion means nothing there.
  const line = (raw: Buffer, flags: readonly string[]): string =>
    `${raw.toString('latin1').replaceAll('\r\n', '\n').replaceAll('\0', '\x80')}|${state ? flags.filter((flag) => flag !== 'T').join(',') : ''}`;
  const wanted = [...source.values()].map((messages) => messages.map(({ raw, flags }) => line(raw, flags)).sort());
  const found = [...Map.groupBy(mail.messages(), folderOf).values()].map((messages) =>
    messages.map((one) => line(one.mime, letters(one))).sort(),
  );
  const left = new Map(found.map((lines) => [lines.join('\0'), lines]));
  const differing = wanted.filter((lines) => lines.length > 0 && !left.delete(lines.join('\0')));
  const [mine, theirs] = [differing.flat(), [...left.values()].flat()];
  const shown = (one: string): string => `${one.slice(0, 200)} … ${one.slice(one.lastIndexOf('|'))}`;
  return [
    ...without(mine, theirs).map((one) => `lost or changed: ${shown(one)}`),
    ...without(theirs, mine).map((one) => `extra or changed: ${shown(one)}`),
    ...(differing.length > 0 || left.size > 0 ? [`${differing.length} folders differ`] : []),
  ];
}

/** One for one: twins are two. */
function without(all: readonly string[], known: readonly string[]): string[] {
  const left = [...known];
  return all.filter((one) => {
    const at = left.indexOf(one);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}
