import {
  type ListedObjects,
  ListedReader,
  ListedWriter,
  type ListedWriting,
  listedCapabilities,
} from '@sterna/cloud-http';
import { type Capabilities, composeSessions, type OpenRequest, type Session } from '@sterna/connector-kit';
import type { ContentKind } from '@sterna/core';
import type { Connection } from '../connect.ts';
import { ARCHIVE_UNREADABLE, ArchiveReader, ArchiveWriter, archiveCapabilities } from './archive.ts';
import { type GroupContext, groupContextOf } from './group.ts';
import { GroupSettings } from './group-settings.ts';
import { Members } from './members.ts';

interface Part {
  readonly key: string;
  readonly kind: ContentKind;
  open(context: GroupContext): Session;
}

/** What no Google group has a place for. */
const LEFT_OUT: Capabilities['leavesOut'] = {
  'group-picture': {
    text: 'A Google group’s picture can be set by its people alone.',
    fix: 'Its owner sets it in Google Groups.',
  },
};

const PARTS: readonly Part[] = [
  {
    key: 'settings',
    kind: 'setting',
    open: (context) => {
      const settings = new GroupSettings(context);
      const evidence = { settings: 'name, description, aliases, who sees the group and who may do what' };
      return listedSession(context, settings, settings, evidence, { leavesOut: LEFT_OUT });
    },
  },
  {
    key: 'members',
    kind: 'member',
    open: (context) => {
      const members = new Members(context);
      const evidence = { members: 'owners, managers and members; groups and people from elsewhere, too' };
      return listedSession(context, members, members, evidence);
    },
  },
  {
    key: 'archive',
    kind: 'message',
    open: (context) => ({
      ...sessionOf(context),
      capabilities: archiveCapabilities,
      reader: new ArchiveReader(context.role),
      ...(context.role === 'write' ? { writer: new ArchiveWriter(context) } : {}),
      unreadable: [ARCHIVE_UNREADABLE],
    }),
  },
];

/**
 * A Google group, as the administrator.
 *
 * @throws SternaError config `admin-missing` | `bad-address` | `group-not-found`; auth | transient | throttled
 */
export async function openGroup(
  connection: Connection,
  request: Pick<OpenRequest, 'address' | 'kinds' | 'role'>,
): Promise<Session> {
  const context = await groupContextOf(connection, request);
  const wanted = PARTS.filter(({ kind }) => request.kinds?.includes(kind) ?? true);
  return composeSessions(wanted.map(({ key, kind, open }) => ({ key, kinds: [kind], session: open(context) })));
}

const MOST_BYTES = 256 * 1024;

const sessionOf = ({ id }: GroupContext) => ({
  identity: `google:group:${id}`,
  quota: async () => undefined,
  close: async () => undefined,
  destroy: () => undefined,
});

function listedSession(
  context: GroupContext,
  objects: ListedObjects,
  writing: ListedWriting,
  evidence: Readonly<Record<string, string>>,
  more: Partial<Capabilities> = {},
): Session {
  return {
    ...sessionOf(context),
    capabilities: { ...listedCapabilities(objects.kind, MOST_BYTES, evidence), ...more },
    reader: new ListedReader(objects),
    ...(context.role === 'write' ? { writer: new ListedWriter(objects, writing) } : {}),
  };
}
