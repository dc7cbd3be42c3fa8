import type { OpenRequest, Session } from '@sterna/connector-kit';
import type { ContentKind, ItemType } from '@sterna/core';
import type { Api } from './api/apis.ts';
import type { GoogleClient } from './api/client.ts';
import type { GoogleSettings } from './settings.ts';

/** What a part of the connector works with: one user, and a client of its own API that is signed in as this user. */
export interface PartContext {
  /** Of `PartDefinition.api`, with the part's own scopes and budget. */
  readonly client: GoogleClient;
  /** Lower-case address of the user, as the entry names it; for a shared drive, of the administrator who works in it. */
  readonly address: string;
  /** Id of the shared drive that the entry is. */
  readonly sharedDrive?: string;
  /** A client of another API, signed in as the same user with the first of these sets of scopes that is delegated. */
  other(api: Api, scopes: readonly (readonly string[])[]): GoogleClient;
  readonly settings: GoogleSettings;
  readonly role: OpenRequest['role'];
  /** 8 hex digits: whose marks are ours. */
  readonly installation: string;
}

/** One content area of a user: mail, calendars … */
export interface PartDefinition {
  /** Prefix of its containers' ids. */
  readonly key: string;
  readonly kinds: readonly ContentKind[];
  readonly itemType: ItemType;
  readonly api: Api;
  /** OAuth scopes to be delegated for reading alone, and for writing, which includes reading. */
  readonly scopes: { readonly read: readonly string[]; readonly write: readonly string[] };
  /** Words for `check`: “mail”. */
  readonly title: string;
  /**
   * A session of this part alone; `close` and `destroy` are nothing to it, the client is the whole session's.
   *
   * @throws SternaError
   */
  open(context: PartContext): Promise<Session>;
}
