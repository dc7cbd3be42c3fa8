import { afterEach, beforeEach, expect, test } from 'vitest';
import { drivesOf } from '../../src/drive/drives.ts';
import { MIGRATION_APP } from '../../src/index.ts';
import { signIn } from '../sign-in.ts';
import { allPages, type DriveLab, encodePath, open, openDriveLab } from './support.ts';

let lab: DriveLab;
beforeEach(async () => {
  lab = await openDriveLab();
});
afterEach(() => lab.stop());

const folder = (name: string, conflict?: string) => ({
  name,
  folder: {},
  ...(conflict === undefined ? {} : { '@microsoft.graph.conflictBehavior': conflict }),
});

test('a drive is found by its person and by its id; who never opened OneDrive has none', async () => {
  const { client, drive, at } = lab;
  const own = await client('GET', '/users/alice@contoso.example/drive');
  expect(own.status).toBe(200);
  expect(own.json).toMatchObject({ id: drive.id, driveType: 'business', quota: { state: 'normal', used: 0 } });
  const { '@odata.context': _, ...same } = own.json;
  expect((await client('GET', at)).json).toMatchObject(same);
  const none = await client('GET', '/users/elena@contoso.example/drive');
  expect(none.status).toBe(404);
  expect(none.json.error.message).toBe("User's mysite not found.");
  expect((await client('GET', '/users/elena@contoso.example/drives')).json.value).toEqual([]);
  expect((await client('GET', `/drives/b!${'x'.repeat(64)}`)).json.error.code).toBe('itemNotFound');
});

test('without Files or Sites permissions an app reads nothing, with reading alone it writes nothing', async () => {
  const tenant = lab.server.tenant('contoso.example');
  tenant.consents.set(MIGRATION_APP.id, new Set(['User.Read.All']));
  const stranger = await signIn(lab.server, tenant);
  expect((await stranger('GET', `${lab.at}/root`)).json.error.code).toBe('accessDenied');
  tenant.consents.set(MIGRATION_APP.id, new Set(['Files.Read.All']));
  const reader = await signIn(lab.server, tenant);
  expect((await reader('GET', `${lab.at}/root`)).status).toBe(200);
  expect((await reader('POST', `${lab.at}/root/children`, folder('New'))).status).toBe(403);
});

test('another tenant cannot reach the drive', async () => {
  const fabrikam = await signIn(lab.server, lab.server.tenant('fabrikam.example'));
  expect((await fabrikam('GET', `${lab.at}/root`)).status).toBe(404);
});

test('folders: a taken name, whatever its case, fails, is renamed or replaced', async () => {
  const { client, at } = lab;
  const made = await client('POST', `${at}/root/children`, folder('Plans', 'fail'));
  expect(made.status).toBe(201);
  await lab.put('Plans/a.txt', 'a');
  const clash = await client('POST', `${at}/root/children`, folder('PLANS', 'fail'));
  expect([clash.status, clash.json.error.code]).toEqual([409, 'nameAlreadyExists']);
  const renamed = await client('POST', `${at}/root/children`, folder('plans', 'rename'));
  expect([renamed.status, renamed.json.name]).toEqual([201, 'plans 1']);
  const replaced = await client('POST', `${at}/root/children`, folder('Plans', 'replace'));
  expect([replaced.status, replaced.json.id, replaced.json.folder.childCount]).toEqual([200, made.json.id, 0]);
  await lab.put('file', 'x');
  expect((await client('POST', `${at}/root/children`, folder('FILE', 'replace'))).status).toBe(409);
});

