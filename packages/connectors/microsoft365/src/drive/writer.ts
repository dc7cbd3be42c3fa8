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
  Writer,
} from '@sterna/connector-kit';
import { asSternaError, type NameRules, nameKey, SternaError } from '@sterna/core';
import { applyAccess } from './access.ts';
import type { DriveApi } from './drive-api.ts';
import type { Folders } from './folders.ts';
import { type DriveItem, dateOf, hashOf, isFolder, versionOf } from './item.ts';
import { checkName } from './names.ts';
import { isRewritten } from './office.ts';
import { placeOf } from './place.ts';
import type { DriveReader } from './reader.ts';
import { Source } from './source.ts';
import { folderGone, type Uploader } from './upload.ts';

const TRIES = 3;

export interface DriveWriterParts {
  readonly api: DriveApi;
  readonly reader: DriveReader;
  readonly folders: Folders;
  readonly uploader: Uploader;
  readonly rules: NameRules;
  readonly domain: string;
  /** Of the app that signs in, where it is known. */
  readonly clientId: string | undefined;
}

/** Files are known by their names in their folders; nothing is ever written over that isn't the version it should be. */
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
    return this.#parts.uploader.discard(placeOf(container).itemId, stamp);
  }

  removeContainer(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    return this.#parts.folders.remove(container);
  }

  async mark(): Promise<string> {
    return '';
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const access = ops.filter((op): op is AccessOp => op.verb === 'access');
    const results = [
      ...(access.length === 0 ? [] : await applyAccess({ ...this.#parts, unknown: this.#unknown }, access)),
      ...(await Promise.all(ops.flatMap((op) => (op.verb === 'access' ? [] : [this.#apply(op)])))),
    ];
    const byOp = new Map(results.map((result) => [result.op, result]));
    return ops.flatMap((op) => byOp.get(op.op) ?? []);
  }

  async confirm(): Promise<void> {
    // Nothing here carries a mark.
  }

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const { reader } = this.#parts;
    for await (const item of reader.files(container)) {
      const date = dateOf(item);
      yield {
        targetId: item.name,
        name: item.name,
        size: item.size ?? 0,
        version: versionOf(item),
        ...(date === undefined ? {} : { date }),
        ...(facets.matchKey === true ? { matchKey: reader.matchKey(item.name) } : {}),
      };
    }
  }

  #apply(op: Exclude<Op, AccessOp>): Promise<Result> {
    switch (op.verb) {
      case 'create': {
        const source = new Source(op.body, op.size);
        return this.#safely(op, source, () => this.#create(op, source));
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

  #create(op: CreateOp, source: Source): Promise<Result> {
    const name = op.reservedId ?? op.name;
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    checkName(name, this.#parts.rules);
    return this.#alone(op.container, name, () => this.#createAt(op, source, name));
  }

  async #createAt(op: CreateOp, source: Source, name: string): Promise<Result> {
    const { api, uploader } = this.#parts;
    const { itemId: folderId } = placeOf(op.container);
    // An upload tells only at its end that the name is taken.
    const there = source.whole === undefined ? await api.look(folderId, name) : undefined;
    if (there !== undefined) return existing(op, there);
    const { date, created, stamp } = op;
    const sent = await uploader.send({ folderId, name, source, date, created, stamp, over: undefined });
    if (sent.outcome === 'taken')
      return this.#isOurRewritten(sent.item, name, op.date)
        ? done(op, name, versionOf(sent.item), [officeNote()])
        : existing(op, sent.item);
    if (sent.outcome !== 'done') throw folderGone();
    return this.#landed(op, name, source, sent, true);
  }

  async #replace(op: ReplaceOp, source: Source): Promise<Result> {
    return this.#alone(op.container, op.targetId, () => this.#replaceAt(op, source));
  }

  async #replaceAt(op: ReplaceOp, source: Source): Promise<Result> {
    const { uploader } = this.#parts;
    const { itemId: folderId } = placeOf(op.container);
    const there = await this.#fileNamed(op.container, op.targetId);
    if (there === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && versionOf(there) !== op.ifVersion) {
      // An earlier try of this replacement, by a pass that died.
      if (this.#isOurRewritten(there, op.targetId, op.date))
        return done(op, op.targetId, versionOf(there), [officeNote()]);
      const isOurs = there.size === source.size && (await holdsWhatComes(there, source));
      return isOurs ? done(op, op.targetId, versionOf(there)) : changed(op, there);
    }
    const sent = await uploader.send({
      folderId,
      name: op.targetId,
      source,
      date: op.date,
      stamp: op.stamp,
      over: { itemId: there.id, eTag: there.eTag },
    });
    if (sent.outcome === 'done') return this.#landed(op, op.targetId, source, sent, false);
    if (sent.outcome === 'missing') return { op: op.op, outcome: 'missing' };
    const now = await this.#fileNamed(op.container, op.targetId);
    return now === undefined ? { op: op.op, outcome: 'missing' } : changed(op, now);
  }

  /** The item is moved by its id: to be told so twice changes nothing. */
  async #place(op: PlaceOp): Promise<Result> {
    const name = op.name ?? op.targetId;
    checkName(name, this.#parts.rules);
    const { api } = this.#parts;
    const { itemId: from } = placeOf(op.container);
    const { itemId: to } = placeOf(op.to);
    return this.#alone(op.to, name, async () => {
      const here = await this.#fileNamed(op.container, op.targetId);
      if (here === undefined) return { op: op.op, outcome: 'missing' };
      // What people made of it stays known: then no version is told.
      const told = (version: string): string | undefined =>
        op.ifVersion === undefined || op.ifVersion === versionOf(here) ? version : undefined;
      if (from === to && here.name === name) return done(op, name, told(versionOf(here)));
      const { status, body } = await api.write<DriveItem>(api.pathOf(here.id), {
        method: 'PATCH',
        body: {
          name,
          ...(from === to ? {} : { parentReference: { id: to } }),
          '@microsoft.graph.conflictBehavior': 'fail',
        },
        doing: 'moving a file',
        expected: [404, 409],
      });
      if (status < 300) return done(op, name, told(versionOf(body)));
      const there = await api.look(to, name);
      if (status === 409 && there !== undefined) return existing(op, there);
      if ((await api.look(here.id)) === undefined) return { op: op.op, outcome: 'missing' };
      throw folderGone();
    });
  }

  /** To the recycle bin, where the owner finds it for 93 days. */
  async #remove(op: RemoveOp): Promise<Result> {
    const { api } = this.#parts;
    for (let tries = 1; ; tries += 1) {
      const there = await this.#fileNamed(op.container, op.targetId);
      if (there === undefined) return { op: op.op, outcome: 'missing' };
      if (op.ifVersion !== undefined && versionOf(there) !== op.ifVersion) return changed(op, there);
      const { status } = await api.write(api.pathOf(there.id), {
        method: 'DELETE',
        ...(op.ifVersion === undefined || there.eTag === undefined ? {} : { headers: { 'if-match': there.eTag } }),
        doing: 'removing a file',
        expected: [404, 412],
      });
      if (status !== 412) return { op: op.op, outcome: 'done' };
      // Its tag may change without its content.
      if (tries >= TRIES) return changed(op, there);
    }
  }

  /** Undefined where there is nothing, or a folder. */
  async #fileNamed(container: string, name: string): Promise<DriveItem | undefined> {
    if (!this.#isPossible(name)) return undefined;
    const there = await this.#parts.api.look(placeOf(container).itemId, name);
    return there === undefined || isFolder(there) ? undefined : there;
  }

  /** What people called it in the drive stays; what would lead elsewhere is nothing in it. */
  #isPossible = (name: string): boolean => !/^\.{0,2}$|[/\\\0]/.test(name);

  /**
   * An Office file that an earlier try of a pass that died had written, and SharePoint rewritten: no hash tells that any
   * more, but that this app wrote it last, and its date.
   */
  #isOurRewritten(item: DriveItem, name: string, date: Date | undefined): boolean {
    const { clientId } = this.#parts;
    return (
      isRewritten(name) &&
      clientId !== undefined &&
      item.lastModifiedBy?.application?.id?.toLowerCase() === clientId.toLowerCase() &&
      date !== undefined &&
      dateOf(item)?.getTime() === Math.floor(date.getTime() / 1_000) * 1_000
    );
  }

  /** What the drive made of it. */
  async #landed(
    op: CreateOp | ReplaceOp,
    name: string,
    source: Source,
    { item, datedAfter }: { readonly item: DriveItem; readonly datedAfter?: boolean },
    isNew: boolean,
  ): Promise<Result> {
    const hash = hashOf(item);
    const isSame = item.size === source.size && (hash === undefined || hash === source.hash);
    if (isSame) return done(op, name, versionOf(item), datedAfter === true ? [versionNote()] : undefined);
    if (isRewritten(name)) return done(op, name, versionOf(item), [officeNote()]);
    if (isNew) {
      const { api } = this.#parts;
      await api.write(api.pathOf(item.id), {
        method: 'DELETE',
        ...(item.eTag === undefined ? {} : { headers: { 'if-match': item.eTag } }),
        doing: 'removing what was not written as it was sent',
        expected: [404, 412],
      });
    }
    return { op: op.op, outcome: 'refused', error: contentDiffers() };
  }

  /** What this session does under one name happens one after the other. */
  async #alone<T>(container: string, name: string, work: () => Promise<T>): Promise<T> {
    const key = `${placeOf(container).itemId}/${nameKey(name, this.#parts.rules)}`;
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

/** A source that hasn't passed yet passes now. */
async function holdsWhatComes(item: DriveItem, source: Source): Promise<boolean> {
  const hash = hashOf(item);
  if (hash === undefined) return false;
  await source.skip(source.size);
  await source.end();
  return hash === source.hash;
}

const done = (op: Op, targetId: string, version: string | undefined, notes?: readonly FidelityNote[]): Result => ({
  op: op.op,
  outcome: 'done',
  targetId,
  ...(version === undefined ? {} : { version }),
  ...(notes === undefined ? {} : { notes }),
});

const existing = (op: Op, there: DriveItem): Result =>
  isFolder(there)
    ? { op: op.op, outcome: 'exists', targetId: '' }
    : { op: op.op, outcome: 'exists', targetId: there.name ?? '', version: versionOf(there) };

const changed = (op: Op, there: DriveItem): Result => ({
  op: op.op,
  outcome: 'changed',
  version: versionOf(there),
});

const officeNote = (): FidelityNote => ({
  code: 'office-rewritten',
  text: 'SharePoint wrote properties of the library into this Office file when it took it: its bytes are other ones than those of the original, its content is the same.',
});

const versionNote = (): FidelityNote => ({
  code: 'version-added',
  text: 'It is empty, so its date was set after it was made, which OneDrive counts as a version more.',
});

const contentDiffers = (): SternaError =>
  new SternaError('object', 'content-differs', 'OneDrive stored other content than was sent.', {
    fix: 'Start a delta pass: it sends the file again. If it stays so, look for a proxy or a scanner in between.',
  });

const noFlags = (): SternaError =>
  new SternaError('object', 'no-flags', 'Files have no flags.', { fix: 'Nothing to do.' });
