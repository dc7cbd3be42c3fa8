import type { Page, PageSection, WebPart } from '@sterna/content';

/** https://learn.microsoft.com/en-us/graph/api/resources/sitepage, …/canvaslayout */
export interface GraphPageObject {
  readonly id: string;
  readonly name?: string | null;
  readonly title?: string | null;
  readonly description?: string | null;
  readonly eTag?: string;
  readonly pageLayout?: string | null;
  readonly promotionKind?: string | null;
  readonly showComments?: boolean | null;
  readonly showRecommendedPages?: boolean | null;
  readonly titleArea?: Readonly<Record<string, unknown>> | null;
  readonly canvasLayout?: Canvas | null;
  readonly publishingState?: { readonly level?: string | null; readonly versionId?: string | null } | null;
  readonly createdDateTime?: string;
  readonly lastModifiedDateTime?: string;
  readonly createdBy?: {
    readonly user?: { readonly email?: string | null; readonly displayName?: string | null } | null;
    readonly application?: { readonly id?: string | null } | null;
  } | null;
}

interface Canvas {
  readonly horizontalSections?: readonly {
    readonly layout?: string | null;
    readonly emphasis?: string | null;
    readonly columns?: readonly { readonly width?: number | null; readonly webparts?: readonly GraphWebPart[] }[];
  }[];
  readonly verticalSection?: { readonly emphasis?: string | null; readonly webparts?: readonly GraphWebPart[] } | null;
}

interface GraphWebPart {
  readonly '@odata.type'?: string;
  readonly innerHtml?: string | null;
  readonly webPartType?: string | null;
  readonly data?: Readonly<Record<string, unknown>> | null;
}

/** What a page says, out of Graph's words. */
export function pageOf(given: GraphPageObject): Page {
  const { canvasLayout: canvas, createdBy, titleArea, promotionKind } = given;
  const { email, displayName } = createdBy?.user ?? {};
  const vertical = canvas?.verticalSection;
  return {
    type: 'page',
    name: given.name ?? '',
    title: given.title ?? '',
    ...(given.description ? { description: given.description } : {}),
    layout: given.pageLayout ?? 'article',
    isPublished: given.publishingState?.level === 'published',
    ...(promotionKind === 'newsPost' ? { promotion: 'news' as const } : {}),
    ...titleAreaIn(titleArea),
    ...(given.showComments === false ? { showComments: false } : {}),
    ...(given.showRecommendedPages === true ? { showRecommendedPages: true } : {}),
    sections: (canvas?.horizontalSections ?? []).map(
      ({ layout, emphasis, columns }): PageSection => ({
        layout: layout ?? 'oneColumn',
        ...(emphasis && emphasis !== 'none' ? { emphasis } : {}),
        columns: (columns ?? []).map(({ width, webparts }) => ({ width: width ?? 0, webParts: partsOf(webparts) })),
      }),
    ),
    ...(vertical == null
      ? {}
      : {
          vertical: {
            ...(vertical.emphasis && vertical.emphasis !== 'none' ? { emphasis: vertical.emphasis } : {}),
            webParts: partsOf(vertical.webparts),
          },
        }),
    ...(email ? { author: { address: email, ...(displayName ? { name: displayName } : {}) } } : {}),
    ...(given.createdDateTime === undefined ? {} : { created: given.createdDateTime }),
    ...(given.lastModifiedDateTime === undefined ? {} : { modified: given.lastModifiedDateTime }),
  };
}

/** What a page has whose author said nothing of it; written out, so that it is so whatever the service makes of nothing. */
const USUAL_TITLE_AREA = { layout: 'imageAndTitle', showAuthor: true, textAlignment: 'left' };

function titleAreaIn(given: GraphPageObject['titleArea']): Pick<Page, 'titleArea'> {
  const told = Object.entries(plain(given ?? {}) as object).filter(([, value]) => Boolean(value));
  const usual = Object.entries(USUAL_TITLE_AREA);
  const isUsual =
    told.length === usual.length &&
    usual.every(([name, value]) => told.some(([one, other]) => one === name && other === value));
  return isUsual || told.length === 0 ? {} : { titleArea: Object.fromEntries(told) };
}

const partsOf = (parts: readonly GraphWebPart[] | undefined): readonly WebPart[] =>
  (parts ?? []).map((part): WebPart => {
    if (typeof part.innerHtml === 'string') return { kind: 'text', html: part.innerHtml };
    const data = plain(part.data ?? {}) as Readonly<Record<string, unknown>>;
    return { kind: 'standard', webPartType: part.webPartType ?? '', data };
  });

/** Without annotations, and without what says nothing. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, content]) =>
      name.includes('@odata') || content === null ? [] : [[name, plain(content)]],
    ),
  );
}

/** Ids of the web parts that a page has besides text. */
export const typesIn = ({ sections, vertical }: Page): ReadonlySet<string> =>
  new Set(
    [...sections.flatMap(({ columns }) => columns.flatMap(({ webParts }) => webParts)), ...(vertical?.webParts ?? [])]
      .filter((part) => part.kind === 'standard')
      .map(({ webPartType }) => webPartType),
  );

/** The page without web parts of these types. */
export function withoutTypes(page: Page, types: ReadonlySet<string>): Page {
  if (types.size === 0) return page;
  const kept = (parts: readonly WebPart[]): readonly WebPart[] =>
    parts.filter((part) => part.kind === 'text' || !types.has(part.webPartType));
  return {
    ...page,
    sections: page.sections.map((section) => ({
      ...section,
      columns: section.columns.map((column) => ({ ...column, webParts: kept(column.webParts) })),
    })),
    ...(page.vertical === undefined ? {} : { vertical: { ...page.vertical, webParts: kept(page.vertical.webParts) } }),
  };
}

/** A page as Graph makes and changes it; `name` can only be given to a new one. */
export function pageToGraph(page: Page, isNew: boolean): object {
  const { sections, vertical } = page;
  return {
    '@odata.type': '#microsoft.graph.sitePage',
    ...(isNew ? { name: page.name, pageLayout: page.layout } : {}),
    title: page.title,
    ...(page.description === undefined && isNew ? {} : { description: page.description ?? '' }),
    ...(isNew || page.promotion === 'news' ? { promotionKind: page.promotion === 'news' ? 'newsPost' : 'page' } : {}),
    showComments: page.showComments ?? true,
    showRecommendedPages: page.showRecommendedPages ?? false,
    titleArea: page.titleArea ?? USUAL_TITLE_AREA,
    canvasLayout: {
      horizontalSections: sections.map(({ layout, emphasis = 'none', columns }, at) => ({
        layout,
        id: `${at + 1}`,
        emphasis,
        columns: columns.map(({ width, webParts }, column) => ({
          id: `${column + 1}`,
          width,
          webparts: webParts.map(partToGraph),
        })),
      })),
      ...(vertical === undefined
        ? {}
        : { verticalSection: { emphasis: vertical.emphasis ?? 'none', webparts: vertical.webParts.map(partToGraph) } }),
    },
  };
}

const partToGraph = (part: WebPart): object =>
  part.kind === 'text'
    ? { '@odata.type': '#microsoft.graph.textWebPart', innerHtml: part.html }
    : { '@odata.type': '#microsoft.graph.standardWebPart', webPartType: part.webPartType, data: part.data };
