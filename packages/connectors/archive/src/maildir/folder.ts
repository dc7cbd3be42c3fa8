import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errors.ts';
import { withLock } from '../lock.ts';
import type { Entry, Listing } from '../store.ts';
import { flagsOf, orderOf, parseName } from './filename.ts';

const KEYWORDS = 'dovecot-keywords';
/** Letters a to z. */
const MAX_KEYWORDS = 26;
/** A listing is trusted if the folder stayed the same while it was read; a busy folder gets so many tries. */
const LISTING_TRIES = 5;

/** One Maildir on disk: `cur`, `new`, `tmp`, and the files that Dovecot keeps beside them. */
export class MaildirFolder {
  readonly dir: string;
  /** id → `cur/NAME` or `new/NAME`, latin1. Undefined until listed. */
  #files: Map<string, string> | undefined;
  #stamp = '';
  #owner: ReturnType<typeof ownerOf> | undefined;
  #keywords: (string | undefined)[] | undefined;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Path of a file in it, as bytes: names from disk needn't be UTF-8. */
  path(file: string): Buffer {
    return Buffer.concat([Buffer.from(`${this.dir}/`), Buffer.from(file, 'latin1')]);
  }

  async list(): Promise<Listing> {
    this.#keywords = undefined;
    const keywords = await this.keywords();
    const files = await this.refresh();
    const entries: Entry[] = [];
    for (const [id, file] of files)
      entries.push({ id, order: orderOf(id), flags: flagsOf(parseName(file).letters, keywords) });
    entries.sort((a, b) => (a.order < b.order ? -1 : 1));
    const hash = createHash('sha256').update(`${keywords.join('\0')}\0\0`);
    for (const entry of entries) hash.update(`${files.get(entry.id)}\0`, 'latin1');
    return { entries, glance: `${entries.length}.${hash.digest('hex').slice(0, 32)}` };
  }

  /** Lists anew. A file that is renamed while we look (flags, new to cur) may be missed by one look, never by all. */
  async refresh(): Promise<ReadonlyMap<string, string>> {
    const files = new Map<string, string>();
    let before = await this.stamp();
    for (let tries = 0; tries < LISTING_TRIES; tries++) {
      // `new` first: mail moves from there to `cur`, so it is seen at least once.
      const [fresh, seen] = [await names(join(this.dir, 'new')), await names(join(this.dir, 'cur'))];
      const after = await this.stamp();
      // Without a quiet moment the looks are added up: a message that is wrongly still listed does less harm than
      // one that is wrongly gone.
      if (before === after) files.clear();
      for (const name of fresh) addFile(files, 'new', name);
      for (const name of seen) addFile(files, 'cur', name);
      if (before === after) break;
      before = after;
    }
    this.#files = files;
    this.#stamp = before;
    return files;
  }

  async files(): Promise<ReadonlyMap<string, string>> {
    return this.#files ?? (await this.refresh());
  }

  /** Whether somebody else changed the folder since we last listed or wrote it. */
  async changedByOthers(): Promise<boolean> {
    return (await this.stamp()) !== this.#stamp;
  }

  /**
   * Whom new files must belong to: the folder's owner, where we run as root for somebody else. Mail servers can't
   * read root's files.
   */
  async owner(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
    this.#owner ??= ownerOf(this.dir);
    return this.#owner;
  }

  /** Our own rename or removal happened: the index follows, and the change isn't taken for somebody else's. */
  async remember(id: string, file: string | undefined): Promise<void> {
    if (this.#files === undefined) return;
    if (file === undefined) this.#files.delete(id);
    else this.#files.set(id, file);
  }

  async restamp(): Promise<void> {
    this.#stamp = await this.stamp();
  }

  /** Keyword of each letter, `a` first. A damaged line is as good as a missing one. */
  async keywords(): Promise<readonly (string | undefined)[]> {
    if (this.#keywords === undefined) this.#keywords = await this.#readKeywords();
    return this.#keywords;
  }

  /** Gives every keyword a letter if one is left, in Dovecot's file and under Dovecot's lock. */
  async addKeywords(wanted: readonly string[]): Promise<readonly (string | undefined)[]> {
    const known = await this.keywords();
    if (wanted.every((keyword) => known.includes(keyword))) return known;
    return withLock(join(this.dir, 'dovecot-uidlist.lock'), async () => {
      const now = await this.#readKeywords();
      for (const keyword of wanted) {
        if (now.includes(keyword)) continue;
        const free = Array.from({ length: MAX_KEYWORDS }, (_, at) => at).find((at) => now[at] === undefined);
        if (free !== undefined) now[free] = keyword;
      }
      const lines = Array.from(now, (keyword, at) => (keyword === undefined ? '' : `${at} ${keyword}\n`));
      await writeDurably(this.dir, KEYWORDS, lines.join(''));
      this.#keywords = now;
      return now;
    });
  }

  async #readKeywords(): Promise<(string | undefined)[]> {
    const keywords: (string | undefined)[] = [];
    const text = await readFile(join(this.dir, KEYWORDS), 'utf8').catch((thrown: unknown) => {
      if (errnoOf(thrown) === 'ENOENT') return '';
      throw thrown;
    });
    for (const line of text.split('\n')) {
      const [, index, keyword] = /^(\d{1,2}) (\S+)$/.exec(line) ?? [];
      if (index !== undefined && keyword !== undefined && Number(index) < MAX_KEYWORDS)
        keywords[Number(index)] = keyword;
    }
    return keywords;
  }

  async stamp(): Promise<string> {
    const [cur, fresh] = await Promise.all(
      ['cur', 'new'].map((sub) => stat(join(this.dir, sub), { bigint: true }).catch(() => undefined)),
    );
    return `${cur?.mtimeNs}.${fresh?.mtimeNs}`;
  }
}

function addFile(files: Map<string, string>, sub: string, name: string): void {
  if (name.startsWith('.')) return;
  const file = `${sub}/${name}`;
  const { id, base } = parseName(name);
  const other = files.get(id);
  if (other === undefined || other === file) files.set(id, file);
  // The same file seen on its way from new to cur, or before and after a flag change: the later look is right.
  else if (parseName(other.slice(other.indexOf('/') + 1)).base === base) files.set(id, file);
  // Two files whose names differ in the size part alone are two messages.
  else files.set(base, file);
}

async function names(dir: string): Promise<string[]> {
  try {
    return await readdir(dir, { encoding: 'latin1' });
  } catch (thrown) {
    // A Maildir without `new` is odd but readable.
    if (errnoOf(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}

/** The owner of `path` if we are root and somebody else owns it. */
export async function ownerOf(path: string): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const { uid, gid } = await stat(path);
  return uid === 0 ? undefined : { uid, gid };
}

/** Whole or not at all: written beside, synced, renamed over. */
export async function writeDurably(dir: string, name: string, content: string): Promise<void> {
  const draft = join(dir, `${name}.${process.pid}.tmp`);
  const file = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, 0o600);
  try {
    await file.writeFile(content);
    const owner = await ownerOf(dir);
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(dir, name));
  await syncDirectory(dir);
}

/** Makes renames in it survive a power cut. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
