import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keyword letters a, b, c … of every folder's `dovecot-keywords` (doc.dovecot.org, "Maildir, keywords"). */
export const SAMPLE_KEYWORDS = ['$Label1', 'Work', '$Forwarded', 'NonJunk', 'zu-erledigen'] as const;

export interface NewFile {
  /** Decoded names from the root; `['INBOX']` is the root itself. */
  readonly folder: readonly string[];
  readonly raw: Buffer;
  /** Maildir info letters: D F P R S T and a–z for keywords. Sorted by the writer. */
  readonly flags?: string;
  /** Received date, kept as the file's mtime. */
  readonly date: Date;
  /** In `new/`, without info suffix: never seen by a mail program. */
  readonly fresh?: boolean;
}

export interface WrittenFile {
  readonly folder: readonly string[];
  readonly name: string;
}

/** Writes a Maildir++ as Dovecot lays it out: INBOX at the root, `.A.B` beside `cur`, names in modified UTF-7. */
export class MailboxFiles {
  readonly root: string;
  readonly perFolder = new Map<string, number>();
  messages = 0;
  bytes = 0;
  #serial = 0;
  readonly #host: string;

  constructor(root: string, host: string) {
    this.root = root;
    this.#host = host;
  }

  directory(folder: readonly string[]): string {
    return folderDirectory(this.root, folder);
  }

  addFolder(folder: readonly string[]): void {
    const at = this.directory(folder);
    for (const sub of ['cur', 'new', 'tmp']) mkdirSync(join(at, sub), { recursive: true });
    if (at !== this.root) writeFileSync(join(at, 'maildirfolder'), '');
    writeFileSync(join(at, 'dovecot-keywords'), SAMPLE_KEYWORDS.map((word, index) => `${index} ${word}\n`).join(''));
    this.perFolder.set(folder.join('/'), this.perFolder.get(folder.join('/')) ?? 0);
  }

  subscribe(folders: readonly (readonly string[])[]): void {
    const lines = folders.filter((folder) => folder[0] !== 'INBOX').map((folder) => folder.map(encodeUtf7).join('.'));
    writeFileSync(join(this.root, 'subscriptions'), lines.map((line) => `${line}\n`).join(''));
  }

  add(file: NewFile): WrittenFile {
    const key = file.folder.join('/');
    if (!this.perFolder.has(key)) this.addFolder(file.folder);
    const seconds = Math.floor(file.date.getTime() / 1000);
    // The size in the name is what Dovecot writes too, and believes when it reads.
    const base = `${seconds}.M${String(this.#serial++).padStart(6, '0')}P7.${this.#host},S=${file.raw.length}`;
    const name = file.fresh === true ? base : `${base}:2,${sortFlags(file.flags ?? '')}`;
    const path = join(this.directory(file.folder), file.fresh === true ? 'new' : 'cur', name);
    writeFileSync(path, file.raw);
    utimesSync(path, seconds, seconds);
    this.messages++;
    this.bytes += file.raw.length;
    this.perFolder.set(key, (this.perFolder.get(key) ?? 0) + 1);
    return { folder: file.folder, name };
  }
}

export const sortFlags = (flags: string): string => [...new Set(flags)].sort().join('');

export function folderDirectory(root: string, folder: readonly string[]): string {
  return folder.length === 1 && folder[0] === 'INBOX' ? root : join(root, `.${folder.map(encodeUtf7).join('.')}`);
}

/** Folders on disk, sorted bytewise by directory name so that every run sees them in one order. */
export function listFolders(root: string): (readonly string[])[] {
  const names = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('.') && existsSync(join(root, entry.name, 'cur')))
    .map((entry) => entry.name.slice(1))
    .sort((a, b) => (a < b ? -1 : 1));
  return [['INBOX'], ...names.map((name) => name.split('.').map(decodeUtf7))];
}

/** Files of a folder, `cur/x` or `new/x`, sorted. */
export function listFiles(root: string, folder: readonly string[]): string[] {
  const at = folderDirectory(root, folder);
  return ['cur', 'new'].flatMap((sub) =>
    readdirSync(join(at, sub))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => `${sub}/${name}`),
  );
}

export const readMail = (root: string, folder: readonly string[], file: string): Buffer =>
  readFileSync(join(folderDirectory(root, folder), file));

/** Modified UTF-7 of one folder name (RFC 3501 section 5.1.3). */
export function encodeUtf7(name: string): string {
  return name.replace(/&|[^\x20-\x7e]+/g, (run) => {
    if (run === '&') return '&-';
    const utf16 = Buffer.from(run, 'utf16le').swap16();
    return `&${utf16.toString('base64').replace(/=+$/, '').replace(/\//g, ',')}-`;
  });
}

export function decodeUtf7(name: string): string {
  return name.replace(/&([^-]*)-/g, (_, run: string) =>
    run === '' ? '&' : Buffer.from(run.replace(/,/g, '/'), 'base64').swap16().toString('utf16le'),
  );
}
