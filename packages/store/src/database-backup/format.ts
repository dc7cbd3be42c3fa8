import { createHash, type Hash } from 'node:crypto';
import { SternaError } from '@sterna/core';

/**
 * A backup of the database, gzipped: lines of JSON. The first is the head; then for each table its name as
 * `{"table":…}`, its rows as strings (PostgreSQL's text of a row) and its sum as `{"rows":…,"sum":…}`; then the sequences;
 * and at last the SHA-256 of all lines before it. Keys are not in it: what is sealed stays sealed.
 */
export const FORMAT = 'sterna-database/1';

export interface BackupHead {
  readonly format: typeof FORMAT;
  /** How many migrations made the schema. */
  readonly schema: number;
  /** ISO 8601, by the database's clock. */
  readonly at: string;
  /** Of PostgreSQL's text values. */
  readonly tables: readonly { readonly name: string; readonly columns: string }[];
}

export interface BackedUp {
  /** ISO 8601. */
  readonly at: string;
  readonly tables: number;
  readonly rows: number;
  /** SHA-256 of the contents, hexadecimal; also the last line of the file. */
  readonly sha256: string;
}

export interface TableSum {
  readonly rows: number;
  readonly sum: string;
}

/** The same sum over rows as `contentOf` has PostgreSQL make. */
export class RowSum {
  #rows = 0;
  #sum = 0n;

  add(row: string): void {
    this.#rows += 1;
    this.#sum += BigInt(`0x${createHash('sha256').update(row, 'utf8').digest('hex').slice(0, 15)}`);
  }

  get total(): TableSum {
    return { rows: this.#rows, sum: String(this.#sum) };
  }
}

/** Of all lines, each with its end of line. */
export class LineHash {
  readonly #hash: Hash = createHash('sha256');

  add(line: string): void {
    this.#hash.update(line, 'utf8').update('\n');
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}

export const damaged = (file: string, what: string, cause?: unknown): SternaError =>
  new SternaError('config', 'backup-damaged', `The backup ${file} is damaged: ${what}.`, {
    fix: 'Nothing was restored. Take another copy of this backup, or an earlier one.',
    cause,
  });
