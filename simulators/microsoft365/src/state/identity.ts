import type { App, DirectoryUser, Tenant } from './tenant.ts';

/** Who calls, by the access token. */
export interface Identity {
  readonly tenant: Tenant;
  readonly app: App;
  /** Set when a user signed in (delegated permissions); undefined for an app on its own. */
  readonly user: DirectoryUser | undefined;
  readonly permissions: ReadonlySet<string>;
}
