import { invalidRequest } from '../drive/errors.ts';
import { isWritable } from './web-parts.ts';

export type Json = Record<string, unknown>;

export interface TextWebPart {
  readonly kind: 'text';
  readonly id: string;
  readonly innerHtml: string;
}

export interface StandardWebPart {
  readonly kind: 'standard';
  readonly id: string;
  readonly webPartType: string;
  /** dataVersion, description, title, properties, serverProcessedContent. */
  readonly data: Json;
}

export type WebPart = TextWebPart | StandardWebPart;

export interface SectionColumn {
  readonly id: string;
  /** Twelfths of the page. */
  readonly width: number;
  readonly webParts: readonly WebPart[];
}

export interface HorizontalSection {
  readonly id: string;
  readonly layout: string;
  readonly emphasis: string;
  readonly columns: readonly SectionColumn[];
}

/** What stands on a page, from top to bottom and from left to right. */
export interface CanvasLayout {
  readonly horizontalSections: readonly HorizontalSection[];
  readonly verticalSection: { readonly emphasis: string; readonly webParts: readonly WebPart[] } | undefined;
}

/** Widths by layout. Source: learn.microsoft.com/graph/api/resources/horizontalsection. */
const LAYOUTS: Readonly<Record<string, readonly number[]>> = {
  oneColumn: [12],
  twoColumns: [6, 6],
  threeColumns: [4, 4, 4],
  oneThirdLeftColumn: [4, 8],
  oneThirdRightColumn: [8, 4],
  fullWidth: [12],
};
const EMPHASES = ['none', 'neutral', 'soft', 'strong'];

/** Which web parts may be written: those that Graph offers, or, by people in their browsers, any. */
export type Offered = 'offered' | 'any';

/** How a canvas is read that somebody sends. */
interface Reading {
  /** For web parts that come without an id. */
  readonly newId: () => string;
  readonly parts: Offered;
}

/** @param newId for web parts that come without one. Throws 400 for what can't stand on a page. */
export function canvasFrom(value: unknown, newId: () => string, parts: Offered = 'offered'): CanvasLayout {
  const reading = { newId, parts };
  const canvas = object(value, 'canvasLayout');
  const sections = list(canvas.horizontalSections ?? [], 'horizontalSections');
  const vertical = canvas.verticalSection;
  return {
    horizontalSections: sections.map((section, at) => sectionFrom(object(section, 'a section'), at, reading)),
    verticalSection:
      vertical === undefined || vertical === null
        ? undefined
        : verticalFrom(object(vertical, 'verticalSection'), reading),
  };
}

/** Every web part, in the order in which they stand. */
export function webPartsOf(canvas: CanvasLayout): WebPart[] {
  const horizontal = canvas.horizontalSections.flatMap(({ columns }) => columns.flatMap(({ webParts }) => webParts));
  return [...horizontal, ...(canvas.verticalSection?.webParts ?? [])];
}

export function canvasJson(canvas: CanvasLayout): Json {
  return {
    horizontalSections: canvas.horizontalSections.map(({ id, layout, emphasis, columns }) => ({
      layout,
      id,
      emphasis,
      columns: columns.map((column) => ({
        id: column.id,
        width: column.width,
        webparts: column.webParts.map(webPartJson),
      })),
    })),
    ...(canvas.verticalSection === undefined
      ? {}
      : {
          verticalSection: {
            id: '1',
            emphasis: canvas.verticalSection.emphasis,
            webparts: canvas.verticalSection.webParts.map(webPartJson),
          },
        }),
  };
}

export function webPartJson(part: WebPart): Json {
  if (part.kind === 'text') {
    return { '@odata.type': '#microsoft.graph.textWebPart', id: part.id, innerHtml: part.innerHtml };
  }
  const { id, webPartType, data } = part;
  return { '@odata.type': '#microsoft.graph.standardWebPart', id, webPartType, data };
}

function sectionFrom(section: Json, at: number, reading: Reading): HorizontalSection {
  const layout = String(section.layout ?? 'oneColumn');
  const widths = LAYOUTS[layout];
  if (widths === undefined) throw invalidRequest(`The layout '${layout}' is unknown.`);
  const columns = list(section.columns ?? [], 'columns');
  if (columns.length > widths.length) throw invalidRequest(`A section '${layout}' has ${widths.length} columns.`);
  return {
    id: String(section.id ?? at + 1),
    layout,
    emphasis: emphasisOf(section),
    columns: widths.map((width, place) => {
      const column = columns[place] === undefined ? {} : object(columns[place], 'a column');
      return { id: String(column.id ?? place + 1), width, webParts: partsFrom(column.webparts, reading) };
    }),
  };
}

function verticalFrom(section: Json, reading: Reading): CanvasLayout['verticalSection'] {
  return { emphasis: emphasisOf(section), webParts: partsFrom(section.webparts, reading) };
}

function partsFrom(value: unknown, reading: Reading): WebPart[] {
  return list(value ?? [], 'webparts').map((part) => partFrom(object(part, 'a web part'), reading));
}

function partFrom(part: Json, { newId, parts }: Reading): WebPart {
  const id = typeof part.id === 'string' && part.id !== '' ? part.id : newId();
  const type = String(part['@odata.type'] ?? '').replace(/^#?microsoft\.graph\./, '');
  if (type === 'textWebPart' || (type === '' && part.innerHtml !== undefined)) {
    if (typeof part.innerHtml !== 'string') throw invalidRequest('A text web part needs innerHtml.');
    return { kind: 'text', id, innerHtml: part.innerHtml };
  }
  const { webPartType } = part;
  if (typeof webPartType !== 'string') throw invalidRequest('A web part needs its webPartType.');
  if (parts === 'offered' && !isWritable(webPartType))
    throw invalidRequest(`The web part type '${webPartType}' is not supported.`);
  const { serverProcessedContent, ...data } = object(part.data ?? {}, 'data');
  return {
    kind: 'standard',
    id,
    webPartType,
    data: {
      dataVersion: '1.0',
      title: '',
      description: '',
      properties: {},
      ...data,
      serverProcessedContent: {
        htmlStrings: [],
        searchablePlainTexts: [],
        links: [],
        imageSources: [],
        ...(typeof serverProcessedContent === 'object' ? serverProcessedContent : {}),
      },
    },
  };
}

function emphasisOf(section: Json): string {
  const emphasis = String(section.emphasis ?? 'none');
  if (!EMPHASES.includes(emphasis)) throw invalidRequest(`The emphasis '${emphasis}' is unknown.`);
  return emphasis;
}

function object(value: unknown, what: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw invalidRequest(`${what} must be an object.`);
}

function list(value: unknown, what: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw invalidRequest(`${what} must be a list.`);
}
