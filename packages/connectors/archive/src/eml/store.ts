import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { link, lstat, mkdir, open, readdir, readFile, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Candidate,
  Container,
  Content,
  CreateOp,
  FidelityNote,
  Flags,
  PlaceOp,
  RemoveOp,
  Result,
  SpecialUse,
  StateOp,
  Unreadable,
  Vanished,
} from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { storableDate } from '../dates.ts';
import { asArchiveError, errnoOf, noSuchContainer } from '../errors.ts';
import { canonical, storable } from '../flags.ts';
import { syncDirectory } from '../maildir/folder.ts';
import { parseHeaders } from '../mbox/headers.ts';
import { fileFacts, fileHead, guarded, readMessageFile } from '../message-file.ts';
import { isInbox, portableNames, roleOf, samePath } from '../names.ts';
import { eachOf } from '../parallel.ts';
import type { Entry, Facts, Listing, WritableStore } from '../store.ts';

/**
 * A folder of `.eml` files, searched in depth; each folder that holds some is a container, the root itself is INBOX.
 * An .eml file has no flags; the received date is the Date field, since copying and unpacking change the mtime. What
 * we write ourselves has both in `.sterna.jsonl` beside the files, one JSON object a line, the last one counts:
 *
 *     {"sterna":1,"path":["Büro"],"role":"sent"}
 *     {"id":"s00ff.eml","flags":["\\Seen"],"date":1709632800000}
 */
const NOTES = '.sterna.jsonl';
const MAX_DEPTH = 32;
const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

interface Folder {
  readonly id: string;
  readonly dir: string;
  readonly path: readonly string[];
  readonly role: SpecialUse | undefined;
}

interface Notes {
  readonly path: readonly string[] | undefined;
  readonly role: SpecialUse | undefined;
  readonly messages: ReadonlyMap<string, { readonly flags: Flags; readonly date: number | undefined }>;
}

export class EmlStore implements WritableStore {
  readonly root: string;
  #folders: readonly Folder[] | undefined;
  readonly #notes = new Map<string, Notes>();

  constructor(root: string) {
    this.root = root;
  }

  async containers(): Promise<readonly Container[]> {
    const containers: Container[] = [];
    for (const folder of await this.#scan()) {
      const { entries, glance } = await this.list(folder.id);
      const role = folder.role === undefined ? {} : { role: folder.role };
      containers.push({ id: folder.id, path: folder.path, kind: 'message', total: entries.length, glance, ...role });
    }
    return containers;
  }

  async list(container: string): Promise<Listing> {
    const folder = await this.#folder(container);
    const notes = await readNotes(folder.dir);
    this.#notes.set(container, notes);
    const names = await emlNames(folder.dir).catch((thrown: unknown) => {
      throw asArchiveError(thrown, 'the folder');
    });
    const hash = createHash('sha256');
    const entries: Entry[] = names.map((id) => ({
      id,
      flags: notes.messages.get(id)?.flags ?? [],
      order: `000000000000${id}`,
    }));
    entries.sort((a, b) => (a.order < b.order ? -1 : 1));
    for (const { id, flags } of entries) hash.update(`${id}\0${flags.join('\0')}\0\0`);
    return { entries, glance: `${entries.length}.${hash.digest('hex').slice(0, 32)}` };
  }

