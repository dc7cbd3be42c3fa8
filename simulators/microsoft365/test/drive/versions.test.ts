import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DriveLab, open, openDriveLab } from './support.ts';

let lab: DriveLab;
beforeEach(async () => {
  lab = await openDriveLab();
});
afterEach(() => lab.stop());

test('versions: newest first, old ones by their id, the current one not; one can come back', async () => {
  const { client, at } = lab;
  const file = (await lab.put('a.txt', 'one')).json;
  lab.clock.advance(60_000);
  await lab.put('a.txt', 'two');
  const versions = `${at}/items/${file.id}/versions`;
  const ids = async () => (await client('GET', versions)).json.value.map(({ id }: { id: string }) => id);
  expect(await ids()).toEqual(['2.0', '1.0']);
  const redirect = await client('GET', `${versions}/1.0/content`);
  expect(redirect.status).toBe(302);
  expect((await open('GET', redirect.headers.get('location') as string)).bytes.toString()).toBe('one');
  expect((await client('GET', `${versions}/2.0/content`)).status).toBe(400);
  expect((await client('POST', `${versions}/1.0/restoreVersion`)).status).toBe(204);
  expect(await ids()).toEqual(['3.0', '2.0', '1.0']);
  expect((await lab.get('a.txt')).toString()).toBe('one');
  expect((await client('DELETE', `${versions}/2.0`)).status).toBe(204);
  expect(await ids()).toEqual(['3.0', '1.0']);
  expect((await client('GET', `${versions}/9.0`)).status).toBe(404);
});

test('setting dates makes a version too; only so many are kept', async () => {
  const { client, at } = lab;
  const file = (await lab.put('a.txt', 'one')).json;
  const dates = { fileSystemInfo: { lastModifiedDateTime: '2020-01-01T00:00:00Z' } };
  const patched = (await client('PATCH', `${at}/items/${file.id}`, dates)).json;
  const list = (await client('GET', `${at}/items/${file.id}/versions`)).json.value;
  expect(list.map(({ id, lastModifiedDateTime }: Record<string, string>) => [id, lastModifiedDateTime])).toEqual([
    ['2.0', '2020-01-01T00:00:00Z'],
    ['1.0', '2026-09-01T08:00:00Z'],
  ]);
  expect(patched.cTag).toBe(file.cTag);
  expect(patched.eTag).not.toBe(file.eTag);
  lab.drive.behaviour.maxVersions = 3;
  for (const text of ['two', 'three', 'four']) await lab.put('a.txt', text);
  const kept = (await client('GET', `${at}/items/${file.id}/versions`)).json.value;
  expect(kept.map(({ id }: { id: string }) => id)).toEqual(['5.0', '4.0', '3.0']);
});
