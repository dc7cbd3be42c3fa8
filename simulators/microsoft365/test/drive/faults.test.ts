import { afterEach, expect, test } from 'vitest';
import { CHUNK_UNIT } from '../../src/drive/upload-session.ts';
import { type DriveLab, open, openDriveLab } from './support.ts';

let lab: DriveLab;
afterEach(() => lab.stop());

const bytes = Buffer.from(Uint8Array.from({ length: CHUNK_UNIT + 1000 }, (_, i) => (i * 5 + (i >> 8)) & 0xff));
const uploads = {
  when: ({ method, target }: { method: string; target: string }) => method === 'PUT' && target.includes('/open/'),
};

async function begin(): Promise<string> {
  return (await lab.client('POST', `${lab.at}/root:/a.bin:/createUploadSession`, {})).json.uploadUrl;
}

function send(url: string, first: number, end: number) {
  return open('PUT', url, bytes.subarray(first, end), { 'content-range': `bytes ${first}-${end - 1}/${bytes.length}` });
}

test('an answer lost on the way: the chunk was received, the file may be there', async () => {
  lab = await openDriveLab();
  const url = await begin();
  lab.server.faults.inject({ fault: { kind: 'lost-acknowledgement' }, ...uploads });
  await expect(send(url, 0, CHUNK_UNIT)).rejects.toThrow();
  expect((await open('GET', url)).json.nextExpectedRanges).toEqual([`${CHUNK_UNIT}-`]);
  expect((await send(url, 0, CHUNK_UNIT)).status).toBe(416);
  lab.server.faults.inject({ fault: { kind: 'lost-acknowledgement' }, ...uploads });
  await expect(send(url, CHUNK_UNIT, bytes.length)).rejects.toThrow();
  expect((await open('GET', url)).status).toBe(404);
  expect(await lab.get('a.bin')).toEqual(bytes);
});

test('a connection that breaks before: nothing of the chunk was received', async () => {
  lab = await openDriveLab();
  const url = await begin();
  lab.server.faults.inject({ fault: { kind: 'reset' }, ...uploads });
  await expect(send(url, 0, CHUNK_UNIT)).rejects.toThrow();
  expect((await open('GET', url)).json.nextExpectedRanges).toEqual(['0-']);
});

test('an upload goes on after the token has ended: its URL needs none', async () => {
  lab = await openDriveLab();
  const url = await begin();
  lab.server.faults.inject({ fault: { kind: 'expire-tokens' }, ...uploads });
  expect((await send(url, 0, CHUNK_UNIT)).status).toBe(202);
  expect((await lab.client('GET', lab.at)).status).toBe(401);
  expect((await send(url, CHUNK_UNIT, bytes.length)).status).toBe(201);
});

test('a download that breaks off goes on by Range', async () => {
  lab = await openDriveLab();
  await lab.put('a.bin', bytes);
  const url = (await lab.client('GET', `${lab.at}/root:/a.bin:/content`)).headers.get('location') as string;
  lab.server.faults.inject({ fault: { kind: 'reset-mid-body', afterBytes: 1000 } });
  await expect(open('GET', url)).rejects.toThrow();
  expect((await open('GET', url, undefined, { range: 'bytes=1000-' })).bytes).toEqual(bytes.subarray(1000));
});

test('what was just made is there by its path, and in lists a little later', async () => {
  lab = await openDriveLab();
  lab.server.faults.listDelayMs = 5000;
  await lab.put('a.bin', 'x');
  const children = async () => (await lab.client('GET', `${lab.at}/root/children`)).json.value.length;
  const round = async () => (await lab.client('GET', `${lab.at}/root/delta`)).json.value.length;
  expect((await lab.client('GET', `${lab.at}/root:/a.bin`)).status).toBe(200);
  expect([await children(), await round()]).toEqual([0, 0]);
  lab.clock.advance(5000);
  expect([await children(), await round()]).toEqual([1, 2]);
});

test('resource units: 1,250 a minute; sharing costs five, chunks and downloads count', async () => {
  lab = await openDriveLab({ limits: 'documented' });
  await lab.put('a.bin', bytes);
  const file = `${lab.at}/root:/a.bin:`;
  const url = (await lab.client('GET', `${file}/content`)).headers.get('location') as string;
  const upload = await begin();
  // 2 + 1 + 2 so far.
  for (let used = 5; used + 5 <= 1240; used += 5) {
    expect((await lab.client('GET', `${file}/permissions`)).status).toBe(200);
  }
  const nearly = await send(upload, 0, CHUNK_UNIT);
  expect([nearly.status, nearly.headers.get('ratelimit-remaining')]).toEqual([202, '8']);
  for (let left = 8; left > 0; left--) expect((await open('GET', url)).status).toBe(200);
  const over = await lab.client('GET', file);
  expect([over.status, over.json.error.code]).toEqual([429, 'activityLimitReached']);
  lab.clock.advance(Number(over.headers.get('retry-after')) * 1000);
  expect((await lab.client('GET', file)).status).toBe(200);
});
