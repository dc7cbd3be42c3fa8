import type { Person } from '@sterna/content';
import { type GoogleClient, segment } from '../api/client.ts';
import { DIRECTORY_SCOPES } from '../directory-scopes.ts';
import type { ChatUser } from './chat.ts';

/** https://developers.google.com/workspace/admin/directory/reference/rest/v1/users */
export interface DirectoryUser {
  readonly id: string;
  readonly primaryEmail: string;
  readonly name?: { readonly fullName?: string };
  readonly suspended?: boolean;
  readonly archived?: boolean;
}

/** People of the organization by id and by address; each is asked for once. */
export class People {
  readonly #client: GoogleClient;
  readonly #asked = new Map<string, Promise<DirectoryUser | undefined>>();

  constructor(client: GoogleClient) {
    this.#client = client;
  }

  /** @param key id or address; undefined where the organization has nobody of that */
  find(key: string): Promise<DirectoryUser | undefined> {
    const known = key.toLowerCase();
    const asked = this.#asked.get(known) ?? this.#ask(known);
    this.#asked.set(known, asked);
    return asked;
  }

  /** Who can be acted for: nobody can for somebody who is suspended. */
  async active(key: string): Promise<DirectoryUser | undefined> {
    const user = await this.find(key);
    return user === undefined || user.suspended === true || user.archived === true ? undefined : user;
  }

  /** Undefined where nobody tells the address: of somebody elsewhere, or who is gone. */
  async personOf({ name, displayName, email }: ChatUser): Promise<Person | undefined> {
    const id = name?.replace(/^users\//, '');
    const user = id === undefined ? undefined : await this.find(id);
    const address = user?.primaryEmail ?? email;
    const called = user?.name?.fullName ?? displayName;
    if (!address) return undefined;
    return { address: address.toLowerCase(), ...(called ? { name: called } : {}) };
  }

  async #ask(key: string): Promise<DirectoryUser | undefined> {
    const { status, body } = await this.#client.send<DirectoryUser>({
      method: 'GET',
      path: `/admin/directory/v1/users/${segment(key)}`,
      doing: 'looking a person up',
      right: DIRECTORY_SCOPES[0],
      // Those of other organizations are refused, or aren't there.
      expected: [403, 404],
    });
    return status === 200 ? body : undefined;
  }
}
