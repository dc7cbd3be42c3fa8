import type { Random } from '@sterna/simulator-kit';
import { itemLocked, nameTaken } from '../drive/errors.ts';
import type { Actor } from '../drive/item.ts';
import { guidOf } from '../state/ids.ts';
import type { CanvasLayout, Json } from './canvas.ts';
import type { ListContents } from './list.ts';
import type { Row } from './row.ts';

/** What of a page its author decides. */
export interface PageContent {
  title: string;
  description: string;
  pageLayout: 'article' | 'home';
  promotionKind: 'page' | 'newsPost';
  showComments: boolean;
  showRecommendedPages: boolean;
  thumbnailWebUrl: string;
  titleArea: Json;
  canvas: CanvasLayout;
}

/** A page of a site. Times are milliseconds, whole seconds. */
export interface Page extends PageContent {
  readonly id: string;
  /** Number of its row in the list of pages. */
  readonly rowId: number;
  name: string;
  readonly created: number;
  readonly createdBy: Actor;
  modified: number;
  modifiedBy: Actor;
  eTagNumber: number;
  level: 'draft' | 'published' | 'checkout';
  major: number;
  minor: number;
  /** Somebody has it open in their browser: writes answer 423. */
  checkedOutBy: Actor | undefined;
}

interface Writing {
  readonly by: Actor;
  readonly at: number;
}

/** The pages of one site, which are also rows of its library “Site Pages”. */
export class Pages implements ListContents {
  readonly #random: Random;
  readonly #webUrl: string;
  readonly #pages = new Map<string, Page>();
  #lastRow = 0;

  /** @param webUrl of the library */
  constructor(random: Random, webUrl: string) {
    this.#random = random;
    this.#webUrl = webUrl;
  }

  get all(): readonly Page[] {
    return [...this.#pages.values()];
  }

  byId(id: string): Page | undefined {
    return this.#pages.get(id.toLowerCase());
  }

  byName(name: string): Page | undefined {
    return this.all.find((page) => page.name.toLowerCase() === name.toLowerCase());
  }

  urlOf(page: Page): string {
    return `${this.#webUrl}/${encodeURIComponent(page.name)}`;
  }

  newGuid(): string {
    return guidOf(this.#random);
  }

  /** A draft. Throws 409 when a page has that name. */
  create(name: string, content: PageContent, { by, at }: Writing): Page {
    if (this.byName(name) !== undefined) throw nameTaken();
    const now = wholeSecond(at);
    const page: Page = {
      ...content,
      id: this.newGuid(),
      rowId: ++this.#lastRow,
      name,
      created: now,
      createdBy: by,
      modified: now,
      modifiedBy: by,
      eTagNumber: 1,
      level: 'draft',
      major: 0,
      minor: 1,
      checkedOutBy: undefined,
    };
    this.#pages.set(page.id, page);
    return page;
  }

  /** What was published stays as it is for readers until it is published again. */
  update(
    page: Page,
    changes: Partial<PageContent> & { readonly name?: string | undefined },
    { by, at }: Writing,
  ): void {
    if (page.checkedOutBy !== undefined) throw itemLocked();
    const { name, ...content } = changes;
    if (name !== undefined && this.byName(name) !== undefined && this.byName(name) !== page) throw nameTaken();
    Object.assign(page, content);
    page.name = name ?? page.name;
    page.minor++;
    page.level = 'draft';
    this.#changed(page, { by, at });
  }

  publish(page: Page, writing: Writing): void {
    if (page.checkedOutBy !== undefined) throw itemLocked();
    if (page.level === 'published') return;
    page.major++;
    page.minor = 0;
    page.level = 'published';
    this.#changed(page, writing);
  }

  remove(page: Page): void {
    if (page.checkedOutBy !== undefined) throw itemLocked();
    this.#pages.delete(page.id);
  }

  get rows(): readonly Row[] {
    return this.all.map((page) => this.#row(page));
  }

  row(id: number): Row | undefined {
    const page = this.all.find(({ rowId }) => rowId === id);
    return page && this.#row(page);
  }

  #changed(page: Page, { by, at }: Writing): void {
    page.modified = wholeSecond(at);
    page.modifiedBy = by;
    page.eTagNumber++;
  }

  #row(page: Page): Row {
    const values = new Map<string, unknown>([
      ['Title', page.title],
      ['FileLeafRef', page.name],
      ['Description', page.description],
    ]);
    const { created, modified, createdBy, modifiedBy, eTagNumber } = page;
    return {
      id: page.rowId,
      guid: page.id,
      created,
      modified,
      createdBy,
      modifiedBy,
      eTagNumber,
      contentType: { id: '0x0101009D1CB255DA76424F860D91F20E6C4118', name: 'Site Page' },
      values,
      versions: [{ id: versionOf(page), modified, modifiedBy, values }],
      hasAttachments: false,
      webUrl: this.urlOf(page),
    };
  }
}

export function versionOf({ major, minor }: Page): string {
  return `${major}.${minor}`;
}

export function pageETag({ id, eTagNumber }: Page): string {
  return `"{${id.toUpperCase()}},${eTagNumber}"`;
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

/** A page on which nothing stands yet. */
export function emptyPage(title: string): PageContent {
  return {
    title,
    description: '',
    pageLayout: 'article',
    promotionKind: 'page',
    showComments: true,
    showRecommendedPages: false,
    thumbnailWebUrl: '',
    titleArea: { layout: 'imageAndTitle', showAuthor: true, textAlignment: 'left' },
    canvas: { horizontalSections: [], verticalSection: undefined },
  };
}
