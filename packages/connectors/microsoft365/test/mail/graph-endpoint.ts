import type { Flags } from '@sterna/connector-kit';
import {
  type FoundMessage,
  liveScope,
  Originals,
  type PickMessage,
  type SeedMessage,
  type SuiteEndpoint,
  scoped,
} from '@sterna/connector-suite';
import { canonicalFlags } from '@sterna/core';
import { DirectGraph, type GraphEnd, type Json } from '../outlook/direct-graph.ts';
import { ORIGINAL, simulated, watched } from './suite-endpoint.ts';

const LAST_VERB = 'Integer 0x1081';
const REPLIED = 102;
const SHOWN = 'id,isRead,isDraft,flag,categories,receivedDateTime,hasAttachments';
/** What Exchange makes of a message's bytes, which is then made anew as one that was sent. */
const PARTS = 'subject,body,from,sender,toRecipients,ccRecipients,replyTo,internetMessageId,importance';

/** Mail folders of a scope as if they were all of a mailbox, seen by Graph and without the connector. */
export function graphMailEndpoint(
  server: GraphEnd & { readonly scope: string },
  address: string,
  settings: Record<string, unknown> = {},
): SuiteEndpoint {
  const graph = new DirectGraph(server, address);
  const { scope } = server;
  const originals = new Originals();

  const at = ({ id }: Json): string => `/mailFolders/${encodeURIComponent(id)}`;
  const below = (folder: string): Promise<Json[]> =>
    graph.all(folder === '' ? '/mailFolders?$top=100' : `${folder}/childFolders?$top=100`);
  const tops = async (): Promise<Json[]> =>
    (await below('')).filter(({ displayName }) => displayName.startsWith(scope));
  async function* walk(): AsyncGenerator<{ readonly path: readonly string[]; readonly folder: Json }> {
    const waiting = (await tops()).map((folder) => ({ path: [folder.displayName.slice(scope.length)], folder }));
    for (const one of waiting) {
      yield one;
      for (const folder of await below(at(one.folder)))
        waiting.push({ path: [...one.path, folder.displayName], folder });
    }
  }
  const folderAt = async (path: readonly string[]): Promise<string> => {
    let folder = '';
    for (const [depth, segment] of path.entries()) {
      const name = depth === 0 ? `${scope}${segment}` : segment;
      const there = (await below(folder)).find(({ displayName }) => displayName === name);
      const collection = folder === '' ? '/mailFolders' : `${folder}/childFolders`;
      folder = at(there ?? (await graph.ok('POST', collection, { displayName: name })));
    }
    return folder;
  };

  const dump = async (): Promise<(FoundMessage & { readonly path: string })[]> => {
    const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${LAST_VERB}')`);
    const found: (FoundMessage & { readonly path: string })[] = [];
    for await (const { path: folder, folder: inside } of walk())
      for (const one of await graph.all(`${at(inside)}/messages?$top=100&$select=${SHOWN}&$expand=${expand}`)) {
        const path = `/messages/${encodeURIComponent(one.id)}`;
        const raw =
          (await original(path, one)) ?? (await originals.of((await graph.call('GET', `${path}/$value`)).bytes));
        found.push({ path, folder, raw, flags: flagsOf(one), date: new Date(one.receivedDateTime) });
      }
    return found;
  };
  /** What couldn't be written as it was has it attached. */
  const original = async (path: string, { hasAttachments }: Json): Promise<Buffer | undefined> => {
    if (!hasAttachments) return undefined;
    const file = (await graph.all(`${path}/attachments`)).find(({ name }) => name === ORIGINAL);
    return file === undefined ? undefined : Buffer.from(file.contentBytes, 'base64');
  };
  const find = async ({ folder, raw }: PickMessage): Promise<string> => {
    const key = folder.join('\0');
    const found = (await dump()).find((one) => one.folder.join('\0') === key && one.raw.equals(raw));
    if (found === undefined) throw new Error('no such message');
    return found.path;
  };
  // What is only there for a moment is nothing that the connector should see.
  let scratch: Promise<string> | undefined;
  const makeScratch = async (): Promise<string> =>
    at(await graph.ok('POST', '/mailFolders', { displayName: `${liveScope()}drafts` }));
  const put = async (folder: string, { raw, flags, date }: SeedMessage): Promise<void> => {
    originals.remember(raw);
    scratch ??= makeScratch();
    const mime = Buffer.from(raw.toString('base64'));
    const draft = await graph.ok('POST', `${await scratch}/messages`, mime, { 'content-type': 'text/plain' });
    const draftPath = `/messages/${encodeURIComponent(draft.id)}`;
    const {
      id: _,
      '@odata.context': _context,
      '@odata.etag': _etag,
      ...parts
    } = await graph.ok('GET', `${draftPath}?$select=${PARTS}`);
    await graph.ok('POST', `${folder}/messages`, { ...parts, ...stateOf(flags, { date, raw }) });
    await graph.ok('POST', `${draftPath}/permanentDelete`);
  };

  return {
    ...simulated(server, address, settings),
    connector: scoped(watched(originals), scope),
    async seed(messages) {
      const folders = new Map<string, string>();
      for (const message of messages) {
        const key = message.folder.join('\0');
        const folder = folders.get(key) ?? (await folderAt(message.folder));
        folders.set(key, folder);
        await put(folder, message);
      }
    },
    dump,
    folders: async () => (await Array.fromAsync(walk())).map(({ path }) => path),
    setFlags: async (which, flags) => void (await graph.ok('PATCH', await find(which), stateOf(flags))),
    remove: async (which) => void (await graph.ok('POST', `${await find(which)}/permanentDelete`)),
    async move(which, to) {
      const destinationId = decodeURIComponent((await folderAt(to)).split('/').at(-1) ?? '');
      await graph.ok('POST', `${await find(which)}/move`, { destinationId });
    },
    makeFolder: async (path) => void (await folderAt(path)),
    async dispose() {
      const made = (await tops()).map(at);
      if (scratch !== undefined) made.push(await scratch);
      for (const folder of made) await graph.ok('POST', `${folder}/permanentDelete`);
    },
  };
}

