/** How a Google document leaves Drive. */
export interface ExportFormat {
  readonly mimeType: string;
  /** With its dot. */
  readonly extension: string;
}

const OFFICE = 'application/vnd.openxmlformats-officedocument.';

/** https://developers.google.com/workspace/drive/api/guides/ref-export-formats */
const FORMATS: Readonly<Record<string, ExportFormat>> = {
  'application/vnd.google-apps.document': { mimeType: `${OFFICE}wordprocessingml.document`, extension: '.docx' },
  'application/vnd.google-apps.spreadsheet': { mimeType: `${OFFICE}spreadsheetml.sheet`, extension: '.xlsx' },
  'application/vnd.google-apps.presentation': { mimeType: `${OFFICE}presentationml.presentation`, extension: '.pptx' },
  'application/vnd.google-apps.drawing': { mimeType: 'image/png', extension: '.png' },
  'application/vnd.google-apps.script': { mimeType: 'application/vnd.google-apps.script+json', extension: '.json' },
};

/** Undefined for what Google exports in no format: forms, sites, maps … */
export const exportOf = ({ mimeType = '' }: { readonly mimeType?: string }): ExportFormat | undefined =>
  FORMATS[mimeType];

/** A Google document that an Office file can become. */
export interface ImportFormat {
  /** Of the document. */
  readonly mimeType: string;
  /** Of the file, which Drive converts by. */
  readonly from: string;
  /** With its dot. */
  readonly extension: string;
}

export const OFFICE_KINDS = ['document', 'spreadsheet', 'presentation'] as const;
export type OfficeKind = (typeof OFFICE_KINDS)[number];

/**
 * What a file of this name becomes. Only what is exported under the same name again, so that it stays known by it:
 * https://developers.google.com/workspace/drive/api/guides/manage-uploads#import-docs
 */
export function importOf(name: string, kinds: readonly OfficeKind[]): ImportFormat | undefined {
  for (const kind of kinds) {
    const mimeType = `application/vnd.google-apps.${kind}`;
    const { extension, mimeType: from } = FORMATS[mimeType] as ExportFormat;
    if (name.endsWith(extension) && name.length > extension.length) return { mimeType, from, extension };
  }
  return undefined;
}

export const EXTENSIONS: readonly string[] = Object.values(FORMATS).map(({ extension }) => extension);
