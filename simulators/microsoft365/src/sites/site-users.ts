import type { DirectoryUser } from '../state/tenant.ts';

/** SharePoint's own groups of each site come first; people have the numbers after them. */
const FIRST_PERSON = 6;

/** A person as a site knows them: a row of its hidden User Information List. */
export interface SiteUser {
  readonly id: number;
  readonly user: DirectoryUser;
}

/**
 * Whom a site knows, by number. Columns of people hold these numbers; somebody gets one when they first visit the site or
 * are given a right in it, and Graph has no call that makes one.
 */
export class SiteUsers {
  readonly #byUser = new Map<string, SiteUser>();

  /** As if they had come by. */
  ensure(user: DirectoryUser): SiteUser {
    const known = this.#byUser.get(user.id);
    if (known !== undefined) return known;
    const made = { id: FIRST_PERSON + this.#byUser.size, user };
    this.#byUser.set(user.id, made);
    return made;
  }

  byId(id: number): SiteUser | undefined {
    return this.all[id - FIRST_PERSON];
  }

  of(user: DirectoryUser): SiteUser | undefined {
    return this.#byUser.get(user.id);
  }

  get all(): readonly SiteUser[] {
    return [...this.#byUser.values()];
  }
}
