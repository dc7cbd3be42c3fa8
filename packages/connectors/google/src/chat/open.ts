import { ListedReader, ListedWriter, listedCapabilities } from '@sterna/cloud-http';
import { type Capabilities, composeSessions, type OpenRequest, type Session } from '@sterna/connector-kit';
import type { ContentKind } from '@sterna/core';
import type { Connection } from '../connect.ts';
import { type ChatContext, chatContextOf } from './context.ts';
import { SpaceMembers } from './members.ts';
import { Messages } from './messages.ts';
import { PostsReader } from './posts-reader.ts';
import { NOT_REMOVABLE, PostsWriter } from './posts-writer.ts';
import { Spaces } from './spaces.ts';

interface Part {
  readonly key: string;
  readonly kind: ContentKind;
  open(context: ChatContext, spaces: Spaces): Session;
}

const postCapabilities: Capabilities = {
  kinds: ['post'],
  // An id of ours goes with each message, and a space takes it once.
  settle: 'reserved-id',
  // Reactions are added to it one by one.
  inSteps: true,
  delta: 'list',
  bytes: 'rewritten',
  idScope: 'container',
  collapsesTwins: false,
  dateKept: true,
  moves: false,
  keywords: 'none',
  isFinal: true,
  irremovable: NOT_REMOVABLE,
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 4 * 1024 * 1024, inFlight: 1 },
  maxObjectBytes: 4 * 1024 * 1024,
  evidence: { posts: 'imported into new spaces alone, which are hidden until that is completed' },
};

const memberCapabilities: Capabilities = {
  ...listedCapabilities('member', 64 * 1024, { members: 'added when what was said is in, which completes the import' }),
  // Somebody is known by the same id in each space.
  idScope: 'container',
  comesLast: true,
  // Into each space, and a role of their own.
  inSteps: true,
};

const PARTS: readonly Part[] = [
  {
    key: 'members',
    kind: 'member',
    open(context, spaces) {
      const members = new SpaceMembers(spaces);
      return sessionOf(context, {
        capabilities: memberCapabilities,
        reader: new ListedReader(members),
        ...(context.role === 'write' ? { writer: new ListedWriter(members, members) } : {}),
      });
    },
  },
  {
    key: 'posts',
    kind: 'post',
    open(context, spaces) {
      const messages = new Messages(spaces);
      return sessionOf(context, {
        capabilities: postCapabilities,
        reader: new PostsReader(spaces, messages),
        ...(context.role === 'write' ? { writer: new PostsWriter(spaces, messages) } : {}),
      });
    },
  },
];

/**
 * The spaces of Google Chat that a team is.
 *
 * @throws SternaError config `admin-missing` | `bad-address` | `space-not-found` | `space-ambiguous`; auth | transient
 */
export async function openSpaces(
  connection: Connection,
  request: Pick<OpenRequest, 'address' | 'kinds' | 'role' | 'installation'>,
): Promise<Session> {
  const context = chatContextOf(connection, request);
  const spaces = new Spaces(context);
  // Whether it is there at all is to be known before anything is done.
  await spaces.list();
  const wanted = PARTS.filter(({ kind }) => request.kinds?.includes(kind) ?? true);
  return composeSessions(
    wanted.map(({ key, kind, open }, at) => {
      const session = open(context, spaces);
      // All parts are of the same spaces. Posts, whose containers the spaces are, are the last one, which ends them.
      return { key, kinds: [kind], session: at === wanted.length - 1 ? { ...session, ...endOf(spaces) } : session };
    }),
  );
}

const endOf = (spaces: Spaces): Required<Pick<Session, 'release' | 'finish'>> => ({
  release: (isOver, known) => spaces.release(isOver, known),
  finish: (known) => spaces.finish(known),
});

const sessionOf = ({ address }: ChatContext, own: Pick<Session, 'capabilities' | 'reader' | 'writer'>): Session => ({
  ...own,
  identity: `google:chat:${address.toLowerCase()}`,
  quota: async () => undefined,
  close: async () => undefined,
  destroy: () => undefined,
});
