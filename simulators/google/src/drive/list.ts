import { badRequest, driveError } from './errors.ts';
import { type DriveFile, isFolder, isTrashed, lineage, type Role, strength } from './file.ts';
import type { View } from './json.ts';
import { matches, parentOf, parseQuery, type Queried, type Query } from './query.ts';
import { permissionsOn, strongest } from './sharing.ts';

export interface ListRequest {
  readonly q: string | undefined;
  readonly corpora: string | undefined;
  readonly driveId: string | undefined;
  readonly orderBy: string | undefined;
  readonly spaces: string | undefined;
  readonly includeItemsFromAllDrives: boolean;
  readonly supportsAllDrives: boolean;
}

/**
 * The files that a list is of, newest first unless ordered otherwise. Throws 400 for combinations that don't go.
 * Source: developers.google.com/workspace/drive/api/reference/rest/v3/files/list.
 */
export function selectFiles(view: View, request: ListRequest): DriveFile[] {
  const { corpus, person, now } = view;
  const corpora = request.corpora ?? 'user';
  if (!['user', 'domain', 'drive', 'allDrives'].includes(corpora))
    throw badRequest(`Invalid value ${corpora} for corpora.`, 'corpora');
  if ((corpora === 'drive') !== (request.driveId !== undefined)) {
    throw badRequest('The driveId parameter must be specified if and only if corpora is set to drive.', 'driveId');
  }
  if (request.includeItemsFromAllDrives && !request.supportsAllDrives) {
    throw badRequest(
      'The supportsAllDrives parameter must be set to true when includeItemsFromAllDrives is.',
      'supportsAllDrives',
    );
  }
  if ((corpora === 'drive' || corpora === 'allDrives') && !request.includeItemsFromAllDrives) {
    throw badRequest(
      'The includeItemsFromAllDrives parameter must be set to true for this corpora.',
      'includeItemsFromAllDrives',
    );
  }
  if (
    request.spaces !== undefined &&
    !request.spaces.split(',').every((space) => ['drive', 'appDataFolder', 'photos'].includes(space))
  ) {
    throw badRequest('Invalid value for spaces.', 'spaces');
  }
  const query = request.q === undefined || request.q.trim() === '' ? undefined : parseQuery(request.q);
  const order = parseOrder(request.orderBy);
  if (order.length > 0 && query !== undefined && mentions(query, 'fullText')) {
    throw badRequest(
      'Sorting is not supported for queries with fullText terms. Results are always in descending relevance order.',
      'orderBy',
    );
  }
  if (request.spaces !== undefined && !request.spaces.split(',').includes('drive')) return [];
  const drive = request.driveId === undefined ? undefined : corpus.drives.get(request.driveId);
  if (
    request.driveId !== undefined &&
    (drive === undefined || corpus.access.role(drive.root, person, now) === undefined)
  ) {
    throw driveError(404, 'notFound', `Shared drive not found: ${request.driveId}`, {
      location: 'driveId',
      locationType: 'parameter',
    });
  }

  const takes = (file: DriveFile): boolean => {
    if (corpus.isRoot(file)) return false;
    if (drive !== undefined) {
      if (file.drive !== drive) return false;
    } else if (file.drive !== undefined && !request.includeItemsFromAllDrives) return false;
    if (
      corpora === 'domain' &&
      ![...permissionsOn(file, now).values()].some(([first]) => first?.grant.type === 'domain')
    ) {
      return false;
    }
    if (!corpus.access.listed(file, person, now)) return false;
    return query === undefined || matches(query, new Asked(view, file));
  };
  const found = candidates(view, query).filter(takes);
  found.sort((a, b) => b.sequence - a.sequence);
  if (order.length > 0) found.sort((a, b) => compareBy(view, order, a, b));
  return found;
}

function candidates(view: View, query: Query | undefined): DriveFile[] {
  const parent = query && parentOf(query);
  if (parent === undefined) return [...view.corpus.files];
  const folder = folderNamed(view, parent);
  return folder === undefined ? [] : [...view.corpus.children(folder)];
}

/** By id, or `root`. */
export function folderNamed(view: View, id: string): DriveFile | undefined {
  return id === 'root' ? view.corpus.rootOf(view.person, view.now) : view.corpus.file(id);
}

/** A file as the one who asks may search it. */
class Asked implements Queried {
  readonly #view: View;
  readonly #file: DriveFile;

  constructor(view: View, file: DriveFile) {
    this.#view = view;
    this.#file = file;
  }

