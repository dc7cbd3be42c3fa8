import { SternaError } from '@sterna/core';
import { isOutcomeUnknown, statusOf } from '../api/errors.ts';
import type { PartContext } from '../part.ts';
import { READ, WRITE } from './scopes.ts';

interface ContactGroup {
  readonly resourceName: string;
  readonly groupType?: string;
  readonly name?: string;
  readonly formattedName?: string;
}

interface GroupPage {
  readonly contactGroups?: readonly ContactGroup[];
  readonly nextPageToken?: string;
}

/** The group that everybody's contacts are in: without it, one is none of "My contacts". */
export const MY_CONTACTS = 'contactGroups/myContacts';

/** The one group of Google's own, beside that, that a contact can be put into. */
const STARRED = 'contactGroups/starred';

/** Labels of contacts, which the API calls contact groups; system groups are none. */
export class Labels {
  readonly #context: PartContext;
  #known: Promise<Map<string, string>> | undefined;

  constructor(context: PartContext) {
    this.#context = context;
  }

  /** Names of those among these groups. */
  async namesOf(groups: readonly string[]): Promise<string[]> {
    const known = await this.#groups();
    if (groups.some((group) => !SYSTEM.test(group) && !known.has(group)))
      return this.#names(groups, await this.#again());
    return this.#names(groups, known);
  }

  #names(groups: readonly string[], known: ReadonlyMap<string, string>): string[] {
    return groups.flatMap((group) => known.get(group) ?? []).sort();
  }

  /** Groups of these names, made where there are none. Names that differ in their case alone are one. */
  async groupsOf(names: readonly string[]): Promise<string[]> {
    const groups: string[] = [];
    for (const name of names) groups.push(await this.#groupOf(name));
    return groups;
  }

  async #groupOf(name: string): Promise<string> {
    const folded = name.normalize('NFC').toLowerCase();
    const found = (known: ReadonlyMap<string, string>): string | undefined =>
      [...known].find(([, other]) => other.normalize('NFC').toLowerCase() === folded)?.[0];
    const there = found(await this.#groups());
    if (there !== undefined) return there;
    try {
      const { body } = await this.#context.client.send<ContactGroup>({
        method: 'POST',
        path: '/v1/contactGroups',
        body: { contactGroup: { name } },
        doing: 'making a label',
        right: WRITE,
        // A second one of that name is refused.
        repeatable: true,
      });
      (await this.#groups()).set(body.resourceName, name);
      return body.resourceName;
    } catch (error) {
      if (statusOf(error) !== 409 && !isOutcomeUnknown(error)) throw error;
      const now = found(await this.#again());
      if (now !== undefined) return now;
      throw new SternaError('object', 'label-refused', 'Google takes no label of one of its names.', { cause: error });
    }
  }

  #again(): Promise<Map<string, string>> {
    this.#known = undefined;
    return this.#groups();
  }

  #groups(): Promise<Map<string, string>> {
    const known = this.#known ?? this.#listed();
    this.#known = known;
    known.catch(() => {
      this.#known = undefined;
    });
    return known;
  }

  async #listed(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const { contactGroups = [] } of this.#context.client.pages<GroupPage>({
      method: 'GET',
      path: '/v1/contactGroups',
      query: { pageSize: 1_000 },
      doing: 'listing the labels of contacts',
      right: READ,
    }))
      for (const { resourceName, groupType, name, formattedName } of contactGroups)
        if (groupType === 'USER_CONTACT_GROUP' || resourceName === STARRED)
          found.set(resourceName, formattedName ?? name ?? '');
    return found;
  }
}

const SYSTEM = /^contactGroups\/(?:myContacts|friends|family|coworkers|blocked|chatBuddies|all)$/;
