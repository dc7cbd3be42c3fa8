import type { Clock } from '@sterna/cloud-http';
import { composeSessions, type OpenRequest, type Session } from '@sterna/connector-kit';
import type { ContentKind } from '@sterna/core';
import { connect } from '../connect.ts';
import { driveCapabilities } from '../drive/capabilities.ts';
import { listItemCapabilities, pageCapabilities } from './capabilities.ts';
import { Libraries, LibraryReader, LibraryWriter } from './libraries.ts';
import { ListItemReader } from './list-item-reader.ts';
import { ListItemWriter } from './list-item-writer.ts';
import { PageReader } from './page-reader.ts';
import { PageWriter } from './page-writer.ts';
import { formatSiteAddress } from './site-address.ts';
import { type SiteContext, siteContext } from './site-context.ts';
import { SiteLists } from './site-lists.ts';
import { SitePeople } from './site-people.ts';

type SitePart = Pick<Session, 'capabilities' | 'reader' | 'writer'>;

/** What a site holds, in the order in which its containers are listed. */
const PARTS: readonly { readonly key: string; readonly kind: ContentKind; open(context: SiteContext): SitePart }[] = [
  { key: 'library', kind: 'file', open: openLibraries },
  { key: 'list', kind: 'listItem', open: openLists },
  { key: 'page', kind: 'page', open: openPages },
];

/**
 * A session with one SharePoint site: its document libraries, its lists, its pages. Subsites are entries of their own.
 *
 * @throws SternaError auth | config | transient | throttled
 */
export async function openSiteSession(request: OpenRequest, clock?: Clock): Promise<Session> {
  const connection = connect(request, clock);
  try {
    const context = await siteContext(connection, request);
    const wanted = PARTS.filter(({ kind }) => request.kinds?.includes(kind) ?? true);
    const session = composeSessions(
      wanted.map(({ key, kind, open }) => ({ key, kinds: [kind], session: partSession(context, open(context)) })),
    );
    request.observe?.({ type: 'connected', detail: `${formatSiteAddress(context.address)} of ${connection.where}` });
    return {
      ...session,
      identity: `microsoft365-site:${context.id}`,
      close: async () => {
        await session.close().catch(() => undefined);
        connection.client.destroy();
      },
      destroy: () => connection.client.destroy(),
    };
  } catch (error) {
    connection.client.destroy();
    throw error;
  }
}

const partSession = ({ id }: SiteContext, part: SitePart): Session => ({
  ...part,
  identity: `microsoft365-site:${id}`,
  quota: async () => undefined,
  close: async () => undefined,
  destroy: () => undefined,
});

function openLibraries(context: SiteContext): SitePart {
  const libraries = new Libraries(context);
  return {
    capabilities: driveCapabilities(libraries.rules, 'documentLibrary'),
    reader: new LibraryReader(libraries),
    ...(context.role === 'write' ? { writer: new LibraryWriter(libraries) } : {}),
  };
}

function openLists(context: SiteContext): SitePart {
  const lists = new SiteLists(context);
  const people = new SitePeople(context);
  const reader = new ListItemReader(context, lists, people);
  return {
    capabilities: listItemCapabilities,
    reader,
    ...(context.role === 'write' ? { writer: new ListItemWriter(context, lists, people, reader) } : {}),
  };
}

function openPages(context: SiteContext): SitePart {
  const reader = new PageReader(context);
  return {
    capabilities: pageCapabilities,
    reader,
    ...(context.role === 'write' ? { writer: new PageWriter(context, reader) } : {}),
  };
}
