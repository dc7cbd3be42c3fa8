import type {
  AccessOf,
  Candidate,
  ChangeFacets,
  ChangePage,
  Container,
  Content,
  FidelityNote,
  InventoryItem,
  Op,
  Reader,
  Result,
  Unreadable,
  Vanished,
  Writer,
} from '@sterna/connector-kit';
import { type NameRules, nameKey, SternaError } from '@sterna/core';
import { DriveApi } from '../drive/drive-api.ts';
import { Folders } from '../drive/folders.ts';
import { nameRulesOf } from '../drive/names.ts';
import { DriveReader } from '../drive/reader.ts';
import { Uploader } from '../drive/upload.ts';
import { DriveWriter } from '../drive/writer.ts';
import { segment } from '../graph/client.ts';
import { SITE_RIGHTS, type SiteContext } from './site-context.ts';

interface GraphDrive {
  readonly id: string;
  readonly name?: string;
  readonly driveType?: string;
  readonly webUrl?: string;
}

/** A document library: a drive, whose name is the first folder of its paths. */
interface Library {
  readonly id: string;
  readonly name: string;
  readonly reader: DriveReader;
  readonly writer: DriveWriter;
}

/** The document libraries of a site, each with the drive's own code. */
export class Libraries {
  readonly #context: SiteContext;
  #known: Promise<Map<string, Library>> | undefined;

  constructor(context: SiteContext) {
    this.#context = context;
  }

  /** Of names within the site: a library's own is a part of them. */
  get rules(): NameRules {
    return nameRulesOf(this.#context.webUrl);
  }

  all(anew = false): Promise<Map<string, Library>> {
    if (this.#known === undefined || anew) {
      this.#known = this.#list();
      this.#known.catch(() => {
        this.#known = undefined;
      });
    }
    return this.#known;
  }

  /** The library that a container is of, and its own name for it. @throws SternaError transient `container-gone` */
  async of(container: string): Promise<{ readonly library: Library; readonly inner: string }> {
    const at = container.indexOf(':');
    const library = (await this.all()).get(container.slice(0, at));
    if (library !== undefined) return { library, inner: container.slice(at + 1) };
    throw new SternaError('transient', 'container-gone', 'The document library is no more.', {
      fix: 'Nothing to do: the next pass lists the site afresh.',
    });
  }

  /** @throws SternaError config `site-without-library` */
  async default(): Promise<Library> {
    const [first] = (await this.all()).values();
    if (first !== undefined) return first;
    throw new SternaError('config', 'site-without-library', 'The target site has no document library.', {
      fix: 'Make one in the site.',
    });
  }

  /** Found by its name, or made. */
  async named(name: string): Promise<Library> {
    const found = this.#find(await this.all(), name);
    if (found !== undefined) return found;
    await this.#context.send('POST', '/lists', {
      body: { displayName: name, list: { template: 'documentLibrary' } },
      doing: 'making a document library',
      right: SITE_RIGHTS.manage,
      // Again, it says that the library is there.
      repeatable: true,
      expected: [409],
    });
    const made = this.#find(await this.all(true), name);
    if (made !== undefined) return made;
    throw new SternaError('config', 'list-in-the-way', `The target site has something else called ${name}.`, {
      fix: 'Rename that list in the target, or map the library to another name.',
    });
  }

  #find(all: ReadonlyMap<string, Library>, name: string): Library | undefined {
    const key = nameKey(name, this.rules);
    return [...all.values()].find((one) => nameKey(one.name, this.rules) === key);
  }

  async #list(): Promise<Map<string, Library>> {
    const drives = await this.#context.all<GraphDrive>('/drives', {
      query: { $select: 'id,name,driveType,webUrl' },
      doing: 'listing the document libraries',
    });
    const libraries = await Promise.all(drives.map((drive) => this.#open(drive)));
    return new Map(libraries.map((library) => [library.id, library]));
  }

  async #open({ id, name = '', webUrl = '' }: GraphDrive): Promise<Library> {
    const { client, budget, settings } = this.#context;
    const api = new DriveApi(client, budget, id, settings.pageSize);
    const { body: root } = await client.send<{ readonly id: string }>({
      method: 'GET',
      path: `/drives/${segment(id)}/root`,
      query: { $select: 'id' },
      doing: 'looking at a document library',
      right: SITE_RIGHTS.read,
      budget,
      cost: { units: 1 },
    });
    const rules = nameRulesOf(webUrl);
    const domain = settings.tenant?.includes('.') === true ? settings.tenant : '';
    const reader = new DriveReader(api, { rootId: root.id, webUrl, rules, domain });
    const writer = new DriveWriter({
      api,
      reader,
      folders: new Folders(api, rules, root.id, webUrl),
      uploader: new Uploader(api, settings.uploadPieceBytes),
      rules,
      domain,
      clientId: settings.clientId,
    });
    return { id, name, reader, writer };
  }
}

