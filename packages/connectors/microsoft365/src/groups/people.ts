import type { Budget } from '@sterna/cloud-http';
import type { Person } from '@sterna/content';
import { type GraphClient, quoted, segment } from '../graph/client.ts';

/** As Graph tells a user: https://learn.microsoft.com/en-us/graph/api/resources/user */
export interface DirectoryPerson {
  readonly id: string;
  readonly displayName?: string | null;
  readonly userPrincipalName?: string | null;
  readonly mail?: string | null;
  readonly userType?: string | null;
}

export const PEOPLE_RIGHT = 'User.Read.All';
export const PERSON_PROPERTIES = 'id,displayName,userPrincipalName,mail,userType';

/** A guest's own name in the directory is none that anybody could be written to by. */
const GUEST = /#EXT#@/i;

export const isGuest = ({ userType, userPrincipalName }: DirectoryPerson): boolean =>
  userType === 'Guest' || GUEST.test(userPrincipalName ?? '');

/** Who somebody is outside of the directory: a guest's mail, else what they sign in with, as entries name them. */
export function personOf(user: DirectoryPerson): Person | undefined {
  const name = user.userPrincipalName ?? '';
  const address = (isGuest(user) ? user.mail : name) || user.mail || name;
  if (address === '') return undefined;
  return { address: address.toLowerCase(), ...(user.displayName ? { name: user.displayName } : {}) };
}

/** People of the tenant by id and by address; each is asked for once. */
export class People {
  readonly #client: GraphClient;
  readonly #budget: Budget;
  readonly #byId = new Map<string, Promise<Person | undefined>>();
  readonly #byAddress = new Map<string, Promise<DirectoryPerson | undefined>>();

  constructor(client: GraphClient, budget: Budget) {
    this.#client = client;
    this.#budget = budget;
  }

  /** Undefined where nobody has that id any more. */
  withId(id: string): Promise<Person | undefined> {
    const asked = this.#byId.get(id) ?? this.#ask(id).then((user) => user && personOf(user));
    this.#byId.set(id, asked);
    return asked;
  }

  /** Undefined where the tenant knows nobody of that address. A guest is known by mail. */
  withAddress(address: string): Promise<DirectoryPerson | undefined> {
    const key = address.toLowerCase();
    const asked = this.#byAddress.get(key) ?? this.#find(key);
    this.#byAddress.set(key, asked);
    return asked;
  }

  /** Who is known from a listing needs not be asked for. */
  remember(user: DirectoryPerson): void {
    const person = personOf(user);
    this.#byId.set(user.id, Promise.resolve(person));
    if (person !== undefined) this.#byAddress.set(person.address, Promise.resolve(user));
  }

  async #find(address: string): Promise<DirectoryPerson | undefined> {
    return (await this.#ask(address)) ?? this.#byMail(address);
  }

  async #ask(key: string): Promise<DirectoryPerson | undefined> {
    const { status, body } = await this.#client.send<DirectoryPerson>({
      method: 'GET',
      path: `/users/${segment(key)}`,
      query: { $select: PERSON_PROPERTIES },
      doing: 'looking a person up',
      right: PEOPLE_RIGHT,
      budget: this.#budget,
      expected: [404],
    });
    return status === 404 ? undefined : body;
  }

  async #byMail(address: string): Promise<DirectoryPerson | undefined> {
    const found = await this.#client.all<DirectoryPerson>({
      method: 'GET',
      path: '/users',
      query: { $filter: `mail eq ${quoted(address)}`, $select: PERSON_PROPERTIES },
      doing: 'looking a person up',
      right: PEOPLE_RIGHT,
      budget: this.#budget,
    });
    return found[0];
  }
}
