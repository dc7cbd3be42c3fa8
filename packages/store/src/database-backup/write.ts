import { createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { SternaError } from '@sterna/core';
import type { PoolClient } from 'pg';
import type { Database } from '../database.ts';
import { rowsAsText, sequencesOf, tablesOf, useExactText } from '../database-move/shape.ts';
import { MIGRATIONS, schemaOf } from '../migrate.ts';
import { type BackedUp, type BackupHead, FORMAT, LineHash, RowSum } from './format.ts';
import { checkBackup } from './read.ts';

/**
 * Writes all that the database holds at one moment into a new file, and reads that once more. Server and workers go on
 * meanwhile. A crash leaves no file of that name.
 *
 * @throws SternaError config `database-empty`, `database-newer`, `database-older`, `backup-exists`, `backup-unwritable`
 */
export async function backUpDatabase(database: Database, file: string): Promise<BackedUp> {
  const unfinished = `${file}.part`;
  const client = await database.pool.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    await useExactText(client);
    const head = await headOf(client, database.place);
    await reserve(file, unfinished);
    await pipeline(
      Readable.from(inChunks(lines(client, head))),
      createGzip({ level: 5 }),
      createWriteStream(unfinished, { flags: 'w', mode: 0o600, flush: true }),
    ).catch((cause: unknown) => {
      throw isOfFiles(cause) ? unwritable(file, cause) : cause;
    });
    const checked = await checkBackup(unfinished);
    await rename(unfinished, file);
    const folder = await open(dirname(file), 'r');
    await folder.sync().finally(() => folder.close());
    return checked;
  } finally {
    await rm(unfinished, { force: true });
    // The connection ends, and its transaction with it.
    client.release(true);
  }
}

async function headOf(client: PoolClient, place: string): Promise<BackupHead> {
  const version = await schemaOf(client);
  if (version === undefined)
    throw new SternaError('config', 'database-empty', `There is nothing of Sterna's in the database at ${place}.`, {
      fix: 'Name the data folder of the server (--data), or set DATABASE_URL.',
    });
  if (version !== MIGRATIONS.length)
    throw new SternaError(
      'config',
      version > MIGRATIONS.length ? 'database-newer' : 'database-older',
      `The database at ${place} has schema ${version}; this Sterna knows ${MIGRATIONS.length}.`,
      { fix: 'Back it up with the Sterna that uses it.' },
    );
  const { rows } = await client.query<{ at: Date }>('select now() as at');
  const { at } = rows[0] as { at: Date };
  return { format: FORMAT, schema: version, at: at.toISOString(), tables: await tablesOf(client) };
}

async function* lines(client: PoolClient, head: BackupHead): AsyncGenerator<string> {
  const hash = new LineHash();
  const line = (value: unknown): string => {
    const text = JSON.stringify(value);
    hash.add(text);
    return text;
  };
  yield line(head);
  for (const table of head.tables) {
    yield line({ table: table.name });
    const sum = new RowSum();
    for await (const page of rowsAsText(client, table))
      for (const row of page) {
        sum.add(row);
        yield line(row);
      }
    yield line(sum.total);
  }
  yield line({ sequences: await sequencesOf(client) });
  yield JSON.stringify({ sha256: hash.digest() });
}

/** Streams like few large pieces. */
async function* inChunks(source: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of source) {
    chunk += `${line}\n`;
    if (chunk.length < 64 * 1024) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

async function reserve(file: string, unfinished: string): Promise<void> {
  for (const path of [file, unfinished]) {
    const handle = await open(path, 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw unwritable(file, cause);
      throw new SternaError('config', 'backup-exists', `There is a file ${path} already.`, {
        fix: 'Give the backup another name, or remove that file.',
      });
    });
    await handle.close();
    // Only looked for: it comes to be when it is whole.
    if (path === file) await rm(path);
  }
}

const isOfFiles = (error: unknown): boolean =>
  typeof (error as NodeJS.ErrnoException | undefined)?.syscall === 'string';

const unwritable = (file: string, cause: unknown): SternaError =>
  new SternaError(
    'config',
    'backup-unwritable',
    `The backup ${file} can't be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
    { fix: 'Check that its folder is there, can be written, and that its disk has room.', cause },
  );
