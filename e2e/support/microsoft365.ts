import { Originals } from '@sterna/connector-suite';
import { type DirectMail, type DirectMessage, MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import type { Endpoint } from './direct-pass.ts';
import type { StoredMessage } from './dovecot-mailbox.ts';

export const microsoft365Endpoint = (server: Microsoft365, address: string, more: object = {}): Endpoint => ({
  connector: 'microsoft365',
  settings: {
    tenant: address.split('@')[1],
    clientId: MIGRATION_APP.id,
    baseUrl: server.baseUrl,
    loginUrl: server.baseUrl,
    ...more,
  },
  address,
  password: MIGRATION_APP.secret,
});

/** What the connector attaches where only exact bytes will do. */
const ORIGINAL = 'Original message.eml';
/** Maildir’s letters. */
const letters = (message: DirectMessage): string[] =>
  [
    ...(message.isRead ? ['S'] : []),
    ...(message.isDraft ? ['D'] : []),
    ...(message.isFlagged ? ['F'] : []),
    ...(message.lastVerb === 102 ? ['R'] : []),
    ...(message.lastVerb === 104 ? ['$Forwarded'] : []),
    ...message.categories,
  ].sort();

/** One line for each message: what it says, its state, when it arrived. Equal for a message and its faithful copy. */
const lineOf = (raw: Buffer, flags: readonly string[], date: number): string =>
  `${raw.toString('base64').slice(0, 4_000)} ${flags.join(',')} ${Math.floor(date / 1_000)}`;

/** Marked for deletion means nothing there, and of answered and forwarded it keeps one. */
const kept = (flags: readonly string[]): readonly string[] =>
  flags.filter((flag) => flag !== 'T' && !(flag === '$Forwarded' && flags.includes('R')));

const crlf = (raw: Buffer): Buffer => Buffer.from(raw.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');

/**
 * What differs between a Maildir and a mailbox of Microsoft 365, folders compared by what they hold; by meaning, since
 * Exchange writes messages anew. Empty where nothing was lost, added or changed.
 *
 * @param earlier What the Maildir held before: copies of that are known too
 * @param options `state`: flags count; byte-identical twins may have swapped theirs after a crash
 */
export async function mailDifferences(
  source: ReadonlyMap<string, readonly StoredMessage[]>,
  mail: DirectMail,
  earlier: ReadonlyMap<string, readonly StoredMessage[]> = new Map(),
  { state = true }: { readonly state?: boolean } = {},
): Promise<string[]> {
  const line = (raw: Buffer, flags: readonly string[], date: number): string => lineOf(raw, state ? flags : [], date);
  const originals = new Originals();
  for (const { raw } of [...source.values(), ...earlier.values()].flat()) originals.remember(crlf(raw));
  const wanted = [...source.values()].map((messages) =>
    messages.map(({ raw, flags, date }) => line(crlf(raw), kept(flags), date)).sort(),
  );
  const byFolder = Map.groupBy(await mail.messages(), ({ folder }) => folder.join('\0'));
  const found: string[][] = [];
  for (const messages of byFolder.values()) {
    const lines: string[] = [];
    for (const message of messages) {
      const attached = message.attachments.find(({ name }) => name === ORIGINAL)?.content;
      const raw = attached === undefined ? await originals.of(message.mime) : crlf(attached);
      lines.push(line(raw, letters(message), message.receivedAt));
    }
    found.push(lines.sort());
  }
  const key = (lines: readonly string[]): string => lines.join('\n');
  const left = new Map(found.map((lines) => [key(lines), lines]));
  const differing = wanted.filter((lines) => lines.length > 0 && !left.delete(key(lines)));
  const [mine, theirs] = [differing.flat(), [...left.values()].flat()];
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

function shown(one: string): string {
  const [body = '', flags, date] = one.split(' ');
  return `${Buffer.from(body, 'base64').toString('latin1').slice(0, 300)} | ${flags} ${date}`;
}
