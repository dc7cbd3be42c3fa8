import { type NameRules, nameKey, SternaError } from '@sterna/core';
import { nameRulesOf } from '../drive/names.ts';
import { openDrive } from '../drive/open-drive.ts';
import type { HeldDrive, HeldDrives } from '../drive/several.ts';
import { segment } from '../graph/client.ts';
import { SITE_RIGHTS, type SiteContext } from './site-context.ts';

interface GraphDrive {
  readonly id: string;
  readonly name?: string;
  readonly driveType?: string;
  readonly webUrl?: string;
}

/** A document library: a drive, whose name is the first folder of its paths. */
interface Library extends HeldDrive {
  readonly name: string;
}

/** The document libraries of a site, each with the drive's own code. */
export class Libraries implements HeldDrives {
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

  /** What lies beside all folders has its place in the library that each site has. */
  async into([name, ...inner]: readonly string[]): Promise<{ drive: Library; inner: readonly string[] }> {
    return { drive: name === undefined ? await this.default() : await this.named(name), inner };
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
    const { body: root } = await client.send<{ readonly id: string }>({
      method: 'GET',
      path: `/drives/${segment(id)}/root`,
      query: { $select: 'id' },
      doing: 'looking at a document library',
      right: SITE_RIGHTS.read,
      budget,
      cost: { units: 1 },
    });
    const domain = settings.tenant?.includes('.') === true ? settings.tenant : '';
    const drive = { id, rootId: root.id, webUrl, rules: nameRulesOf(webUrl), domain };
    return { id, name, path: [name], ...openDrive({ client, drive: budget, settings }, drive) };
  }
}
