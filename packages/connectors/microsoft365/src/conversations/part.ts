import type { Capabilities, Session } from '@sterna/connector-kit';
import type { OpenDrive } from '../drive/open-drive.ts';
import type { GroupContext } from '../groups/group.ts';
import { Conversations } from './conversations.ts';
import { MailFolderReader, MailFolderWriter } from './mail-folder.ts';
import { ConversationsReader } from './reader.ts';

const conversationCapabilities: Capabilities = {
  kinds: ['message'],
  settle: 'reserved-id',
  delta: 'list',
  bytes: 'exact',
  idScope: 'container',
  collapsesTwins: false,
  dateKept: true,
  moves: false,
  keywords: 'none',
  isFinal: true,
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 8 * 1024 * 1024, inFlight: 2 },
  maxObjectBytes: 250 * 1024 * 1024,
  evidence: { conversations: 'read as mail; written as files, since no app may write into a group’s mailbox' },
};

/** The mailbox of a group: read by Graph, and of a target a folder of its files. */
export async function openConversations(context: GroupContext, drive: () => Promise<OpenDrive>): Promise<Session> {
  const target = context.role === 'write' ? await drive() : undefined;
  return {
    capabilities: conversationCapabilities,
    reader: target === undefined ? new ConversationsReader(new Conversations(context)) : new MailFolderReader(target),
    ...(target === undefined ? {} : { writer: new MailFolderWriter(target) }),
    identity: `microsoft365:group:${context.id}`,
    quota: async () => undefined,
    close: async () => undefined,
    destroy: () => undefined,
  };
}
