import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  type Candidate,
  type Container,
  type CreateOp,
  type FidelityNote,
  type RemoveOp,
  type ReplaceOp,
  type Result,
  wholeBodyOf,
} from '@sterna/connector-kit';
import { escapeText, pivotOf } from '@sterna/content';
import { type ContentKind, SternaError } from '@sterna/core';
import { asArchiveError, errnoOf } from '../errors.ts';
import { withLock } from '../lock.ts';
import { syncDirectory } from '../maildir/folder.ts';
import type { ContainerOptions, WritableStore } from '../store.ts';
import { identify } from './body.ts';
import { FolderCatalog } from './folder-catalog.ts';
import { kindHeld } from './folder-store.ts';
import { type FileIndex, type FileObject, loadObject } from './object-file.ts';
import { containerOf, ObjectStore } from './object-store.ts';
import { type Edit, refusedBy, splice } from './splice.ts';
import type { Syntax } from './syntax.ts';

/**
 * One file of many objects as a target. A batch is one new version of the file, whole or not at all, under a lock; an
 * object is known by its UID, so what a crashed batch wrote is found by reading it back.
 */
export class FileStore extends ObjectStore implements WritableStore {
  readonly #catalog: FolderCatalog;
  readonly #path: string;
  readonly #syntax: Syntax;
  /** Cards don't say what their book is called, so the first name asked for is remembered. */
  #name: string | undefined;

  constructor(path: string, syntax: Syntax) {
    const catalog = new FolderCatalog(path, syntax, { isFile: true });
    super(catalog);
    this.#catalog = catalog;
    this.#path = path;
    this.#syntax = syntax;
  }

  async ensureContainer(
    path: readonly string[],
    options: ContainerOptions,
  ): Promise<{ container: Container; notes: readonly FidelityNote[] }> {
    const kind = kindHeld(options.kind, this.#syntax.kinds);
    const name = path.join(' / ').toWellFormed().trim() || kind;
    await this.#begin(name, options);
    const held = (await this.#index())?.name ?? this.#name ?? name;
    if (held !== name)
      throw new SternaError(
        'config',
        'one-file-one-collection',
        `${basename(this.#path)} holds ${JSON.stringify(held)}, and ${JSON.stringify(name)} is to be written as well`,
        {
          field: 'target',
          fix: `Give a folder: each collection becomes a folder of ${this.#syntax.extension} files in it.`,
        },
      );
    this.#name = name;
    const id = this.#catalog.idOf('.', kind);
    this.#catalog.ensure(id);
    const made = await this.#catalog.collection(id);
    if (made === undefined) throw new SternaError('bug', 'folder-not-made', 'A new collection is not listed');
    return { container: { ...containerOf(made), path: [name] }, notes: [] };
  }

  /** A calendar says its name and color at the beginning of its file; one that exists stays as it is. */
  async #begin(name: string, { color, description }: ContainerOptions): Promise<void> {
    const lines =
      this.#syntax.extension === '.vcf'
        ? []
        : [
            'BEGIN:VCALENDAR',
            'VERSION:2.0',
            'PRODID:-//Sterna//EN',
            `X-WR-CALNAME:${escapeText(name)}`,
            ...(color === undefined ? [] : [`X-APPLE-CALENDAR-COLOR:${color}`]),
            ...(description === undefined ? [] : [`X-WR-CALDESC:${escapeText(description)}`]),
            'END:VCALENDAR',
            '',
          ];
    try {
      const file = await open(this.#path, 'wx', 0o600);
      await file.writeFile(lines.join('\r\n')).finally(() => file.close());
      await syncDirectory(dirname(this.#path));
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EEXIST') throw asArchiveError(thrown, 'the file');
    }
  }

  async mark(): Promise<string> {
    return '-';
  }

  create(container: string, ops: readonly CreateOp[]): Promise<readonly Result[]> {
    const [, kind] = this.#catalog.parseId(container);
    return this.#locked(async () => {
      const held = new Map([...(await this.#objects(kind))].map(([key, { version }]) => [key, version]));
      const results = new Map<string, Result>();
      const edits: Edit[] = [];
      for (const op of ops)
        try {
          if (!Buffer.isBuffer(op.body)) throw new SternaError('bug', 'internal', 'Objects of files are whole');
          const { key, version } = identify(op.body, kind, this.#syntax);
          const rival = held.get(key);
          if (rival !== undefined) results.set(op.op, { op: op.op, outcome: 'exists', targetId: key, version: rival });
          else {
            held.set(key, version);
            edits.push({ body: op.body });
            results.set(op.op, { op: op.op, outcome: 'done', targetId: key, version });
          }
        } catch (thrown) {
          results.set(op.op, refusedBy(op, thrown));
        }
      if (edits.length > 0) await splice(this.#path, this.#syntax, edits);
      return ops.map((op) => results.get(op.op) as Result);
    });
  }

  replace(op: ReplaceOp): Promise<Result> {
    const [, kind] = this.#catalog.parseId(op.container);
    const body = wholeBodyOf(op);
    return this.#locked(async (): Promise<Result> => {
      const object = (await this.#objects(kind)).get(op.targetId);
      if (object === undefined) return { op: op.op, outcome: 'missing' };
      let version: string;
      try {
        version = identify(body, kind, this.#syntax).version;
      } catch (thrown) {
        return refusedBy(op, thrown);
      }
      if (object.version !== version) {
        if (op.ifVersion !== undefined && op.ifVersion !== object.version)
          return { op: op.op, outcome: 'changed', version: object.version };
        await splice(this.#path, this.#syntax, [{ object, body }]);
      }
      // Else the first try of this very replacement took effect, and its answer was lost.
      return { op: op.op, outcome: 'done', targetId: op.targetId, version };
    });
  }

  remove(container: string, ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    const [, kind] = this.#catalog.parseId(container);
    return this.#locked(async () => {
      const objects = await this.#objects(kind);
      const edits: Edit[] = [];
      const results = ops.map((op): Result => {
        const object = objects.get(op.targetId);
        if (object === undefined) return { op: op.op, outcome: 'missing' };
        if (op.ifVersion !== undefined && op.ifVersion !== object.version)
          return { op: op.op, outcome: 'changed', version: object.version };
        objects.delete(op.targetId);
        edits.push({ object, body: undefined });
        return { op: op.op, outcome: 'done' };
      });
      if (edits.length > 0) await splice(this.#path, this.#syntax, edits);
      return results;
    });
  }

  state(): never {
    throw new SternaError('bug', 'no-such-verb', 'Objects of calendars and address books have no state');
  }

  place(): never {
    throw new SternaError('bug', 'no-such-verb', 'Objects of one file have no other place');
  }

  async *candidates(container: string): AsyncIterable<Candidate> {
    const [, kind] = this.#catalog.parseId(container);
    const index = await this.#index();
    for (const [targetId, object] of index === undefined ? [] : await this.#objects(kind)) {
      const body = await loadObject(index as FileIndex, object).catch(() => undefined);
      if (body !== undefined) yield { targetId, digest: pivotOf(kind).digest(body), marked: false };
    }
  }

  #index(): Promise<FileIndex | undefined> {
    return this.#catalog.index(this.#path, 'collection');
  }

  async #objects(kind: ContentKind): Promise<Map<string, FileObject>> {
    const objects = (await this.#index())?.objects ?? [];
    return new Map(objects.filter((one) => one.kind === kind).map((one) => [one.key, one]));
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withLock(`${this.#path}.lock`, work).catch((thrown: unknown) => {
      throw asArchiveError(thrown, 'the file');
    });
  }
}
