import type {
  AccessOp,
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  PlaceOp,
  RemoveOp,
  ReplaceOp,
  Result,
  ShortcutTarget,
  Writer,
} from '@sterna/connector-kit';
import { waitsForObject } from '@sterna/content';
import { asSternaError, isNameAllowed, SternaError } from '@sterna/core';
import { applyAccess } from './access.ts';
import { NAME_RULES } from './capabilities.ts';
import { type DriveApi, filePath } from './drive-api.ts';
import { type DriveFile, dateOf, isNative, isShortcut, STAMP, sizeOf, versionOf } from './drive-file.ts';
import type { Folders } from './folders.ts';
import { checkName, type NamedFile } from './names.ts';
import { exportOf, type ImportFormat, importOf, type OfficeKind } from './native.ts';
import { placeOf } from './place.ts';
import type { DriveReader } from './reader.ts';
import { Source } from './source.ts';
import { folderGone, type Upload, type Uploader } from './upload.ts';

export interface DriveWriterParts {
  readonly api: DriveApi;
  readonly reader: DriveReader;
  readonly folders: Folders;
  readonly uploader: Uploader;
  /** Of the user's address. */
  readonly domain: string;
  /** Office files that become Google documents. */
  readonly convert: readonly OfficeKind[];
  /** What is larger goes in pieces, and becomes none. */
  readonly pieceBytes: number;
}

/**
 * Files are known by their names in their folders. Drive would take a name twice, so what has it is looked for before
 * anything is written; and it knows no condition on a write, so that what is written over is looked at right before.
 */
export class DriveWriter implements Writer {
  readonly #parts: DriveWriterParts;
  readonly #busy = new Map<string, Promise<void>>();
  readonly #unknown = new Set<string>();

