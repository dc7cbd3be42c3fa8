import { readdir, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { BACKUP_FILE } from './backup.ts';
import type { Format } from './settings.ts';

const BY_NAME: Readonly<Record<string, Format>> = { '.ics': 'ics', '.vcf': 'vcf', '.mbox': 'mbox' };

/**
 * The address of a file or folder that was named by its path alone: a file by its name, a folder by what is in it. A
 * folder that is to be written, and isn't a mailbox of some format yet, becomes a backup, which holds all kinds.
 *
 * @returns undefined where nothing tells what it is: its owner must
 */
export async function urlOfPath(path: string, role: 'read' | 'write'): Promise<string | undefined> {
  const format = await formatOf(path, role);
  // What `parseUrl` decodes is literal here.
  return format === undefined ? undefined : `${format}:${path.replaceAll('%', '%25')}`;
}

async function formatOf(path: string, role: 'read' | 'write'): Promise<Format | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    const named = BY_NAME[extname(path).toLowerCase()];
    // A host name without its scheme must not become a folder.
    return named ?? (role === 'write' && found === undefined && path.endsWith('/') ? 'archive' : undefined);
  }
  const names = await readdir(path).catch(() => [] as string[]);
  if (names.includes(BACKUP_FILE)) return 'archive';
  if (names.includes('cur') && names.includes('new')) return 'maildir';
  if (role === 'read' && (names.includes('Takeout') || /(?:^|\/)Takeout\/*$/.test(path))) return 'takeout';
  for (const extension of ['.ics', '.vcf'])
    if (names.some((name) => extname(name).toLowerCase() === extension)) return BY_NAME[extension];
  return role === 'write' && names.length === 0 ? 'archive' : undefined;
}
