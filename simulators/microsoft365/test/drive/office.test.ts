import { expect, test } from 'vitest';
import { Content } from '../../src/drive/content.ts';
import { promoteProperties, zipOf } from '../../src/drive/office.ts';

const LIBRARY = '0a1b2c3d-0000-4000-a000-000000000001';
const OTHER = '99999999-0000-4000-a000-000000000001';
const workbook = new Content([zipOf({ 'a.xml': '<a/>', 'b.xml': '<b/>' })]);

/** Names and contents by the central directory, read apart from the code under test. */
function partsOf(zip: Buffer): Record<string, string> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const parts: Record<string, string> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let n = 0; n < zip.readUInt16LE(end + 10); n++) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    parts[name] = zip.toString('utf8', start, start + zip.readUInt32LE(local + 18));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  expect(at).toBe(end);
  return parts;
}

test('an uploaded workbook has a part more, is still a ZIP, and always becomes the same', () => {
  const stored = promoteProperties('Plan.XLSX', workbook, LIBRARY);
  expect(stored.size).toBeGreaterThan(workbook.size);
  expect(stored.quickXorHash).not.toBe(workbook.quickXorHash);
  const parts = partsOf(stored.bytes());
  expect(Object.keys(parts)).toEqual(['a.xml', 'b.xml', 'customXml/library-0a1b2c3d.xml']);
  expect(parts['a.xml']).toBe('<a/>');
  expect(promoteProperties('Plan.XLSX', workbook, LIBRARY).bytes()).toEqual(stored.bytes());
});

test('what comes back into its library stays as it is; another library writes its own part', () => {
  const stored = promoteProperties('p.docx', workbook, LIBRARY);
  expect(promoteProperties('p.docx', stored, LIBRARY)).toBe(stored);
  const moved = promoteProperties('p.docx', stored, OTHER);
  expect(Object.keys(partsOf(moved.bytes()))).toHaveLength(4);
});

test('other names, and what is no ZIP, stay as they are', () => {
  expect(promoteProperties('plan.zip', workbook, LIBRARY)).toBe(workbook);
  const text = Content.of('This is no ZIP, whatever it is called.');
  expect(promoteProperties('plan.docx', text, LIBRARY)).toBe(text);
  const empty = Content.of('');
  expect(promoteProperties('plan.docx', empty, LIBRARY)).toBe(empty);
});
