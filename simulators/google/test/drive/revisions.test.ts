import { expect, test } from 'vitest';
import { DOCX } from '../../src/drive/media-types.ts';
import { partsOfZip, zipOf } from '../../src/drive/zip.ts';
import { DOCUMENT, FILES, find, get, newFile, reasonOf, start, upload } from './support.ts';

const DAY = 86_400_000;

test('new content is a new revision; old ones go after 30 days unless kept', async () => {
  const { person, clock } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt', 'one');
  const revisions = `${FILES}/${id}/revisions`;
  await upload(alice, {}, 'two', { id });
  await upload(alice, { modifiedTime: '2001-01-01T00:00:00Z' }, 'three', { id });
  const { json } = await alice('GET', `${revisions}?fields=*`);
  expect(json.revisions.map(({ size, modifiedTime }: Record<string, string>) => [size, modifiedTime])).toEqual([
    ['3', new Date(clock.now()).toISOString()],
    ['3', new Date(clock.now()).toISOString()],
    ['5', '2001-01-01T00:00:00.000Z'],
  ]);
  const [first] = json.revisions;
  expect((await alice('GET', `${revisions}/${first.id}?alt=media`)).bytes.toString()).toBe('one');
  await alice('PATCH', `${revisions}/${first.id}`, { keepForever: true });
  expect((await get(alice, id)).quotaBytesUsed).toBe('8');
  clock.advance(30 * DAY);
  expect(await alice('GET', revisions).then((answer) => answer.status)).toBe(401);
  const later = await person('alice');
  expect((await later('GET', `${revisions}?fields=revisions(keepForever)`)).json.revisions).toEqual([
    { keepForever: true },
    { keepForever: false },
  ]);
});

test('the last revision stays', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const id = await newFile(alice, 'a.txt', 'one');
  const { headRevisionId } = await get(alice, id);
  expect((await alice('DELETE', `${FILES}/${id}/revisions/${headRevisionId}`)).status).toBe(400);
  await upload(alice, {}, 'two', { id });
  const head = await get(alice, id);
  expect((await alice('DELETE', `${FILES}/${id}/revisions/${head.headRevisionId}`)).status).toBe(204);
  expect((await alice('GET', `${FILES}/${id}?alt=media`)).bytes.toString()).toBe('one');
});

test('an Office document becomes a native one and back; its bytes are others, its text is the same', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const word = zipOf({
    'word/document.xml': '<w:document><w:p>Grüße &amp; mehr</w:p><w:p>Zweite Zeile</w:p></w:document>',
  });
  const made = await upload(alice, { name: 'Letter', mimeType: DOCUMENT }, word, { type: DOCX, query: '&fields=*' });
  expect(made.json).toMatchObject({ mimeType: DOCUMENT, name: 'Letter' });
  expect([made.json.md5Checksum, made.json.headRevisionId]).toEqual([undefined, undefined]);
  const path = `${FILES}/${made.json.id}`;
  expect(reasonOf(await alice('GET', `${path}?alt=media`))).toEqual([403, 'fileNotDownloadable']);
  expect((await alice('GET', `${path}/export?mimeType=text/plain`)).bytes.toString()).toBe(
    'Grüße & mehr\nZweite Zeile',
  );
  const back = (await alice('GET', `${path}/export?mimeType=${DOCX}`)).bytes;
  expect(back.equals(word)).toBe(false);
  expect(partsOfZip(back)?.get('word/document.xml')?.toString()).toContain(
    '<p>Grüße &amp; mehr</p><p>Zweite Zeile</p>',
  );
  const again = await upload(alice, { name: 'Again', mimeType: DOCUMENT }, back, { type: DOCX });
  expect((await alice('GET', `${FILES}/${again.json.id}/export?mimeType=text/plain`)).bytes.toString()).toBe(
    'Grüße & mehr\nZweite Zeile',
  );
  expect(await find(alice, "fullText contains 'zweite zeile'")).toHaveLength(2);
});

test('what cannot be converted or exported is refused', async () => {
  const { person } = await start();
  const alice = await person('alice');
  const wrong = await upload(alice, { name: 'x', mimeType: DOCUMENT }, 'x', { type: 'video/mp4' });
  expect(wrong.status).toBe(400);
  expect((await upload(alice, { name: 'x', mimeType: DOCUMENT }, 'no zip', { type: DOCX })).status).toBe(400);
  const blob = await newFile(alice, 'a.txt');
  expect(reasonOf(await alice('GET', `${FILES}/${blob}/export?mimeType=text/plain`))).toEqual([
    403,
    'fileNotExportable',
  ]);
  const { json } = await alice('POST', FILES, { name: 'Doc', mimeType: DOCUMENT });
  expect((await alice('GET', `${FILES}/${json.id}/export?mimeType=image/png`)).status).toBe(400);
  await upload(alice, {}, 'x'.repeat(10 * 1024 * 1024), { id: json.id });
  const large = await alice('GET', `${FILES}/${json.id}/export?mimeType=${DOCX}`);
  expect(reasonOf(large)).toEqual([403, 'exportSizeLimitExceeded']);
});
