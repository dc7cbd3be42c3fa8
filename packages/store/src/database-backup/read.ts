import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { SternaError } from '@sterna/core';
import type { Sequence } from '../database-move/shape.ts';
import { type BackedUp, type BackupHead, damaged, FORMAT, LineHash, RowSum, type TableSum } from './format.ts';

/** What a backup holds, in its order. */
export interface BackupReader {
  head(head: BackupHead): Promise<void>;
  /** In pages. */
  rows(table: string, rows: readonly string[]): Promise<void>;
  tableDone(table: string, sum: TableSum): Promise<void>;
  sequences(sequences: readonly Sequence[]): Promise<void>;
}

const PAGE = 1_000;

/**
 * Reads a backup from its first to its last line, and compares all sums. What the reader was told holds only when this
 * has come back.
 *
 * @throws SternaError config `backup-unreadable`, `backup-foreign`, `backup-damaged`
 */
export async function readBackup(file: string, reader: BackupReader): Promise<BackedUp> {
  const hash = new LineHash();
  let head: BackupHead | undefined;
  let table: { readonly name: string; readonly sum: RowSum; page: string[] } | undefined;
  let finished = 0;
  let rows = 0;
  let hasSequences = false;
  let sha256: string | undefined;
  for await (const line of linesOf(file)) {
    if (sha256 !== undefined) throw damaged(file, 'something follows its end');
    const value = parse(file, line);
    if (isObject(value) && typeof value.sha256 === 'string') {
      sha256 = hash.digest();
      if (!hasSequences || value.sha256 !== sha256) throw damaged(file, 'its checksum is another');
      continue;
    }
    hash.add(line);
    if (head === undefined) {
      head = headOf(file, value);
      await reader.head(head);
    } else if (typeof value === 'string' && table !== undefined) {
      table.sum.add(value);
      table.page.push(value);
      if (table.page.length >= PAGE) await reader.rows(table.name, table.page.splice(0));
    } else if (isObject(value) && typeof value.table === 'string' && table === undefined) {
      if (value.table !== head.tables[finished]?.name) throw damaged(file, `a table ${value.table} is out of place`);
      table = { name: value.table, sum: new RowSum(), page: [] };
    } else if (isObject(value) && typeof value.sum === 'string' && table !== undefined) {
      if (table.page.length > 0) await reader.rows(table.name, table.page);
      const { total } = table.sum;
      if (total.rows !== value.rows || total.sum !== value.sum) throw damaged(file, `rows of ${table.name} are wrong`);
      await reader.tableDone(table.name, total);
      rows += total.rows;
      finished += 1;
      table = undefined;
    } else if (isObject(value) && Array.isArray(value.sequences) && finished === head.tables.length) {
      hasSequences = true;
      await reader.sequences(value.sequences as Sequence[]);
    } else throw damaged(file, 'a line is out of place');
  }
  if (head === undefined || sha256 === undefined) throw damaged(file, 'its end is missing');
  return { at: head.at, tables: finished, rows, sha256 };
}

const ignore = async (): Promise<void> => {};

/** Reads it whole and does nothing with it. @throws as `readBackup` */
export const checkBackup = (file: string): Promise<BackedUp> =>
  readBackup(file, { head: ignore, rows: ignore, tableDone: ignore, sequences: ignore });

async function* linesOf(file: string): AsyncGenerator<string> {
  const packed = createReadStream(file);
  const plain = createGunzip();
  packed.on('error', (error) => plain.destroy(error));
  let rest = '';
  try {
    for await (const chunk of packed.pipe(plain).setEncoding('utf8')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (thrown) {
    throw inWords(file, thrown);
  } finally {
    packed.destroy();
    plain.destroy();
  }
  if (rest !== '') throw damaged(file, 'its end is missing');
}

function inWords(file: string, thrown: unknown): unknown {
  const { code, syscall } = thrown as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') return damaged(file, 'its end is missing', thrown);
  if (code?.startsWith('Z_') === true) return foreign(file, thrown);
  if (syscall === undefined) return thrown;
  return new SternaError('config', 'backup-unreadable', `The backup ${file} can't be read (${code}).`, {
    fix: 'Check the name, and that you may read it.',
    cause: thrown,
  });
}

function parse(file: string, line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw foreign(file, cause);
  }
}

function headOf(file: string, value: unknown): BackupHead {
  if (!isObject(value) || value.format !== FORMAT) throw foreign(file);
  return value as unknown as BackupHead;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const foreign = (file: string, cause?: unknown): SternaError =>
  new SternaError('config', 'backup-foreign', `The file ${file} is no backup of a database of Sterna's, or damaged.`, {
    fix: 'Name a file that `sterna database backup` wrote.',
    cause,
  });