const outer = ({ id, name }: Library, container: Container): Container => {
  const isRoot = container.path.length === 0;
  const { accessVersion, ...rest } = container;
  return {
    ...rest,
    id: `${id}:${container.id}`,
    path: [name, ...container.path],
    // Who may use a library as such is a matter of its site.
    ...(isRoot || accessVersion === undefined ? {} : { accessVersion }),
  };
};

export class LibraryReader implements Reader {
  readonly #libraries: Libraries;

  constructor(libraries: Libraries) {
    this.#libraries = libraries;
  }

  async containers(options: { readonly known?: readonly Container[] } = {}): Promise<readonly Container[]> {
    const lists = await Promise.all(
      [...(await this.#libraries.all(true)).values()].map(async (library) => {
        const prefix = `${library.id}:`;
        const known = (options.known ?? [])
          .filter(({ id }) => id.startsWith(prefix))
          .map((one) => ({ ...one, id: one.id.slice(prefix.length), path: one.path.slice(1) }));
        const found = await library.reader.containers(options.known === undefined ? {} : { known });
        return found.map((one) => outer(library, one));
      }),
    );
    return lists.flat();
  }

  async *changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    const { library, inner } = await this.#libraries.of(container);
    yield* library.reader.changes(inner, cursor, facets);
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const { library, inner } = await this.#libraries.of(container);
    yield* library.reader.read(inner, ids);
  }

  async *versions(container: string, id: string, depth: number): AsyncGenerator<Content> {
    const { library, inner } = await this.#libraries.of(container);
    yield* library.reader.versions(inner, id, depth);
  }

  async *access(container: string, ids: readonly string[]): AsyncGenerator<AccessOf> {
    const { library, inner } = await this.#libraries.of(container);
    yield* library.reader.access(inner, ids);
  }
}

export class LibraryWriter implements Writer {
  readonly #libraries: Libraries;
  #making: Promise<unknown> = Promise.resolve();

  constructor(libraries: Libraries) {
    this.#libraries = libraries;
  }

  async ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const [name, ...inner] = path;
    // Two of one name would be two. What lies beside all folders has its place in the library that each site has.
    const opened = this.#making.then(() =>
      name === undefined ? this.#libraries.default() : this.#libraries.named(name),
    );
    this.#making = opened.catch(() => undefined);
    const library = await opened;
    const { container, notes } = await library.writer.ensureContainer(inner);
    const made = outer(library, container);
    // Not under the library's name: a folder of that name has its own right to it.
    return { container: name === undefined ? { ...made, path: [] } : made, notes };
  }

  reserve(_container: string, _key: string, name?: string): string {
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    return name;
  }

  async discard(container: string, stamp: string): Promise<void> {
    const { library, inner } = await this.#libraries.of(container);
    await library.writer.discard(inner, stamp);
  }

  async removeContainer(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    const { library, inner } = await this.#libraries.of(container);
    return library.writer.removeContainer(inner);
  }

  async mark(): Promise<string> {
    return '';
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const placed = await Promise.all(ops.map(async (op) => ({ op, ...(await this.#libraries.of(op.container)) })));
    const results = await Promise.all(
      [...Map.groupBy(placed, ({ library }) => library)].map(async ([library, own]) => {
        const here: Op[] = [];
        const refused: Result[] = [];
        for (const { op, inner } of own) {
          if (op.verb !== 'place') {
            here.push({ ...op, container: inner });
            continue;
          }
          const to = await this.#libraries.of(op.to);
          // A move by id is one within a drive.
          if (to.library === library) here.push({ ...op, container: inner, to: to.inner });
          else refused.push({ op: op.op, outcome: 'refused', error: betweenLibraries() });
        }
        return [...refused, ...(here.length === 0 ? [] : await library.writer.apply(here))];
      }),
    );
    const byOp = new Map(results.flat().map((result) => [result.op, result]));
    return ops.flatMap(({ op }) => byOp.get(op) ?? []);
  }

  async confirm(): Promise<void> {
    // Nothing here carries a mark.
  }

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const { library, inner } = await this.#libraries.of(container);
    yield* library.writer.inventory(inner, facets);
  }
}

const betweenLibraries = (): SternaError =>
  new SternaError(
    'object',
    'other-library',
    'It moved to another document library, which a move by id doesn’t reach.',
    {
      fix: 'Start a delta pass: it is written there anew.',
    },
  );
