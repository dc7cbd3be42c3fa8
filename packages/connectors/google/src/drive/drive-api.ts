import type { ServiceAnswer } from '@sterna/cloud-http';
import { type GoogleClient, type GoogleRequest, type Paged, segment } from '../api/client.ts';
import { statusOf } from '../api/errors.ts';
import { type DriveFile, FILE_FIELDS, FOLDER, SHORTCUT, STAMP } from './drive-file.ts';

export const SCOPES = {
  read: ['https://www.googleapis.com/auth/drive.readonly'],
  write: ['https://www.googleapis.com/auth/drive'],
} as const;

/** What calls cost (https://developers.google.com/workspace/drive/api/guides/limits). */
export const UNITS = { read: 5, list: 100, download: 200, write: 50 } as const;

/** Everything lies in somebody's drive or in a shared one; both are spoken to alike. */
const ALL_DRIVES = { supportsAllDrives: true } as const;

interface Files extends Paged {
  readonly files?: readonly DriveFile[];
}
interface Changes extends Paged {
  readonly changes?: readonly unknown[];
  readonly newStartPageToken?: string;
}

/** The requests of one user to Drive. */
export class DriveApi {
  readonly client: GoogleClient;
  readonly #pageSize: number;
  /** The shared drive that listings of everything are of; undefined: the user's own, and what they see. */
  readonly #drive: string | undefined;
  #ids: string[] = [];

  constructor(client: GoogleClient, pageSize: number, drive?: string) {
    this.client = client;
    this.#pageSize = pageSize;
    this.#drive = drive;
  }

  /** It is a shared drive, whose root is what its members are in. */
  get isShared(): boolean {
    return this.#drive !== undefined;
  }

  /** Undefined where there is nothing, or it is in the trash. */
  async look(fileId: string): Promise<DriveFile | undefined> {
    const { status, body } = await this.client.send<DriveFile>({
      method: 'GET',
      path: filePath(fileId),
      query: { fields: FILE_FIELDS, ...ALL_DRIVES },
      doing: 'looking at a file',
      right: SCOPES.read[0],
      units: UNITS.read,
      expected: [404],
    });
    return status === 404 || body.trashed === true ? undefined : body;
  }

