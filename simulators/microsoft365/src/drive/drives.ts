import { Random } from '@sterna/simulator-kit';
import { guidOf } from '../state/ids.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { DirectoryUser, Tenant } from '../state/tenant.ts';
import { DEFAULT_BEHAVIOUR, type DriveBehaviour } from './behaviour.ts';
import { Drive } from './drive.ts';

/** A mail that SharePoint would have sent: nobody wants one from a migration. */
export interface SharingMail {
  readonly at: number;
  readonly to: string;
  readonly driveId: string;
  readonly itemId: string;
}

/** The OneDrives and document libraries of one tenant. */
export class Drives {
  /** One for all drives of the tenant; tests change it. */
  readonly behaviour: DriveBehaviour = { ...DEFAULT_BEHAVIOUR };
  readonly mailsSent: SharingMail[] = [];
  /** Addresses from outside that the directory has as guests, in lower case. */
  readonly guests = new Set<string>();
  readonly #tenant: Tenant;
  /** By user, site or group; the first is the one that `/drive` means. */
  readonly #byHolder = new Map<string, Drive[]>();
  readonly #byId = new Map<string, Drive>();

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  /** Makes a person's OneDrive, which they get when they first look at it: an app can't. */
  provision(user: DirectoryUser, at: number): Drive {
    const known = this.of(user);
    if (known !== undefined) return known;
    // Its own numbers: what is in it doesn't depend on who else has a drive.
    const random = new Random(`${user.id}/drive`);
    const owner = { id: user.id, displayName: user.displayName, email: user.mail };
    const company = this.#tenant.domain.split('.')[0];
    const place = user.userPrincipalName.toLowerCase().replace(/[^a-z0-9]/g, '_');
    const drive = new Drive({
      id: `b!${random.bytes(48).toString('base64url')}`,
      random,
      tenantId: this.#tenant.id,
      domain: this.#tenant.domain,
      owner: { kind: 'user', ...owner },
      site: {
        url: `https://${company}-my.sharepoint.com/personal/${place}`,
        siteId: guidOf(random),
        webId: guidOf(random),
        lock: 'unlocked',
      },
      name: 'OneDrive',
      path: 'Documents',
      grantees: [{ kind: 'user', ...owner, role: 'owner' }],
      behaviour: this.behaviour,
      created: at,
    });
    this.add(drive, [user.id]);
    return drive;
  }

  /** @param holders ids of the user, or of the site and its group, that have the drive */
  add(drive: Drive, holders: readonly string[]): void {
    this.#byId.set(drive.id, drive);
    for (const holder of holders) this.#byHolder.set(holder, [...this.heldBy(holder), drive]);
  }

  remove(drive: Drive): void {
    this.#byId.delete(drive.id);
    for (const [holder, drives] of this.#byHolder) {
      this.#byHolder.set(
        holder,
        drives.filter((each) => each !== drive),
      );
    }
  }

  of(user: DirectoryUser): Drive | undefined {
    return this.heldBy(user.id)[0];
  }

  /** Of a user, site or group, the default one first. */
  heldBy(holder: string): readonly Drive[] {
    return this.#byHolder.get(holder) ?? [];
  }

  byId(id: string): Drive | undefined {
    return this.#byId.get(id);
  }
}

export const drivesOf = perTenant((tenant) => new Drives(tenant));