  constructor(parts: DriveWriterParts) {
    this.#parts = parts;
  }

  ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    return this.#parts.folders.ensure(path);
  }

  reserve(_container: string, _key: string, name?: string): string {
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    return name;
  }

  discard(container: string, stamp: string): Promise<void> {
    return this.#parts.uploader.discard(placeOf(container).folderId, stamp);
  }

  removeContainer(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    return this.#parts.folders.remove(container);
  }

  async mark(): Promise<string> {
    return '';
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const access = ops.filter((op): op is AccessOp => op.verb === 'access');
    const { api, reader, domain } = this.#parts;
    const target = { api, finder: reader, domain, unknown: this.#unknown };
    const there = await this.#namesOf(ops);
    const results = [
      ...(access.length === 0 ? [] : await applyAccess(target, access)),
      ...(await Promise.all(ops.flatMap((op) => (op.verb === 'access' ? [] : [this.#apply(op, there)])))),
    ];
    const byOp = new Map(results.map((result) => [result.op, result]));
    return ops.flatMap((op) => byOp.get(op.op) ?? []);
  }

  async confirm(): Promise<void> {
    // Nothing here carries a mark.
  }

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(container: string, facets: { readonly matchKey?: boolean }): AsyncGenerator<InventoryItem> {
    const { reader } = this.#parts;
    for (const { id, name, file } of await reader.files(container)) {
      const date = dateOf(file);
      yield {
        targetId: id,
        name,
        version: versionOf(file),
        ...(isNative(file) ? {} : { size: sizeOf(file) }),
        ...(date === undefined ? {} : { date }),
        ...(facets.matchKey === true ? { matchKey: reader.matchKey(name) } : {}),
      };
    }
  }

  /** What has the names of what is to be made, in a few requests for the whole batch; what is made is added. */
  async #namesOf(ops: readonly Op[]): Promise<ReadonlyMap<string, Map<string, NamedFile>>> {
    const creates = ops.filter((op): op is CreateOp => op.verb === 'create');
    const found = new Map<string, Map<string, NamedFile>>();
    for (const [container, own] of Map.groupBy(creates, (op) => op.container)) {
      const names = own.map((op) => op.reservedId ?? op.name ?? '').filter((name) => isNameAllowed(name, NAME_RULES));
      found.set(container, new Map(await this.#parts.reader.find(placeOf(container).folderId, names)));
    }
    return found;
  }

  #apply(op: Exclude<Op, AccessOp>, there: ReadonlyMap<string, Map<string, NamedFile>>): Promise<Result> {
    switch (op.verb) {
      case 'create': {
        const source = new Source(op.body, op.size);
        return this.#safely(op, source, () => this.#create(op, source, there.get(op.container) ?? new Map()));
      }
      case 'replace': {
        const source = new Source(op.body, op.size);
        return this.#safely(op, source, () => this.#replace(op, source));
      }
      case 'place':
        return this.#safely(op, undefined, () => this.#place(op));
      case 'remove':
        return this.#safely(op, undefined, () => this.#remove(op));
      case 'state':
        return Promise.resolve({ op: op.op, outcome: 'refused', error: noFlags() });
    }
  }

  #create(op: CreateOp, source: Source, named: Map<string, NamedFile>): Promise<Result> {
    const name = op.reservedId ?? op.name;
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    checkName(name);
    return this.#alone(op.container, name, () => this.#createAt(op, source, name, named));
  }

  async #createAt(op: CreateOp, source: Source, name: string, named: Map<string, NamedFile>): Promise<Result> {
    const { folderId } = placeOf(op.container);
    const there = named.get(name);
    // A document, whose id wasn't ours to choose: an earlier try, whose answer was lost, made it.
    if (there !== undefined && isWrittenBy(op, there.file)) return done(op, name, versionOf(there.file), [CONVERTED]);
    if (there !== undefined) return existing(op, there);
    if (op.shortcut !== undefined) return this.#shortcut(op, name, op.shortcut, named);
    const as = importOf(name, this.#parts.convert);
    const upload: Upload = {
      folderId,
      name,
      source,
      date: op.date,
      created: op.created,
      stamp: op.stamp,
      over: undefined,
      as: as === undefined || source.size > this.#parts.pieceBytes ? undefined : as,
    };
    const sent = await this.#parts.uploader.send(upload);
    if (sent.outcome !== 'done') throw folderGone();
    const result = await this.#landed(op, name, source, sent.file, as);
    if (result.outcome === 'done') named.set(name, { id: name, name, file: sent.file });
    return result;
  }

  async #shortcut(
    op: CreateOp,
    name: string,
    shortcut: ShortcutTarget,
    named: Map<string, NamedFile>,
  ): Promise<Result> {
    const { folderId } = placeOf(shortcut.container);
    const targetId = shortcut.id === '' ? folderId : (await this.#named(folderId, shortcut.id))?.file.id;
    if (targetId === undefined) throw shortcutLost();
    const file = await this.#parts.api.makeShortcut(placeOf(op.container).folderId, name, targetId, op.stamp);
    named.set(name, { id: name, name, file });
    return done(op, name, versionOf(file));
  }

  #replace(op: ReplaceOp, source: Source): Promise<Result> {
    return this.#alone(op.container, op.targetId, () => this.#replaceAt(op, source));
  }

  async #replaceAt(op: ReplaceOp, source: Source): Promise<Result> {
    const { folderId } = placeOf(op.container);
    const there = await this.#named(folderId, op.targetId);
    if (there === undefined) return { op: op.op, outcome: 'missing' };
    const version = versionOf(there.file);
    if (op.ifVersion !== undefined && version !== op.ifVersion) {
      // An earlier try of this replacement, by a pass that died.
      if (isWrittenBy(op, there.file)) return done(op, op.targetId, version, [CONVERTED]);
      const isOurs = sizeOf(there.file) === source.size && (await holdsWhatComes(there.file, source));
      return isOurs ? done(op, op.targetId, version) : changed(op, there.file);
    }
    const sent = await this.#parts.uploader.send({
      folderId,
      name: there.name,
      source,
      date: op.date,
      stamp: op.stamp,
      over: there.file,
    });
    if (sent.outcome === 'done') return this.#landed(op, op.targetId, source, sent.file);
    const now = sent.outcome === 'changed' ? await this.#named(folderId, op.targetId) : undefined;
    return now === undefined ? { op: op.op, outcome: 'missing' } : changed(op, now.file);
  }

  /** The file is moved by its id: to be told so twice changes nothing. */
  #place(op: PlaceOp): Promise<Result> {
    const name = op.name ?? op.targetId;
    checkName(name);
    const { api } = this.#parts;
    const { folderId: from } = placeOf(op.container);
    const { folderId: to } = placeOf(op.to);
    return this.#alone(op.to, name, async () => {
      const here = await this.#named(from, op.targetId);
      if (here === undefined) return { op: op.op, outcome: 'missing' };
      const version = versionOf(here.file);
      // What people made of it stays known: then no version is told.
      const told = op.ifVersion === undefined || op.ifVersion === version ? version : undefined;
      if (from === to && here.id === name) return done(op, name, told);
      const there = await this.#named(to, name);
      if (there !== undefined) return existing(op, there);
      const { status } = await api.change(
        here.file.id,
        // A move would pass for a modification.
        {
          name: nameInside(here.file, name),
          ...(here.file.modifiedTime === undefined ? {} : { modifiedTime: here.file.modifiedTime }),
        },
        {
          doing: 'moving a file',
          query: from === to ? {} : { addParents: to, removeParents: from },
          expected: [404],
        },
      );
      if (status < 300) return done(op, name, told);
      if ((await api.look(here.file.id)) === undefined) return { op: op.op, outcome: 'missing' };
      throw folderGone();
    });
  }

  /** To the trash, where the owner finds it for 30 days. */
  async #remove(op: RemoveOp): Promise<Result> {
    const { api } = this.#parts;
    const there = await this.#named(placeOf(op.container).folderId, op.targetId);
    if (there === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && versionOf(there.file) !== op.ifVersion) return changed(op, there.file);
    const { status } = await api.change(
      there.file.id,
      { trashed: true },
      { doing: 'removing a file', expected: [404] },
    );
    return { op: op.op, outcome: status === 404 ? 'missing' : 'done' };
  }

  async #named(folderId: string, id: string): Promise<NamedFile | undefined> {
    if (id === '') return undefined;
    return (await this.#parts.reader.find(folderId, [id])).get(id);
  }

  /** What the drive made of it. */
  async #landed(
    op: CreateOp | ReplaceOp,
    id: string,
    source: Source,
    file: DriveFile,
    wanted?: ImportFormat,
  ): Promise<Result> {
    if (isDocument(file)) return done(op, id, versionOf(file), [CONVERTED]);
    const isSame = sizeOf(file) === source.size && (file.md5Checksum ?? source.md5) === source.md5;
    if (isSame) return done(op, id, versionOf(file), wanted === undefined ? [] : [NOT_CONVERTED]);
    if (op.verb === 'create') {
      const { api } = this.#parts;
      await api.write({
        method: 'DELETE',
        path: filePath(file.id),
        query: { fields: undefined },
        doing: 'removing what was not written as it was sent',
        expected: [403, 404],
      });
    }
    return { op: op.op, outcome: 'refused', error: contentDiffers() };
  }

  /** What this session does under one name happens one after the other. */
  async #alone<T>(container: string, name: string, work: () => Promise<T>): Promise<T> {
    const key = `${placeOf(container).folderId}/${name}`;
    const own = (this.#busy.get(key) ?? Promise.resolve()).then(work);
    const settled = own.then(
      () => {},
      () => {},
    );
    this.#busy.set(key, settled);
    try {
      return await own;
    } finally {
      if (this.#busy.get(key) === settled) this.#busy.delete(key);
    }
  }

  /** A file's own refusal is its result; what concerns the endpoint as a whole, or the source, is thrown. */
  async #safely(op: Op, source: Source | undefined, write: () => Promise<Result>): Promise<Result> {
    try {
      return await write();
    } catch (thrown) {
      if (source?.failure !== undefined) {
        const { thrown: own } = source.failure;
        if (own instanceof SternaError && own.class === 'object') return { op: op.op, outcome: 'refused', error: own };
        throw own;
      }
      const error = asSternaError(thrown);
      if (error.class === 'object') return { op: op.op, outcome: 'refused', error };
      if (error.class === 'transient') return { op: op.op, outcome: 'unknown', error };
      throw thrown;
    } finally {
      await source?.close().catch(() => undefined);
    }
  }
}