test('an item is addressed by id, by path from the root, and by path from an item, with or without the last colon', async () => {
  const { client, at } = lab;
  await client('POST', `${at}/root/children`, folder('A'));
  const { json: file } = await lab.put('A/Ünï #1 100%.txt', 'hello');
  const parent = (await client('GET', `${at}/root:/A`)).json;
  const name = encodePath('Ünï #1 100%.txt');
  for (const path of [
    `/items/${file.id}`,
    `/root:/A/${name}`,
    `/root:/A/${name}:`,
    `/root:/a/${name}:/`,
    `/items/${parent.id}:/${name}`,
    `/items/${parent.id}:/${name}:`,
    `/items/root:/A/${name}:`,
  ]) {
    const found = await client('GET', at + path);
    expect([path, found.json.id]).toEqual([path, file.id]);
  }
  expect(file.parentReference).toMatchObject({ driveId: lab.drive.id, id: parent.id, name: 'A' });
  for (const path of [`/root:/A/none.txt:`, `/root:/none/at/all`, `/items/01AAAA`, `/root:/A/${name}/below:`]) {
    const missed = await client('GET', at + path);
    expect([missed.status, missed.json.error.code]).toEqual([404, 'itemNotFound']);
  }
});

test('children come page by page, each once', async () => {
  const { client, at } = lab;
  const names = Array.from({ length: 25 }, (_, i) => `file ${i}.txt`);
  for (const name of names) await lab.put(name, name);
  const { value, pages } = await allPages(client, `${at}/root/children?$top=10&$select=id,name`);
  expect(pages).toBe(3);
  expect(value.map(({ name }) => name).sort()).toEqual(names.sort());
  expect(Object.keys(value[0]).sort()).toEqual(['id', 'name']);
});

test('names that SharePoint refuses, and paths that are too long', async () => {
  const { client, at } = lab;
  for (const name of ['a:b', 'CON', 'end.', 'Forms']) {
    const refused = await client('POST', `${at}/root/children`, folder(name));
    expect([name, refused.status, refused.json.error.code]).toEqual([name, 400, 'invalidRequest']);
  }
  let path = '';
  let status = 201;
  for (let depth = 0; status === 201; depth++) {
    const name = `${'d'.repeat(60)}${depth}`;
    const reply = await client(
      'POST',
      path === '' ? `${at}/root/children` : `${at}/root:/${path}:/children`,
      folder(name),
    );
    status = reply.status;
    if (status === 201) path = path === '' ? name : `${path}/${name}`;
    else expect(reply.json.error.innerError.code).toBe('pathIsTooLong');
  }
  expect(path.length).toBeLessThan(400);
  // A folder can't move to where what is in it would be too deep.
  await client('POST', `${at}/root/children`, folder('e'.repeat(100)));
  const top = (await client('GET', `${at}/root:/${path.split('/')[0]}`)).json;
  const moved = await client('PATCH', `${at}/items/${top.id}`, {
    parentReference: { id: (await client('GET', `${at}/root:/${'e'.repeat(100)}`)).json.id },
  });
  expect(moved.status).toBe(400);
});

test('content goes up in one request and comes down by a URL of its own, in ranges', async () => {
  const { client, at, clock } = lab;
  const bytes = Buffer.from(Array.from({ length: 5000 }, (_, i) => i % 251));
  const up = await lab.put('data.bin', bytes);
  expect(up.status).toBe(201);
  expect(up.json).toMatchObject({ size: 5000, file: { mimeType: 'application/octet-stream' } });
  const redirect = await client('GET', `${at}/items/${up.json.id}/content`);
  expect(redirect.status).toBe(302);
  const url = redirect.headers.get('location') as string;
  expect((await open('GET', url)).bytes).toEqual(bytes);
  const part = await open('GET', url, undefined, { range: 'bytes=1000-1999' });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 1000-1999/5000']);
  expect(part.bytes).toEqual(bytes.subarray(1000, 2000));
  expect((await open('GET', url, undefined, { range: 'bytes=-10' })).bytes).toEqual(bytes.subarray(4990));
  expect((await open('GET', url, undefined, { range: 'bytes=5000-' })).status).toBe(416);
  const bearer = { authorization: `Bearer ${client.token}` };
  expect((await open('GET', url, undefined, bearer)).status).toBe(401);
  lab.drive.behaviour.authorizationOnTransferUrl = 'ignored';
  expect((await open('GET', url, undefined, bearer)).status).toBe(200);
  expect((await client('GET', `${at}/root/content`)).status).toBe(400);
  clock.advance(2 * 3600 * 1000);
  expect((await open('GET', url)).status).toBe(401);
});