  /** Pages of what isn't in the trash and fits. @param from token of the page to begin with */
  async *list(
    q: string | undefined,
    from?: string,
  ): AsyncGenerator<{ readonly files: readonly DriveFile[]; readonly next: string | undefined }> {
    for await (const page of this.client.pages<Files>({
      method: 'GET',
      path: '/drive/v3/files',
      query: {
        q: ['trashed = false', ...(q === undefined ? [] : [q])].join(' and '),
        pageSize: this.#pageSize,
        fields: `nextPageToken,files(${FILE_FIELDS})`,
        spaces: 'drive',
        includeItemsFromAllDrives: true,
        ...ALL_DRIVES,
        ...(this.#drive === undefined ? {} : { corpora: 'drive', driveId: this.#drive }),
        ...(from === undefined ? {} : { pageToken: from }),
      },
      doing: 'listing a folder',
      right: SCOPES.read[0],
      units: UNITS.list,
    }))
      yield { files: page.files ?? [], next: page.nextPageToken || undefined };
  }

  async all(q: string): Promise<readonly DriveFile[]> {
    const found: DriveFile[] = [];
    for await (const { files } of this.list(q)) found.push(...files);
    return found;
  }

  /** What has exactly one of these names in a folder; Drive itself doesn't tell their case apart. */
  async named(folderId: string, names: readonly string[]): Promise<readonly DriveFile[]> {
    const found = new Map<string, DriveFile>();
    for (const some of inQueries(names.map((name) => `name = ${quoted(name)}`)))
      for (const file of await this.all(`${inFolder(folderId)} and (${some})`)) found.set(file.id, file);
    const wanted = new Set(names);
    return [...found.values()].filter(({ name }) => name !== undefined && wanted.has(name));
  }

  /** Where the log of changes ends now. */
  async position(): Promise<string> {
    const { body } = await this.client.send<{ readonly startPageToken: string }>({
      method: 'GET',
      path: '/drive/v3/changes/startPageToken',
      query: { ...ALL_DRIVES, driveId: this.#drive },
      doing: 'looking where the changes end',
      right: SCOPES.read[0],
      units: UNITS.read,
    });
    return body.startPageToken;
  }

  /** True when nothing at all changed since; false also where the log doesn't reach back so far. */
  async isSame(position: string): Promise<boolean> {
    const { status, body } = await this.client.send<Changes>({
      method: 'GET',
      path: '/drive/v3/changes',
      query: {
        pageToken: position,
        pageSize: 1,
        fields: 'nextPageToken,newStartPageToken,changes(fileId)',
        driveId: this.#drive,
        includeItemsFromAllDrives: true,
        ...ALL_DRIVES,
      },
      doing: 'looking what changed',
      right: SCOPES.read[0],
      units: UNITS.list,
      expected: [400, 404, 410],
    });
    return status === 200 && (body.changes ?? []).length === 0 && body.nextPageToken === undefined;
  }

  /** An id that a new file or folder can have: to send it twice makes one. */
  async newId(): Promise<string> {
    const known = this.#ids.pop();
    if (known !== undefined) return known;
    const { body } = await this.client.send<{ readonly ids: readonly string[] }>({
      method: 'GET',
      path: '/drive/v3/files/generateIds',
      query: { count: 100, space: 'drive', type: 'files' },
      doing: 'asking for ids',
      right: SCOPES.write[0],
      units: UNITS.read,
    });
    this.#ids.push(...body.ids);
    return this.newId();
  }

  /** @throws SternaError object `not-there` where the parent isn't */
  async makeFolder(parentId: string, name: string): Promise<DriveFile> {
    const id = await this.newId();
    const { status, body } = await this.write<DriveFile>({
      method: 'POST',
      path: '/drive/v3/files',
      body: { id, name, mimeType: FOLDER, parents: [parentId] },
      doing: 'making a folder',
      repeatable: true,
      expected: [409],
    });
    if (status !== 409) return body;
    return (await this.look(id)) ?? body;
  }

  /** @throws SternaError object `not-there` where the parent or what it leads to isn't */
  async makeShortcut(parentId: string, name: string, targetId: string, stamp: string | undefined): Promise<DriveFile> {
    const id = await this.newId();
    const { status, body } = await this.write<DriveFile>({
      method: 'POST',
      path: '/drive/v3/files',
      body: {
        ...{ id, name, mimeType: SHORTCUT, parents: [parentId], shortcutDetails: { targetId } },
        ...(stamp === undefined ? {} : { appProperties: { [STAMP]: stamp } }),
      },
      doing: 'making a shortcut',
      repeatable: true,
      expected: [409],
    });
    if (status !== 409) return body;
    return (await this.look(id)) ?? body;
  }

  /** Metadata alone. A new name or place would make it seem modified now, unless its time is told again. */
  change(
    fileId: string,
    body: Readonly<Record<string, unknown>>,
    more: {
      readonly doing: string;
      readonly query?: NonNullable<GoogleRequest['query']>;
      readonly expected?: readonly number[];
    },
  ): Promise<ServiceAnswer<DriveFile>> {
    return this.write<DriveFile>({ method: 'PATCH', path: filePath(fileId), body, ...more });
  }

  write<T>(request: GoogleRequest): Promise<ServiceAnswer<T>> {
    return this.client.send<T>({
      right: SCOPES.write[0],
      units: UNITS.write,
      ...request,
      query: { fields: FILE_FIELDS, ...ALL_DRIVES, ...request.query },
    });
  }
}

/** So many names are looked for by one request, as far as its address doesn't become too long. */
const MOST_NAMES = 20;
const LONGEST = 3_000;

function* inQueries(terms: readonly string[]): Generator<string> {
  let some: string[] = [];
  let length = 0;
  for (const term of terms) {
    const own = encodeURIComponent(term.toWellFormed()).length;
    if (some.length === MOST_NAMES || (some.length > 0 && length + own > LONGEST)) {
      yield some.join(' or ');
      [some, length] = [[], 0];
    }
    some.push(term);
    length += own;
  }
  if (some.length > 0) yield some.join(' or ');
}

export const filePath = (fileId: string): string => `/drive/v3/files/${segment(fileId)}`;

/** A value in a search: https://developers.google.com/workspace/drive/api/guides/search-files */
export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

export const inFolder = (folderId: string): string => `${quoted(folderId)} in parents`;

export const isGone = (thrown: unknown): boolean => statusOf(thrown) === 404;
