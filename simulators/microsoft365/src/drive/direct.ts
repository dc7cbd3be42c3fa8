import type { Microsoft365 } from '../server.ts';
import type { DriveBehaviour } from './behaviour.ts';
import { Content } from './content.ts';
import type { Drive } from './drive.ts';
import { drivesOf, type SharingMail } from './drives.ts';
import { type Actor, currentVersion, type DriveItem, isFolder, lineage, subtree } from './item.ts';
import { grantTo, linkOf, reachingGrants } from './sharing.ts';
import { type UploadSession, uploadSessionsOf } from './upload-session.ts';

/** A file as the drive holds it. */
export interface DirectFile {
  readonly id: string;
  /** Names from the root. */
  readonly folder: readonly string[];
  readonly name: string;
  readonly content: Buffer;
  readonly modifiedAt: number;
  /** Earlier contents, the oldest first, without the current one. */
  readonly earlier: readonly Buffer[];
  /** Who has a right of their own to it: `email role`, `link scope type`. */
  readonly rights: readonly string[];
}

/** Somebody's OneDrive, or a library that they use, as they see it, past Graph: for tests to fill, to change and to look at. */
export class DirectDrive {
  readonly drive: Drive;
  readonly #server: Microsoft365;
  readonly #by: Actor;
  readonly #mails: readonly SharingMail[];

  /** @param library of a site; else it is the user's OneDrive, which is provisioned where there is none yet */
  constructor(server: Microsoft365, address: string, library?: Drive) {
    this.#server = server;
    const tenant = server.tenant(address.split('@')[1] as string);
    const user = tenant.user(address);
    if (user === undefined) throw new Error(`no user ${address}`);
    const drives = drivesOf(tenant);
    this.drive = library ?? drives.provision(user, server.clock.now());
    this.#mails = drives.mailsSent;
    this.#by = { user: { id: user.id, displayName: user.displayName, email: user.mail } };
  }

  get behaviour(): DriveBehaviour {
    return this.drive.behaviour;
  }

  /** Mails that SharePoint would have sent. */
  get mails(): readonly SharingMail[] {
    return this.#mails;
  }

  /** What was begun and not finished. */
  get openUploads(): readonly UploadSession[] {
    return uploadSessionsOf(this.drive).open;
  }

  makeFolder(path: readonly string[]): void {
    this.#folder(path);
  }

  /** Over what is there. */
  put(folder: readonly string[], name: string, content: Buffer, modifiedAt?: number): void {
    this.drive.writeFile(this.#folder(folder), name, new Content([content]), 'replace', {
      ...this.#writing(),
      ...(modifiedAt === undefined ? {} : { dates: { modified: modifiedAt } }),
    });
  }

  remove(path: readonly string[]): void {
    this.drive.remove(this.#item(path), this.#by, this.#server.clock.now());
  }

  /** Moves or renames a file or folder. */
  move(from: readonly string[], to: readonly string[]): void {
    const folder = this.#folder(to.slice(0, -1));
    this.drive.relocate(this.#item(from), folder, to.at(-1) as string, 'fail', this.#by, this.#server.clock.now());
  }

  share(path: readonly string[], email: string, role: 'read' | 'write'): void {
    const tenant = this.#server.tenant(email.split('@')[1] as string);
    const user = tenant.user(email);
    grantTo(
      this.drive,
      this.#item(path),
      { kind: 'user', id: user?.id, email, displayName: user?.displayName ?? email },
      [role],
      undefined,
      this.#server.clock.now(),
    );
  }

  /** By a link that anybody can read by who has it. */
  shareByLink(path: readonly string[]): void {
    const link = { type: 'view', scope: 'anonymous', expires: undefined, hasPassword: false } as const;
    const more = { people: [], applicationId: undefined, applicationName: undefined };
    linkOf(this.drive, this.#item(path), { ...link, ...more }, this.#server.clock.now());
  }

  /** All rights of an item's own but its owner's. */
  rights(path: readonly string[]): readonly string[] {
    return rightsOf(this.#item(path));
  }

  files(): readonly DirectFile[] {
    return [...subtree(this.drive.root)].flatMap((item) => {
      if (isFolder(item)) return [];
      return {
        id: item.id,
        folder: lineage(item)
          .slice(0, -1)
          .map(({ name }) => name),
        name: item.name,
        content: Buffer.from(currentVersion(item).content.bytes()),
        modifiedAt: item.modified,
        earlier: item.versions.slice(0, -1).map(({ content }) => Buffer.from(content.bytes())),
        rights: rightsOf(item),
      };
    });
  }

  folders(): readonly (readonly string[])[] {
    return [...subtree(this.drive.root)].flatMap((item) =>
      isFolder(item) && item !== this.drive.root ? [lineage(item).map(({ name }) => name)] : [],
    );
  }

  #writing() {
    return { by: this.#by, at: this.#server.clock.now() };
  }

  #folder(path: readonly string[]): DriveItem {
    let at: DriveItem = this.drive.root;
    for (const name of path)
      at = this.drive.child(at, name) ?? this.drive.createFolder(at, name, 'fail', this.#writing()).folder;
    return at;
  }

  #item(path: readonly string[]): DriveItem {
    const item = this.drive.follow(this.drive.root, path);
    if (item === undefined) throw new Error(`nothing at ${path.join('/')}`);
    return item;
  }
}

function rightsOf(item: DriveItem): readonly string[] {
  return reachingGrants(item)
    .flatMap(({ grant, from }) => {
      if (from !== undefined || grant.roles.includes('owner')) return [];
      return grant.kind === 'direct'
        ? [`${grant.grantee.email} ${grant.roles.join('+')}`]
        : [`link ${grant.scope} ${grant.type}`];
    })
    .sort();
}
