import { Access, type Principals, reachingGrants } from './access.ts';
import { type DriveBehaviour, defaultBehaviour } from './behaviour.ts';
import { ChangeLog } from './change-log.ts';
import type { Content } from './content.ts';
import {
  cycle,
  driveError,
  fileNotFound,
  idInUse,
  insufficientParentPermissions,
  insufficientPermissions,
  quotaExceeded,
} from './errors.ts';
import {
  type DriveFile,
  headOf,
  isFolder,
  isTrashed,
  lineage,
  type Person,
  type Revision,
  type Role,
  type SharedDrive,
} from './file.ts';
import { FOLDER, fullExtensionOf, isNativeType } from './media-types.ts';
import type { NativeContent } from './native.ts';

export interface SharingMail {
  readonly at: number;
  readonly to: string;
  readonly from: string;
  readonly fileId: string;
  readonly message: string | undefined;
}

/** What a new item is made of. */
export interface NewFile {
  readonly id?: string | undefined;
  readonly name: string;
  readonly mimeType: string;
  readonly parent: DriveFile;
  readonly created?: number | undefined;
  readonly modified?: number | undefined;
  readonly target?: { readonly id: string; readonly mimeType: string } | undefined;
}

export interface NewRevision {
  readonly content: Content;
  readonly native?: NativeContent | undefined;
  readonly mimeType: string;
  readonly originalFilename: string;
  readonly keepForever?: boolean;
}

export interface Randomness {
  bytes(length: number): Buffer;
}

/** All files, people's and shared drives', of everybody: ids are unique across them. */
export class Corpus {
  readonly access: Access;
  readonly log = new ChangeLog();
  readonly behaviour: DriveBehaviour = defaultBehaviour();
  readonly drives = new Map<string, SharedDrive>();
  /** Mail about sharing that Drive would have sent, oldest first. */
  readonly mailsSent: SharingMail[] = [];
  readonly principals: Principals;
  readonly #random: Randomness;
  readonly #files = new Map<string, DriveFile>();
  readonly #children = new Map<string, Set<DriveFile>>();
  readonly #roots = new Map<string, DriveFile>();
  /** Ids that were given out and not used yet. */
  readonly #reserved = new Set<string>();
  /** By person and requestId. */
  readonly #driveRequests = new Map<string, string>();
  #sequence = 0;

  constructor(principals: Principals, random: Randomness) {
    this.principals = principals;
    this.#random = random;
    this.access = new Access(principals);
  }

  // Ids

  newId(): string {
    return `1${this.#random.bytes(24).toString('base64url')}`;
  }

  token(length: number): string {
    return this.#random.bytes(length).toString('base64url').slice(0, length);
  }

  generateIds(count: number): string[] {
    const ids = Array.from({ length: count }, () => this.newId());
    for (const id of ids) this.#reserved.add(id);
    return ids;
  }

  // Looking

  get files(): IterableIterator<DriveFile> {
    return this.#files.values();
  }

  /** The item, if there is one at all. */
  file(id: string): DriveFile | undefined {
    return this.#files.get(id);
  }

  children(folder: DriveFile): ReadonlySet<DriveFile> {
    return this.#children.get(folder.id) ?? EMPTY;
  }

  /** The item and everything below it. */
  *subtree(file: DriveFile): Generator<DriveFile> {
    yield file;
    for (const child of this.children(file)) yield* this.subtree(child);
  }

  rootOf(person: Person, at: number): DriveFile {
    let root = this.#roots.get(person.permissionId);
    if (root === undefined) {
      root = this.#blank({ name: 'My Drive', mimeType: FOLDER, id: `0A${this.token(15)}PVA` }, person, at);
      root.owner = person;
      grantOwner(root, person, at);
      this.#roots.set(person.permissionId, root);
      this.#files.set(root.id, root);
    }
    return root;
  }

