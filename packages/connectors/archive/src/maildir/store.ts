import { constants } from 'node:fs';
import { mkdir, open, rename, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Candidate,
  Container,
  Content,
  CreateOp,
  FidelityNote,
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
import { canonical, SYSTEM_FLAGS, storable } from '../flags.ts';
import { fileFacts, guarded, readMessageFile } from '../message-file.ts';
import { roleOf, samePath } from '../names.ts';
import { eachOf } from '../parallel.ts';
import type { Facts, Listing, WritableStore } from '../store.ts';
import { flagsOf, lettersOf, parseName } from './filename.ts';
import { MaildirFolder, syncDirectory } from './folder.ts';
import { createFolder, readSubscriptions, type Scan, scanTree, subscribe } from './tree.ts';

export interface MaildirOptions {
  /** Refuses names that differ in case alone, and never takes a folder of another name for a role: Sterna's backups. */
  readonly portable: boolean;
}

const WRITE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

export class MaildirStore implements WritableStore {
  readonly root: string;
  readonly #options: MaildirOptions;
  #scan: Scan | undefined;
  readonly #folders = new Map<string, MaildirFolder>();

  constructor(root: string, options: MaildirOptions) {
    this.root = root;
    this.#options = options;
  }

  async containers(): Promise<readonly Container[]> {
    const scan = await this.#rescan();
    const subscribed = await readSubscriptions(this.root);
    const containers: Container[] = [];
    for (const folder of scan.folders) {
      const { entries, glance } = await (await this.#folder(folder.id)).list();
      containers.push({
        id: folder.id,
        path: folder.path,
        kind: 'message',
        total: entries.length,
        glance,
        ...(folder.role === undefined ? {} : { role: folder.role }),
        ...(subscribed === undefined ? {} : { subscribed: subscribed(folder.path) }),
      });
    }
    return containers;
  }

  async list(container: string): Promise<Listing> {
    return (await this.#folder(container)).list();
  }

  async facts(container: string, id: string, wanted: { matchKey: boolean }): Promise<Facts | undefined> {
    const folder = await this.#folder(container);
    return this.#opened(folder, id, (path) =>
      fileFacts(path, wanted.matchKey).catch((thrown: unknown) => {
        if (thrown instanceof SternaError && thrown.class === 'object') return { size: 0, date: undefined };
        throw thrown;
      }),
    );
  }

  async fetch(container: string, id: string): Promise<Content | Vanished | Unreadable> {
    const folder = await this.#folder(container);
    return guarded(id, async () => {
      const keywords = await folder.keywords();
      return this.#opened(folder, id, async (path, file) => {
        const content = await readMessageFile(path);
        if (content === undefined) return undefined;
        const flags = flagsOf(parseName(file).letters, keywords);
        return { id, flags, date: content.mtime, size: content.size, body: content.body };
      });
    });
  }

  /** Opens a message by the name we last saw; where that is gone, by the one it has now. */
  async #opened<T>(
    folder: MaildirFolder,
    id: string,
    use: (path: Buffer, file: string) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    let file = (await folder.files()).get(id);
    for (let tries = 0; tries < 3; tries++) {
      if (file !== undefined) {
        const result = await use(folder.path(file), file);
        if (result !== undefined) return result;
      }
      // Reading the folder again for every vanished message would be quadratic.
      if (!(await folder.changedByOthers())) return undefined;
      file = (await folder.refresh()).get(id);
      if (file === undefined) return undefined;
    }
    return undefined;
  }

  async ensureContainer(
    path: readonly string[],
    options: { readonly role?: SpecialUse; readonly subscribe?: boolean },
  ): Promise<{ container: Container; notes: readonly FidelityNote[] }> {
    if (path.length === 0) throw new SternaError('bug', 'empty-folder-path', 'A folder needs a name');
    const notes: FidelityNote[] = [];
    const scan = this.#scan ?? (await this.#rescan());
    let folder = scan.folders.find((one) => samePath(one.path, path));
    // The owner's own folder for this use, as long as it isn't one that we made for another name.
    if (folder === undefined && options.role !== undefined && !this.#options.portable)
      folder = scan.folders.find((one) => one.plain && one.role === options.role && roleOf(one.path) === options.role);
    if (folder === undefined) {
      folder = await createFolder(this.root, scan, path, { ...options, portable: this.#options.portable }, notes);
      await this.#rescan();
    }
    if (options.subscribe === true) await subscribe(this.root, folder);
    const container: Container = {
      id: folder.id,
      path: folder.path,
      kind: 'message',
      ...(folder.role === undefined ? {} : { role: folder.role }),
    };
    return { container, notes };
  }

  /** The name that the file will have, without sizes and flags. */
  reserve(_container: string, key: string): string {
    if (!/^[0-9a-f]{8,128}$/.test(key)) throw new SternaError('bug', 'bad-reserve-key', 'A reserve key is hex');
    return `s${key}.sterna`;
  }

  async mark(): Promise<string> {
    return '-';
  }

  /**
   * All of a batch or none, but for files that can't be written at all. In steps, so that neither a crash nor a writer
   * that was stopped and wakes up late makes a second copy: (1) a leftover in tmp of the same id is removed, which
   * takes the work away from whoever wrote it; (2) the folder is looked at; (3) tmp is written and synced; (4) if
   * somebody else changed the folder meanwhile it is looked at again; (5) rename, which fails if our tmp was removed.
   */
  async create(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]> {
    const folder = await this.#folder(container);
    const results = new Map<string, Result>();
    const drafts: Draft[] = [];
    try {
      const fresh = ops.filter((op) => op.reservedId === undefined);
      if (fresh.length > 0) throw new SternaError('bug', 'no-reserved-id', 'A Maildir create needs a reserved id');
      await mkdir(join(folder.dir, 'tmp'), { recursive: true, mode: 0o700 });
      await eachOf(ops, (op) => rm(folder.path(`tmp/${op.reservedId}`), { force: true }));
      let files = await folder.files();
      if (await folder.changedByOthers()) files = await folder.refresh();
      const todo: CreateOp[] = [];
      for (const op of ops) {
        const id = op.reservedId as string;
        if (files.has(id) || todo.some((other) => other.reservedId === id)) {
          // It may be a server's literal, with the next answer behind it.
          if (!Buffer.isBuffer(op.body)) for await (const _ of op.body);
          results.set(op.op, { op: op.op, outcome: 'done', targetId: id });
        } else todo.push(op);
      }
      await eachOf(todo, async (op) => {
        try {
          drafts.push(await this.#draft(folder, op));
        } catch (thrown) {
          const error = asArchiveError(thrown, 'the Maildir');
          if (error.class !== 'object') throw error;
          results.set(op.op, { op: op.op, outcome: 'refused', error });
        }
      });
    } catch (thrown) {
      // Nothing was renamed yet, so nothing was written.
      await eachOf(drafts, (draft) => rm(draft.tmp, { force: true }));
      throw asArchiveError(thrown, 'the Maildir');
    }
    if (drafts.length > 0 && (await folder.changedByOthers())) await folder.refresh();
    const files = await folder.files();
    await eachOf(drafts, async (draft) => {
      const { op, id, name, notes } = draft;
      try {
        if (files.has(id)) await rm(draft.tmp, { force: true });
        else {
          await rename(draft.tmp, folder.path(`cur/${name}`));
          await folder.remember(id, `cur/${name}`);
        }
        results.set(op.op, { op: op.op, outcome: 'done', targetId: id, ...(notes.length > 0 ? { notes } : {}) });
      } catch (thrown) {
        results.set(op.op, { op: op.op, outcome: 'unknown', error: asArchiveError(thrown, 'the Maildir') });
      }
    });
    if (drafts.length > 0) {
      await syncDirectory(join(folder.dir, 'cur'));
      await folder.restamp();
    }
    return ops.map((op) => results.get(op.op) as Result);
  }

  async #draft(folder: MaildirFolder, op: CreateOp): Promise<Draft> {
    const id = op.reservedId as string;
    if (!/^[A-Za-z0-9._-]+$/.test(id) || id.startsWith('.'))
      throw new SternaError('bug', 'bad-reserved-id', 'The reserved id is not one of ours');
    const notes: FidelityNote[] = [];
    const letters = await this.#letters(folder, storable(op.flags, notes), '', notes);
    const date = storableDate(op.date, notes);
    const tmp = folder.path(`tmp/${id}`);
    const file = await open(tmp, WRITE, 0o600);
    let written = 0;
    try {
      if (Buffer.isBuffer(op.body)) {
        await file.writeFile(op.body);
        written = op.body.length;
      } else {
        for await (const chunk of op.body) {
          await file.writeFile(chunk);
          written += chunk.length;
        }
      }
      if (written !== op.size)
        throw new SternaError('transient', 'body-cut', 'The message ended early while it was copied');
      if (date !== undefined) await file.utimes(date, date);
      const owner = await folder.owner();
      if (owner !== undefined) await file.chown(owner.uid, owner.gid);
      await file.sync();
    } catch (thrown) {
      await file.close();
      await rm(tmp, { force: true });
      throw thrown;
    }
    await file.close();
    return { op, id, tmp, name: `${id},S=${written}:2,${letters}`, notes };
  }

  async #letters(folder: MaildirFolder, flags: readonly string[], was: string, notes: FidelityNote[]): Promise<string> {
    const keywords = await folder.addKeywords(flags.filter((flag) => !SYSTEM_FLAGS.has(flag)));
    const { letters, missing } = lettersOf(flags, keywords, was);
    for (const keyword of missing)
      notes.push({
        code: 'keyword-dropped',
        text: `A Maildir folder holds 26 keywords; ${JSON.stringify(keyword)} is one too many`,
      });
    return letters;
  }

  async state(op: StateOp): Promise<Result> {
    const folder = await this.#folder(op.container);
    const notes: FidelityNote[] = [];
    const done = await this.#renamed(folder, op.targetId, async (file) => {
      const { letters, base } = parseName(file.slice(4));
      const now = new Set(flagsOf(letters, await folder.keywords()));
      for (const flag of storable(op.remove, [])) now.delete(flag);
      for (const flag of storable(op.add, notes)) now.add(flag);
      return { folder, file: `cur/${base}:2,${await this.#letters(folder, canonical(now), letters, notes)}` };
    });
    if (!done) return { op: op.op, outcome: 'missing' };
    return { op: op.op, outcome: 'done', targetId: op.targetId, ...(notes.length > 0 ? { notes } : {}) };
  }

  async place(op: PlaceOp): Promise<Result> {
    const from = await this.#folder(op.container);
    const to = await this.#folder(op.to);
    // Said again after a crash: it may be there already.
    const there = await to.refresh();
    if (!(await from.files()).has(op.targetId) && there.has(op.targetId))
      return { op: op.op, outcome: 'done', targetId: op.targetId };
    // A copy of the folder made by hand has the same names; a rename onto one of them would destroy a message.
    let targetId = op.targetId;
    for (let n = 1; there.has(targetId); n++) targetId = `${op.targetId}.p${n}`;
    const notes: FidelityNote[] = [];
    const done = await this.#renamed(from, op.targetId, async (file) => {
      // Letters of keywords mean something else in another folder.
      const { letters, base } = parseName(file.slice(4));
      const flags = flagsOf(letters, await from.keywords());
      const name = targetId + base.slice(op.targetId.length);
      return { folder: to, file: `cur/${name}:2,${await this.#letters(to, flags, '', notes)}` };
    });
    if (!done) return { op: op.op, outcome: 'missing' };
    return { op: op.op, outcome: 'done', targetId, ...(notes.length > 0 ? { notes } : {}) };
  }

  /** Renames one message, wherever its name has moved to meanwhile. False if it is gone. */
  async #renamed(
    folder: MaildirFolder,
    id: string,
    target: (file: string) => Promise<{ folder: MaildirFolder; file: string }>,
  ): Promise<boolean> {
    let file = (await folder.files()).get(id);
    for (let tries = 0; tries < 3; tries++) {
      if (file !== undefined) {
        const to = await target(file);
        try {
          if (to.folder !== folder || to.file !== file) await rename(folder.path(file), to.folder.path(to.file));
          await folder.remember(id, to.folder === folder ? to.file : undefined);
          await folder.restamp();
          if (to.folder !== folder) {
            await to.folder.files();
            await to.folder.remember(parseName(to.file.slice(4)).id, to.file);
            await to.folder.restamp();
            await syncDirectory(join(to.folder.dir, 'cur'));
          }
          await syncDirectory(join(folder.dir, 'cur'));
          return true;
        } catch (thrown) {
          if (errnoOf(thrown) !== 'ENOENT') throw asArchiveError(thrown, 'the Maildir');
        }
      }
      file = (await folder.refresh()).get(id);
      if (file === undefined) return false;
    }
    return false;
  }

  async remove(container: string, ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    const folder = await this.#folder(container);
    const trash = ops.some((op) => op.how === 'trash')
      ? (this.#scan ?? (await this.#rescan())).folders.find((one) => one.role === 'trash' && one.id !== container)
      : undefined;
    const results: Result[] = [];
    for (const op of ops) {
      if (op.how === 'trash' && trash !== undefined) {
        results.push(await this.place({ ...op, verb: 'place', to: trash.id }));
        continue;
      }
      let file = (await folder.files()).get(op.targetId);
      if (file === undefined && (await folder.changedByOthers())) file = (await folder.refresh()).get(op.targetId);
      let done = false;
      for (let tries = 0; file !== undefined && !done && tries < 3; tries++) {
        try {
          await unlink(folder.path(file));
          await folder.remember(op.targetId, undefined);
          done = true;
        } catch (thrown) {
          if (errnoOf(thrown) !== 'ENOENT') throw asArchiveError(thrown, 'the Maildir');
          file = (await folder.refresh()).get(op.targetId);
        }
      }
      results.push({ op: op.op, outcome: done ? 'done' : 'missing' });
    }
    await syncDirectory(join(folder.dir, 'cur'));
    await folder.restamp();
    return results;
  }

  /** A reserved id needs none. */
  async *candidates(): AsyncIterable<Candidate> {}

  async close(): Promise<void> {}

  async #rescan(): Promise<Scan> {
    try {
      this.#scan = await scanTree(this.root);
    } catch (thrown) {
      throw asArchiveError(thrown, 'the Maildir');
    }
    return this.#scan;
  }

  /** Containers are found by looking, never by joining paths: an id can't lead out of the archive. */
  async #folder(id: string): Promise<MaildirFolder> {
    let found = (this.#scan ?? (await this.#rescan())).folders.find((folder) => folder.id === id);
    found ??= (await this.#rescan()).folders.find((folder) => folder.id === id);
    if (found === undefined) throw noSuchContainer();
    let folder = this.#folders.get(id);
    if (folder === undefined) {
      folder = new MaildirFolder(found.dir);
      this.#folders.set(id, folder);
    }
    return folder;
  }
}

interface Draft {
  readonly op: CreateOp;
  readonly id: string;
  readonly tmp: Buffer;
  readonly name: string;
  readonly notes: readonly FidelityNote[];
}
