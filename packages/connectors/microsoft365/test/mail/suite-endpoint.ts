import type { Connector, Content, Session } from '@sterna/connector-kit';
import { type FoundMessage, Originals, type PickMessage, type SuiteEndpoint } from '@sterna/connector-suite';
import { canonicalFlags } from '@sterna/core';
import {
  DirectMail,
  type DirectMessage,
  type DirectState,
  MIGRATION_APP,
  type Microsoft365,
} from '@sterna/simulator-microsoft365';
import { microsoft365Connector } from '../../src/index.ts';
import type { GraphEnd } from '../outlook/direct-graph.ts';

export const ORIGINAL = 'Original message.eml';

/** As an entry has it. */
export function simulated(server: GraphEnd, address: string, settings: Record<string, unknown> = {}) {
  const { baseUrl, signIn } = server;
  const {
    loginUrl = baseUrl,
    tenant = address.split('@')[1],
    clientId = MIGRATION_APP.id,
    secret = MIGRATION_APP.secret,
  } = { ...signIn };
  return {
    system: {
      settings: { tenant, clientId, baseUrl, loginUrl, ...settings },
      credentials: { password: secret },
    },
    address,
  };
}

/** @param address Of a user whose mailbox is empty */
export function mailEndpoint(server: Microsoft365, address: string, settings: Record<string, unknown>): SuiteEndpoint {
  const mail = new DirectMail(server, address);
  const originals = new Originals();
  const shown = async (message: DirectMessage): Promise<FoundMessage> => ({
    folder: message.folder,
    raw: message.attachments.find(({ name }) => name === ORIGINAL)?.content ?? (await originals.of(message.mime)),
    flags: flagsOf(message),
    date: new Date(message.receivedAt),
  });
  const find = async ({ folder, raw }: PickMessage): Promise<string> => {
    for (const message of await mail.messages()) {
      const one = await shown(message);
      if (one.folder.join('\0') === folder.join('\0') && one.raw.equals(raw)) return message.id;
    }
    throw new Error('no such message');
  };
  return {
    ...simulated(server, address, settings),
    connector: watched(originals),
    async seed(messages) {
      for (const { folder, raw, flags, date } of messages) {
        originals.remember(raw);
        await mail.put(folder, raw, date.getTime(), stateOf(flags));
      }
    },
    dump: async () => Promise.all((await mail.messages()).map(shown)),
    folders: async () => mail.folders(),
    setFlags: async (which, flags) => mail.setState(await find(which), stateOf(flags)),
    remove: async (which) => mail.remove(await find(which)),
    move: async (which, to) => mail.move(await find(which), to),
    makeFolder: async (path) => void mail.folder(path),
    dispose: async () => undefined,
  };
}

const stateOf = (flags: readonly string[]): DirectState => ({
  isRead: flags.includes('\\Seen'),
  isDraft: flags.includes('\\Draft'),
  isFlagged: flags.includes('\\Flagged'),
  lastVerb: flags.includes('\\Answered') ? 102 : undefined,
  categories: flags.filter((flag) => !flag.startsWith('\\')),
});

const flagsOf = (message: DirectMessage): readonly string[] =>
  canonicalFlags([
    ...(message.isRead ? ['\\Seen'] : []),
    ...(message.isDraft ? ['\\Draft'] : []),
    ...(message.isFlagged ? ['\\Flagged'] : []),
    ...(message.lastVerb === 102 ? ['\\Answered'] : []),
    ...message.categories,
  ]);

/** The connector, with what is written remembered, and what is read shown as the original that it says the same as. */
export const watched = (originals: Originals): Connector => ({
  ...microsoft365Connector,
  async open(request) {
    const session: Session = await microsoft365Connector.open({ ...request, kinds: ['message'] });
    const { reader, writer } = session;
    async function* read(container: string, ids: readonly string[]) {
      for await (const one of reader.read(container, ids)) yield 'body' in one ? await asOriginal(one) : one;
    }
    const asOriginal = async (content: Content): Promise<Content> => {
      if (!Buffer.isBuffer(content.body)) return content;
      const body = await originals.of(content.body);
      return { ...content, body, size: body.length };
    };
    return {
      ...session,
      reader: { ...reader, read },
      ...(writer === undefined
        ? {}
        : {
            writer: {
              ...writer,
              async apply(ops) {
                for (const op of ops) if (op.verb === 'create' && Buffer.isBuffer(op.body)) originals.remember(op.body);
                return writer.apply(ops);
              },
            },
          }),
    };
  },
});
