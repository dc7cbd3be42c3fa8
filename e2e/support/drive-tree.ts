import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Endpoint } from './direct-pass.ts';

export const drive = (path: string, settings: object = {}): Endpoint => ({
  connector: 'files',
  settings: { path, ...settings },
  address: '.',
});

/** Seconds since 2020 for each write, so that every one of them is seen as another version. */
let clock = 0;

/** A drive on disk, seen past any connector. */
export class Tree {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
    mkdirSync(root, { recursive: true });
  }

  write(path: string, content: string | Buffer): void {
    const at = join(this.root, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, content);
    clock += 1;
    const when = 1_577_836_800 + clock;
    utimesSync(at, when, when);
  }

  folder(path: string): void {
    mkdirSync(join(this.root, path), { recursive: true });
  }

  move(from: string, to: string): void {
    mkdirSync(dirname(join(this.root, to)), { recursive: true });
    renameSync(join(this.root, from), join(this.root, to));
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  modified(path: string): number {
    return Math.round(statSync(join(this.root, path)).mtimeMs);
  }

  /** Each file with the digest of its bytes, each folder with a slash at its end; hidden ones of anybody, too. */
  truth(): Record<string, string> {
    const found: Record<string, string> = {};
    const walk = (path: string): void => {
      for (const entry of readdirSync(join(this.root, path), { withFileTypes: true })) {
        const at = path === '' ? entry.name : `${path}/${entry.name}`;
        // Where mod_dav_fs keeps properties.
        if (entry.name === '.DAV') continue;
        if (entry.isDirectory()) {
          found[`${at}/`] = 'folder';
          walk(at);
        } else
          found[at] = createHash('sha256')
            .update(readFileSync(join(this.root, at)))
            .digest('hex')
            .slice(0, 16);
      }
    };
    walk('');
    return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Texts of the files, by path. */
  texts(): Record<string, string> {
    return Object.fromEntries(
      Object.keys(this.truth())
        .filter((path) => !path.endsWith('/'))
        .map((path) => [path, this.read(path)]),
    );
  }
}
