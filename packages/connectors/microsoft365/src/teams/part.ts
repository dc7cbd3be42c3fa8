import type { Capabilities, Session } from '@sterna/connector-kit';
import type { GroupContext } from '../groups/group.ts';
import type { ChannelFolders } from './channel-folders.ts';
import type { Channels } from './channels.ts';
import { Messages } from './messages.ts';
import { PostsArchive } from './posts-archive.ts';
import { PostsReader } from './posts-reader.ts';
import { PostsWriter } from './posts-writer.ts';
import { TeamFiles } from './team-files.ts';

const postCapabilities: Capabilities = {
  kinds: ['post'],
  // The millisecond is the id, and Teams refuses a second post in it.
  settle: 'reserved-id',
  delta: 'list',
  bytes: 'rewritten',
  idScope: 'container',
  collapsesTwins: false,
  dateKept: true,
  moves: false,
  keywords: 'none',
  isFinal: true,
  permissions: false,
  versions: false,
  batch: { objects: 20, bytes: 4 * 1024 * 1024, inFlight: 1 },
  maxObjectBytes: 4 * 1024 * 1024,
  evidence: { posts: 'written in migration mode, 5 a second and channel; reactions and marks of changes aren’t kept' },
};

/** What is said in the channels of a team. */
export function openPosts(context: GroupContext, channels: Channels, folders: ChannelFolders): Session {
  const files = new TeamFiles(context, folders);
  const messages = new Messages(channels, files);
  const archive = new PostsArchive(channels, folders);
  const isTarget = context.role === 'write';
  return {
    capabilities: postCapabilities,
    // Of a source, pages of an earlier migration are files as any other.
    reader: new PostsReader(channels, messages, isTarget ? archive : undefined),
    ...(isTarget ? { writer: new PostsWriter({ channels, messages, files, archive }) } : {}),
    identity: `microsoft365:team:${context.id}`,
    quota: async () => undefined,
    release: async () => {
      await channels.release();
    },
    finish: () => channels.release(),
    close: async () => undefined,
    destroy: () => undefined,
  };
}
