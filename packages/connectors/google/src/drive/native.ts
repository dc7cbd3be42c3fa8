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

export const EXTENSIONS: readonly string[] = Object.values(FORMATS).map(({ extension }) => extension);
