import { lstat, open, readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { errnoOf } from '../errors.ts';
import { readRange } from './scan.ts';

export interface FoundMbox {
  /** Path below the root with `/`; the file's own name where the root is the file. */
  readonly id: string;
  readonly file: string;
  /** What its name says. */
  readonly path: readonly string[];
}

export interface MboxTree {
  readonly files: readonly FoundMbox[];
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
}

const MAX_DEPTH = 32;
/** Indexes, locks and notes that mail programs and we keep beside mailboxes. */
const BESIDE = new Set(['.msf', '.lock', '.sterna', '.dat', '.json', '.html', '.toc', '.idx', '.index', '.tmp']);
const MBOX = new Set(['.mbox', '.mbx']);

/**
 * The mbox files at or below `root`: Takeout's single file, a folder of them in depth, Thunderbird's `Inbox` with
 * `Inbox.sbd/`, Apple Mail's `Name.mbox/mbox`. Links are not followed.
 */
export async function findMboxes(root: string): Promise<MboxTree> {
  const stat = await lstat(root);
  if (stat.isFile()) {
    const name = basename(root);
    // A spool file is an inbox; an export is a folder of its own.
    const path = MBOX.has(extname(name).toLowerCase()) ? [nameOf(name)] : ['INBOX'];
    return { files: [{ id: name, file: root, path: inbox(path) }], skipped: [] };
  }
  const files: FoundMbox[] = [];
  const skipped: { name: string; why: string }[] = [];
  const look = async (relative: string, path: readonly string[], depth: number): Promise<void> => {
    const entries = await readdir(join(root, relative), { withFileTypes: true }).catch((thrown: unknown) => {
      if (relative === '' || errnoOf(thrown) !== 'EACCES') throw thrown;
      skipped.push({ name: relative, why: 'no right to read it' });
      return [];
    });
    const names = new Set(entries.map((entry) => entry.name));
    for (const entry of entries) {
      const { name } = entry;
      if (name.startsWith('.')) continue;
      const id = relative === '' ? name : `${relative}/${name}`;
      if (entry.isSymbolicLink()) skipped.push({ name: id, why: 'a symbolic link' });
      else if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) await look(id, [...path, name.replace(/\.(?:sbd|mbox)$/i, '')], depth + 1);
      } else if (entry.isFile() && !BESIDE.has(extname(name).toLowerCase())) {
        const apple = name === 'mbox' && /\.mbox$/i.test(relative);
        const full = apple ? path : [...path, nameOf(name)];
        const verdict = await isMbox(join(root, id), names.has(`${name}.msf`) || names.has(`${name}.sterna`));
        if (verdict) files.push({ id, file: join(root, id), path: inbox(full) });
        else skipped.push({ name: id, why: 'not an mbox' });
      }
    }
  };
  await look('', [], 1);
  files.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { files, skipped };
}

/** By its first bytes; by its name if it is empty, unreadable or damaged, so that those are reported and not skipped. */
async function isMbox(file: string, known: boolean): Promise<boolean> {
  if (known || MBOX.has(extname(file).toLowerCase())) return true;
  return looksLikeMbox(file).catch(() => false);
}

/** Whether a separator line is near its beginning; an empty file is an empty mbox. Throws if it can't be opened. */
export async function looksLikeMbox(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const head = (await readRange(handle, 0, 1024 * 1024)).toString('latin1');
    return (
      head === '' ||
      /^(?:\r?\n)*From /.test(head) ||
      (MBOX.has(extname(file).toLowerCase()) && /\n\r?\nFrom \S/.test(head))
    );
  } finally {
    await handle.close();
  }
}

const nameOf = (name: string): string =>
  MBOX.has(extname(name).toLowerCase()) ? name.slice(0, -extname(name).length) : name;

const inbox = (path: readonly string[]): readonly string[] =>
  path.length === 1 && path[0]?.toUpperCase() === 'INBOX' ? ['INBOX'] : path;