  text(term: string): string {
    const file = this.#file;
    switch (term) {
      case 'name':
        return file.name;
      case 'mimeType':
        return file.mimeType;
      case 'shortcutDetails.targetId':
        return file.target?.id ?? '';
      case 'visibility':
        return visibilityOf(file, this.#view.now);
      default: {
        const head = file.revisions.at(-1);
        const words =
          head?.native?.text ?? (file.mimeType.startsWith('text/') ? head?.content.bytes().toString('utf8') : '');
        return `${file.name}\n${file.description ?? ''}\n${words}`;
      }
    }
  }

  time(term: string): number | undefined {
    const { corpus, person, now } = this.#view;
    const file = this.#file;
    if (term === 'createdTime') return file.created;
    if (term === 'modifiedTime') return file.modified;
    if (term === 'viewedByMeTime') return file.viewedBy.get(person.permissionId);
    return corpus.access.sharedWith(file, person, now)?.at;
  }

  flag(term: string): boolean {
    const { corpus, person, now } = this.#view;
    if (term === 'trashed') return isTrashed(this.#file);
    if (term === 'starred') return this.#file.starredBy.has(person.permissionId);
    return corpus.access.sharedWith(this.#file, person, now) !== undefined;
  }

  collection(term: string): readonly string[] {
    const file = this.#file;
    const { corpus, person, now } = this.#view;
    if (term === 'parents') {
      const { parent } = file;
      if (parent === undefined || corpus.access.role(parent, person, now) === undefined) return [];
      return parent === corpus.rootOf(person, now) ? [parent.id, 'root'] : [parent.id];
    }
    if (term === 'owners') return file.owner === undefined ? [] : this.#addresses([file.owner.emailAddress]);
    const least: Role = term === 'writers' ? 'writer' : 'reader';
    const addresses = [...permissionsOn(file, now).values()]
      .filter((reaching) => strength(strongest(reaching)) >= strength(least))
      .flatMap(([first]) => first?.grant.emailAddress ?? []);
    return this.#addresses(addresses);
  }

  #addresses(addresses: readonly string[]): string[] {
    const mine = this.#view.person.emailAddress;
    return addresses.includes(mine) ? [...addresses, 'me'] : [...addresses];
  }

  pairs(term: string): ReadonlyMap<string, string> {
    if (term === 'properties') return this.#file.properties;
    return this.#file.appProperties.get(this.#view.project) ?? new Map();
  }
}

function visibilityOf(file: DriveFile, now: number): string {
  const grants = [...permissionsOn(file, now).values()].map(
    ([first]) => (first as { grant: { type: string; allowFileDiscovery: boolean } }).grant,
  );
  const anyone = grants.find(({ type }) => type === 'anyone');
  if (anyone !== undefined) return anyone.allowFileDiscovery ? 'anyoneCanFind' : 'anyoneWithLink';
  const domain = grants.find(({ type }) => type === 'domain');
  if (domain !== undefined) return domain.allowFileDiscovery ? 'domainCanFind' : 'domainWithLink';
  return 'limited';
}

function mentions(query: Query, term: string): boolean {
  if ('parts' in query) return query.parts.some((part) => mentions(part, term));
  return 'part' in query ? mentions(query.part, term) : query.term === term;
}

interface Order {
  readonly key: string;
  readonly descending: boolean;
}

const ORDER_KEYS = new Set([
  'createdTime',
  'folder',
  'modifiedByMeTime',
  'modifiedTime',
  'name',
  'name_natural',
  'quotaBytesUsed',
  'recency',
  'sharedWithMeTime',
  'starred',
  'viewedByMeTime',
]);

function parseOrder(orderBy: string | undefined): Order[] {
  if (orderBy === undefined || orderBy === '') return [];
  return orderBy.split(',').map((part) => {
    const [key = '', direction] = part.trim().split(/\s+/);
    if (!ORDER_KEYS.has(key) || (direction !== undefined && direction !== 'desc'))
      throw badRequest('Invalid Value', 'orderBy');
    return { key, descending: direction === 'desc' };
  });
}

function compareBy(view: View, order: readonly Order[], a: DriveFile, b: DriveFile): number {
  for (const { key, descending } of order) {
    const difference = compareKey(view, key, a, b);
    if (difference !== 0) return descending ? -difference : difference;
  }
  return 0;
}

function compareKey(view: View, key: string, a: DriveFile, b: DriveFile): number {
  if (key === 'name') return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  if (key === 'name_natural') return natural.compare(a.name, b.name);
  return orderValue(view, key, a) - orderValue(view, key, b);
}

const natural = new Intl.Collator('en', { numeric: true });

function orderValue(view: View, key: string, file: DriveFile): number {
  const me = view.person.permissionId;
  switch (key) {
    case 'createdTime':
      return file.created;
    case 'folder':
      return isFolder(file) ? 0 : 1;
    case 'modifiedByMeTime':
      return file.modifiedByAt.get(me) ?? 0;
    case 'quotaBytesUsed':
      return file.revisions.at(-1)?.content.size ?? 0;
    case 'sharedWithMeTime':
      return view.corpus.access.sharedWith(file, view.person, view.now)?.at ?? 0;
    case 'starred':
      return file.starredBy.has(me) ? 0 : 1;
    case 'viewedByMeTime':
      return file.viewedBy.get(me) ?? 0;
    default:
      return file.modified;
  }
}

/** Whether the item lies in that person's own drive, at any depth. */
export function inMyDrive(view: View, file: DriveFile): boolean {
  return [...lineage(file)].at(-1) === view.corpus.rootOf(view.person, view.now);
}