  async facts(container: string, id: string, wanted: { matchKey: boolean }): Promise<Facts | undefined> {
    const folder = await this.#folder(container);
    try {
      const facts = await fileFacts(pathOf(folder, id), wanted.matchKey);
      if (facts === undefined) return undefined;
      return { ...facts, date: await this.#date(folder, id, facts.date) };
    } catch (thrown) {
      // Listed all the same: reading it says what is wrong.
      if (thrown instanceof SternaError && thrown.class === 'object') return { size: 0, date: undefined };
      throw thrown;
    }
  }

  async fetch(container: string, id: string): Promise<Content | Vanished | Unreadable> {
    const folder = await this.#folder(container);
    if (!isName(id)) return { id, vanished: true };
    return guarded<Content | Vanished | Unreadable>(id, async () => {
      const content = await readMessageFile(pathOf(folder, id));
      if (content === undefined) return undefined;
      const flags = (await this.#noted(folder)).messages.get(id)?.flags ?? [];
      const head = Buffer.isBuffer(content.body) ? content.body : undefined;
      const date = await this.#date(folder, id, content.mtime, head);
      return { id, flags, date, size: content.size, body: content.body };
    });
  }

  async #date(folder: Folder, id: string, mtime: Date | undefined, head?: Buffer): Promise<Date | undefined> {
    const noted = (await this.#noted(folder)).messages.get(id)?.date;
    if (noted !== undefined) return new Date(noted);
    return parseHeaders(head ?? (await fileHead(pathOf(folder, id))) ?? Buffer.alloc(0)).date ?? mtime;
  }

  async #noted(folder: Folder): Promise<Notes> {
    let notes = this.#notes.get(folder.id);
    if (notes === undefined) {
      notes = await readNotes(folder.dir);
      this.#notes.set(folder.id, notes);
    }
    return notes;
  }

  async ensureContainer(
    path: readonly string[],
    options: { readonly role?: SpecialUse; readonly subscribe?: boolean },
  ): Promise<{ container: Container; notes: readonly FidelityNote[] }> {
    if (path.length === 0) throw new SternaError('bug', 'empty-folder-path', 'A folder needs a name');
    const notes: FidelityNote[] = [];
    const folders = await this.#scan();
    let folder = folders.find((one) => samePath(one.path, path));
    if (folder === undefined) {
      const names = isInbox(path) ? ['INBOX'] : portableNames(path, notes);
      const taken = new Set(folders.map((one) => one.id.toLowerCase()));
      for (let n = 1; folder === undefined; n++) {
        const id = `${names.join('/')}${n === 1 ? '' : `~${n}`}`;
        const dir = join(this.root, id);
        if (taken.has(id.toLowerCase()) || (await holdsNotes(dir))) continue;
        if (n > 1)
          notes.push({ code: 'folder-renamed', text: 'Another folder has the same name on disk; a number was added' });
        await mkdir(dir, { recursive: true, mode: 0o700 });
        await this.#append(dir, [{ sterna: 1, path, ...(options.role === undefined ? {} : { role: options.role }) }]);
        await syncDirectory(dir);
        folder = (await this.#scan()).find((one) => one.id === id);
        if (folder === undefined) throw new SternaError('bug', 'folder-not-made', 'A new folder is not listed');
      }
    }
    const role = folder.role === undefined ? {} : { role: folder.role };
    return { container: { id: folder.id, path: folder.path, kind: 'message', ...role }, notes };
  }

  reserve(_container: string, key: string): string {
    if (!/^[0-9a-f]{8,128}$/.test(key)) throw new SternaError('bug', 'bad-reserve-key', 'A reserve key is hex');
    return `s${key}.eml`;
  }

  async mark(): Promise<string> {
    return '-';
  }

  /** Flags and dates go into the notes first: a note without its file is nothing, a file without its note has lost them. */
  async create(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]> {
    const folder = await this.#folder(container);
    const notes = new Map<string, FidelityNote[]>();
    const drafts: { op: CreateOp; id: string; tmp: string; date: Date | undefined }[] = [];
    const records: object[] = [];
    try {
      for (const op of ops) {
        const id = op.reservedId;
        if (id === undefined || !isName(id))
          throw new SternaError('bug', 'no-reserved-id', 'A create needs a reserved id');
        const tmp = join(folder.dir, `.${id}.tmp`);
        await rm(tmp, { force: true });
        if ((await exists(join(folder.dir, id))) || drafts.some((draft) => draft.id === id)) {
          if (!Buffer.isBuffer(op.body)) for await (const _ of op.body);
          continue;
        }
        const own: FidelityNote[] = [];
        const date = storableDate(op.date, own);
        records.push({ id, flags: storable(op.flags, own), ...(date === undefined ? {} : { date: date.getTime() }) });
        notes.set(op.op, own);
        drafts.push({ op, id, tmp, date });
      }
      await eachOf(drafts, ({ op, tmp, date }) => writeDraft(tmp, op, date));
      if (records.length > 0) await this.#append(folder.dir, records);
      // A link, not a rename: it fails if the name was taken meanwhile, and then it was by this very message.
      for (const { id, tmp } of drafts)
        await link(tmp, join(folder.dir, id)).catch((thrown: unknown) => {
          if (errnoOf(thrown) !== 'EEXIST' && errnoOf(thrown) !== 'ENOENT') throw thrown;
        });
    } catch (thrown) {
      throw asArchiveError(thrown, 'the folder');
    } finally {
      await eachOf(drafts, ({ tmp }) => rm(tmp, { force: true }));
    }
    if (drafts.length > 0) {
      await syncDirectory(folder.dir);
      this.#notes.delete(container);
    }
    const results: Result[] = [];
    for (const op of ops) {
      const targetId = op.reservedId as string;
      const own = notes.get(op.op) ?? [];
      if (await exists(join(folder.dir, targetId)))
        results.push({ op: op.op, outcome: 'done', targetId, ...(own.length > 0 ? { notes: own } : {}) });
      else {
        const error = new SternaError('transient', 'taken-over', 'Another writer took this message over');
        results.push({ op: op.op, outcome: 'unknown', error });
      }
    }
    return results;
  }

  async state(op: StateOp): Promise<Result> {
    const folder = await this.#folder(op.container);
    if (!isName(op.targetId) || !(await exists(join(folder.dir, op.targetId))))
      return { op: op.op, outcome: 'missing' };
    const notes: FidelityNote[] = [];
    const known = (await readNotes(folder.dir)).messages.get(op.targetId);
    const flags = new Set(known?.flags ?? []);
    for (const flag of storable(op.remove, [])) flags.delete(flag);
    for (const flag of storable(op.add, notes)) flags.add(flag);
    await this.#append(folder.dir, [
      { id: op.targetId, flags: canonical(flags), ...(known?.date === undefined ? {} : { date: known.date }) },
    ]);
    this.#notes.delete(op.container);
    return { op: op.op, outcome: 'done', targetId: op.targetId, ...(notes.length > 0 ? { notes } : {}) };
  }

