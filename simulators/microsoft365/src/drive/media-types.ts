import { extensionOf } from './names.ts';

const OPEN_XML = 'application/vnd.openxmlformats-officedocument';

/** What SharePoint tells of a file, which it knows by the name alone. */
const TYPES: Readonly<Record<string, string>> = {
  csv: 'application/vnd.ms-excel',
  docx: `${OPEN_XML}.wordprocessingml.document`,
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  mp4: 'video/mp4',
  pdf: 'application/pdf',
  png: 'image/png',
  pptx: `${OPEN_XML}.presentationml.presentation`,
  svg: 'image/svg+xml',
  txt: 'text/plain',
  xlsx: `${OPEN_XML}.spreadsheetml.sheet`,
  xml: 'text/xml',
  zip: 'application/x-zip-compressed',
};

export function mediaTypeOf(name: string): string {
  return TYPES[extensionOf(name)] ?? 'application/octet-stream';
}
