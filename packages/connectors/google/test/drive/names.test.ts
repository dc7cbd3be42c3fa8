import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoted } from '../../src/drive/drive-api.ts';
import type { DriveFile } from '../../src/drive/drive-file.ts';
import { namedFiles, namesBehind } from '../../src/drive/names.ts';
import { containerId, placeOf } from '../../src/drive/place.ts';
import { namedFolders } from '../../src/drive/tree.ts';

const DOCUMENT = 'application/vnd.google-apps.document';
const file = (id: string, name: string, more: Partial<DriveFile> = {}): DriveFile => ({
  id,
  name,
  mimeType: 'text/plain',
  createdTime: `2026-01-01T00:00:0${id.length % 10}.000Z`,
  ...more,
});

test('files of one name have ids of their own, the oldest the plain one', () => {
  const named = namedFiles([
    file('333', 'a.txt'),
    file('1', 'a.txt'),
    file('22', 'b.txt'),
    file('4444', 'Letter', { mimeType: DOCUMENT }),
    file('55555', 'Letter.docx'),
  ]);
  expect(named.map(({ id, name, file: { id: fileId } }) => [fileId, name, id === name])).toEqual([
    ['1', 'a.txt', true],
    ['22', 'b.txt', true],
    ['333', 'a.txt', false],
    ['4444', 'Letter.docx', true],
    ['55555', 'Letter.docx', false],
  ]);
  expect(new Set(named.map(({ id }) => id)).size).toBe(5);
});

test('an id leads to all names that may be behind it', () => {
  const names = fc.array(fc.constantFrom('a', 'a.docx', 'b', 'c.txt'), { maxLength: 6 });
  fc.assert(
    fc.property(names, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (list, natives) => {
      const items = list.map((name, at) =>
        file('x'.repeat(at + 1), name, natives[at] === true ? { mimeType: DOCUMENT } : {}),
      );
      for (const one of namedFiles(items)) {
        const behind = namesBehind(one.id);
        // Looked for by name alone, it is the same one.
        const found = namedFiles(items.filter(({ name = '' }) => behind.includes(name)));
        expect(found.find(({ id }) => id === one.id)?.file).toBe(one.file);
      }
    }),
  );
});

test('folders of one name get numbers, which no other has', () => {
  const folders = [file('1', 'F'), file('22', 'F'), file('333', 'F (2)'), file('4444', 'F')];
  expect(namedFolders(folders).map(([name, { id }]) => [name, id])).toEqual([
    ['F', '1'],
    ['F (2)', '333'],
    ['F (3)', '22'],
    ['F (4)', '4444'],
  ]);
});

test('a container’s key says where it is, whatever the names hold', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (path) => {
      const place = { folderId: '0A-b_c', path };
      expect(placeOf(containerId(place))).toEqual(place);
    }),
  );
});

test('values in searches end where they should', () => {
  expect(quoted("it's \\ fine")).toBe("'it\\'s \\\\ fine'");
});