test('a new content keeps the id and makes a version; the eTag guards it', async () => {
  const { client, at } = lab;
  const first = (await lab.put('a.txt', 'one')).json;
  const second = await lab.put('A.TXT', 'two!');
  expect([second.status, second.json.id, second.json.name]).toEqual([200, first.id, 'a.txt']);
  expect(second.json.eTag).not.toBe(first.eTag);
  expect(second.json.cTag).not.toBe(first.cTag);
  const guarded = (tag: string) =>
    client('PUT', `${at}/items/${first.id}/content`, 'three', { 'content-type': 'text/plain', 'if-match': tag });
  expect((await guarded(first.eTag)).status).toBe(412);
  expect((await guarded(second.json.cTag)).status).toBe(200);
  expect((await lab.put('a.txt', 'x', '?@microsoft.graph.conflictBehavior=fail')).status).toBe(409);
  expect((await lab.put('a.txt', 'x', '?@microsoft.graph.conflictBehavior=rename')).json.name).toBe('a 1.txt');
  expect((await lab.get('a.txt')).toString()).toBe('three');
});

test('rename, also by case alone, move, dates; who made it is not for us to say', async () => {
  const { client, at } = lab;
  await client('POST', `${at}/root/children`, folder('In'));
  await client('POST', `${at}/root:/In:/children`, folder('Deeper'));
  const file = (await lab.put('plan.txt', 'x')).json;
  await lab.put('taken.txt', 'y');
  const patch = (body: unknown, headers?: Record<string, string>) =>
    client('PATCH', `${at}/items/${file.id}`, body, headers);
  expect((await patch({ name: 'PLAN.txt' })).json.name).toBe('PLAN.txt');
  expect((await patch({ name: 'Taken.TXT' })).status).toBe(409);
  const deeper = (await client('GET', `${at}/root:/In/Deeper`)).json;
  const moved = await patch({ parentReference: { id: deeper.id }, name: 'there.txt' });
  expect([moved.json.id, moved.json.parentReference.id]).toEqual([file.id, deeper.id]);
  expect((await client('GET', `${at}/root:/In/Deeper/there.txt`)).json.id).toBe(file.id);
  const above = (await client('GET', `${at}/root:/In`)).json;
  const loop = await client('PATCH', `${at}/items/${above.id}`, { parentReference: { id: deeper.id } });
  expect(loop.status).toBe(400);
  // Onto the folder that it is in: nothing is lost.
  const inside = (await client('POST', `${at}/root:/In/Deeper:/children`, folder('In'))).json;
  const onto = { parentReference: { id: lab.drive.root.id }, '@microsoft.graph.conflictBehavior': 'replace' };
  expect((await client('PATCH', `${at}/items/${inside.id}`, onto)).status).toBe(409);
  expect((await client('GET', `${at}/items/${inside.id}`)).status).toBe(200);
  lab.allow(/body: (createdBy|lastModifiedDateTime): .* has it read-only/);
  const dated = await patch({
    fileSystemInfo: { createdDateTime: '2001-02-03T04:05:06.789Z', lastModifiedDateTime: '2002-03-04T05:06:07+02:00' },
    createdBy: { user: { displayName: 'Somebody' } },
    lastModifiedDateTime: '1999-01-01T00:00:00Z',
  });
  expect(dated.json).toMatchObject({
    fileSystemInfo: { createdDateTime: '2001-02-03T04:05:06Z', lastModifiedDateTime: '2002-03-04T03:06:07Z' },
    lastModifiedDateTime: '2002-03-04T03:06:07Z',
    createdBy: { application: { displayName: 'Migration' }, user: { displayName: 'SharePoint App' } },
  });
  expect((await patch({ fileSystemInfo: { createdDateTime: 'yesterday' } })).status).toBe(400);
  expect((await patch({ name: 'z' }, { 'if-match': file.eTag })).status).toBe(412);
  const other = drivesOf(lab.server.tenant('contoso.example')).provision(
    lab.server.tenant('contoso.example').named('elena'),
    0,
  );
  expect((await patch({ parentReference: { driveId: other.id, id: other.root.id } })).json.error.code).toBe(
    'notSupported',
  );
});

