import type { FoundMessage, SuiteEndpoint } from '@sterna/connector-suite';
import { pivotOf } from '@sterna/content';
import { onlyFor } from '../calendar/suite-endpoint.ts';
import { simulated } from '../mail/suite-endpoint.ts';
import { DirectGraph, expectNoInvitations, type GraphEnd, type Json } from '../outlook/direct-graph.ts';
import { escaped, firstLine, keptText, linesOf, plainText, textOf } from '../outlook/plain-lines.ts';

const PROPERTY = (name: string) => `{9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name ${name}`;
const EXPAND = `singleValueExtendedProperties($filter=id eq 'Binary ${PROPERTY('SternaObject')}' or id eq 'String ${PROPERTY('SternaUid')}')`;

/** The suite's plain contacts in Outlook's terms, by hand. */
function jsonOf(raw: Buffer): Json {
  const lines = linesOf(raw);
  const text = (name: string) => plainText(lines.get(name)?.[0]?.value);
  const birthday = /^--(\d\d)(\d\d)$/.exec(text('BDAY'));
  return {
    displayName: text('FN'),
    surname: plainText((lines.get('N')?.[0]?.value ?? '').split(/(?<!\\);/)[0]),
    nickName: text('NICKNAME'),
    emailAddresses: (lines.get('EMAIL') ?? []).map(({ value }) => ({ address: value, name: value })),
    personalNotes: text('NOTE'),
    birthday: birthday === null ? null : `1604-${birthday[1]}-${birthday[2]}T00:00:00Z`,
  };
}

function rawOf(contact: Json, uid: string, photo: Buffer | undefined): Buffer {
  return textOf([
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:${uid}`,
    `FN:${escaped(contact.displayName)}`,
    `N:${escaped(contact.surname)};;;;`,
    ...(contact.nickName ? [`NICKNAME:${escaped(contact.nickName)}`] : []),
    ...contact.emailAddresses.map((one: Json) => `EMAIL;TYPE=INTERNET:${one.address}`),
    ...(contact.personalNotes ? [`NOTE:${escaped(contact.personalNotes)}`] : []),
    ...(photo === undefined ? [] : [`PHOTO;ENCODING=b;TYPE=PNG:${photo.toString('base64')}`]),
    'END:VCARD',
  ]);
}

export function contactEndpoint(
  server: GraphEnd,
  address: string,
  settings: Record<string, unknown> = {},
): SuiteEndpoint {
  const graph = new DirectGraph(server, address);
  const digest = (raw: Buffer) => pivotOf('contact').digest(raw).toString('hex');
  const { scope = '' } = server;
  const folders = async (): Promise<Json[]> =>
    [
      ...(scope === '' ? [await graph.ok('GET', '/contactFolders/contacts')] : []),
      ...(await graph.all('/contactFolders?$top=100')),
    ]
      .filter(({ displayName }) => displayName.startsWith(scope))
      .map((one) => ({ ...one, displayName: one.displayName.slice(scope.length) }));
  const folderOf = async ([name = '']: readonly string[]): Promise<string> => {
    const found = (await folders()).find((one) => one.displayName === name);
    return (found ?? (await graph.ok('POST', '/contactFolders', { displayName: `${scope}${name}` }))).id;
  };
  const dump = async (): Promise<(FoundMessage & { id: string })[]> => {
    const all: (FoundMessage & { id: string })[] = [];
    for (const folder of await folders())
      for (const contact of await graph.all(
        `/contactFolders/${folder.id}/contacts?$top=200&$expand=${encodeURIComponent(EXPAND)}`,
      )) {
        const property = (name: string): string | undefined =>
          contact.singleValueExtendedProperties?.find((one: Json) => one.id.endsWith(name))?.value;
        const answer = await graph.call('GET', `/contacts/${encodeURIComponent(contact.id)}/photo/$value`);
        const photo = answer.status === 200 ? answer.bytes : undefined;
        const kept = keptText(property('SternaObject'))?.replace(
          /sterna:[0-9a-f]{32}/,
          () => photo?.toString('base64') ?? 'MISSING',
        );
        const isTrue =
          kept !== undefined &&
          plainText(firstLine(Buffer.from(kept), 'FN')) === contact.displayName &&
          plainText(firstLine(Buffer.from(kept), 'NOTE')) === (contact.personalNotes ?? '');
        all.push({
          id: contact.id,
          folder: [folder.displayName],
          raw: isTrue ? Buffer.from(kept) : rawOf(contact, property('SternaUid') ?? contact.id, photo),
          flags: [],
          date: undefined,
        });
      }
    return all;
  };
  const find = async (folder: readonly string[], raw: Buffer) => {
    const found = (await dump()).find((one) => one.folder[0] === folder[0] && digest(one.raw) === digest(raw));
    if (found === undefined) throw new Error('no such contact');
    return `/contacts/${encodeURIComponent(found.id)}`;
  };
  return {
    ...simulated(server, address, settings),
    connector: onlyFor('contact', scope),
    async seed(objects) {
      for (const { folder, raw } of objects) {
        const made = await graph.ok('POST', `/contactFolders/${await folderOf(folder)}/contacts`, {
          ...jsonOf(raw),
          singleValueExtendedProperties: [{ id: `String ${PROPERTY('SternaUid')}`, value: firstLine(raw, 'UID') }],
        });
        const photo = firstLine(raw, 'PHOTO');
        if (photo !== undefined)
          await graph.ok('PUT', `/contacts/${encodeURIComponent(made.id)}/photo/$value`, Buffer.from(photo, 'base64'), {
            'content-type': 'image/png',
          });
      }
    },
    dump,
    folders: async () => (await folders()).map((one) => [one.displayName]),
    remove: async ({ folder, raw }) => void (await graph.ok('DELETE', await find(folder, raw))),
    replace: async ({ folder, raw }, other) => void (await graph.ok('PATCH', await find(folder, raw), jsonOf(other))),
    dispose: async () => {
      expectNoInvitations(server);
      if (scope !== '') for (const { id } of await folders()) await graph.ok('DELETE', `/contactFolders/${id}`);
    },
  };
}
