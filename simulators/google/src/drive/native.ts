import { Content } from './content.ts';
import {
  DOCUMENT,
  DOCX,
  DRAWING,
  ODP,
  ODS,
  ODT,
  PPTX,
  PRESENTATION,
  SCRIPT,
  SITE,
  SPREADSHEET,
  XLSX,
} from './media-types.ts';
import { partsOfZip, zipOf } from './zip.ts';

/** What a native Google document says; how it looks isn't kept, as any conversion loses some of that. */
export interface NativeContent {
  readonly text: string;
}

/** Bytes of an export at most. Source: developers.google.com/workspace/drive/api/reference/rest/v3/files/export. */
export const MAX_EXPORT = 10 * 1024 * 1024;

const PDF = 'application/pdf';
const ZIPPED_HTML = 'application/zip';

/** Source: developers.google.com/workspace/drive/api/guides/ref-export-formats. */
export const EXPORT_FORMATS: Readonly<Record<string, readonly string[]>> = {
  [DOCUMENT]: [
    'application/rtf',
    ODT,
    'text/html',
    PDF,
    'text/x-markdown',
    'text/markdown',
    'application/epub+zip',
    ZIPPED_HTML,
    DOCX,
    'text/plain',
  ],
  [SPREADSHEET]: [
    'application/x-vnd.oasis.opendocument.spreadsheet',
    ODS,
    'text/tab-separated-values',
    PDF,
    XLSX,
    'text/csv',
    ZIPPED_HTML,
  ],
  [PRESENTATION]: [ODP, PDF, PPTX, 'text/plain', 'image/jpeg', 'image/png', 'image/svg+xml'],
  [DRAWING]: ['image/svg+xml', 'image/png', PDF, 'image/jpeg'],
  [SCRIPT]: ['application/vnd.google-apps.script+json'],
  [SITE]: ['text/plain'],
};

/** What an upload may become. Source: developers.google.com/workspace/drive/api/guides/manage-uploads#import-docs. */
export const IMPORT_FORMATS: Readonly<Record<string, readonly string[]>> = {
  [DOCX]: [DOCUMENT],
  'application/msword': [DOCUMENT],
  [ODT]: [DOCUMENT],
  'application/rtf': [DOCUMENT],
  'text/html': [DOCUMENT],
  'text/plain': [DOCUMENT],
  'text/markdown': [DOCUMENT],
  [PDF]: [DOCUMENT],
  'image/png': [DOCUMENT],
  'image/jpeg': [DOCUMENT],
  [XLSX]: [SPREADSHEET],
  'application/vnd.ms-excel': [SPREADSHEET],
  [ODS]: [SPREADSHEET],
  'text/csv': [SPREADSHEET],
  'text/tab-separated-values': [SPREADSHEET],
  [PPTX]: [PRESENTATION],
  'application/vnd.ms-powerpoint': [PRESENTATION],
  [ODP]: [PRESENTATION],
  'application/vnd.google-apps.script+json': [SCRIPT],
  'image/svg+xml': [DRAWING],
};

/** How much may be imported, in bytes. Source: `about.maxImportSizes` as the reference's page shows it. */
export const MAX_IMPORT: Readonly<Record<string, number>> = {
  [DOCUMENT]: 10_485_760,
  [SPREADSHEET]: 104_857_600,
  [PRESENTATION]: 104_857_600,
  [DRAWING]: 2_097_152,
  [SCRIPT]: 1_048_576,
};

/** The part of an Office or OpenDocument file that holds its text. */
const TEXT_PARTS: Readonly<Record<string, string>> = {
  [DOCX]: 'word/document.xml',
  [XLSX]: 'xl/sharedStrings.xml',
  [PPTX]: 'ppt/slides/slide1.xml',
  [ODT]: 'content.xml',
  [ODS]: 'content.xml',
  [ODP]: 'content.xml',
};

/** What a native document is after `content` was uploaded as it; undefined when Drive can't convert that. */
export function importNative(content: Content, from: string, to: string): NativeContent | undefined {
  if (!IMPORT_FORMATS[bare(from)]?.includes(to)) return undefined;
  const part = TEXT_PARTS[bare(from)];
  if (part === undefined) return { text: textOf(content.bytes().toString('utf8'), bare(from)) };
  const parts = partsOfZip(content.bytes());
  if (parts === undefined) return undefined;
  return { text: textOfXml((parts.get(part) ?? Buffer.alloc(0)).toString('utf8')) };
}

/** The same document always becomes the same bytes. Undefined when there is no such format for it. */
export function exportNative(native: NativeContent, type: string, to: string): Content | undefined {
  if (!EXPORT_FORMATS[type]?.includes(to)) return undefined;
  const part = TEXT_PARTS[to];
  const lines = native.text.split('\n').map(escapeXml);
  if (part !== undefined) {
    const paragraphs = lines.map((line) => `<p>${line}</p>`).join('');
    const kind = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>';
    return Content.of(zipOf({ '[Content_Types].xml': kind, [part]: `<document>${paragraphs}</document>` }));
  }
  if (to === 'text/html')
    return Content.of(`<html><body>${lines.map((line) => `<p>${line}</p>`).join('')}</body></html>`);
  if (to === ZIPPED_HTML) return Content.of(zipOf({ 'document.html': lines.join('<br>') }));
  if (to.startsWith('text/') || to.endsWith('+json')) return Content.of(native.text);
  return Content.of(`%${to}\n${native.text}`);
}

function bare(type: string): string {
  return (type.split(';')[0] as string).trim().toLowerCase();
}

function textOf(text: string, type: string): string {
  return type === 'text/html'
    ? textOfXml(/<body[^>]*>(.*)<\/body>/s.exec(text)?.[1] ?? text)
    : text.replaceAll('\r\n', '\n');
}

function textOfXml(xml: string): string {
  return xml
    .replace(/<\?.*?\?>/gs, '')
    .replace(/<\/(?:[a-z]+:)?(?:p|si)>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\n$/, '');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