test('deleting takes a folder with all in it to the recycle bin, which still counts', async () => {
  const { client, at } = lab;
  await client('POST', `${at}/root/children`, folder('Old'));
  const file = (await lab.put('Old/a.txt', 'x'.repeat(100))).json;
  const old = (await client('GET', `${at}/root:/Old`)).json;
  expect(old.size).toBe(100);
  expect((await client('DELETE', `${at}/items/${old.id}`)).status).toBe(204);
  expect((await client('DELETE', `${at}/items/${old.id}`)).status).toBe(404);
  expect((await client('GET', `${at}/items/${file.id}`)).status).toBe(404);
  expect((await client('GET', at)).json.quota).toMatchObject({ used: 0, deleted: 100 });
  expect((await client('DELETE', `${at}/root`)).status).toBe(400);
  const again = (await lab.put('b.txt', 'b')).json;
  expect((await client('POST', `${at}/items/${again.id}/permanentDelete`)).status).toBe(204);
  expect(lab.drive.recycleBin.entries).toHaveLength(1);
});

test('what somebody has open is locked', async () => {
  const file = (await lab.put('open.txt', 'x')).json;
  lab.drive.item(file.id).locked = true;
  expect((await lab.put('open.txt', 'y')).status).toBe(423);
  expect((await lab.client('DELETE', `${lab.at}/items/${file.id}`)).status).toBe(423);
});

test('an Office file that is uploaded is not the one that is stored', async () => {
  const { zipOf } = await import('../../src/drive/office.ts');
  const bytes = zipOf({ 'a.xml': '<a/>' });
  const stored = (await lab.put('plan.docx', bytes)).json;
  expect(stored.size).toBeGreaterThan(bytes.length);
  expect((await lab.get('plan.docx')).length).toBe(stored.size);
  lab.drive.behaviour.rewriteOffice = false;
  expect((await lab.put('other.docx', bytes)).json.size).toBe(bytes.length);
});

test('copies: at once or after a while, told by the monitor; a taken name is refused', async () => {
  const { client, at, clock } = lab;
  await client('POST', `${at}/root/children`, folder('From'));
  await lab.put('From/a.txt', 'content');
  const from = (await client('GET', `${at}/root:/From`)).json;
  lab.drive.behaviour.copyDuration = 10_000;
  const copy = await client('POST', `${at}/items/${from.id}/copy`, { name: 'To' });
  expect(copy.status).toBe(202);
  const monitor = copy.headers.get('location') as string;
  expect((await open('GET', monitor)).json).toMatchObject({ status: 'inProgress' });
  clock.advance(10_000);
  const done = (await open('GET', monitor)).json;
  expect(done.status).toBe('completed');
  expect((await client('GET', `${at}/items/${done.resourceId}`)).json.name).toBe('To');
  expect((await lab.get('To/a.txt')).toString()).toBe('content');
  expect((await client('POST', `${at}/items/${from.id}/copy`, { name: 'to' })).status).toBe(409);
});

test('columns of the library hold what a client puts there', async () => {
  const { client, at } = lab;
  const file = (await lab.put('a.txt', 'x')).json;
  const field = `${at}/items/${file.id}/listItem/fields`;
  expect((await client('PATCH', field, { Source: '1' })).status).toBe(400);
  expect((await client('POST', `${at}/list/columns`, { name: 'Source', text: {} })).status).toBe(201);
  expect((await client('PATCH', field, { Source: '1' })).json.Source).toBe('1');
  const expanded = await client('GET', `${at}/items/${file.id}?$expand=listItem($expand=fields)`);
  expect(expanded.json.listItem.fields.Source).toBe('1');
});