/** A Google document is known by its name with an extension that it doesn't have in Drive. */
function nameInside(file: DriveFile, name: string): string {
  const extension = isDocument(file) ? exportOf(file)?.extension : undefined;
  return extension !== undefined && name.endsWith(extension) ? name.slice(0, -extension.length) : name;
}

/** A source that hasn't passed yet passes now. */
async function holdsWhatComes(file: DriveFile, source: Source): Promise<boolean> {
  if (file.md5Checksum === undefined) return false;
  await source.skip(source.size);
  await source.end();
  return file.md5Checksum === source.md5;
}

const done = (op: Op, targetId: string, version: string | undefined, notes: readonly FidelityNote[] = []): Result => ({
  op: op.op,
  outcome: 'done',
  targetId,
  ...(version === undefined ? {} : { version }),
  ...(notes.length === 0 ? {} : { notes }),
});

/** A Google document that this very write made, or gave its content. */
const isWrittenBy = ({ stamp }: CreateOp | ReplaceOp, file: DriveFile): boolean =>
  stamp !== undefined && isDocument(file) && file.appProperties?.[STAMP] === stamp;

const CONVERTED: FidelityNote = {
  code: 'converted-to-document',
  text: 'It became a Google document, as the settings say: Drive wrote its content anew, and what Google’s programs have no place for (macros, fonts, parts of the layout) is lost.',
};
const NOT_CONVERTED: FidelityNote = {
  code: 'not-converted',
  text: 'It stayed an Office file: Drive couldn’t make a Google document of it, or it is too large for that.',
};

const existing = (op: Op, { id, file }: NamedFile): Result => ({
  op: op.op,
  outcome: 'exists',
  targetId: id,
  version: versionOf(file),
});

const changed = (op: Op, file: DriveFile): Result => ({ op: op.op, outcome: 'changed', version: versionOf(file) });

const isDocument = (file: DriveFile): boolean => isNative(file) && !isShortcut(file);

const shortcutLost = (): SternaError =>
  waitsForObject(
    'What the shortcut leads to was removed from the target meanwhile.',
    'Nothing to do: the next delta pass looks again.',
  );

const contentDiffers = (): SternaError =>
  new SternaError('object', 'content-differs', 'Google Drive stored other content than was sent.', {
    fix: 'Start a delta pass: it sends the file again. If it stays so, look for a proxy in between.',
  });

const noFlags = (): SternaError =>
  new SternaError('object', 'no-flags', 'Files have no flags.', { fix: 'Nothing to do.' });
