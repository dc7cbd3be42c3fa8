import type { Container, FidelityNote } from '@sterna/connector-kit';
import { segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import { displayNameOf, foldedName, numberedName } from '../outlook/folder-names.ts';
import { isGone } from '../outlook/gone.ts';
import type { PartContext } from '../part.ts';

export const READ = 'Contacts.Read';
export const WRITE = 'Contacts.ReadWrite';

interface Folder {
  readonly id: string;
  readonly displayName?: string | null;
}
interface Placed extends Folder {
  readonly path: readonly string[];
}

/** The folder that every mailbox has, by its well-known name; its display name is in the mailbox's language. */
const HOME = 'contacts';

/** Address books of a user: the default one, and folders of their own. */
export class ContactFolders {
  readonly #context: PartContext;
  #known: readonly Placed[] | undefined;

  constructor(context: PartContext) {
    this.#context = context;
  }

  /** @throws SternaError where there is no mailbox, or the app may not see it */
  async home(): Promise<Folder> {
    const { client, outlook, userPath } = this.#context;
    try {
      const { body } = await client.send<Folder>({
        method: 'GET',
        path: `${userPath}/contactFolders/${HOME}`,
        query: { $select: 'id,displayName' },
        doing: 'looking for the contacts',
        right: READ,
        budget: outlook,
      });
      return body;
    } catch (error) {
      if (!isGone(error)) throw error;
      return { id: HOME, displayName: 'Contacts' };
    }
  }

  async list(): Promise<readonly Container[]> {
    const home = await this.home();
    const found: Placed[] = [
      { id: HOME, displayName: home.displayName ?? 'Contacts', path: [home.displayName ?? 'Contacts'] },
    ];
    let open = await this.#below(undefined, []);
    while (open.length > 0) {
      const known = new Set([home.id, ...found.map((one) => one.id)]);
      const fresh = open.filter((one) => !known.has(one.id));
      found.push(...fresh);
      open = (await Promise.all(fresh.map((one) => this.#below(one.id, one.path)))).flat();
    }
    this.#known = found;
    return found.map((one) => this.#container(one));
  }

  async #below(parent: string | undefined, path: readonly string[]): Promise<readonly Placed[]> {
    const { client, outlook, userPath } = this.#context;
    const folders = await client.all<Folder>({
      method: 'GET',
      path:
        parent === undefined
          ? `${userPath}/contactFolders`
          : `${userPath}/contactFolders/${segment(parent)}/childFolders`,
      query: { $select: 'id,displayName', $top: 100 },
      doing: 'listing the contact folders',
      right: READ,
      budget: outlook,
    });
    return folders.map((one) => ({ ...one, path: [...path, one.displayName?.trim() ? one.displayName : 'Contacts'] }));
  }

  async ensure(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    if (this.#known === undefined) await this.list();
    const notes: FidelityNote[] = [];
    const name = displayNameOf(path.join(' / '), notes);
    for (let number = 1; ; number += 1) {
      const called = numberedName(name, number);
      const top = (this.#known ?? []).filter((one) => one.path.length === 1);
      const exact = top.find((one) => one.displayName === called);
      if (exact === undefined && top.some((one) => foldedName(one.displayName ?? '') === foldedName(called))) continue;
      const found = exact ?? (await this.#make(called));
      if (found === undefined) continue;
      if (number > 1)
        notes.push({
          code: 'folder-renamed',
          text: `Microsoft 365 has one of this name already; it is called “${called}” there.`,
        });
      return { container: this.#container(found), notes };
    }
  }

  async #make(displayName: string): Promise<Placed | undefined> {
    const { client, outlook, userPath } = this.#context;
    try {
      const { body } = await client.send<Folder>({
        method: 'POST',
        path: `${userPath}/contactFolders`,
        body: { displayName },
        doing: 'making a contact folder',
        right: WRITE,
        budget: outlook,
        // A second one of that name is refused.
        repeatable: true,
      });
      const made = { ...body, displayName, path: [displayName] };
      this.#known = [...(this.#known ?? []), made];
      return made;
    } catch (error) {
      if (statusOf(error) !== 409 && codeOf(error) !== 'ErrorFolderExists') throw error;
      await this.list();
      return (this.#known ?? []).find((one) => one.path.length === 1 && one.displayName === displayName);
    }
  }

  #container({ id, path }: Placed): Container {
    return { id, path, kind: 'contact', ...(id === HOME ? { isDefault: true } : {}) };
  }
}

export const folderPath = ({ userPath }: PartContext, container: string): string =>
  container === HOME ? `${userPath}/contacts` : `${userPath}/contactFolders/${segment(container)}/contacts`;
