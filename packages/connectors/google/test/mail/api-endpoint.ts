import type { SystemConfig } from '@sterna/connector-kit';
import type { FoundMessage, PickMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { DirectGoogle, type GoogleEnd, type Json, onlyFor } from '../items/direct-google.ts';
import { labelsOfState, stateOfLabels } from './labels.ts';

const ME = '/gmail/v1/users/me';
const UPLOAD = '/upload/gmail/v1/users/me/messages';
const UPLOADED = { 'x-upload-content-type': 'message/rfc822' };
const MESSAGE = { 'content-type': 'message/rfc822' };

interface Found extends FoundMessage {
  readonly id: string;
  readonly labelIds: readonly string[];
}

/**
 * In somebody's own account the labels of a scope as if they were all, seen by the API and without the connector. Labels of
 * keywords are in it, too.
 */
export function apiMailEndpoint(
  end: GoogleEnd & { readonly scope: string },
  { system, address }: { readonly system: SystemConfig; readonly address: string },
): SuiteEndpoint {
  const { scope } = end;
  const google = new DirectGoogle(end);
  const keywordParent = `${scope}Keywords`;
  const keywords = `${keywordParent}/`;
  const isFolder = (name: string): boolean => name.startsWith(scope) && !`${name}/`.startsWith(keywords);
  const labels = async (): Promise<Map<string, string>> =>
    new Map((await google.ok('GET', `${ME}/labels`)).labels.map(({ id, name }: Json) => [name, id]));
  const idsOf = async (names: readonly string[]): Promise<string[]> => {
    const there = await labels();
    const ids: string[] = [];
    for (const name of names) ids.push(there.get(name) ?? (await google.ok('POST', `${ME}/labels`, { name })).id);
    return ids;
  };
  const nameOf = (folder: readonly string[]): string => `${scope}${folder.join('/')}`;

  const dump = async (): Promise<Found[]> => {
    const there = await labels();
    const names = new Map([...there].map(([name, id]) => [id, name]));
    const found: Found[] = [];
    for (const [name, labelId] of there) {
      if (!isFolder(name)) continue;
      const query = `labelIds=${labelId}&maxResults=500&includeSpamTrash=true`;
      for (const { id } of await google.all(`${ME}/messages?${query}`, 'messages')) {
        const { raw, labelIds = [], internalDate } = await google.ok('GET', `${ME}/messages/${id}?format=raw`);
        found.push({
          id,
          labelIds,
          folder: name.slice(scope.length).split('/'),
          raw: Buffer.from(raw, 'base64url'),
          flags: stateOfLabels(
            labelIds.map((one: string) => names.get(one) ?? one),
            keywords,
          ),
          date: new Date(Number(internalDate)),
        });
      }
    }
    return found;
  };
  const find = async ({ folder, raw }: PickMessage): Promise<Found> => {
    const found = (await dump()).find((one) => one.raw.equals(raw) && one.folder.join('/') === folder.join('/'));
    if (found === undefined) throw new Error('no such message');
    return found;
  };
  const relabel = async ({ id, labelIds }: Found, wanted: readonly string[]): Promise<void> => {
    const addLabelIds = await idsOf(wanted);
    const removeLabelIds = labelIds.filter((one) => !addLabelIds.includes(one));
    await google.ok('POST', `${ME}/messages/${id}/modify`, { addLabelIds, removeLabelIds });
  };

  return {
    system: { ...system, settings: { ...(system.settings as object), keywordParent, pageSize: 40 } },
    address,
    connector: onlyFor('message', scope),
    async seed(messages) {
      for (const { folder, raw, flags } of messages) {
        const labelIds = await idsOf([nameOf(folder), ...labelsOfState(flags, keywords)]);
        const session = `${UPLOAD}?uploadType=resumable&internalDateSource=dateHeader`;
        const { headers } = await google.sent('POST', session, { labelIds }, UPLOADED);
        const { pathname, search } = new URL(headers.get('location') ?? '');
        await google.sent('PUT', `${pathname}${search}`, raw, MESSAGE);
      }
    },
    dump,
    folders: async () =>
      [...(await labels()).keys()].filter(isFolder).map((name) => name.slice(scope.length).split('/')),
    setFlags: async (which, flags) =>
      relabel(await find(which), [nameOf(which.folder), ...labelsOfState(flags, keywords)]),
    remove: async (which) => void (await google.ok('DELETE', `${ME}/messages/${(await find(which)).id}`)),
    async move(which, to) {
      const found = await find(which);
      await relabel(found, [nameOf(to), ...labelsOfState(found.flags, keywords)]);
    },
    makeFolder: async (path) => void (await idsOf([nameOf(path)])),
    async dispose() {
      for (const { id } of await dump()) await google.ok('DELETE', `${ME}/messages/${id}`);
      for (const [name, id] of await labels())
        if (name.startsWith(scope)) await google.ok('DELETE', `${ME}/labels/${id}`);
    },
  };
}
