import { picture } from '@sterna/simulator-kit';
import { describe, expect, it } from 'vitest';
import { contactKind } from '../../src/contacts/contact-kind.ts';
import { contactMailbox } from '../../src/index.ts';
import { all, round, withServer } from '../mailbox.ts';

const setting = withServer();
const people = ['alice', 'bjorn', 'chloe', 'daiki', 'elena', 'farid', 'grace'];
const nextUser = () => `/users/${people.shift()}@contoso.example`;
const mails = (...names: string[]) => names.map((name) => ({ name, address: `${name}@partner.example` }));

async function create(path: string, body: object) {
  const { status, json } = await setting.call('POST', path, body);
  expect(json?.error).toBeUndefined();
  expect(status).toBe(201);
  return json;
}

describe('contacts', () => {
  it('keep what they are given, and get a name and a place in the alphabet without one', async () => {
    const user = nextUser();
    const given = {
      givenName: 'Ada',
      middleName: 'King',
      surname: 'Lovelace',
      emailAddresses: mails('a', 'b', 'c'),
      businessPhones: ['1', '2'],
      homeAddress: { street: 'S', city: 'L' },
      birthday: '1815-12-10T11:59:00Z',
      categories: ['Red category'],
      children: ['Byron'],
    };
    const made = await create(`${user}/contacts`, given);
    expect(made).toMatchObject({ ...given, displayName: 'Ada King Lovelace', fileAs: 'Lovelace, Ada' });
    expect(made.secondaryEmailAddress).toEqual({ name: 'b', address: 'b@partner.example' });
    const changed = await setting.call('PATCH', `${user}/contacts/${made.id}`, { businessPhones: [], surname: null });
    expect(changed.json).toMatchObject({ businessPhones: [], surname: null, givenName: 'Ada' });
    const stale = await setting.call('PATCH', `${user}/contacts/${made.id}`, {}, { 'if-match': made['@odata.etag'] });
    expect(stale.status).toBe(412);
  });

  it.each([
    ['four addresses', { emailAddresses: mails('a', 'b', 'c', 'd') }],
    ['three business phones', { businessPhones: ['1', '2', '3'] }],
    ['an unknown property', { gender: 'f' }],
    ['a birthday that is none', { birthday: '10 December 1815' }],
  ])('with %s are refused', async (_, body) => {
    expect((await setting.call('POST', '/users/info@contoso.example/contacts', body)).status).toBe(400);
  });

  it('are in folders within folders; a list shows one folder', async () => {
    const user = nextUser();
    const outer = await create(`${user}/contactFolders`, { displayName: 'Outer' });
    const inner = await create(`${user}/contactFolders/${outer.id}/childFolders`, { displayName: 'Inner' });
    expect(inner.parentFolderId).toBe(outer.id);
    expect((await setting.call('POST', `${user}/contactFolders`, { displayName: 'outer' })).status).toBe(409);
    const contact = await create(`${user}/contactFolders/${inner.id}/contacts`, { displayName: 'In' });
    await create(`${user}/contacts`, { displayName: 'Main' });
    const names = async (path: string) => (await all(setting.call, path)).map(({ displayName }) => displayName);
    expect(await names(`${user}/contacts`)).toEqual(['Main']);
    expect(await names(`${user}/contactFolders/contacts/contacts`)).toEqual(['Main']);
    expect(await names(`${user}/contactFolders`)).toEqual(['Outer']);
    expect(await names(`${user}/contactFolders/${outer.id}/childFolders`)).toEqual(['Inner']);
    expect(await names(`${user}/contactFolders/${inner.id}/contacts`)).toEqual(['In']);
    expect((await setting.call('GET', `${user}/contactFolders/${outer.id}/contacts/${contact.id}`)).status).toBe(404);
    const main = (await setting.call('GET', `${user}/contactFolders/contacts`)).json;
    expect(main.id).toBe(outer.parentFolderId);
    expect((await setting.call('DELETE', `${user}/contactFolders/${main.id}`)).status).toBe(400);
    await setting.call('DELETE', `${user}/contactFolders/${outer.id}`);
    expect((await setting.call('GET', `${user}/contacts/${contact.id}`)).status).toBe(404);
  });

  it('tell what changed since, with the ids that the client knows them by', async () => {
    const user = nextUser();
    const folder = await create(`${user}/contactFolders`, { displayName: 'F' });
    const [one, two] = [
      await create(`${user}/contacts`, { displayName: '1' }),
      await create(`${user}/contacts`, { displayName: '2' }),
    ];
    const path = `${user}/contacts/delta?$select=displayName`;
    const immutable = { prefer: 'IdType="ImmutableId"' };
    const plain = await round(setting.call, path);
    const constant = await round(setting.call, path, immutable);
    expect(plain.entries.map(({ displayName }) => displayName)).toEqual(['1', '2']);
    expect(Object.keys(plain.entries[0]).sort()).toEqual(['@odata.etag', '@odata.type', 'displayName', 'id']);
    const tenant = setting.server.tenant('contoso.example');
    const mailbox = contactMailbox(setting.server.cloud, tenant, tenant.named('chloe'));
    const contact = mailbox.find(one.id);
    const target = mailbox.folders.get(folder.id);
    if (contact === undefined || target === undefined) throw new Error('not there');
    mailbox.moveContact(contact, target);
    await setting.call('PATCH', `${user}/contacts/${two.id}`, { displayName: 'two' });
    const next = await round(setting.call, plain.link);
    expect(next.entries).toMatchObject([
      { id: one.id, '@removed': { reason: 'deleted' } },
      { id: two.id, displayName: 'two' },
    ]);
    const same = await round(setting.call, constant.link, immutable);
    expect(same.entries[0].id).toBe(constant.entries[0].id);
    const there = await round(setting.call, `${user}/contactFolders/${folder.id}/contacts/delta`, immutable);
    expect(there.entries).toMatchObject([{ id: constant.entries[0].id, displayName: '1' }]);
    const folders = await round(setting.call, `${user}/contactFolders/delta`);
    expect(folders.entries).toMatchObject([{ displayName: 'F' }]);
  });

  it('have a picture, which is put as it is', async () => {
    const user = nextUser();
    const { id } = await create(`${user}/contacts`, { displayName: 'P' });
    const path = `${user}/contacts/${id}/photo`;
    expect((await setting.call('GET', `${path}/$value`)).status).toBe(404);
    const png = picture(64, [1, 2, 3]);
    const put = (body: Buffer) => setting.call('PUT', `${path}/$value`, body, { 'content-type': 'image/png' });
    expect((await put(png)).status).toBe(200);
    expect((await setting.call('GET', path)).json).toMatchObject({
      width: 64,
      height: 64,
      '@odata.mediaContentType': 'image/png',
    });
    const got = await setting.call('GET', `${path}/$value`);
    expect(got.bytes.equals(png)).toBe(true);
    expect(got.headers.get('content-type')).toBe('image/png');
    expect((await put(Buffer.from('not a picture'))).status).toBe(400);
    expect((await put(Buffer.concat([png, Buffer.alloc(4 * 1024 * 1024)]))).status).toBe(413);
    expect((await setting.call('DELETE', `${path}/$value`)).status).toBe(204);
    expect((await setting.call('GET', path)).status).toBe(404);
  });

  it('are found by an extended property', async () => {
    const user = nextUser();
    const id = 'String {66f5a359-4659-4830-9070-00047ec6ac6e} Name SourceId';
    const made = await create(`${user}/contacts`, {
      displayName: 'S',
      singleValueExtendedProperties: [{ id, value: '42' }],
    });
    await create(`${user}/contacts`, { displayName: 'T' });
    const filter = encodeURIComponent(`singleValueExtendedProperties/any(ep: ep/id eq '${id}' and ep/value eq '42')`);
    expect((await setting.call('GET', `${user}/contacts?$filter=${filter}`)).json.value).toMatchObject([
      { id: made.id },
    ]);
    const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${id}')`);
    const listed = (await setting.call('GET', `${user}/contacts?$expand=${expand}`)).json.value;
    expect(listed.map((one: object) => 'singleValueExtendedProperties' in one)).toEqual([true, false]);
  });

  it('go whole from tenant to tenant by export and import', () => {
    const { cloud } = setting.server;
    const [from, to] = ['contoso.example', 'fabrikam.example'].map((domain) => {
      const tenant = setting.server.tenant(domain);
      return { tenant, user: tenant.named('jamal'), mailbox: contactMailbox(cloud, tenant, tenant.named('jamal')) };
    });
    if (from === undefined || to === undefined) throw new Error('no tenants');
    const photo = { contentType: 'image/png', content: picture(8, [9, 9, 9]), width: 8, height: 8 };
    const source = from.mailbox.addContact(
      from.mailbox.defaultFolder,
      { displayName: 'X', children: ['Y'] },
      { photo },
    );
    const content = contactKind.find(cloud, from.tenant, from.user, source.id)?.content();
    const made = contactKind.folders(cloud, to.tenant, to.user)[0]?.create(content);
    const copy = to.mailbox.find(made?.id ?? '');
    expect([copy?.fields, copy?.photo]).toEqual([source.fields, photo]);
    expect(copy?.immutableId).not.toBe(source.immutableId);
  });
});
