import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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
import { MessageDigest } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { storableDate } from '../dates.ts';
import { asArchiveError, errnoOf, noSuchContainer } from '../errors.ts';
import { canonical, storable } from '../flags.ts';
import { withLock } from '../lock.ts';
import { syncDirectory } from '../maildir/folder.ts';
import { guarded } from '../message-file.ts';
import { isInbox, portableNames, roleOf, samePath } from '../names.ts';
import type { Facts, Listing, WritableStore } from '../store.ts';
import { formatFromLine } from './from-line.ts';
import { appendJournal, type JournalMessage, rewriteJournal } from './journal.ts';
import { MboxFile, type MboxMessage } from './mbox-file.ts';
import { LineRewriter, rewrite } from './quoting.ts';
import { readRange, scanMbox } from './scan.ts';
import { findMboxes } from './tree.ts';

interface Box {
  readonly id: string;
  readonly path: readonly string[];
  readonly role: SpecialUse | undefined;
  readonly file: MboxFile;
  readonly place: readonly string[] | undefined;
}

const COPY = 1024 * 1024;

/** One mbox file per folder. Also reads what Takeout and mail programs leave behind; see labels.ts and tree.ts. */
export class MboxStore implements WritableStore {
  readonly root: string;
  #boxes: readonly Box[] | undefined;
  readonly #files = new Map<string, MboxFile>();

  constructor(root: string) {
    this.root = root;
  }

  async containers(): Promise<readonly Container[]> {
    const containers: Container[] = [];
    for (const box of await this.#scan()) {
      const { entries, glance } = await box.file.list(box.place);
      const role = box.role === undefined ? {} : { role: box.role };
      containers.push({ id: box.id, path: box.path, kind: 'message', total: entries.length, glance, ...role });
    }
    return containers;
  }

  async list(container: string): Promise<Listing> {
    const box = await this.#box(container);
    return box.file.list(box.place).catch((thrown: unknown) => {
      throw errnoOf(thrown) === 'ENOENT' ? noSuchContainer() : asArchiveError(thrown, 'the mbox');
    });
  }

