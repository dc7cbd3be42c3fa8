import type { SystemConfig } from '@sterna/connector-kit';
import { type FoundMessage, fileNameOf, rooted, type SuiteEndpoint } from '@sterna/connector-suite';
import type { Google } from '@sterna/simulator-google';
import { DirectGoogle, type GoogleEnd, type Json, onlyFor } from '../items/direct-google.ts';
import { UNHURRIED } from '../unhurried.ts';

export const systemOf = (server: Google, settings: Readonly<Record<string, unknown>> = {}) => ({
  settings: {
    baseUrl: server.baseUrl,
    tokenUrl: `${server.baseUrl}/token`,
    ...UNHURRIED,
    ...settings,
  },
  credentials: { password: JSON.stringify(server.keyFile) },
});

const FILES = '/drive/v3/files';
const UPLOAD = '/upload/drive/v3/files';
const FOLDER = 'application/vnd.google-apps.folder';
const BYTES = { 'content-type': 'application/octet-stream' };
const isOurs = (name: string): boolean => /^\.sterna-.*\.part$|^\.sterna-uploads$/s.test(name);

interface Item {
  readonly folder: readonly string[];
  readonly name: string;
  readonly file: Json;
}

/**
 * Somebody's My Drive, written down without the connector; in an account that has more, one folder of it as if it were all.
 */
export async function driveEndpoint(
  end: GoogleEnd,
  account: { readonly system: SystemConfig; readonly address: string },
): Promise<SuiteEndpoint> {
  const google = new DirectGoogle(end);
  const make = (name: string, parent: string, more: object = {}): Promise<Json> =>
    google.ok('POST', FILES, { name, parents: [parent], mimeType: FOLDER, ...more });
  const own = end.scope === undefined ? undefined : `${end.scope}drive`;
  const root: string = own === undefined ? 'root' : (await make(own, 'root')).id;

  const inside = (folder: string): Promise<Json[]> => {
    const query = encodeURIComponent(`'${folder}' in parents and trashed = false`);
    const fields = 'nextPageToken,files(id,name,mimeType,size,modifiedTime)';
    return google.all(`${FILES}?q=${query}&fields=${fields}&pageSize=1000`, 'files');
  };
  async function* walk(folder: string, path: readonly string[]): AsyncGenerator<Item> {
    for (const file of await inside(folder)) {
      yield { folder: path, name: file.name, file };
      if (file.mimeType === FOLDER) yield* walk(file.id, [...path, file.name]);
    }
  }
  const items = () => Array.fromAsync(walk(root, []));
  const folderAt = async (path: readonly string[]): Promise<string> => {
    let at = root;
    for (const name of path) {
      const there = (await inside(at)).find((one) => one.name === name && one.mimeType === FOLDER);
      at = (there ?? (await make(name, at))).id;
    }
    return at;
  };
  const fileAt = async (folder: readonly string[], name: string): Promise<Json> => {
    const there = (await inside(await folderAt(folder))).find((one) => one.name === name && one.mimeType !== FOLDER);
    if (there === undefined) throw new Error(`no file ${[...folder, name].join('/')}`);
    return there;
  };
  /** In one piece, of any size. */
  const put = async (method: 'POST' | 'PATCH', path: string, form: object, raw: Buffer): Promise<void> => {
    const { headers } = await google.sent(method, `${path}?uploadType=resumable`, form);
    const { pathname, search } = new URL(headers.get('location') ?? '');
    await google.sent('PUT', `${pathname}${search}`, raw, BYTES);
  };

  return {
    ...account,
    connector: own === undefined ? onlyFor('file') : rooted(onlyFor('file'), own),
    async seed(objects) {
      const folders = new Map<string, string>();
      for (const { folder, raw, date } of objects) {
        const parent = folders.get(folder.join('\0')) ?? (await folderAt(folder));
        folders.set(folder.join('\0'), parent);
        const form = { name: fileNameOf(raw), parents: [parent], modifiedTime: date.toISOString() };
        await put('POST', UPLOAD, form, raw);
      }
    },
    async dump() {
      const found: FoundMessage[] = [];
      for (const { folder, name, file } of await items()) {
        if (file.mimeType === FOLDER || [...folder, name].some(isOurs)) continue;
        const { bytes: raw } = await google.sent('GET', `${FILES}/${file.id}?alt=media`);
        found.push({ folder, name, raw, flags: [], date: new Date(file.modifiedTime) });
      }
      return found;
    },
    folders: async () =>
      (await items()).flatMap(({ folder, name, file }) =>
        file.mimeType === FOLDER && ![...folder, name].some(isOurs) ? [[...folder, name]] : [],
      ),
    async remove({ folder, raw }) {
      await google.ok('PATCH', `${FILES}/${(await fileAt(folder, fileNameOf(raw))).id}`, { trashed: true });
    },
    async replace({ folder, raw }, content) {
      await put('PATCH', `${UPLOAD}/${(await fileAt(folder, fileNameOf(raw))).id}`, {}, content);
    },
    async move({ folder, raw }, to) {
      const { id, modifiedTime } = await fileAt(folder, fileNameOf(raw));
      const parents = `addParents=${await folderAt(to)}&removeParents=${await folderAt(folder)}`;
      await google.ok('PATCH', `${FILES}/${id}?${parents}`, { modifiedTime });
    },
    async makeFolder(path) {
      await folderAt(path);
    },
    leftovers: async () => [
      ...(await items()).flatMap(({ folder, name }) => [...folder, name].filter(isOurs)),
      ...Array.from({ length: end.openUploads?.() ?? 0 }, () => '.sterna-session.part'),
    ],
    async dispose() {
      if (own !== undefined) await google.ok('DELETE', `${FILES}/${root}`);
    },
  };
}
