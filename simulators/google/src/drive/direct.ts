import type { Google } from '../server.ts';
import { openUploadsOf } from '../upload/sessions.ts';
import { Content } from './content.ts';
import type { Corpus } from './corpus.ts';
import { corpusOf } from './drives.ts';
import { type DriveFile, headOf, isBlob, isFolder, isTrashed, type Person } from './file.ts';
import { FOLDER, SHORTCUT } from './media-types.ts';
import { personOf } from './principals.ts';
import { createPermission } from './sharing.ts';

export interface DirectDriveFile {
  readonly folder: readonly string[];
  readonly name: string;
  readonly id: string;
  readonly mimeType: string;
  readonly content: Buffer;
  /** Milliseconds. */
  readonly modifiedAt: number;
}

/**
 * Somebody's My Drive, or a shared drive in their name, past the API: what a test puts in and finds without trusting any
 * client, this service included.
 */
export class DirectDrive {
  readonly #server: Google;
  readonly #corpus: Corpus;
  readonly #person: Person;
  readonly #root: DriveFile;

  /** @param shared id of a shared drive; else it is the user's own */
  constructor(server: Google, address: string, shared?: string) {
    const found = server.cloud.findUser(address);
    if (found === undefined) throw new Error(`no user ${address}`);
    this.#server = server;
    this.#corpus = corpusOf(server.cloud);
    this.#person = personOf(found.user);
    const root =
      shared === undefined ? this.#corpus.rootOf(this.#person, this.#now) : this.#corpus.drives.get(shared)?.root;
    if (root === undefined) throw new Error(`no shared drive ${shared}`);
    this.#root = root;
  }

  get corpus(): Corpus {
    return this.#corpus;
  }

  /** Whose drive it is. */
  get person(): Person {
    return this.#person;
  }

  /** Shares a file or folder without a mail; of a shared drive also its root, which makes somebody a member. */
  share(
    path: readonly string[],
    emailAddress: string,
    role: 'organizer' | 'fileOrganizer' | 'writer' | 'commenter' | 'reader',
  ): void {
    createPermission(
      this.#corpus,
      this.#itemAt(path),
      {
        body: { type: 'user', role, emailAddress },
        sendNotificationEmail: false,
        emailMessage: undefined,
        transferOwnership: false,
        moveToNewOwnersRoot: false,
        removeExpiration: false,
        admin: false,
      },
      this.#person,
      this.#now,
    );
  }

