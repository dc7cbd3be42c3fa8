import { afterEach, beforeEach, expect, test } from 'vitest';
import { quickXorHash } from '../../src/drive/quick-xor-hash.ts';
import { CHUNK_UNIT, MAX_CHUNK } from '../../src/drive/upload-session.ts';
import { type DriveLab, open, openDriveLab } from './support.ts';

let lab: DriveLab;
beforeEach(async () => {
  lab = await openDriveLab();
});
afterEach(() => lab.stop());

const bytes = Buffer.from(Uint8Array.from({ length: 2 * CHUNK_UNIT + 1000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));

async function begin(path: string, item: Record<string, unknown> = {}, headers?: Record<string, string>, more = {}) {
  return lab.client('POST', `${lab.at}/root:/${path}:/createUploadSession`, { item, ...more }, headers);
}

function chunk(url: string, first: number, end: number, total = bytes.length) {
  return open('PUT', url, bytes.subarray(first, end), { 'content-range': `bytes ${first}-${end - 1}/${total}` });
}

/** All of `bytes`, in chunks; the last reply. */
async function sendAll(url: string) {
  await chunk(url, 0, CHUNK_UNIT);
  await chunk(url, CHUNK_UNIT, 2 * CHUNK_UNIT);
  return chunk(url, 2 * CHUNK_UNIT, bytes.length);
}

test('chunks make the file, with the dates that were asked for', async () => {
  const dates = { createdDateTime: '2010-01-02T03:04:05Z', lastModifiedDateTime: '2011-01-02T03:04:05Z' };
  const session = await begin('big.bin', { fileSystemInfo: dates, fileSize: bytes.length });
  expect(session.status).toBe(200);
  const url = session.json.uploadUrl;
  const first = await chunk(url, 0, CHUNK_UNIT);
  expect([first.status, first.json.nextExpectedRanges]).toEqual([202, [`${CHUNK_UNIT}-`]]);
  expect((await lab.client('GET', `${lab.at}/root:/big.bin`)).status).toBe(404);
  expect((await chunk(url, CHUNK_UNIT, 2 * CHUNK_UNIT)).status).toBe(202);
  const last = await chunk(url, 2 * CHUNK_UNIT, bytes.length);
  expect(last.status).toBe(201);
  expect(last.json).toMatchObject({
    name: 'big.bin',
    size: bytes.length,
    fileSystemInfo: dates,
    file: { hashes: { quickXorHash: quickXorHash([bytes]) } },
  });
  expect(await lab.get('big.bin')).toEqual(bytes);
  // Whoever lost the last answer finds no session, but the file.
  expect((await chunk(url, 2 * CHUNK_UNIT, bytes.length)).status).toBe(404);
});

test('a chunk that was received, or comes too early, is 416, and the status says where to go on', async () => {
  const url = (await begin('a.bin')).json.uploadUrl;
  await chunk(url, 0, CHUNK_UNIT);
  expect((await chunk(url, 0, CHUNK_UNIT)).status).toBe(416);
  expect((await chunk(url, 2 * CHUNK_UNIT, bytes.length)).status).toBe(416);
  const status = await open('GET', url);
  expect([status.status, status.json.nextExpectedRanges]).toEqual([200, [`${CHUNK_UNIT}-`]]);
  expect((await chunk(url, CHUNK_UNIT, 2 * CHUNK_UNIT, bytes.length + 1)).status).toBe(400);
  expect((await chunk(url, CHUNK_UNIT, 2 * CHUNK_UNIT)).status).toBe(202);
});

test('chunks that are no multiple of 320 KiB are taken, and fail at the end', async () => {
  const url = (await begin('a.bin')).json.uploadUrl;
  expect((await chunk(url, 0, 1000)).status).toBe(202);
  expect((await chunk(url, 1000, bytes.length)).status).toBe(400);
  expect((await lab.client('GET', `${lab.at}/root:/a.bin`)).status).toBe(404);
});

test('a chunk of 60 MiB is too large; one that says another length is refused', async () => {
  const url = (await begin('a.bin')).json.uploadUrl;
  const large = await open('PUT', url, Buffer.alloc(MAX_CHUNK), {
    'content-range': `bytes 0-${MAX_CHUNK - 1}/${MAX_CHUNK + 1}`,
  });
  expect(large.status).toBe(413);
  const wrong = await open('PUT', url, bytes.subarray(0, 10), {
    'content-range': `bytes 0-${CHUNK_UNIT - 1}/${bytes.length}`,
  });
  expect([wrong.status, wrong.json.error.innerError.code]).toEqual([400, 'fragmentLengthMismatch']);
  expect((await open('PUT', url, bytes)).status).toBe(400);
});

test('a bearer token on the upload URL is 401', async () => {
  const url = (await begin('a.bin')).json.uploadUrl;
  const authorization = `Bearer ${lab.client.token}`;
  const refused = await open('PUT', url, bytes.subarray(0, CHUNK_UNIT), {
    authorization,
    'content-range': `bytes 0-${CHUNK_UNIT - 1}/${bytes.length}`,
  });
  expect(refused.status).toBe(401);
});

test('a session ends by DELETE and by its time; until then its name has no second one', async () => {
  const url = (await begin('A.bin')).json.uploadUrl;
  const second = await begin('a.BIN', { '@microsoft.graph.conflictBehavior': 'replace' });
  expect([second.status, second.json.error.code]).toEqual([409, 'nameAlreadyExists']);
  expect((await open('DELETE', url)).status).toBe(204);
  expect((await open('GET', url)).status).toBe(404);
  lab.drive.behaviour.uploadSessionLifetime = 600_000;
  const other = (await begin('a.bin')).json.uploadUrl;
  lab.clock.advance(600_000);
  expect((await chunk(other, 0, CHUNK_UNIT)).status).toBe(404);
  expect((await begin('a.bin')).status).toBe(200);
});

test('replacing keeps the id and the name; nothing said means replacing', async () => {
  const file = (await lab.put('Plan.bin', 'old')).json;
  const replaced = await sendAll((await begin('plan.BIN')).json.uploadUrl);
  expect([replaced.status, replaced.json.id, replaced.json.name]).toEqual([200, file.id, 'Plan.bin']);
  const { json } = await lab.client('GET', `${lab.at}/items/${file.id}/versions`);
  expect(json.value.map(({ id, size }: { id: string; size: number }) => [id, size])).toEqual([
    ['2.0', bytes.length],
    ['1.0', 3],
  ]);
});

test('fail is told at the last chunk; the session stays and can be committed under another name', async () => {
  await lab.put('plan.bin', 'old');
  const url = (await begin('plan.bin', { '@microsoft.graph.conflictBehavior': 'fail' })).json.uploadUrl;
  const refused = await sendAll(url);
  expect([refused.status, refused.json.error.code]).toEqual([409, 'nameAlreadyExists']);
  const elsewhere = await lab.client('PUT', `${lab.at}/root:/plan (2).bin`, {
    name: 'plan (2).bin',
    '@microsoft.graph.sourceUrl': url,
  });
  expect([elsewhere.status, elsewhere.json.size]).toEqual([201, bytes.length]);
  expect((await lab.get('plan.bin')).toString()).toBe('old');

  lab.drive.behaviour.uploadConflictTold = 'creation';
  expect((await begin('plan.bin', { '@microsoft.graph.conflictBehavior': 'fail' })).status).toBe(409);
});

test('rename finds a free name', async () => {
  await lab.put('plan.bin', 'old');
  const done = await sendAll(
    (await begin('plan.bin', { '@microsoft.graph.conflictBehavior': 'rename' })).json.uploadUrl,
  );
  expect([done.status, done.json.name]).toEqual([201, 'plan 1.bin']);
});

test('If-Match is looked at when the session begins', async () => {
  const file = (await lab.put('plan.bin', 'old')).json;
  expect((await begin('plan.bin', {}, { 'if-match': '"{other},1"' })).status).toBe(412);
  const url = (await begin('plan.bin', {}, { 'if-match': file.eTag })).json.uploadUrl;
  await lab.put('plan.bin', 'meanwhile');
  expect((await sendAll(url)).status).toBe(200);

  lab.drive.behaviour.ifMatchAtCommit = true;
  const now = (await lab.client('GET', `${lab.at}/items/${file.id}`)).json;
  const guarded = (await begin('plan.bin', {}, { 'if-match': now.cTag })).json.uploadUrl;
  await lab.put('plan.bin', 'meanwhile');
  expect((await sendAll(guarded)).status).toBe(412);
});

test('a full drive: 507 at once when the size is told, else at the end', async () => {
  lab.drive.quota = 1000;
  const told = await begin('a.bin', { fileSize: bytes.length });
  expect([told.status, told.json.error.code]).toEqual([507, 'quotaLimitReached']);
  const url = (await begin('a.bin')).json.uploadUrl;
  expect((await sendAll(url)).status).toBe(507);
  lab.drive.quota = 10 ** 9;
  expect((await open('POST', url)).status).toBe(201);
});

test('deferCommit: the file comes with an empty POST', async () => {
  const url = (await begin('a.bin', {}, {}, { deferCommit: true })).json.uploadUrl;
  const last = await sendAll(url);
  expect([last.status, last.json.nextExpectedRanges]).toEqual([202, []]);
  expect((await lab.client('GET', `${lab.at}/root:/a.bin`)).status).toBe(404);
  expect((await open('POST', url)).status).toBe(201);
});

test('a file that was deleted meanwhile is not written to', async () => {
  const file = (await lab.put('plan.bin', 'old')).json;
  const { json } = await lab.client('POST', `${lab.at}/items/${file.id}/createUploadSession`, {});
  await lab.client('DELETE', `${lab.at}/items/${file.id}`);
  expect((await sendAll(json.uploadUrl)).status).toBe(404);
});
