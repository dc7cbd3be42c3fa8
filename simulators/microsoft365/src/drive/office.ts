import { crc32 } from 'node:zlib';
import { Content } from './content.ts';
import { extensionOf } from './names.ts';

const OFFICE = new Set(['docx', 'xlsx', 'pptx']);

/**
 * What SharePoint does to an Office file that is uploaded into a library: it writes the library's properties into it, so
 * that size and hash are no longer those of what was sent. Here, one stored part more at the end of the ZIP, named after
 * the library: the same file in the same library always becomes the same bytes, and stays as it is when it comes back.
 * What isn't a ZIP stays as it is.
 */
export function promoteProperties(name: string, content: Content, libraryId: string): Content {
  if (!OFFICE.has(extensionOf(name)) || content.size < END_SIZE) return content;
  const bytes = content.bytes();
  const end = findEnd(bytes);
  if (end === undefined) return content;
  const count = bytes.readUInt16LE(end + 10);
  const size = bytes.readUInt32LE(end + 12);
  const start = bytes.readUInt32LE(end + 16);
  if (start + size > end || count === 0xffff) return content;

  const path = Buffer.from(`customXml/library-${libraryId.slice(0, 8).toLowerCase()}.xml`);
  const directory = bytes.subarray(start, start + size);
  if (directory.includes(path)) return content;
  const part = Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?><p:properties xmlns:p="http://schemas.microsoft.com/office/2006/metadata/properties"><documentManagement library="{${libraryId}}"/></p:properties>`,
  );

  const local = Buffer.concat([localHeader(path, part), part]);
  const entry = centralHeader(path, part, start);
  const closing = Buffer.from(bytes.subarray(end));
  closing.writeUInt16LE(count + 1, 8);
  closing.writeUInt16LE(count + 1, 10);
  closing.writeUInt32LE(size + entry.length, 12);
  closing.writeUInt32LE(start + local.length, 16);
  return new Content([bytes.subarray(0, start), local, directory, entry, closing]);
}

const END_SIZE = 22;

/** Where the end-of-central-directory record begins; it may be followed by a comment. */
function findEnd(bytes: Buffer): number | undefined {
  const first = Math.max(0, bytes.length - END_SIZE - 0xffff);
  for (let at = bytes.length - END_SIZE; at >= first; at--) {
    if (bytes.readUInt32LE(at) === 0x06054b50) return at;
  }
  return undefined;
}

/** The fields that both headers of a stored part share: version to flags, 1980-01-01, sizes, length of the name. */
function commonFields(path: Buffer, part: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x21, 8);
  fields.writeUInt32LE(crc32(part), 10);
  fields.writeUInt32LE(part.length, 14);
  fields.writeUInt32LE(part.length, 18);
  fields.writeUInt16LE(path.length, 22);
  return fields;
}

function localHeader(path: Buffer, part: Buffer): Buffer {
  return Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), commonFields(path, part), path]);
}

function centralHeader(path: Buffer, part: Buffer, offset: number): Buffer {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE(offset, 10);
  return Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), commonFields(path, part), rest, path]);
}

/** A ZIP of stored parts, as small as an Office file can be; for the seed and the tests. */
export function zipOf(parts: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const [name, text] of Object.entries(parts)) {
    const path = Buffer.from(name);
    const part = Buffer.from(text);
    const local = Buffer.concat([localHeader(path, part), part]);
    locals.push(local);
    entries.push(centralHeader(path, part, offset));
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(END_SIZE);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
