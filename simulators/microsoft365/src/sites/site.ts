import { Random } from '@sterna/simulator-kit';
import type { DriveBehaviour } from '../drive/behaviour.ts';
import { Drive, type DriveOwner, type LibrarySite, type SiteLock } from '../drive/drive.ts';
import { guidOf } from '../state/ids.ts';
import type { SiteBehaviour } from './behaviour.ts';
import { SiteUsers } from './site-users.ts';

export type SiteTemplate = 'group' | 'communication' | 'teamChannel';

/** The group whose site it is. */
export interface SiteGroup {
  readonly id: string;
  readonly displayName: string;
  readonly email: string;
}

export interface SiteSetup {
  readonly tenantId: string;
  readonly domain: string;
  /** https://contoso.sharepoint.com/sites/sales */
  readonly url: string;
  readonly displayName: string;
  readonly description: string;
  readonly template: SiteTemplate;
  readonly group: SiteGroup | undefined;
  readonly parent: Site | undefined;
  readonly created: number;
  readonly behaviour: SiteBehaviour;
  readonly driveBehaviour: DriveBehaviour;
}

const DEFAULT_LIBRARY = { name: 'Documents', path: 'Shared Documents' };

/** A SharePoint site: libraries, lists and pages. A subsite has the id of its parent's site collection. */
export class Site implements LibrarySite {
  /** `contoso.sharepoint.com,<siteId>,<webId>` */
  readonly id: string;
  readonly url: string;
  readonly siteId: string;
  readonly webId: string;
  readonly template: SiteTemplate;
  readonly group: SiteGroup | undefined;
  readonly parent: Site | undefined;
  readonly created: number;
  readonly behaviour: SiteBehaviour;
  readonly random: Random;
  readonly users = new SiteUsers();
  /** The default one first. */
  readonly libraries: Drive[] = [];
  displayName: string;
  description: string;
  modified: number;
  /** An administrator sets it. */
  lock: SiteLock = 'unlocked';
  readonly #tenantId: string;
  readonly #domain: string;
  readonly #driveBehaviour: DriveBehaviour;

  constructor(setup: SiteSetup) {
    // Its own numbers: what is in it doesn't depend on which other sites there are.
    this.random = new Random(`${setup.tenantId}/site/${setup.url}`);
    this.url = setup.url;
    this.siteId = setup.parent?.siteId ?? guidOf(this.random);
    this.webId = guidOf(this.random);
    this.id = `${new URL(setup.url).hostname},${this.siteId},${this.webId}`;
    this.template = setup.template;
    this.group = setup.group;
    this.parent = setup.parent;
    this.created = setup.created;
    this.modified = setup.created;
    this.displayName = setup.displayName;
    this.description = setup.description;
    this.behaviour = setup.behaviour;
    this.#tenantId = setup.tenantId;
    this.#domain = setup.domain;
    this.#driveBehaviour = setup.driveBehaviour;
    this.addLibrary(DEFAULT_LIBRARY.name, DEFAULT_LIBRARY.path, setup.created);
  }

  get hostname(): string {
    return new URL(this.url).hostname;
  }

  /** Below the host, without a slash at either end; '' for the root site. */
  get path(): string {
    return new URL(this.url).pathname.slice(1);
  }

  /** The last part of its address. */
  get name(): string {
    return this.path.split('/').at(-1) ?? '';
  }

  /** The default document library. */
  get library(): Drive {
    return this.libraries[0] as Drive;
  }

  /** Only makes it: `Sites` also makes it known as a drive. */
  addLibrary(name: string, path: string, at: number): Drive {
    const owners = { kind: 'siteGroup', email: '' } as const;
    const owner: DriveOwner =
      this.group === undefined
        ? { kind: 'site', id: this.id, displayName: this.displayName, email: '' }
        : { kind: 'group', ...this.group };
    const drive = new Drive({
      id: `b!${this.random.bytes(48).toString('base64url')}`,
      random: this.random,
      tenantId: this.#tenantId,
      domain: this.#domain,
      owner,
      site: this,
      name,
      path,
      grantees: [
        { ...owners, id: '3', displayName: `${this.displayName} Owners`, role: 'owner' },
        { ...owners, id: '5', displayName: `${this.displayName} Members`, role: 'write' },
        { ...owners, id: '4', displayName: `${this.displayName} Visitors`, role: 'read' },
      ],
      behaviour: this.#driveBehaviour,
      created: at,
    });
    this.libraries.push(drive);
    return drive;
  }
}