  async facts(container: string, id: string, wanted: { matchKey: boolean }): Promise<Facts | undefined> {
    return (await this.#box(container)).file.facts(id, wanted.matchKey);
  }

  async fetch(container: string, id: string): Promise<Content | Vanished | Unreadable> {
    const { file } = await this.#box(container);
    return guarded<Content | Vanished | Unreadable>(id, () => file.fetch(id));
  }

  async ensureContainer(
    path: readonly string[],
    options: { readonly role?: SpecialUse; readonly subscribe?: boolean },
  ): Promise<{ container: Container; notes: readonly FidelityNote[] }> {
    if (path.length === 0) throw new SternaError('bug', 'empty-folder-path', 'A folder needs a name');
    const notes: FidelityNote[] = [];
    let box = (await this.#scan()).find((one) => one.place === undefined && samePath(one.path, path));
    if (box === undefined) {
      const id = await this.#newFile(path, options.role, notes);
      box = (await this.#scan()).find((one) => one.id === id);
      if (box === undefined) throw new SternaError('bug', 'folder-not-made', 'A new mbox is not listed');
    }
    const role = box.role === undefined ? {} : { role: box.role };
    return { container: { id: box.id, path: box.path, kind: 'message', ...role }, notes };
  }

  async #newFile(path: readonly string[], role: SpecialUse | undefined, notes: FidelityNote[]): Promise<string> {
    const taken = new Set((await findMboxes(this.root)).files.map((file) => file.id.toLowerCase()));
    const names = isInbox(path) ? ['INBOX'] : portableNames(path, notes);
    for (let n = 1; ; n++) {
      const id = `${names.join('/')}${n === 1 ? '' : `~${n}`}.mbox`;
      const file = join(this.root, id);
      // Also not the name of a folder, or one that only the disk takes for the same.
      if (taken.has(id.toLowerCase()) || (await exists(file))) continue;
      if (n > 1)
        notes.push({ code: 'folder-renamed', text: 'Another folder has the same name on disk; a number was added' });
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await appendJournal(file, [{ sterna: 1, path, ...(role === undefined ? {} : { role }) }]);
      await (await open(file, 'ax', 0o600)).close();
      await syncDirectory(dirname(file));
      return id;
    }
  }

  /** Byte offset behind the last whole message. */
  async mark(container: string): Promise<string> {
    return String((await (await this.#box(container)).file.index()).limit);
  }

  /** All or nothing: what is appended counts only when the journal says so. */
  async create(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]> {
    const { file, place } = await this.#box(container);
    if (place !== undefined)
      throw new SternaError('config', 'read-only-folder', 'A label of a Takeout file is no folder to write to');
    const part = `${file.path}.${process.pid}.tmp`;
    try {
      return await withLock(`${file.path}.lock`, async () => {
        const { limit } = await this.#recover(file);
        const notes = new Map<string, readonly FidelityNote[]>();
        const records: { flags: readonly string[]; date: Date | undefined; eol: boolean }[] = [];
        // Built beside the mbox first: a body that breaks off, or a full disk, leaves the mbox as it was.
        const draft = await open(
          part,
          constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
          0o600,
        );
        try {
          for (const op of ops) {
            const own: FidelityNote[] = [];
            const flags = storable(op.flags, own);
            const date = storableDate(op.date, own);
            await draft.writeFile(formatFromLine(date ?? new Date()));
            const eol = await writeQuoted(draft, op);
            // The message's missing line end, then the empty line.
            await draft.writeFile(eol ? '\n' : '\n\n');
            records.push({ flags, date, eol });
            if (own.length > 0) notes.set(op.op, own);
          }
          const { size } = await draft.stat();
          await appendJournal(file.path, [{ begin: limit, end: limit + size }]);
          try {
            await append(file.path, draft, limit, size);
          } catch (thrown) {
            await truncate(file.path, limit);
            await appendJournal(file.path, [{ undone: limit }]);
            throw thrown;
          }
          const messages = await this.#readBack(file, limit, limit + size, records);
          await appendJournal(file.path, [{ commit: limit + size, messages: messages.map(recordOf) }]);
          await file.extend(messages, limit + size);
          return ops.map((op, n): Result => {
            const own = notes.get(op.op);
            const targetId = (messages[n] as MboxMessage).id;
            return { op: op.op, outcome: 'done', targetId, ...(own === undefined ? {} : { notes: own }) };
          });
        } finally {
          await draft.close();
          await rm(part, { force: true });
        }
      });
    } catch (thrown) {
      throw asArchiveError(thrown, 'the mbox');
    }
  }

  /** Ids of what was just appended, taken from reading it: what can't be found again would be no backup. */
  async #readBack(
    file: MboxFile,
    from: number,
    to: number,
    records: readonly { flags: readonly string[]; date: Date | undefined; eol: boolean }[],
  ): Promise<MboxMessage[]> {
    const { ordinals } = await file.index(true);
    const handle = await file.open();
    const { messages } = await scanMbox(handle, to, true, from).finally(() => handle.close());
    if (messages.length !== records.length)
      throw new SternaError('bug', 'mbox-read-back', 'A batch written to an mbox does not read back');
    const next = new Map<string, number>();
    return messages.map((message, at) => {
      const { flags, date, eol } = records[at] as (typeof records)[number];
      const { hash, start, single, deep } = message;
      const n = next.get(hash) ?? ordinals.get(hash) ?? 0;
      next.set(hash, n + 1);
      const end = message.end - (eol ? 0 : 1);
      const size = end - start - single - deep;
      const id = `${hash}.${n}`;
      return {
        id,
        at: message.at,
        start,
        end,
        size,
        flags,
        date: date ?? message.date,
        place: undefined,
        eol,
        problem: undefined,
      };
    });
  }

  /** Under the lock: cuts off what a crash left behind the last whole batch. */
  async #recover(file: MboxFile): Promise<{ limit: number }> {
    const { journal, limit } = await file.index();
    if (journal.open === undefined) return { limit };
    const { size } = await stat(file.path);
    if (size > limit) await truncate(file.path, limit);
    await appendJournal(file.path, [{ undone: limit }]);
    return { limit };
  }

  async state(op: StateOp): Promise<Result> {
    const { file } = await this.#box(op.container);
    return withLock(`${file.path}.lock`, async (): Promise<Result> => {
      const message = (await file.index()).messages.get(op.targetId);
      if (message === undefined) return { op: op.op, outcome: 'missing' };
      const notes: FidelityNote[] = [];
      const flags = new Set(message.flags);
      for (const flag of storable(op.remove, [])) flags.delete(flag);
      for (const flag of storable(op.add, notes)) flags.add(flag);
      const date = message.date === undefined ? {} : { date: message.date.getTime() };
      await appendJournal(file.path, [{ id: message.id, flags: canonical(flags), ...date }]);
      return { op: op.op, outcome: 'done', targetId: op.targetId, ...(notes.length > 0 ? { notes } : {}) };
    });
  }

  async place(op: PlaceOp): Promise<Result> {
    const error = new SternaError('object', 'no-moves', "An mbox can't move a message in one step");
    return { op: op.op, outcome: 'refused', error };
  }

  /** Writes the file anew without them and puts it in the old one's place. */
  async remove(container: string, ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    const { file } = await this.#box(container);
    return withLock(`${file.path}.lock`, async () => {
      await this.#recover(file);
      const { messages, journal, limit } = await file.index();
      const gone = new Set(ops.map((op) => op.targetId).filter((id) => messages.has(id)));
      if (gone.size > 0) {
        const all = [...messages.values()];
        const part = `${file.path}.${process.pid}.tmp`;
        const source = await file.open();
        const target = await open(
          part,
          constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
          0o600,
        );
        let end = 0;
        try {
          for (const [n, message] of all.entries()) {
            if (gone.has(message.id)) continue;
            const to = all[n + 1]?.at ?? limit;
            for (let at = message.at; at < to; ) {
              const chunk = await readRange(source, at, Math.min(at + COPY, to));
              if (chunk.length === 0) break;
              await target.writeFile(chunk);
              at += chunk.length;
              end += chunk.length;
            }
          }
          await target.sync();
        } finally {
          await Promise.all([source.close(), target.close()]);
        }
        await rename(part, file.path);
        const left = all.filter((message) => !gone.has(message.id)).map(recordOf);
        await rewriteJournal(file.path, { ...journal, messages: left }, end);
        await syncDirectory(dirname(file.path));
      }
      return ops.map((op): Result => ({ op: op.op, outcome: gone.has(op.targetId) ? 'done' : 'missing' }));
    });
  }

  /** What was committed behind the mark: written, but perhaps never acknowledged to whoever crashed. */
  async *candidates(container: string, since: string | undefined): AsyncIterable<Candidate> {
    const { file } = await this.#box(container);
    const { messages, limit } = await file.index();
    const asked = since === undefined || !/^\d+$/.test(since) ? 0 : Number(since);
    const from = asked > limit ? 0 : asked;
    for (const message of [...messages.values()]) {
      if (message.at < from || message.problem !== undefined) continue;
      const content = await file.fetch(message.id);
      if (!('body' in content)) continue;
      const digest = new MessageDigest();
      if (Buffer.isBuffer(content.body)) digest.update(content.body);
      else for await (const chunk of content.body) digest.update(chunk);
      yield { targetId: message.id, digest: digest.digest(), marked: false };
    }
  }

  async close(): Promise<void> {}

  async #scan(): Promise<readonly Box[]> {
    const boxes: Box[] = [];
    try {
      for (const found of (await findMboxes(this.root)).files) {
        const file = this.#files.get(found.file) ?? new MboxFile(found.file);
        this.#files.set(found.file, file);
        const { journal, messages } = await file.index();
        const path = journal.path ?? found.path;
        const places = new Map<string, readonly string[]>();
        let own = messages.size === 0;
        for (const { place } of messages.values())
          if (place === undefined) own = true;
          else places.set(place.join('\0'), place);
        if (own) boxes.push({ id: found.id, path, role: journal.role ?? roleOf(path), file, place: undefined });
        // A line break can't be in an id by accident: file names with one keep it, labels come without.
        for (const place of places.values())
          boxes.push({ id: `${found.id}\n${place.join('/')}`, path: place, role: roleOf(place), file, place });
      }
    } catch (thrown) {
      throw asArchiveError(thrown, 'the mbox archive');
    }
    this.#boxes = boxes;
    return boxes;
  }

  /** Found by looking, never by joining paths. */
  async #box(id: string): Promise<Box> {
    const box =
      (this.#boxes ?? (await this.#scan())).find((one) => one.id === id) ??
      (await this.#scan()).find((one) => one.id === id);
    if (box === undefined) throw noSuchContainer();
    return box;
  }
}

const recordOf = (message: MboxMessage): JournalMessage => ({
  id: message.id,
  flags: message.flags,
  ...(message.date === undefined ? {} : { date: message.date.getTime() }),
  ...(message.eol ? {} : { eol: false as const }),
});

/** @returns whether the body ends with a line end */
async function writeQuoted(file: Awaited<ReturnType<typeof open>>, op: CreateOp): Promise<boolean> {
  if (Buffer.isBuffer(op.body)) {
    await file.writeFile(rewrite(op.body, 'quote'));
    return op.body.at(-1) === 10;
  }
  const rewriter = new LineRewriter('quote');
  let last = 0;
  let size = 0;
  for await (const chunk of op.body) {
    for (const part of rewriter.push(chunk)) await file.writeFile(part);
    last = chunk.at(-1) ?? last;
    size += chunk.length;
  }
  await file.writeFile(rewriter.end());
  if (size !== op.size) throw new SternaError('transient', 'body-cut', 'The message ended early while it was copied');
  return last === 10;
}

async function append(path: string, draft: Awaited<ReturnType<typeof open>>, at: number, size: number): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  try {
    for (let done = 0; done < size; ) {
      const chunk = await readRange(draft, done, Math.min(done + COPY, size));
      for (let sent = 0; sent < chunk.length; )
        sent += (await file.write(chunk, sent, chunk.length - sent, at + done + sent)).bytesWritten;
      done += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
