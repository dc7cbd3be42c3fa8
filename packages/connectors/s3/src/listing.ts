import type { Bucket } from './bucket.ts';
import { FolderSum, type Listed } from './glance.ts';
import type { KeySpace } from './keys.ts';

/** A file of a folder, and its id in it. */
export interface FoundFile extends Listed {
  readonly id: string;
}

/** Folders that are listed at the same time. */
const PARALLEL = 8;
/** How deep folders are looked into to find enough of them to list at the same time. */
const SPLIT_DEPTH = 4;

/** A folder's own marker is no file, as long as nothing is in it. */
const isMarker = (key: string, size: number): boolean => size === 0 && key.endsWith('/');

/** Every folder below the base with the sum of its files, in one walk over all keys. Nothing but the sums is kept. */
export async function walk(bucket: Bucket, keys: KeySpace): Promise<Map<string, FolderSum>> {
  const folders = new Map<string, FolderSum>([['', new FolderSum()]]);
  const folder = (container: string): FolderSum => {
    const known = folders.get(container);
    if (known !== undefined) return known;
    const made = new FolderSum();
    folders.set(container, made);
    const slash = container.lastIndexOf('/');
    folder(slash < 0 ? '' : container.slice(0, slash));
    return made;
  };
  const take = (objects: readonly Listed[]): void => {
    for (const object of objects) {
      const file = fileOf(keys, object);
      if (file === undefined) continue;
      const sum = folder(file.container);
      if (!file.isFolder) sum.add(file.id, object);
    }
  };
  const all = async (prefix: string): Promise<void> => {
    for await (const page of bucket.pages(prefix)) take(page.objects);
  };
  // Keys come in one long row; a row for each folder can be walked side by side.
  let rows: readonly string[] = [keys.base];
  for (let depth = 0; depth < SPLIT_DEPTH && rows.length > 0 && rows.length < PARALLEL; depth += 1) {
    const next: string[] = [];
    await eachOf(rows, async (prefix) => {
      for await (const page of bucket.pages(prefix, { delimiter: '/' })) {
        take(page.objects);
        next.push(...page.prefixes);
      }
    });
    rows = next;
  }
  await eachOf(rows, all);
  return folders;
}

/** Undefined: nothing of anybody's. `isFolder`: it only says that its folder is there. */
export function fileOf(
  keys: KeySpace,
  object: Listed,
): { readonly container: string; readonly id: string; readonly isFolder: boolean } | undefined {
  const place = keys.placeOf(object.key);
  if (place === undefined) return undefined;
  // Only `a/b/` marks a folder; `a//` is no folder to us, and so it is a file, empty as it is.
  const isFolder = object.key === keys.prefixOf(place.container) && isMarker(object.key, object.size);
  return { ...place, isFolder };
}

export interface FolderPage {
  readonly files: readonly FoundFile[];
  /** Names of folders in it. */
  readonly folders: readonly string[];
  /** Key from which the listing can go on behind this page; undefined where it can't, or is at its end. */
  readonly after?: string;
  readonly isLast: boolean;
}

/**
 * The files of one folder, page by page; first those whose keys are no paths (they are named like `/b`), then the others
 * up to `after`, from where the listing can go on.
 */
export async function* filesOf(
  bucket: Bucket,
  keys: KeySpace,
  container: string,
  after?: string,
): AsyncGenerator<FolderPage> {
  const prefix = keys.prefixOf(container);
  const filesIn = (objects: readonly Listed[]): FoundFile[] =>
    objects.flatMap((object) => {
      const file = fileOf(keys, object);
      return file === undefined || file.isFolder || file.container !== container ? [] : [{ ...object, id: file.id }];
    });
  for await (const page of bucket.pages(prefix, { delimiter: '/', after })) {
    const folders: string[] = [];
    for (const common of page.prefixes) {
      // What a listing goes on behind may come again as a prefix of what follows.
      if (common === after) continue;
      const name = keys.folderIn(container, common);
      if (name !== undefined) folders.push(name);
      else
        for await (const odd of bucket.pages(common)) {
          const files = filesIn(odd.objects);
          if (files.length > 0) yield { files, folders: [], isLast: false };
        }
    }
    yield {
      files: filesIn(page.objects),
      folders,
      isLast: page.next === undefined,
      ...(page.next === undefined ? {} : { after: page.next.after }),
    };
  }
}

async function eachOf(items: readonly string[], work: (item: string) => Promise<void>): Promise<void> {
  let next = 0;
  let failure: { readonly thrown: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length && failure === undefined; at = next++)
      await work(items[at] as string).catch((thrown: unknown) => {
        failure ??= { thrown };
      });
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, items.length) }, worker));
  if (failure !== undefined) throw failure.thrown;
}
