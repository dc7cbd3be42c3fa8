import { segment } from '../graph/client.ts';
import type { PartContext } from '../part.ts';
import { type Folders, isStaging, type MailFolder, stagingName } from './folders.ts';
import { isGone } from './reader.ts';

const RIGHT = 'Mail.ReadWrite';

/**
 * A hidden folder in which imported messages are stamped before they are moved to where they belong: an import can't carry
 * a stamp, and what isn't stamped can't be told from people's own. It is thrown away whole (`sweep`), so that whatever a
 * crash left in it, or lands in it late, is never seen.
 */
export class Staging {
  readonly #context: PartContext;
  readonly #folders: Folders;
  #folder: Promise<string> | undefined;

  constructor(context: PartContext, folders: Folders) {
    this.#context = context;
    this.#folders = folders;
  }

  /** Its id; a new one for each session, and after each sweep. */
  async folder(): Promise<string> {
    this.#folder ??= this.#renewed();
    const made = this.#folder;
    try {
      return await made;
    } catch (error) {
      if (this.#folder === made) this.#folder = undefined;
      throw error;
    }
  }

  /** Throws it away with what is in it. Nothing of this session may be on its way to it. */
  async sweep(): Promise<void> {
    this.#folder = undefined;
    const { client, outlook, userPath } = this.#context;
    const old = await this.#find();
    if (old === undefined) return;
    try {
      await client.send({
        method: 'POST',
        path: `${userPath}/mailFolders/${segment(old.id)}/permanentDelete`,
        doing: 'removing the folder for imports',
        right: RIGHT,
        budget: outlook,
        repeatable: true,
      });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    this.#folders.drop(old.id);
  }

  /** Throws it away, if this session has made one. */
  async leave(): Promise<void> {
    if (this.#folder !== undefined) await this.sweep();
  }

  async #renewed(): Promise<string> {
    await this.sweep();
    const { client, outlook, userPath, installation } = this.#context;
    const { status, body } = await client.send<MailFolder>({
      method: 'POST',
      path: `${userPath}/mailFolders`,
      body: { displayName: stagingName(installation), isHidden: true },
      doing: 'making the folder for imports',
      right: RIGHT,
      budget: outlook,
      // A second one of that name is refused.
      repeatable: true,
      expected: [409],
    });
    if (status !== 409) {
      this.#folders.add({ ...body, isHidden: true });
      return body.id;
    }
    await this.#folders.list();
    const there = await this.#find();
    // Gone within the moment: the next one makes it.
    if (there === undefined) return this.#renewed();
    return there.id;
  }

  async #find(): Promise<MailFolder | undefined> {
    const known = await this.#folders.ready();
    const { exact } = this.#folders.below(known.get('msgfolderroot') ?? '', stagingName(this.#context.installation));
    return exact !== undefined && isStaging(exact) ? exact : undefined;
  }
}