  isRoot(file: DriveFile): boolean {
    return (
      file.parent === undefined &&
      (file.drive?.root === file || this.#roots.get(file.owner?.permissionId ?? '') === file)
    );
  }

  /** Bytes that count against somebody's storage: the newest revisions and the kept ones, in the trash too. */
  usage(person: Person): { total: number; trash: number } {
    let total = 0;
    let trash = 0;
    for (const file of this.#files.values()) {
      if (file.owner?.permissionId !== person.permissionId) continue;
      const bytes = quotaBytes(file);
      total += bytes;
      if (bytes > 0 && isTrashed(file)) trash += bytes;
    }
    return { total, trash };
  }

  // Making and changing

  /** Throws when the parent can't take it, and 409 for an id that is in use. */
  create(file: NewFile, by: Person, at: number, revision?: NewRevision): DriveFile {
    const { parent } = file;
    if (file.id !== undefined) this.#takeId(file.id);
    this.checkParent(parent, by, at);
    this.#checkRoom(parent, 1, 1);
    if (revision !== undefined) this.#checkStorage(parent, by, revision.content.size);
    const made = this.#blank(file, by, at);
    if (file.created !== undefined) made.created = file.created;
    if (file.modified !== undefined) made.modified = file.modified;
    made.parent = parent;
    made.drive = parent.drive;
    if (parent.drive !== undefined) parent.drive.itemCount++;
    else {
      made.owner = by;
      grantOwner(made, by, at);
    }
    this.#files.set(made.id, made);
    this.#childrenOf(parent).add(made);
    if (revision !== undefined) this.#push(made, revision, by, at, file.modified ?? at);
    this.touch(made, at);
    return made;
  }

  addRevision(file: DriveFile, revision: NewRevision, by: Person, at: number, modified: number): void {
    const growth = revision.content.size - (headOf(file)?.keepForever === true ? 0 : (headOf(file)?.content.size ?? 0));
    this.#checkStorage(file, file.owner ?? by, growth);
    this.#push(file, revision, by, at, modified);
    file.mimeType = revision.mimeType;
    file.modified = modified;
    file.modifiedBy = by;
    file.modifiedByAt.set(by.permissionId, at);
    this.touch(file, at);
  }

  /** Deletes revisions whose time is over. */
  purge(file: DriveFile, now: number): void {
    const { revisions } = file;
    for (let at = revisions.length - 2; at >= 0; at--) {
      const { keepForever, superseded } = revisions[at] as Revision;
      if (!keepForever && superseded !== undefined && superseded + this.behaviour.revisionLifetime <= now) {
        revisions.splice(at, 1);
      }
    }
  }

  rename(file: DriveFile, name: string): void {
    file.name = name;
    file.fullFileExtension = fullExtensionOf(name) ?? file.fullFileExtension;
  }

  /** Throws when it can't go there. */
  move(file: DriveFile, to: DriveFile, by: Person, at: number): void {
    if (file.parent === to) return;
    this.checkParent(to, by, at);
    for (const each of lineage(to)) if (each === file) throw cycle();
    const before = new Set([...this.subtree(file)].flatMap((each) => [...this.audience(each, at)]));
    const count = [...this.subtree(file)].length;
    this.#checkRoom(to, to.drive === file.drive ? 0 : count, this.#height(file));
    if (to.drive !== file.drive) {
      this.#changeDrive(file, to.drive, by, at);
      if (file.drive !== undefined) file.drive.itemCount -= count;
      if (to.drive !== undefined) to.drive.itemCount += count;
    }
    if (file.parent !== undefined) this.#childrenOf(file.parent).delete(file);
    file.parent = to;
    this.#childrenOf(to).add(file);
    const driven = to.drive;
    for (const each of this.subtree(file)) {
      const changes = each === file || each.drive !== driven || this.behaviour.sharingTouchesDescendants;
      each.drive = driven;
      if (changes) this.touch(each, at, before);
    }
  }

  setTrashed(file: DriveFile, trashed: boolean, by: Person, at: number): void {
    if ((file.trashed !== undefined) === trashed) return;
    file.trashed = trashed ? { at, by } : undefined;
    this.touch(file, at);
    if (this.behaviour.trashTouchesDescendants) for (const each of this.subtree(file)) this.touch(each, at);
  }

  /** What others put into somebody's folder isn't deleted with it: it moves to its owner's own drive. */
  deleteForever(file: DriveFile, at: number): void {
    const { owner } = file;
    const all = [...this.subtree(file)];
    const gone = new Set<DriveFile>();
    for (const each of all) {
      if (each.drive !== undefined || each.owner?.permissionId === owner?.permissionId) gone.add(each);
    }
    for (const each of all) {
      if (gone.has(each)) continue;
      if (each.parent !== undefined && gone.has(each.parent)) {
        this.#childrenOf(each.parent).delete(each);
        const root = this.rootOf(each.owner as Person, at);
        each.parent = root;
        this.#childrenOf(root).add(each);
        this.touch(each, at);
      }
    }
    for (const each of gone) {
      if (each === file || this.behaviour.deletionToldForDescendants) {
        this.log.add({ kind: 'file', id: each.id, driveId: each.drive?.id, at, audience: this.audience(each, at) });
      }
    }
    if (file.parent !== undefined) this.#childrenOf(file.parent).delete(file);
    if (file.drive !== undefined) file.drive.itemCount -= gone.size;
    for (const each of gone) {
      this.#files.delete(each.id);
      this.#children.delete(each.id);
    }
  }

  /** Tells that the item changed, to those who see it now and those who saw it `before`. */
  touch(file: DriveFile, at: number, before: ReadonlySet<string> = EMPTY_IDS): void {
    file.version++;
    const audience = new Set([...this.audience(file, at), ...before]);
    this.log.add({ kind: 'file', id: file.id, driveId: file.drive?.id, at, audience });
  }

  /** After somebody's right on the item came or went. */
  touchSharing(file: DriveFile, at: number, before: ReadonlySet<string>): void {
    this.touch(file, at, before);
    if (!this.behaviour.sharingTouchesDescendants) return;
    for (const each of this.subtree(file)) if (each !== file) this.touch(each, at, before);
  }

  /** Permission ids of those whose lists show the item. */
  audience(file: DriveFile, at: number): Set<string> {
    const audience = new Set<string>();
    for (const { grant } of reachingGrants(file, at)) {
      if (grant.type === 'user') audience.add(grant.id);
      else if (grant.type === 'group') {
        for (const { permissionId } of this.principals.membersOf(grant.emailAddress as string))
          audience.add(permissionId);
      }
    }
    return audience;
  }

  // Shared drives

  /** Throws 409 when that person used the requestId before. */
  createDrive(domain: string, name: string, requestId: string, by: Person, at: number): SharedDrive {
    const key = `${by.permissionId}/${requestId}`;
    const known = this.#driveRequests.get(key);
    if (known !== undefined) {
      throw driveError(409, 'alreadyExists', 'A shared drive with the provided request ID already exists.');
    }
    const id = `0A${this.token(14)}Uk9PVA`;
    const root = this.#blank({ id, name, mimeType: FOLDER }, by, at);
    const drive: SharedDrive = {
      id,
      name,
      domain,
      root,
      created: at,
      colorRgb: '#4285f4',
      themeId: undefined,
      restrictions: new Map(),
      hiddenFor: new Set(),
      itemCount: 0,
    };
    root.drive = drive;
    root.grants.set(by.permissionId, {
      ...userGrant(by, 'organizer', by, at),
    });
    this.#files.set(id, root);
    this.drives.set(id, drive);
    this.#driveRequests.set(key, id);
    this.touchDrive(drive, at);
    return drive;
  }

  touchDrive(drive: SharedDrive, at: number, before: ReadonlySet<string> = EMPTY_IDS): void {
    const audience = new Set([...this.audience(drive.root, at), ...before]);
    this.log.add({ kind: 'drive', id: drive.id, driveId: drive.id, at, audience });
  }

  deleteDrive(drive: SharedDrive, at: number): void {
    const audience = this.audience(drive.root, at);
    for (const each of [...this.subtree(drive.root)]) {
      this.#files.delete(each.id);
      this.#children.delete(each.id);
    }
    this.drives.delete(drive.id);
    this.log.add({ kind: 'drive', id: drive.id, driveId: drive.id, at, audience });
  }

  // Rules

  /** Throws for a folder that somebody can't put anything into. */
  checkParent(parent: DriveFile, by: Person, at: number): void {
    if (!isFolder(parent)) throw driveError(403, 'parentNotAFolder', 'The specified parent is not a folder.');
    const role = this.access.role(parent, by, at);
    if (role === undefined) throw fileNotFound(parent.id);
    if (role === 'reader' || role === 'commenter') throw insufficientParentPermissions();
  }

  /** Throws when somebody of another role asks. */
  checkRole(file: DriveFile, by: Person, role: Role, at: number): void {
    if (!this.access.atLeast(file, by, role, at)) throw insufficientPermissions(file.id);
  }

  #checkRoom(parent: DriveFile, items: number, height: number): void {
    const { maxChildren, maxDepth, maxSharedDriveItems } = this.behaviour;
    if (this.children(parent).size >= maxChildren) {
      throw driveError(
        403,
        'numChildrenInNonRootLimitExceeded',
        'The limit for this folder’s number of children (files and folders) has been exceeded.',
      );
    }
    const depth = [...lineage(parent)].length - 1 + height;
    const { drive } = parent;
    if (drive === undefined) {
      if (depth > maxDepth) {
        throw driveError(
          403,
          'myDriveHierarchyDepthLimitExceeded',
          'Your My Drive can’t contain more than 100 levels of folders.',
        );
      }
      return;
    }
    if (depth > maxDepth) {
      throw driveError(403, 'teamDriveHierarchyTooDeep', 'The shared drive hierarchy depth will exceed the limit.');
    }
    if (drive.itemCount + items > maxSharedDriveItems) {
      throw driveError(403, 'teamDriveFileLimitExceeded', 'The file limit for this shared drive has been exceeded.');
    }
  }

