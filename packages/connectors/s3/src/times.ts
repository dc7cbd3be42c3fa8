/**
 * When a file was modified, as rclone keeps it: the user metadata `mtime`, seconds since 1970 with a fraction.
 * S3 itself knows only when the object was written.
 */
export const MTIME = 'mtime';

export const mtimeText = (date: Date): string => String(date.getTime() / 1_000);

/** Undefined where there is none, or none that is a time. */
export function parseMtime(text: string | undefined): Date | undefined {
  if (text === undefined || !/^-?\d{1,12}(?:\.\d{1,12})?$/.test(text)) return undefined;
  const date = new Date(Math.round(Number(text) * 1_000));
  return Number.isNaN(date.getTime()) ? undefined : date;
}

export const mtimeOf = (metadata: Readonly<Record<string, string>> | undefined, modified: Date | undefined) =>
  parseMtime(metadata?.[MTIME]) ?? modified;
