import type { Budget } from '@sterna/cloud-http';
import { type GraphAnswer, type GraphClient, type GraphRequest, segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import type { GraphPage } from '../graph/page.ts';
import { DELTA_PROPERTIES, DOWNLOAD_PROPERTIES, type DriveItem, ITEM_PROPERTIES } from './item.ts';
import type { Permission } from './permission.ts';

export const RIGHTS = { read: 'Files.Read.All', write: 'Files.ReadWrite.All' } as const;

/**
 * What requests cost in resource units, by which SharePoint meters apps
 * (https://learn.microsoft.com/en-us/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online).
 */
const ONE = { units: 1 };
const SEVERAL = { units: 2 };
const PERMISSIONS = { units: 5 };

type Asked = Omit<GraphRequest, 'budget' | 'path'>;

/** The requests of one drive. */
export class DriveApi {
  readonly client: GraphClient;
  readonly budget: Budget;
  readonly #drive: string;
  readonly #pageSize: number;

  /** @param pageSize Items of a listing that are asked for at once */
  constructor(client: GraphClient, budget: Budget, driveId: string, pageSize: number) {
    this.client = client;
    this.budget = budget;
    this.#drive = `/drives/${segment(driveId)}`;
    this.#pageSize = pageSize;
  }

  /** `/items/{id}`, or what has this name in that folder. */
  pathOf(itemId: string, name?: string): string {
    const item = `${this.#drive}/items/${segment(itemId)}`;
    return name === undefined ? item : `${item}:/${segment(name)}:`;
  }

  /** Undefined where there is nothing. */
  async look(itemId: string, name?: string): Promise<DriveItem | undefined> {
    return this.#get(this.pathOf(itemId, name), ITEM_PROPERTIES);
  }

  /** As `look`, with the URL that the content comes from. */
  async lookToRead(itemId: string, name?: string): Promise<DriveItem | undefined> {
    return this.#get(this.pathOf(itemId, name), DOWNLOAD_PROPERTIES);
  }

  /**
   * Pages of what is in a folder.
   *
   * @param options `from`: the link to the page to begin with
   */
  children(
    itemId: string,
    options: { readonly toRead?: boolean; readonly from?: string } = {},
  ): AsyncGenerator<GraphPage<DriveItem>> {
    const { toRead = false, from } = options;
    return this.client.pages<DriveItem>({
      method: 'GET',
      path: from ?? `${this.pathOf(itemId)}/children`,
      ...(from === undefined
        ? { query: { $select: toRead ? DOWNLOAD_PROPERTIES : ITEM_PROPERTIES, $top: this.#pageSize } }
        : {}),
      doing: 'listing a folder',
      right: RIGHTS.read,
      budget: this.budget,
      cost: SEVERAL,
    });
  }

  /**
   * Pages of what changed in the whole drive since a link, or of all that is in it.
   *
   * @throws SternaError object `cursor-lost` where the link is too old
   */
  delta(link: string | undefined): AsyncGenerator<GraphPage<DriveItem>> {
    return this.client.pages<DriveItem>({
      method: 'GET',
      path: link ?? `${this.#drive}/root/delta`,
      ...(link === undefined ? { query: { $select: DELTA_PROPERTIES, $top: this.#pageSize } } : {}),
      // Of folders above what changed nothing needs to be told; rights count as a change, too.
      headers: { deltaExcludeParent: 'true' },
      prefer: ['hierarchicalsharing', 'deltashowsharingchanges'],
      doing: 'listing the drive',
      right: RIGHTS.read,
      budget: this.budget,
      cost: link === undefined ? SEVERAL : ONE,
    });
  }

  /** @throws SternaError as refusals have it; 409 where the name is taken */
  async makeFolder(parentId: string, name: string): Promise<DriveItem | 'taken' | 'no-parent'> {
    const { status, body } = await this.write<DriveItem>(`${this.pathOf(parentId)}/children`, {
      method: 'POST',
      body: { name, folder: {}, '@microsoft.graph.conflictBehavior': 'fail' },
      doing: 'making a folder',
      // Again, it says that the folder is there.
      repeatable: true,
      expected: [404, 409],
    });
    if (status === 404) return 'no-parent';
    return status === 409 ? 'taken' : body;
  }

  write<T>(path: string, request: Asked): Promise<GraphAnswer<T>> {
    return this.client.send<T>({ right: RIGHTS.write, cost: SEVERAL, ...request, path, budget: this.budget });
  }

  /** All of them; undefined where there is no such item. */
  async permissions(itemId: string, name?: string): Promise<readonly Permission[] | undefined> {
    try {
      return await this.client.all<Permission>({
        method: 'GET',
        path: `${this.pathOf(itemId, name)}/permissions`,
        doing: 'reading who has rights',
        right: RIGHTS.read,
        budget: this.budget,
        cost: PERMISSIONS,
      });
    } catch (thrown) {
      if (isGone(thrown)) return undefined;
      throw thrown;
    }
  }

  changePermissions<T>(path: string, request: Asked): Promise<GraphAnswer<T>> {
    return this.write<T>(path, { cost: PERMISSIONS, ...request });
  }

  async #get(path: string, properties: string): Promise<DriveItem | undefined> {
    const { status, body } = await this.client.send<DriveItem>({
      method: 'GET',
      path,
      query: { $select: properties },
      doing: 'looking at a file',
      right: RIGHTS.read,
      budget: this.budget,
      cost: ONE,
      expected: [404],
    });
    return status === 404 ? undefined : body;
  }
}

export const isGone = (thrown: unknown): boolean => statusOf(thrown) === 404 || codeOf(thrown) === 'itemNotFound';