  /** `bjorn@nordwind.example writer`: what was given on the item itself, but for its owner's. */
  rights(path: readonly string[]): string[] {
    return [...this.#itemAt(path).grants.values()]
      .filter(({ role }) => role !== 'owner')
      .map(({ type, role, emailAddress, domain }) => `${emailAddress ?? domain ?? type} ${role}`)
      .sort();
  }

  /** All contents of a file, the oldest first. */
  revisions(path: readonly string[]): Buffer[] {
    return this.#itemAt(path).revisions.map(({ content }) => content.bytes());
  }

  /** Makes folders as needed; a file of that name gets a new revision. @returns the file's id */
  put(folder: readonly string[], name: string, content: Buffer, modified = this.#now): string {
    const parent = this.makeFolder(folder);
    const revision = {
      content: Content.of(content),
      mimeType: 'application/octet-stream',
      originalFilename: name,
    };
    const there = this.#childrenOf(parent).find((file) => file.name === name && isBlob(file));
    if (there === undefined) return this.add(folder, name, content, modified);
    this.#corpus.addRevision(there, revision, this.#person, this.#now, modified);
    return there.id;
  }

  /** A new file, even where there is one of that name. @returns its id */
  add(folder: readonly string[], name: string, content: Buffer, modified = this.#now): string {
    const parent = this.makeFolder(folder);
    const mimeType = 'application/octet-stream';
    const revision = { content: Content.of(content), mimeType, originalFilename: name };
    return this.#corpus.create({ name, mimeType, parent, modified }, this.#person, this.#now, revision).id;
  }

  /** A Google document (or form, sheet …) that says so. @returns its id */
  addNative(folder: readonly string[], name: string, kind: string, text: string): string {
    const mimeType = `application/vnd.google-apps.${kind}`;
    const revision = { content: Content.of(''), native: { text }, mimeType, originalFilename: name };
    return this.#corpus.create({ name, mimeType, parent: this.makeFolder(folder) }, this.#person, this.#now, revision)
      .id;
  }

  /** @param target id of what it leads to, whosever that is @returns the shortcut's id */
  addShortcut(folder: readonly string[], name: string, target: string): string {
    const to = this.#corpus.file(target);
    if (to === undefined) throw new Error('nothing to lead to');
    const wanted = {
      name,
      mimeType: SHORTCUT,
      parent: this.makeFolder(folder),
      target: { id: target, mimeType: to.mimeType },
    };
    return this.#corpus.create(wanted, this.#person, this.#now, undefined).id;
  }

  /** `folder/name → name of what it leads to`. */
  shortcuts(): string[] {
    return this.files()
      .flatMap(({ id, folder, name }) => {
        const target = this.#corpus.file(id)?.target;
        return target === undefined ? [] : [`${[...folder, name].join('/')} → ${this.#corpus.file(target.id)?.name}`];
      })
      .sort();
  }

  /** What somebody makes a Google document say, a minute after it was changed last. */
  rewrite(id: string, text: string): void {
    const file = this.#corpus.file(id);
    if (file === undefined) throw new Error('no such document');
    const { mimeType, name } = file;
    const revision = { content: Content.of(''), native: { text }, mimeType, originalFilename: name };
    this.#corpus.addRevision(file, revision, this.#person, this.#now, file.modified + 60_000);
  }

  /** Google documents and what they say, by name. */
  documents(): string[] {
    return this.files()
      .flatMap(({ id, name }) => {
        const text = this.#corpus.file(id)?.revisions.at(-1)?.native?.text;
        return text === undefined ? [] : [`${name}: ${text}`];
      })
      .sort();
  }

  makeFolder(path: readonly string[]): DriveFile {
    let folder = this.#root;
    for (const name of path) {
      const inside = this.#childrenOf(folder).find((file) => file.name === name && isFolder(file));
      folder =
        inside ?? this.#corpus.create({ name, mimeType: FOLDER, parent: folder }, this.#person, this.#now, undefined);
    }
    return folder;
  }

  /** All files that aren't in the trash. */
  files(): DirectDriveFile[] {
    return [...this.#walk(this.#root, [])].flatMap(({ file, folder }) =>
      isFolder(file)
        ? []
        : {
            folder,
            name: file.name,
            id: file.id,
            mimeType: file.mimeType,
            content: bytesOf(headOf(file)?.content),
            modifiedAt: file.modified,
          },
    );
  }

  folders(): string[][] {
    return [...this.#walk(this.#root, [])].flatMap(({ file, folder }) =>
      isFolder(file) ? [[...folder, file.name]] : [],
    );
  }

  remove(path: readonly string[]): void {
    this.#corpus.setTrashed(this.#fileAt(path), true, this.#person, this.#now);
  }

  move(path: readonly string[], to: readonly string[]): void {
    const file = this.#fileAt(path);
    const modified = file.modified;
    this.#corpus.move(file, this.makeFolder(to.slice(0, -1)), this.#person, this.#now);
    this.#corpus.rename(file, to.at(-1) ?? '');
    file.modified = modified;
    this.#corpus.touch(file, this.#now);
  }

  /** Uploads that were begun and neither ended nor given up. */
  get openUploads(): number {
    return openUploadsOf(this.#server.cloud);
  }

  get #now(): number {
    return this.#server.clock.now();
  }

  #fileAt(path: readonly string[]): DriveFile {
    const parent = this.makeFolder(path.slice(0, -1));
    const file = this.#childrenOf(parent).find(({ name, mimeType }) => name === path.at(-1) && mimeType !== FOLDER);
    if (file === undefined) throw new Error(`no file ${path.join('/')}`);
    return file;
  }

  #itemAt(path: readonly string[]): DriveFile {
    if (path.length === 0) return this.#root;
    const parent = this.makeFolder(path.slice(0, -1));
    const item = this.#childrenOf(parent).find(({ name }) => name === path.at(-1));
    if (item === undefined) throw new Error(`nothing at ${path.join('/')}`);
    return item;
  }

  #childrenOf(folder: DriveFile): DriveFile[] {
    return [...this.#corpus.children(folder)].filter((file) => !isTrashed(file));
  }

  *#walk(folder: DriveFile, path: readonly string[]): Generator<{ file: DriveFile; folder: readonly string[] }> {
    for (const file of this.#childrenOf(folder)) {
      yield { file, folder: path };
      if (isFolder(file)) yield* this.#walk(file, [...path, file.name]);
    }
  }
}

function bytesOf(content: Content | undefined): Buffer {
  return content?.bytes() ?? Buffer.alloc(0);
}
