import type { Container } from '@sterna/connector-kit';
import type { FolderPlace } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { Folders } from '../mail/folders.ts';
import type { PartContext } from '../part.ts';

/** Mail folders that rules speak of. They are listed where a rule speaks of one, and again where one is new. */
export class FolderPlaces {
  readonly #context: PartContext;
  #listed: Promise<readonly Container[]> | undefined;

  constructor(context: PartContext) {
    this.#context = context;
  }

  async ready(fresh = false): Promise<readonly Container[]> {
    if (fresh) this.#listed = undefined;
    this.#listed ??= new Folders(this.#context, 'Mail.Read').list();
    try {
      return await this.#listed;
    } catch (error) {
      this.#listed = undefined;
      throw error;
    }
  }

  /** @param folders as `ready` told them */
  static placeOf(folders: readonly Container[], id: string): FolderPlace | undefined {
    const found = folders.find((one) => one.id === id);
    if (found === undefined) return undefined;
    return { path: found.path, ...(found.role === undefined ? {} : { role: found.role }) };
  }

  /** @throws SternaError object `setting-folder-missing` */
  static idOf(folders: readonly Container[], { path, role }: FolderPlace): string {
    const same = (one: Container): boolean => one.path.join('\0') === path.join('\0');
    const found = (role === undefined ? undefined : folders.find((one) => one.role === role)) ?? folders.find(same);
    if (found !== undefined) return found.id;
    throw new SternaError(
      'object',
      'setting-folder-missing',
      `It speaks of the folder ${path.join('/')}, and the target has no such folder.`,
      { fix: 'Make the folder, or migrate the mail as well; the next delta pass brings this setting.' },
    );
  }
}
