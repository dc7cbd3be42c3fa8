import type { SystemConfig } from '@sterna/connector-kit';
import { type FoundMessage, type SuiteEndpoint, sparing } from '@sterna/connector-suite';
import { pivotOf } from '@sterna/content';
import { DirectGoogle, type GoogleEnd, type Json, onlyFor } from '../items/direct-google.ts';
import { escaped, firstLine, keptText, linesOf, plainText, textOf } from '../items/plain-lines.ts';

const FIELDS = 'names,nicknames,emailAddresses,biographies,birthdays,clientData,metadata,photos';

/** The suite's plain contacts in Google's terms, by hand. */
function jsonOf(raw: Buffer): Json {
  const lines = linesOf(raw);
  const text = (name: string) => plainText(lines.get(name)?.[0]?.value);
  const birthday = /^--(\d\d)(\d\d)$/.exec(text('BDAY'));
  const familyName = plainText((lines.get('N')?.[0]?.value ?? '').split(/(?<!\\);/)[0]);
  return {
    names: [{ familyName }],
    nicknames: text('NICKNAME') === '' ? [] : [{ value: text('NICKNAME') }],
    emailAddresses: (lines.get('EMAIL') ?? []).map(({ value }) => ({ value })),
    biographies: text('NOTE') === '' ? [] : [{ value: text('NOTE'), contentType: 'TEXT_PLAIN' }],
    birthdays: birthday === null ? [] : [{ date: { month: Number(birthday[1]), day: Number(birthday[2]) } }],
  };
}

function rawOf(person: Json, uid: string, photo: Buffer | undefined): Buffer {
  const name = person.names?.[0]?.displayName ?? '';
  const date = person.birthdays?.[0]?.date;
  const pad = (value: number) => String(value).padStart(2, '0');
  return textOf([
    'BEGIN:VCARD',
    'VERSION:3.0',
    `UID:${uid}`,
    `FN:${escaped(name)}`,
    `N:${escaped(person.names?.[0]?.familyName ?? '')};;;;`,
    ...(person.nicknames ?? []).map((one: Json) => `NICKNAME:${escaped(one.value)}`),
    ...(person.emailAddresses ?? []).map((one: Json) => `EMAIL;TYPE=INTERNET:${one.value}`),
    ...(person.biographies ?? []).map((one: Json) => `NOTE:${escaped(one.value)}`),
    ...(date === undefined ? [] : [`BDAY:--${pad(date.month)}${pad(date.day)}`]),
    ...(photo === undefined ? [] : [`PHOTO;ENCODING=b;TYPE=PNG:${photo.toString('base64')}`]),
    'END:VCARD',
  ]);
}

/** Written by the suites' and the golden organization's installation, or put there past the connector, which gives no stamp. */
export function isOfSuite({ clientData = [] }: Json): boolean {
  const stamp = clientData.find(({ key }: Json) => key === 'sternaStamp')?.value;
  return stamp === undefined ? clientData.some(({ key }: Json) => key === 'sternaUid') : stamp.startsWith('0badcafe.');
}

/**
 * Contacts as their owner sees them, written down without the connector.
 *
 * In somebody's own account what was there before is neither seen nor touched.
 */
export async function contactEndpoint(
  end: GoogleEnd,
  account: { readonly system: SystemConfig; readonly address: string },
): Promise<SuiteEndpoint> {
  const google = new DirectGoogle(end);
  const digest = (raw: Buffer) => pivotOf('contact').digest(raw).toString('hex');
  const all = () => google.all(`/v1/people/me/connections?pageSize=1000&personFields=${FIELDS}`, 'connections');
  const idOf = ({ resourceName }: Json): string => resourceName.slice('people/'.length);
  const theirs = new Set(end.scope === undefined ? [] : (await all()).map(idOf));
  const people = async (): Promise<Json[]> => (await all()).filter((one) => !theirs.has(idOf(one)));
  const dump = async (): Promise<(FoundMessage & { person: Json })[]> => {
    const found: (FoundMessage & { person: Json })[] = [];
    for (const person of await people()) {
      const own = new Map<string, string>((person.clientData ?? []).map(({ key, value }: Json) => [key, value]));
      const url = person.photos?.find((one: Json) => one.default !== true)?.url;
      const photo = url === undefined ? undefined : Buffer.from(await (await fetch(url)).arrayBuffer());
      let envelope = '';
      for (let n = 0; own.has(`sternaObject${n}`); n += 1) envelope += own.get(`sternaObject${n}`);
      const kept = keptText(envelope === '' ? undefined : envelope)?.replace(
        /sterna:[0-9a-f]{32}/,
        () => photo?.toString('base64') ?? 'MISSING',
      );
      // What was kept is what is there only as long as it says what is shown.
      const isTrue =
        kept !== undefined &&
        plainText(firstLine(Buffer.from(kept), 'NOTE')).slice(0, 8192) === (person.biographies?.[0]?.value ?? '');
      const raw = isTrue
        ? Buffer.from(kept)
        : rawOf(person, own.get('sternaUid') ?? person.resourceName.slice(7), photo);
      found.push({ person, folder: ['Contacts'], raw, flags: [], date: undefined });
    }
    return found;
  };
  const find = async (raw: Buffer): Promise<Json> => {
    const found = (await dump()).find((one) => digest(one.raw) === digest(raw));
    if (found === undefined) throw new Error('no such contact');
    return found.person;
  };
  return {
    ...account,
    connector: sparing(onlyFor('contact'), theirs),
    async seed(objects) {
      for (const { raw } of objects) {
        const made = await google.ok('POST', '/v1/people:createContact', {
          ...jsonOf(raw),
          clientData: [{ key: 'sternaUid', value: firstLine(raw, 'UID') }],
        });
        const photoBytes = firstLine(raw, 'PHOTO');
        if (photoBytes !== undefined)
          await google.ok('PATCH', `/v1/${made.resourceName}:updateContactPhoto`, { photoBytes });
      }
    },
    dump,
    folders: async () => [['Contacts']],
    remove: async ({ raw }) => void (await google.ok('DELETE', `/v1/${(await find(raw)).resourceName}:deleteContact`)),
    async replace({ raw }, other) {
      const { resourceName, etag } = await find(raw);
      const mask = 'names,nicknames,emailAddresses,biographies,birthdays';
      await google.ok('PATCH', `/v1/${resourceName}:updateContact?updatePersonFields=${mask}`, {
        ...jsonOf(other),
        etag,
      });
    },
    dispose: async () => {
      if (end.scope === undefined) return;
      // What somebody else wrote meanwhile has no mark of ours.
      for (const { resourceName } of (await people()).filter(isOfSuite))
        await google.ok('DELETE', `/v1/${resourceName}:deleteContact`);
    },
  };
}