/** @param made Of a message that is made with it: what can only be said then. */
function stateOf(flags: Flags, made?: Pick<SeedMessage, 'date' | 'raw'>): Json {
  const sent = Date.parse(/^date: (.*)$/im.exec(made?.raw.toString('latin1') ?? '')?.[1] ?? '');
  return {
    isRead: flags.includes('\\Seen'),
    flag: { flagStatus: flags.includes('\\Flagged') ? 'flagged' : 'notFlagged' },
    categories: flags.filter((flag) => !flag.startsWith('\\')),
    singleValueExtendedProperties: [
      { id: LAST_VERB, value: flags.includes('\\Answered') ? String(REPLIED) : '0' },
      ...(made === undefined
        ? []
        : [
            {
              id: 'Integer 0x0E07',
              value: String((flags.includes('\\Draft') ? 8 : 0) + (flags.includes('\\Seen') ? 1 : 0)),
            },
            { id: 'SystemTime 0x0E06', value: made.date.toISOString() },
            ...(Number.isNaN(sent) ? [] : [{ id: 'SystemTime 0x0039', value: new Date(sent).toISOString() }]),
          ]),
    ],
  };
}

const flagsOf = ({ isRead, isDraft, flag, categories, singleValueExtendedProperties = [] }: Json): Flags =>
  canonicalFlags([
    ...(isRead ? ['\\Seen'] : []),
    ...(isDraft ? ['\\Draft'] : []),
    ...(flag?.flagStatus === 'flagged' ? ['\\Flagged'] : []),
    ...(singleValueExtendedProperties.some(({ value }: Json) => value === String(REPLIED)) ? ['\\Answered'] : []),
    ...categories,
  ]);
