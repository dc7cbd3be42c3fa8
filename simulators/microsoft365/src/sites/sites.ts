import type { Drive } from '../drive/drive.ts';
import { drivesOf } from '../drive/drives.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { Tenant } from '../state/tenant.ts';
import { DEFAULT_SITE_BEHAVIOUR, type SiteBehaviour } from './behaviour.ts';
import { LibraryFields } from './library-fields.ts';
import { Site, type SiteGroup, type SiteTemplate } from './site.ts';

export interface NewSite {
  /** The last part of its address: `sales`. */
  readonly name: string;
  readonly displayName: string;
  readonly description?: string;
  /** Whose site it is: `/groups/{id}/drive` is then its library. */
  readonly group?: SiteGroup;
  /** For a subsite. */
  readonly parent?: Site;
  readonly template?: SiteTemplate;
  /** Milliseconds. */
  readonly at: number;
}

/** When the tenant got SharePoint, and with it its root site. */
const BEGINNING = Date.UTC(2019, 0, 7, 8);

/** The SharePoint sites of one tenant. */
export class Sites {
  /** One for all sites of the tenant; tests change it. */
  readonly behaviour: SiteBehaviour = { ...DEFAULT_SITE_BEHAVIOUR };
  readonly #tenant: Tenant;
  readonly #byId = new Map<string, Site>();
  readonly #byPath = new Map<string, Site>();

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
    this.#add(
      this.#newSite(
        { name: '', displayName: 'Communication site', template: 'communication', at: BEGINNING },
        `https://${this.hostname}`,
      ),
    );
  }

  get hostname(): string {
    return `${this.#tenant.domain.split('.')[0]}.sharepoint.com`;
  }

  get root(): Site {
    return this.#byPath.get('') as Site;
  }

  /** The root site first, then as they were made. */
  get all(): readonly Site[] {
    return [...this.#byId.values()];
  }

  /** A name that is taken gets a number, as SharePoint does it for groups' sites. */
  create(wanted: NewSite): Site {
    const base = wanted.parent === undefined ? `https://${this.hostname}/sites` : wanted.parent.url;
    let url = `${base}/${wanted.name}`;
    for (let n = 1; this.byPath(new URL(url).pathname.slice(1)) !== undefined; n++) url = `${base}/${wanted.name}${n}`;
    return this.#add(this.#newSite(wanted, url));
  }

  remove(site: Site): void {
    this.#byId.delete(site.id);
    this.#byPath.delete(site.path.toLowerCase());
    for (const drive of site.libraries) drivesOf(this.#tenant).remove(drive);
  }

  byId(id: string): Site | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** @param path below the host, decoded: `sites/sales` */
  byPath(path: string): Site | undefined {
    return this.#byPath.get(path.toLowerCase());
  }

  /** The one of the group itself, not of its channels. */
  ofGroup(groupId: string): Site | undefined {
    return this.all.find(({ group, template }) => group?.id === groupId && template === 'group');
  }

  childrenOf(site: Site): readonly Site[] {
    return this.all.filter(({ parent }) => parent === site);
  }

  /** A further document library. */
  addLibrary(site: Site, name: string, at: number): Drive {
    const drive = site.addLibrary(name, name, at);
    this.#register(site, drive);
    return drive;
  }

  removeLibrary(site: Site, drive: Drive): void {
    site.libraries.splice(site.libraries.indexOf(drive), 1);
    drivesOf(this.#tenant).remove(drive);
  }

  #newSite(wanted: NewSite, url: string): Site {
    return new Site({
      tenantId: this.#tenant.id,
      domain: this.#tenant.domain,
      url,
      displayName: wanted.displayName,
      description: wanted.description ?? '',
      template: wanted.template ?? (wanted.group === undefined ? 'communication' : 'group'),
      group: wanted.group,
      parent: wanted.parent,
      created: wanted.at,
      behaviour: this.behaviour,
      driveBehaviour: drivesOf(this.#tenant).behaviour,
    });
  }

  #add(site: Site): Site {
    this.#byId.set(site.id.toLowerCase(), site);
    this.#byPath.set(site.path.toLowerCase(), site);
    for (const drive of site.libraries) this.#register(site, drive);
    return site;
  }

  #register(site: Site, drive: Drive): void {
    const ofGroup = site.group !== undefined && site.template === 'group';
    drive.list = new LibraryFields(site, site.listOf(drive));
    drivesOf(this.#tenant).add(drive, ofGroup ? [site.id, site.group.id] : [site.id]);
  }
}

export const sitesOf = perTenant((tenant) => new Sites(tenant));

/** Makes a site with its default library “Documents”, as SharePoint does for a new group. */
export function createSite(tenant: Tenant, wanted: NewSite): Site {
  return sitesOf(tenant).create(wanted);
}