  async place(op: PlaceOp): Promise<Result> {
    const [from, to] = [await this.#folder(op.container), await this.#folder(op.to)];
    const here = isName(op.targetId) && (await exists(join(from.dir, op.targetId)));
    const there = isName(op.targetId) && (await exists(join(to.dir, op.targetId)));
    if (!here) return there ? { op: op.op, outcome: 'done', targetId: op.targetId } : { op: op.op, outcome: 'missing' };
    let targetId = op.targetId;
    for (let n = 1; await exists(join(to.dir, targetId)); n++) targetId = op.targetId.replace(/\.eml$/i, `.${n}.eml`);
    const known = (await readNotes(from.dir)).messages.get(op.targetId);
    if (known !== undefined) await this.#append(to.dir, [{ id: targetId, ...known }]);
    await rename(join(from.dir, op.targetId), join(to.dir, targetId));
    await syncDirectory(to.dir);
    await syncDirectory(from.dir);
    this.#notes.delete(op.to);
    return { op: op.op, outcome: 'done', targetId };
  }

  async remove(container: string, ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    const folder = await this.#folder(container);
    const results: Result[] = [];
    for (const op of ops) {
      const done =
        isName(op.targetId) &&
        (await unlink(join(folder.dir, op.targetId)).then(
          () => true,
          (thrown: unknown) => {
            if (errnoOf(thrown) === 'ENOENT') return false;
            throw asArchiveError(thrown, 'the folder');
          },
        ));
      results.push({ op: op.op, outcome: done ? 'done' : 'missing' });
    }
    await syncDirectory(folder.dir);
    return results;
  }

  /** A reserved id needs none. */
  async *candidates(): AsyncIterable<Candidate> {}

  async close(): Promise<void> {}

  async #append(dir: string, records: readonly object[]): Promise<void> {
    const file = await open(
      join(dir, NOTES),
      constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW,
      0o600,
    );
    try {
      // Begins with a line end: a torn last line (a crash) then spoils nothing.
      await file.writeFile(`\n${records.map((record) => JSON.stringify(record)).join('\n')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #scan(): Promise<readonly Folder[]> {
    const folders: Folder[] = [];
    const look = async (relative: string, path: readonly string[], depth: number): Promise<void> => {
      const dir = join(this.root, relative);
      const entries = await readdir(dir, { withFileTypes: true }).catch((thrown: unknown) => {
        if (relative === '') throw asArchiveError(thrown, 'the archive');
        return [];
      });
      const own = entries.some((entry) => entry.name === NOTES);
      if (own || entries.some((entry) => !entry.isDirectory() && isName(entry.name))) {
        const notes = await readNotes(dir);
        const named = notes.path ?? (relative === '' || isInbox(path) ? ['INBOX'] : path);
        folders.push({ id: relative === '' ? '.' : relative, dir, path: named, role: notes.role ?? roleOf(named) });
      }
      for (const entry of entries)
        if (entry.isDirectory() && !entry.name.startsWith('.') && depth < MAX_DEPTH)
          await look(relative === '' ? entry.name : `${relative}/${entry.name}`, [...path, entry.name], depth + 1);
    };
    await look('', [], 1);
    folders.sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#folders = folders;
    return folders;
  }

  async #folder(id: string): Promise<Folder> {
    const folder =
      (this.#folders ?? (await this.#scan())).find((one) => one.id === id) ??
      (await this.#scan()).find((one) => one.id === id);
    if (folder === undefined) throw noSuchContainer();
    return folder;
  }
}

/** A file name, and not a path: ids come back from the engine's ledger, but nothing is joined unchecked. */
const isName = (id: string): boolean =>
  /\.eml$/i.test(id) && !id.startsWith('.') && !id.includes('/') && !id.includes('\0');

const pathOf = (folder: Folder, id: string): Buffer =>
  Buffer.concat([Buffer.from(`${folder.dir}/`), Buffer.from(isName(id) ? id : '.none')]);

const emlNames = async (dir: string): Promise<string[]> =>
  (await readdir(dir, { withFileTypes: true }))
    .filter((entry) => !entry.isDirectory() && isName(entry.name))
    .map((entry) => entry.name);

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

const holdsNotes = (dir: string): Promise<boolean> => exists(join(dir, NOTES));

async function writeDraft(tmp: string, op: CreateOp, date: Date | undefined): Promise<void> {
  const file = await open(tmp, WRITE, 0o600);
  try {
    let written = 0;
    for await (const chunk of Buffer.isBuffer(op.body) ? [op.body] : op.body) {
      await file.writeFile(chunk);
      written += chunk.length;
    }
    if (written !== op.size)
      throw new SternaError('transient', 'body-cut', 'The message ended early while it was copied');
    if (date !== undefined) await file.utimes(date, date);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function readNotes(dir: string): Promise<Notes> {
  const text = await readFile(join(dir, NOTES), 'utf8').catch(() => '');
  let path: readonly string[] | undefined;
  let role: SpecialUse | undefined;
  const messages = new Map<string, { flags: Flags; date: number | undefined }>();
  for (const line of text.split('\n')) {
    let record: Record<string, unknown>;
    try {
      record = JSON.parse(line) as Record<string, unknown>;
    } catch {
      continue;
    }
    if (record.sterna === 1 && Array.isArray(record.path) && record.path.every((name) => typeof name === 'string')) {
      path = record.path as string[];
      if (typeof record.role === 'string') role = record.role as SpecialUse;
    } else if (typeof record.id === 'string' && Array.isArray(record.flags))
      messages.set(record.id, {
        flags: canonical(record.flags.filter((flag) => typeof flag === 'string')),
        date: typeof record.date === 'number' && Math.abs(record.date) <= 8.64e15 ? record.date : undefined,
      });
  }
  return { path, role, messages };
}
