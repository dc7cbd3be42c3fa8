import { type NameRules, NameTable, nameKey } from '@sterna/core';
import { type ContainerRow, namesTaken } from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';
import { nameNote, roomBelow } from './drive-folders.ts';
import type { TargetName } from './transfer-item.ts';

/** Folders whose names are held at a time: those that are being written to. */
const MAX_TABLES = 32;

/**
 * What files are called in the target. A name is allocated before anything is written, unique in its folder for ever: what
 * is in the books, in open intents or was there before is taken.
 */
export class FileNames {
  readonly #context: PassContext;
  readonly #tables = new Map<number, Promise<NameTable>>();
  /** Numbers tried last for files that are renamed, by source key. */
  readonly #tried = new Map<string, number>();
  #folders: Map<string, ContainerRow[]> | undefined;

  constructor(context: PassContext) {
    this.#context = context;
  }

  /** @throws SternaError object as `encodeName` */
  async take(target: ContainerRow, sourceName: string, src: Buffer): Promise<TargetName> {
    const { name, changed } = (await this.#table(target)).take(sourceName, src.toString('hex'));
    return {
      name,
      key: nameKey(name, this.#rules),
      note: changed === undefined ? undefined : nameNote(changed, sourceName, name),
    };
  }

  /**
   * The name stays with what the target has there; the file gets another one.
   *
   * @param name The file's own; `taken`: the one that was tried last
   * @returns `isTheirs`: something was called so before, perhaps this very file
   */
  async rename(
    target: ContainerRow,
    name: string,
    taken: string,
    src: Buffer,
  ): Promise<TargetName & { readonly isTheirs: boolean }> {
    const table = await this.#table(target);
    table.add(taken, '');
    const owner = src.toString('hex');
    const from = taken === name ? 1 : (this.#tried.get(owner) ?? 0) + 1;
    const { renameSuffix } = this.#context.settings.settings;
    const { name: other, number, isTheirs } = table.takeRenamed(name, owner, renameSuffix, from);
    this.#tried.set(owner, number);
    return {
      name: other,
      key: nameKey(other, this.#rules),
      isTheirs,
      note: {
        code: 'renamed',
        text: `The target has something else called “${name}”; this file was added beside it as “${other}”.`,
      },
    };
  }

  /** What is taken is looked up anew, since somebody else may have given names out. Nothing may be under way. */
  forget(): void {
    this.#tables.clear();
  }

  /** What has this name in the target isn't ours. */
  async yield(target: ContainerRow, name: string): Promise<void> {
    (await this.#table(target)).add(name, '');
  }

  get #rules(): NameRules {
    return capabilitiesFor(this.#context.target, 'file').names ?? {};
  }

  #table(target: ContainerRow): Promise<NameTable> {
    let table = this.#tables.get(target.id);
    if (table === undefined) {
      table = this.#load(target);
      const [oldest] = this.#tables.keys();
      if (this.#tables.size >= MAX_TABLES && oldest !== undefined) this.#tables.delete(oldest);
    }
    // The most recently used one comes last.
    this.#tables.delete(target.id);
    this.#tables.set(target.id, table);
    return table;
  }

  async #load(target: ContainerRow): Promise<NameTable> {
    const { pool, claim } = this.#context;
    const table = new NameTable(this.#rules, roomBelow(this.#rules, target.path));
    for (const { name, owner } of await namesTaken(pool, claim.entryId, target.id)) table.add(name, owner);
    for (const folder of this.#foldersIn(target)) table.add(folder.path.at(-1) ?? '', `folder ${folder.id}`);
    return table;
  }

  /** Folders are made before anything is written into them, so they are known by now. */
  #foldersIn(target: ContainerRow): readonly ContainerRow[] {
    const parentOf = (row: ContainerRow): string => row.path.slice(0, -1).join('\0');
    this.#folders ??= Map.groupBy(
      [...this.#context.targetContainers.values()].filter((row) => row.kind === 'file' && row.path.length > 0),
      parentOf,
    );
    return this.#folders.get(target.path.join('\0')) ?? [];
  }
}
