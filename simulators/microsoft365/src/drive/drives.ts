import { Random } from '@sterna/simulator-kit';
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

/** The OneDrives of one tenant. */
export class Drives {
  /** One for all drives of the tenant; tests change it. */
  readonly behaviour: DriveBehaviour = { ...DEFAULT_BEHAVIOUR };
  readonly mailsSent: SharingMail[] = [];
  /** Addresses from outside that the directory has as guests, in lower case. */
  readonly guests = new Set<string>();
  readonly #tenant: Tenant;
  readonly #byUser = new Map<string, Drive>();
  readonly #byId = new Map<string, Drive>();

  constructor(tenant: Tenant) {
    this.#tenant = tenant;
  }

  /** Makes a person's OneDrive, which they get when they first look at it: an app can't. */
  provision(user: DirectoryUser, at: number): Drive {
    const known = this.#byUser.get(user.id);
    if (known !== undefined) return known;
    // Its own numbers: what is in it doesn't depend on who else has a drive.
    const random = new Random(`${user.id}/drive`);
    const company = this.#tenant.domain.split('.')[0];
    const place = user.userPrincipalName.toLowerCase().replace(/[^a-z0-9]/g, '_');
    const drive = new Drive({
      id: `b!${random.bytes(48).toString('base64url')}`,
      random,
      tenantId: this.#tenant.id,
      owner: { id: user.id, displayName: user.displayName, email: user.mail },
      siteUrl: `https://${company}-my.sharepoint.com/personal/${place}`,
      behaviour: this.behaviour,
      created: at,
    });
    this.#byUser.set(user.id, drive);
    this.#byId.set(drive.id, drive);
    return drive;
  }

  of(user: DirectoryUser): Drive | undefined {
    return this.#byUser.get(user.id);
  }

  byId(id: string): Drive | undefined {
    return this.#byId.get(id);
  }
}

export const drivesOf = perTenant((tenant) => new Drives(tenant));
