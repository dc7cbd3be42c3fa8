import type { Budget } from '@sterna/cloud-http';
import type { OpenRequest } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { Connection } from '../connect.ts';
import { type GraphAnswer, type GraphClient, type GraphRequest, segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { GraphPage } from '../graph/page.ts';
import type { Microsoft365Settings } from '../settings.ts';
import { formatSiteAddress, parseSiteAddress, type SiteAddress } from './site-address.ts';

/** What SharePoint's own things take; `manage`: to make lists and columns. */
export const SITE_RIGHTS = {
  read: 'Sites.Read.All',
  write: 'Sites.ReadWrite.All',
  manage: 'Sites.Manage.All',
} as const;

/** Resource units of a request that answers one thing, and of one that answers many. */
const ONE = { units: 1 };
const SEVERAL = { units: 2 };

type Asked = Omit<GraphRequest, 'budget' | 'path' | 'method'>;

/** One site, and requests below it. */
export class SiteContext {
  readonly client: GraphClient;
  readonly budget: Budget;
  readonly settings: Microsoft365Settings;
  /** `host,siteId,webId` */
  readonly id: string;
  readonly webUrl: string;
  readonly address: SiteAddress;
  readonly role: OpenRequest['role'];
  /** 8 hex digits: whose stamps are ours. */
  readonly installation: string;

  constructor(
    { client, drive, settings }: Connection,
    site: { readonly id: string; readonly webUrl: string; readonly address: SiteAddress },
    { role, installation }: Pick<OpenRequest, 'role' | 'installation'>,
  ) {
    this.client = client;
    this.budget = drive;
    this.settings = settings;
    this.id = site.id;
    this.webUrl = site.webUrl;
    this.address = site.address;
    this.role = role;
    this.installation = installation;
  }

  /** Of the site; encoded parts are put behind it. */
  path(rest = ''): string {
    return `/sites/${segment(this.id)}${rest}`;
  }

  async get<T>(rest: string, request: Asked): Promise<T> {
    const { body } = await this.client.send<T>({
      right: SITE_RIGHTS.read,
      cost: ONE,
      ...request,
      method: 'GET',
      path: rest.startsWith('http') ? rest : this.path(rest),
      budget: this.budget,
    });
    return body;
  }

  /** @param rest below the site, or a link that the service gave */
  pages<T>(rest: string, request: Asked): AsyncGenerator<GraphPage<T>> {
    return this.client.pages<T>({
      right: SITE_RIGHTS.read,
      cost: SEVERAL,
      ...request,
      method: 'GET',
      path: rest.startsWith('http') ? rest : this.path(rest),
      budget: this.budget,
    });
  }

  /**
   * All of what the site has of something.
   *
   * @throws SternaError config `site-locked`: of a locked site, only that it exists is told
   */
  async all<T>(rest: string, request: Asked): Promise<T[]> {
    const found: T[] = [];
    try {
      for await (const page of this.pages<T>(rest, request)) found.push(...page.value);
    } catch (thrown) {
      throw statusOf(thrown) === 423 ? siteLocked(this.address, thrown) : thrown;
    }
    return found;
  }

  send<T>(method: 'POST' | 'PATCH' | 'DELETE', rest: string, request: Asked): Promise<GraphAnswer<T>> {
    return this.client.send<T>({
      right: SITE_RIGHTS.write,
      cost: SEVERAL,
      ...request,
      method,
      path: this.path(rest),
      budget: this.budget,
    });
  }
}

const siteLocked = (address: SiteAddress, cause: unknown): SternaError =>
  new SternaError('config', 'site-locked', `The site ${formatSiteAddress(address)} is locked.`, {
    field: 'address',
    fix: 'Let an administrator unlock it (Set-SPOSite -LockState Unlock), then start a pass.',
    cause,
  });

/** @throws SternaError config `site-not-found` | `site-locked` | `bad-address` */
export async function siteContext(
  connection: Connection,
  request: Pick<OpenRequest, 'address' | 'role' | 'installation'>,
): Promise<SiteContext> {
  const address = parseSiteAddress(request.address);
  const below = address.path.map(segment).join('/');
  try {
    const { body } = await connection.client.send<{ readonly id: string; readonly webUrl: string }>({
      method: 'GET',
      path: `/sites/${address.host}${below === '' ? '' : `:/${below}`}`,
      query: { $select: 'id,webUrl' },
      doing: 'looking the site up',
      right: SITE_RIGHTS.read,
      budget: connection.drive,
      cost: ONE,
    });
    return new SiteContext(connection, { ...body, address }, request);
  } catch (thrown) {
    if (statusOf(thrown) === 423) throw siteLocked(address, thrown);
    if (statusOf(thrown) !== 404 && statusOf(thrown) !== 400) throw thrown;
    throw new SternaError('config', 'site-not-found', `There is no site ${formatSiteAddress(address)}.`, {
      field: 'address',
      fix: 'Check the address. A target has to be there: make the site in SharePoint’s admin center first.',
      cause: thrown,
    });
  }
}
