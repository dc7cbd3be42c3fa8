import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dovecot } from '@sterna/test-servers';

const foldersOf = (root: string): string[] =>
  existsSync(root) ? ['', ...readdirSync(root).filter((name) => name.startsWith('.'))] : [];

/** The files of an account’s messages; `folder` as Maildir++ names it, the inbox empty. */
export function messageFiles(server: Dovecot, user: string): { readonly folder: string; readonly path: string }[] {
  const root = server.mailRoot(user);
  return foldersOf(root).flatMap((folder) =>
    ['cur', 'new'].flatMap((sub) => {
      const at = join(root, folder, sub);
      return existsSync(at) ? readdirSync(at).map((name) => ({ folder, path: join(at, name) })) : [];
    }),
  );
}

/** How often each message lies in each folder, by its bytes. mbsync adds a header line of its own while it copies. */
export function maildirContents(server: Dovecot, user: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const { folder, path } of messageFiles(server, user)) {
    const text = readFileSync(path, 'latin1')
      .replace(/\r?\n/g, '\r\n')
      .replace(/^X-TUID: .*\r\n/m, '');
    const key = `${folder} ${createHash('sha256').update(text, 'latin1').digest('hex')}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}

export interface Difference {
  readonly missing: number;
  readonly extra: number;
}

/** Counts by key: what the target lacks, and what it has beyond the source. */
export function differenceOf(source: ReadonlyMap<string, number>, target: ReadonlyMap<string, number>): Difference {
  let missing = 0;
  let extra = 0;
  for (const key of new Set([...source.keys(), ...target.keys()])) {
    const more = (target.get(key) ?? 0) - (source.get(key) ?? 0);
    if (more > 0) extra += more;
    else missing -= more;
  }
  return { missing, extra };
}
