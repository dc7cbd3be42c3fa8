import type { OpenRequest, Session } from '@sterna/connector-kit';
import type { ContentKind } from '@sterna/core';
import type { Connection } from '../connect.ts';
import { driveCapabilities } from '../drive/capabilities.ts';
import { DrivesReader, DrivesWriter } from '../drive/several.ts';
import { isWanted, type OpenedPart } from '../part.ts';
import { listItemCapabilities, pageCapabilities } from './capabilities.ts';
import { Libraries } from './libraries.ts';
import { ListItemReader } from './list-item-reader.ts';
import { ListItemWriter } from './list-item-writer.ts';
import { PageReader } from './page-reader.ts';
import { PageWriter } from './page-writer.ts';
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
 * One SharePoint site: its document libraries, its lists, its pages. Subsites are entries of their own.
 *
 * @throws SternaError auth | config | transient | throttled
 */
export async function openSite(
  connection: Connection,
  request: Pick<OpenRequest, 'address' | 'role' | 'installation' | 'kinds'>,
): Promise<readonly OpenedPart[]> {
  const context = await siteContext(connection, request);
  return PARTS.filter(({ kind }) => isWanted([kind], request)).map(({ key, kind, open }) => ({
    key,
    kinds: [kind],
    session: partSession(context, open(context)),
  }));
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
    reader: new DrivesReader(libraries),
    ...(context.role === 'write' ? { writer: new DrivesWriter(libraries) } : {}),
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
