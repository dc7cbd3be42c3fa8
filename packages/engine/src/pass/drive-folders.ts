import type { Container, FidelityNote, Writer } from '@sterna/connector-kit';
import {
  encodeName,
  type MappedFolder,
  type NameRules,
  NameTable,
  nameKey,
  nameLength,
  SternaError,
  withSuffixWithin,
} from '@sterna/core';
import type { ContainerRow } from '@sterna/store';
import { capabilitiesFor, type PassContext } from './context.ts';

/** Names tried for a folder that has a file in its way. */
const MAX_RENAMES = 100;

type Mapped = Exclude<MappedFolder, { excluded: string }>;

/** What a folder's path leaves for a name in it, in the unit of the rules. */
export function roomBelow(rules: NameRules, path: readonly string[]): number {
  if (rules.maxPath === undefined) return Number.POSITIVE_INFINITY;
  return rules.maxPath - path.reduce((sum, name) => sum + nameLength(name, rules) + 1, 0);
}

/**
 * Where the folders of a drive go: each below the one that its parent went to, under a name that the target can hold and
 * no other folder of the source has there. What is decided is in the books, so later passes keep it.
 */
export class DriveFolders {
  readonly #context: PassContext;
  readonly #rules: NameRules;
  /** Names of folders by the key of their parent's path in the target. */
  readonly #tables = new Map<string, NameTable>();
  readonly #sourceByPath = new Map<string, ContainerRow>();

  constructor(context: PassContext) {
    this.#context = context;
    this.#rules = capabilitiesFor(context.target, 'file').names ?? {};
    for (const row of context.sourceContainers.values()) {
      if (row.kind !== 'file') continue;
      this.#sourceByPath.set(keyOf(row.path), row);
      const target = row.targetContainer === undefined ? undefined : this.#target(row);
      if (target !== undefined) this.#remember(target.path, row);
    }
  }

  /** Finds or makes the folder. Parents come first. */
  async ensure(
    writer: Writer,
    row: ContainerRow,
    mapped: Mapped,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    this.#sourceByPath.set(keyOf(row.path), row);
    const { path, notes } = this.#pathOf(row, mapped);
    const parent = path.slice(0, -1);
    const name = path.at(-1);
    for (let number = 0; ; number += 1) {
      const candidate =
        name === undefined || number === 0
          ? path
          : [...parent, withSuffixWithin(name, this.#suffix(number), this.#rules, roomBelow(this.#rules, parent))];
      try {
        const ensured = await writer.ensureContainer(candidate, { kind: 'file' });
        this.#remember(ensured.container.path, row);
        const renamed = number === 0 ? [] : [besideFile(row.path, candidate)];
        return { container: ensured.container, notes: [...notes, ...renamed, ...ensured.notes] };
      } catch (thrown) {
        const isInTheWay = thrown instanceof SternaError && thrown.code === 'file-in-the-way';
        if (!isInTheWay || name === undefined || number >= MAX_RENAMES) throw thrown;
      }
    }
  }

  #pathOf(row: ContainerRow, mapped: Mapped): { path: readonly string[]; notes: FidelityNote[] } {
    const last = mapped.target.at(-1);
    if (last === undefined) return { path: [], notes: [] };
    const parent = this.#parentOf(row, mapped);
    if (mapped.merge === true) {
      const { name } = encodeName(last, this.#rules, roomBelow(this.#rules, parent));
      return { path: [...parent, name], notes: [] };
    }
    const { name, changed } = this.#table(parent).take(last, String(row.id));
    return {
      path: [...parent, name],
      notes: changed === undefined ? [] : [nameNote(changed, last, name)],
    };
  }

  /** The parent's own place in the target, where the mapping keeps the two together. */
  #parentOf(row: ContainerRow, mapped: Mapped): readonly string[] {
    const wanted = mapped.target.slice(0, -1);
    const above = this.#sourceByPath.get(keyOf(row.path.slice(0, -1)));
    const target = above === undefined || row.path.length === 0 ? undefined : this.#target(above);
    const isBelow = target?.path.length === wanted.length && row.path.at(-1) === mapped.target.at(-1);
    if (target !== undefined && isBelow) return target.path;
    const parent: string[] = [];
    for (const name of wanted) parent.push(encodeName(name, this.#rules, roomBelow(this.#rules, parent)).name);
    return parent;
  }

  #target = (row: ContainerRow): ContainerRow | undefined =>
    row.targetContainer === undefined ? undefined : this.#context.targetContainers.byId(row.targetContainer);

  #remember(path: readonly string[], row: ContainerRow): void {
    const name = path.at(-1);
    if (name !== undefined) this.#table(path.slice(0, -1)).add(name, String(row.id));
  }

  #table(parent: readonly string[]): NameTable {
    const key = keyOf(parent.map((name) => nameKey(name, this.#rules)));
    let table = this.#tables.get(key);
    if (table === undefined) {
      table = new NameTable(this.#rules, roomBelow(this.#rules, parent));
      this.#tables.set(key, table);
    }
    return table;
  }

  #suffix = (number: number): string => this.#context.settings.settings.renameSuffix.replaceAll('{n}', String(number));
}

const keyOf = (path: readonly string[]): string => path.join('\0');

const besideFile = (path: readonly string[], made: readonly string[]): FidelityNote => ({
  code: 'folder-beside-file',
  text: `The target has a file where the folder ${path.join('/')} would be. The file was kept; the folder is ${made.join('/')}.`,
});

/** Why something is not called as at the source. */
export function nameNote(changed: 'encoded' | 'cut' | 'twin', from: string, to: string): FidelityNote {
  const why = {
    encoded: 'the target can’t hold that name',
    cut: 'its name is too long for the target',
    twin: 'to the target its name is the same as another one’s in this folder',
  }[changed];
  return { code: `name-${changed}`, text: `“${from}” is called “${to}” in the target: ${why}.` };
}
