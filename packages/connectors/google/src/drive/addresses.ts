import type { Addresses, AddressReading } from '@sterna/connector-kit';
import { asSternaError } from '@sterna/core';
import type { DriveApi } from './drive-api.ts';
import { type DriveFile, isFolder } from './drive-file.ts';
import { type NamedFile, namedFiles, nameOutside, namesBehind } from './names.ts';

/** The one form in which folders are compared. */
export const folderAddress = (id: string): string => `https://drive.google.com/drive/folders/${id}`;

/**
 * Drive's addresses hold an id and nothing else. That of a folder is its container's; of a file, Drive says in which folder it
 * lies and as what: a request or two for each, once in a session. What the session's user doesn't see stays unknown, and so does
 * everything where the app may not look into Drive.
 *
 * @param open called once, when something is first looked for
 */
export function driveAddresses(open: () => DriveApi): Addresses {
  let opened: DriveApi | undefined;
  const api = () => (opened ??= open());
  const located = new Map<string, Promise<AddressReading | undefined>>();
  const homes = new Map<string, Promise<string | undefined>>();
  return {
    read(address) {
      const id = idIn(address);
      return id === undefined ? [] : [{ container: folderAddress(id), name: '' }];
    },
    async locate(address) {
      const id = idIn(address);
      if (id === undefined) return [];
      const found = await once(located, id, () => placeOfFile(api(), id));
      return found === undefined ? [] : [found];
    },
    idOf: (_kind, _key, name) => name,
    async of(container, _kind, id) {
      if (id === '') return container;
      const folder = container.slice(folderAddress('').length);
      return once(homes, `${folder}/${id}`, async () => {
        const file = (await named(api(), folder, id)).find((one) => one.id === id)?.file;
        return file === undefined ? undefined : fileAddress(file);
      });
    },
  };
}

const EDITORS: Readonly<Record<string, string>> = {
  'application/vnd.google-apps.document': 'document',
  'application/vnd.google-apps.spreadsheet': 'spreadsheets',
  'application/vnd.google-apps.presentation': 'presentation',
};

function fileAddress({ id, mimeType = '' }: DriveFile): string {
  const editor = EDITORS[mimeType];
  return editor === undefined
    ? `https://drive.google.com/file/d/${id}/view`
    : `https://docs.google.com/${editor}/d/${id}/edit`;
}

/** `/a/DOMAIN` and `/u/0` say who looks, not what at; `/d/e/…` is what was published, under another id. */
const PATHS = [
  /^(?:\/a\/[^/]+)?\/(?:drive\/)?(?:u\/\d+\/)?folders\/([\w-]{10,})/,
  /^(?:\/a\/[^/]+)?\/file\/(?:u\/\d+\/)?d\/([\w-]{10,})/,
  /^(?:\/a\/[^/]+)?\/(?:document|spreadsheets|presentation|drawings|forms)\/(?:u\/\d+\/)?d\/([\w-]{10,})/,
];

function idIn(address: string): string | undefined {
  const url = URL.parse(address);
  if (url?.protocol !== 'https:' || !/^(?:drive|docs)\.google\.com$/.test(url.host)) return undefined;
  if (/^(?:\/a\/[^/]+)?\/(?:open|uc)$/.test(url.pathname))
    return /^[\w-]{10,}$/.exec(url.searchParams.get('id') ?? '')?.[0];
  for (const path of PATHS) {
    const id = path.exec(url.pathname)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

async function placeOfFile(api: DriveApi, id: string): Promise<AddressReading | undefined> {
  const file = await api.look(id);
  const folder = file?.parents?.[0];
  if (file === undefined || folder === undefined || isFolder(file)) return undefined;
  const own = (await named(api, folder, nameOutside(file))).find((one) => one.file.id === id);
  return own === undefined ? undefined : { container: folderAddress(folder), name: own.id };
}

const named = async (api: DriveApi, folder: string, id: string): Promise<readonly NamedFile[]> =>
  namedFiles(await api.named(folder, namesBehind(id)));

/** Asked once; who may not ask is told nothing. */
function once<T>(known: Map<string, Promise<T | undefined>>, key: string, ask: () => Promise<T | undefined>) {
  const there = known.get(key);
  if (there !== undefined) return there;
  const asked = ask().catch((thrown: unknown) => {
    const { class: kind } = asSternaError(thrown);
    if (kind === 'auth' || kind === 'config' || kind === 'object') return undefined;
    known.delete(key);
    throw thrown;
  });
  known.set(key, asked);
  return asked;
}
