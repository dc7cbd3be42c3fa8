import type { Connector } from '@sterna/connector-kit';
import type { FoundMessage, PickMessage, SuiteEndpoint } from '@sterna/connector-suite';
import type { ContentKind } from '@sterna/core';
import { createSite, DirectSite, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { microsoft365Connector } from '../../src/index.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import type { Json } from '../outlook/direct-graph.ts';

const ADDRESS = 'alice@contoso.example';
const PATH = 'sites/suite';

/** A site of nobody's, and a connector that sees one kind of what is in it. */
function emptySite(server: Microsoft365, kind: ContentKind) {
  createSite(server.tenant('contoso.example'), { name: 'suite', displayName: 'Suite', at: server.clock.now() });
  const connector: Connector = {
    ...microsoft365Connector,
    open: (request) => microsoft365Connector.open({ ...request, itemType: 'site', kinds: [kind] }),
  };
  return {
    site: new DirectSite(server, ADDRESS, PATH),
    ends: {
      ...simulated({ baseUrl: server.baseUrl } as Parameters<typeof simulated>[0], `contoso.sharepoint.com/${PATH}`, {
        tenant: 'contoso.example',
      }),
      connector,
    },
  };
}

const rawOf = (members: object): Buffer => Buffer.from(`${JSON.stringify(members, null, 2)}\n`);

/** The suite's items have a title alone: by hand in SharePoint's terms, and back. */
export function listEndpoint(server: Microsoft365): SuiteEndpoint {
  const { site, ends } = emptySite(server, 'listItem');
  const listNames = (): string[] =>
    [...site.site.lists.values()].filter(({ template }) => template === 'genericList').map((one) => one.displayName);
  const titleOf = (raw: Buffer): string => JSON.parse(raw.toString()).fields.Title;
  const ensured = (name: string): string => {
    if (!listNames().includes(name)) site.makeList(name, []);
    return name;
  };
  const find = ({ folder: [list = ''], raw }: PickMessage): { list: string; id: number } => {
    const found = site.items(list).find(({ fields }) => fields.Title === titleOf(raw));
    if (found === undefined) throw new Error('no such item');
    return { list, id: found.id };
  };
  return {
    ...ends,
    async seed(objects) {
      for (const { folder, raw } of objects) site.addItem(ensured(folder.join(' - ')), { Title: titleOf(raw) });
    },
    dump: async () =>
      listNames().flatMap((name) =>
        site.items(name).map(
          ({ fields }): FoundMessage => ({
            folder: [name],
            raw: rawOf({ fields: { Title: fields.Title }, type: 'list-item' }),
            flags: [],
            date: undefined,
          }),
        ),
      ),
    folders: async () => listNames().map((name) => [name]),
    remove: async (which) => {
      const { list, id } = find(which);
      site.removeItem(list, id);
    },
    makeFolder: async (path) => void ensured(path.join(' - ')),
    dispose: async () => undefined,
  };
}

/** The suite's pages are text in columns. */
export function pageEndpoint(server: Microsoft365): SuiteEndpoint {
  const { site, ends } = emptySite(server, 'page');
  const contentOf = (raw: Buffer): Json => {
    const { title, layout, isPublished, sections } = JSON.parse(raw.toString());
    const canvas = {
      horizontalSections: sections.map((section: Json, at: number) => ({
        id: `${at + 1}`,
        layout: section.layout,
        emphasis: section.emphasis ?? 'none',
        columns: section.columns.map((column: Json, n: number) => ({
          id: `${n + 1}`,
          width: column.width,
          webparts: column.webParts.map((part: Json) => ({
            '@odata.type': '#microsoft.graph.textWebPart',
            innerHtml: part.html,
          })),
        })),
      })),
    };
    return { title, pageLayout: layout, canvas, isPublished };
  };
  const shown = (page: Json): FoundMessage => ({
    folder: ['Pages'],
    raw: rawOf({
      isPublished: page.publishingState.level === 'published',
      layout: page.pageLayout,
      name: page.name,
      sections: (page.canvasLayout?.horizontalSections ?? []).map((section: Json) => ({
        columns: section.columns.map((column: Json) => ({
          webParts: column.webparts.map((part: Json) => ({ html: part.innerHtml, kind: 'text' })),
          width: column.width,
        })),
        ...(section.emphasis === 'none' ? {} : { emphasis: section.emphasis }),
        layout: section.layout,
      })),
      title: page.title,
      type: 'page',
    }),
    flags: [],
    date: undefined,
  });
  const nameOf = (raw: Buffer): string => JSON.parse(raw.toString()).name;
  return {
    ...ends,
    async seed(objects) {
      for (const { raw } of objects) {
        const { isPublished, ...content } = contentOf(raw);
        site.addPage(nameOf(raw), content);
        const page = site.site.pages.byName(nameOf(raw));
        if (page !== undefined && !isPublished) page.level = 'draft';
      }
    },
    dump: async () => site.pages().map(shown),
    folders: async () => [['Pages']],
    remove: async ({ raw }) => site.removePage(nameOf(raw)),
    replace: async ({ raw }, other) => {
      const { isPublished: _, ...content } = contentOf(other);
      site.editPage(nameOf(raw), content);
    },
    dispose: async () => undefined,
  };
}