  #checkStorage(where: DriveFile, person: Person, growth: number): void {
    const limit = this.behaviour.storageLimit;
    if (limit === undefined || where.drive !== undefined || growth <= 0) return;
    if (this.usage(person).total + growth > limit) throw quotaExceeded();
  }

  #takeId(id: string): void {
    if (this.#files.has(id)) throw idInUse();
    if (!this.#reserved.delete(id)) {
      throw driveError(400, 'invalid', 'The provided file ID is not usable.', {
        location: 'file.id',
        locationType: 'other',
      });
    }
  }

  #changeDrive(file: DriveFile, to: SharedDrive | undefined, by: Person, at: number): void {
    if (to !== undefined && file.drive === undefined && isFolder(file) && !this.behaviour.foldersMoveIntoSharedDrives) {
      throw driveError(
        403,
        'teamDrivesFolderMoveInNotSupported',
        'Moving folders into shared drives is not supported.',
      );
    }
    for (const each of this.subtree(file)) {
      const { owner } = each;
      if (to !== undefined) {
        if (owner !== undefined) each.grants.delete(owner.permissionId);
        each.owner = undefined;
      } else {
        each.owner = by;
        grantOwner(each, by, at);
      }
    }
  }

  #height(file: DriveFile): number {
    let height = 0;
    for (const child of this.children(file)) height = Math.max(height, this.#height(child));
    return height + 1;
  }

  #push(file: DriveFile, revision: NewRevision, by: Person, at: number, modified: number): void {
    const before = headOf(file);
    if (before !== undefined) before.superseded = at;
    file.revisions.push({
      id: revision.native === undefined ? `0B${this.token(40)}` : String(file.revisions.length + 1),
      content: revision.content,
      native: revision.native,
      mimeType: revision.mimeType,
      originalFilename: revision.originalFilename,
      modified,
      superseded: undefined,
      by,
      keepForever: revision.keepForever ?? false,
      published: false,
      publishAuto: false,
      publishedOutsideDomain: false,
    });
    if (revision.native === undefined) file.originalFilename = revision.originalFilename;
  }

  #childrenOf(folder: DriveFile): Set<DriveFile> {
    let set = this.#children.get(folder.id);
    if (set === undefined) {
      set = new Set();
      this.#children.set(folder.id, set);
    }
    return set;
  }

  #blank(file: Omit<NewFile, 'parent'>, by: Person, at: number): DriveFile {
    return {
      id: file.id ?? this.newId(),
      sequence: ++this.#sequence,
      name: file.name,
      mimeType: file.mimeType,
      parent: undefined,
      drive: undefined,
      owner: undefined,
      created: at,
      modified: at,
      modifiedBy: by,
      description: undefined,
      originalFilename: undefined,
      folderColorRgb: undefined,
      fullFileExtension: isNativeType(file.mimeType) ? undefined : fullExtensionOf(file.name),
      trashed: undefined,
      revisions: [],
      grants: new Map(),
      inheritedPermissionsDisabled: false,
      properties: new Map(),
      appProperties: new Map(),
      starredBy: new Set(),
      viewedBy: new Map([[by.permissionId, at]]),
      modifiedByAt: new Map([[by.permissionId, at]]),
      target: file.target,
      contentRestrictions: undefined,
      copyRequiresWriterPermission: false,
      writersCanShare: true,
      abusive: false,
      version: 0,
      comments: new Map(),
    };
  }
}

const EMPTY: ReadonlySet<DriveFile> = new Set();
const EMPTY_IDS: ReadonlySet<string> = new Set();

export function quotaBytes(file: DriveFile): number {
  const head = headOf(file);
  if (head === undefined) return 0;
  let bytes = head.content.size;
  for (const revision of file.revisions) if (revision !== head && revision.keepForever) bytes += revision.content.size;
  return bytes;
}

export function userGrant(person: Person, role: 'owner' | 'organizer' | 'writer', by: Person, at: number) {
  return {
    id: person.permissionId,
    type: 'user' as const,
    role,
    emailAddress: person.emailAddress,
    domain: undefined,
    displayName: person.displayName,
    allowFileDiscovery: false,
    expires: undefined,
    pendingOwner: false,
    view: undefined,
    by,
    at,
  };
}

function grantOwner(file: DriveFile, person: Person, at: number): void {
  file.grants.set(person.permissionId, userGrant(person, 'owner', person, at));
}
