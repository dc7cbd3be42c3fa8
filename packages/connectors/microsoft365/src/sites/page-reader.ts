import { createHash } from 'node:crypto';
import {
  type Change,
  type ChangePage,
  type Container,
  type Content,
  type Reader,
  readOrTell,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { writePage } from '@sterna/content';
import { sharePointAddress } from '../addresses.ts';
import { BATCH_SIZE, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { type GraphPageObject, pageOf } from './canvas.ts';
import { SITE_RIGHTS, type SiteContext } from './site-context.ts';

/** All pages of a site are one container: names of pages are unique in it. */
export const PAGES = 'pages';
const TITLE = 'Pages';

/** @param webUrl of the site */
export function pagesContainer(webUrl: string, more: Pick<Container, 'total' | 'glance'> = {}): Container {
  const address = sharePointAddress(webUrl, ['SitePages']);
  return { id: PAGES, path: [TITLE], kind: 'page', ...(address === undefined ? {} : { address }), ...more };
}

const LISTED = 'id,name,eTag,createdDateTime,createdBy';

export const pagePath = (id: string): string => `/pages/${segment(id)}/microsoft.graph.sitePage`;

/** Pages of a site, as they are now: a page that is being edited is a draft. */
export class PageReader implements Reader {
  readonly #context: SiteContext;

  constructor(context: SiteContext) {
    this.#context = context;
  }

  async containers(): Promise<readonly Container[]> {
    const pages = await this.list();
    return [pagesContainer(this.#context.webUrl, { total: pages.length, glance: glanceOf(pages) })];
  }

  async *changes(): AsyncGenerator<ChangePage> {
    const pages = await this.list();
    yield {
      changes: pages.map(({ id, eTag }): Change => ({ id, ...(eTag === undefined ? {} : { version: eTag }) })),
      mode: 'full',
      next: { cursor: 'list', glance: glanceOf(pages), total: pages.length },
    };
  }

  async *read(_container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    for (let from = 0; from < ids.length; from += BATCH_SIZE) {
      const some = ids.slice(from, from + BATCH_SIZE);
      const answers = await batch(
        this.#context.client,
        some.map((id) => ({
          method: 'GET' as const,
          path: this.#context.path(pagePath(id)),
          query: { $expand: 'canvasLayout' },
        })),
        { doing: 'reading pages', budget: this.#context.budget, right: SITE_RIGHTS.read },
      );
      for (const [at, id] of some.entries()) {
        const answer = answers[at];
        if (answer === undefined) continue;
        if ('error' in answer) {
          if (statusOf(answer.error) === 404) yield { id, vanished: true };
          else if (answer.error.class === 'object') yield { id, error: answer.error };
          else throw answer.error;
          continue;
        }
        yield await readOrTell(id, (): Content => {
          const page = answer.body as GraphPageObject;
          const body = writePage(pageOf(page));
          const version = page.eTag;
          return {
            id,
            flags: [],
            date: undefined,
            size: body.length,
            body,
            ...(version === undefined ? {} : { version }),
          };
        });
      }
    }
  }

  /** Undefined where there is none. */
  async look(id: string): Promise<GraphPageObject | undefined> {
    try {
      return await this.#context.get<GraphPageObject>(pagePath(id), {
        query: { $expand: 'canvasLayout' },
        doing: 'looking at a page',
      });
    } catch (thrown) {
      if (statusOf(thrown) === 404) return undefined;
      throw thrown;
    }
  }

  list(): Promise<GraphPageObject[]> {
    return this.#context.all<GraphPageObject>('/pages/microsoft.graph.sitePage', {
      query: { $select: LISTED },
      doing: 'listing the pages',
    });
  }
}

function glanceOf(pages: readonly GraphPageObject[]): string {
  const hash = createHash('sha256');
  for (const { id, eTag } of [...pages].sort((a, b) => (a.id < b.id ? -1 : 1))) hash.update(`${id}\0${eTag}\0\0`);
  return `${pages.length}.${hash.digest('hex').slice(0, 32)}`;
}
