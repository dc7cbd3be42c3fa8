const OPEN_XML = 'application/vnd.openxmlformats-officedocument';
const OPEN_DOCUMENT = 'application/vnd.oasis.opendocument';

export const FOLDER = 'application/vnd.google-apps.folder';
export const SHORTCUT = 'application/vnd.google-apps.shortcut';
export const DOCUMENT = 'application/vnd.google-apps.document';
export const SPREADSHEET = 'application/vnd.google-apps.spreadsheet';
export const PRESENTATION = 'application/vnd.google-apps.presentation';
export const DRAWING = 'application/vnd.google-apps.drawing';
export const FORM = 'application/vnd.google-apps.form';
export const SITE = 'application/vnd.google-apps.site';
export const SCRIPT = 'application/vnd.google-apps.script';

export const DOCX = `${OPEN_XML}.wordprocessingml.document`;
export const XLSX = `${OPEN_XML}.spreadsheetml.sheet`;
export const PPTX = `${OPEN_XML}.presentationml.presentation`;
export const ODT = `${OPEN_DOCUMENT}.text`;
export const ODS = `${OPEN_DOCUMENT}.spreadsheet`;
export const ODP = `${OPEN_DOCUMENT}.presentation`;

const BY_EXTENSION: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  doc: 'application/msword',
  docx: DOCX,
  eml: 'message/rfc822',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  md: 'text/markdown',
  mp4: 'video/mp4',
  odp: ODP,
  ods: ODS,
  odt: ODT,
  pdf: 'application/pdf',
  png: 'image/png',
  pptx: PPTX,
  rtf: 'application/rtf',
  svg: 'image/svg+xml',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  xlsx: XLSX,
  xml: 'text/xml',
  zip: 'application/zip',
};

/** What Drive takes a file to be when neither its metadata nor its upload says it. */
export function mediaTypeOf(name: string): string {
  return BY_EXTENSION[extensionOf(name) ?? ''] ?? 'application/octet-stream';
}

/** `pdf` of `a.b.pdf`; undefined for a name without one. In lower case. */
export function extensionOf(name: string): string | undefined {
  return /[^.]\.([A-Za-z0-9]{1,16})$/.exec(name)?.[1]?.toLowerCase();
}

/** `tar.gz` of `a.tar.gz`. */
export function fullExtensionOf(name: string): string | undefined {
  return /[^.]\.((?:tar\.)?[A-Za-z0-9]{1,16})$/i.exec(name)?.[1];
}

export function isNativeType(mimeType: string): boolean {
  return mimeType.startsWith('application/vnd.google-apps.') && mimeType !== FOLDER && mimeType !== SHORTCUT;
}
