import { type JsonKind, jsonCodec, jsonPivot } from '../json/json-pivot.ts';
import { type Person, personAtTarget } from '../person.ts';

/**
 * A page of a site: sections of columns of web parts. Source of its words:
 * learn.microsoft.com/graph/api/resources/sitepage, canvaslayout.
 */
export interface Page {
  readonly type: 'page';
  /** Name of its file, `Home.aspx`: one page of a site has it. */
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly layout: string;
  readonly isPublished: boolean;
  /** `news`: it is shown among the news of the site. */
  readonly promotion?: 'page' | 'news';
  readonly titleArea?: Readonly<Record<string, unknown>>;
  readonly showComments?: boolean;
  readonly showRecommendedPages?: boolean;
  readonly sections: readonly PageSection[];
  /** The column beside all sections. */
  readonly vertical?: { readonly emphasis?: string; readonly webParts: readonly WebPart[] };
  readonly author?: Person;
  /** ISO 8601, UTC. */
  readonly created?: string;
  readonly modified?: string;
}

export interface PageSection {
  readonly layout: string;
  readonly emphasis?: string;
  readonly columns: readonly { readonly width: number; readonly webParts: readonly WebPart[] }[];
}

export type WebPart =
  | { readonly kind: 'text'; readonly html: string }
  /** `webPartType`: the id that all sites have for it; `data`: title, properties, and contents that the server processed. */
  | { readonly kind: 'standard'; readonly webPartType: string; readonly data: Readonly<Record<string, unknown>> };

const PAGE: JsonKind<Page> = {
  type: 'page',
  what: 'page',
  needed: { name: 'string', title: 'string', layout: 'string', isPublished: 'boolean', sections: 'list' },
  hasNaturalKey: true,
  keyOf: ({ name }) => name.toLowerCase(),
  keyOfName: (name) => name.toLowerCase(),
  textMembers: ['description', 'titleArea', 'sections', 'vertical'],
  // Who made it and when, no API lets anybody say.
  meaningOf: ({ author: _author, created: _created, modified: _modified, name, ...rest }) => ({
    ...rest,
    name: name.toLowerCase(),
  }),
  titleOf: ({ title, name }) => (title === '' ? name : title),
  prepare: (page, { mapping }) => ({
    object: page.author === undefined ? page : { ...page, author: personAtTarget(page.author, mapping) },
    notes: [],
  }),
  renamed: (page, number) => ({ ...page, name: numbered(page.name, number) }),
};

export const { read: readPage, write: writePage } = jsonCodec<Page>(PAGE);
export const pagePivot = jsonPivot(PAGE);

function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? `${name}_${number}` : `${name.slice(0, dot)}_${number}${name.slice(dot)}`;
}
