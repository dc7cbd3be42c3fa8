import type { FidelityNote } from '@sterna/connector-kit';

/** File systems differ in their reach; 1901 to 2446 is ext4's. */
const EARLIEST = Date.UTC(1902, 0, 1);
const LATEST = Date.UTC(2446, 0, 1);

/** A received date that a file's mtime can hold, or undefined with a note. Whole seconds, as INTERNALDATE is. */
export function storableDate(date: Date | undefined, notes: FidelityNote[]): Date | undefined {
  if (date === undefined) return undefined;
  const time = date.getTime();
  if (time >= EARLIEST && time < LATEST) return new Date(Math.floor(time / 1000) * 1000);
  notes.push({ code: 'date-dropped', text: 'The received date is outside of what a file can hold; now is used' });
  return undefined;
}

/** Whole seconds: IMAP's dates have no finer part, and copies must compare equal. */
export const fileDate = (mtimeMs: number): Date => new Date(Math.floor(mtimeMs / 1000) * 1000);
