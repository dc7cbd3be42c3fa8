import { Content } from './content.ts';
import type { NewRevision } from './corpus.ts';
import {
  badRequest,
  cannotAddParent,
  driveError,
  fileNotFound,
  insufficientPermissions,
  invalidField,
  notWritable,
} from './errors.ts';
import { type Comment, type DriveFile, headOf, isBlob, isFolder, isNative, type Reply } from './file.ts';
import type { View } from './json.ts';
import { folderNamed } from './list.ts';
import { extensionOf, FOLDER, isNativeType, mediaTypeOf, SHORTCUT } from './media-types.ts';
import { importNative, MAX_IMPORT, type NativeContent } from './native.ts';

type Body = Readonly<Record<string, unknown>>;

/** Bytes that come with a call, and the type that the upload calls them. */
export interface Media {
  readonly type: string | undefined;
  readonly content: Content;
}

export interface WriteOptions {
  readonly keepRevisionForever: boolean;
  readonly addParents: readonly string[];
  readonly removeParents: readonly string[];
  /** Without it, shared drives and what is in them don't exist. */
  readonly supportsAllDrives: boolean;
}

const WRITABLE = new Set([
  'appProperties',
  'contentHints',
  'contentRestrictions',
  'copyRequiresWriterPermission',
  'description',
  'downloadRestrictions',
  'folderColorRgb',
  'inheritedPermissionsDisabled',
  'kind',
  'mimeType',
  'modifiedTime',
  'name',
  'originalFilename',
  'properties',
  'starred',
  'trashed',
  'viewedByMeTime',
  'viewersCanCopyContent',
  'writersCanShare',
]);
const WRITABLE_AT_CREATION = new Set([...WRITABLE, 'createdTime', 'id', 'parents', 'shortcutDetails']);

/** The item, for one who may see it. Throws 404, as Drive does for what isn't there and for what isn't theirs. */
export function fileFor(view: View, id: string, supportsAllDrives: boolean): DriveFile {
  const file = folderNamed(view, id);
  if (file === undefined || (file.drive !== undefined && !supportsAllDrives)) throw fileNotFound(id);
  if (view.corpus.access.role(file, view.person, view.now) === undefined) throw fileNotFound(id);
  view.corpus.purge(file, view.now);
  return file;
}

/** Source: developers.google.com/workspace/drive/api/reference/rest/v3/files/create. */
export function createFile(view: View, body: Body, media: Media | undefined, options: WriteOptions): DriveFile {
  const { corpus, person, now } = view;
  checkWritable(body, WRITABLE_AT_CREATION);
  const name = textIn(body, 'name') ?? 'Untitled';
  const mimeType = typeFor(name, textIn(body, 'mimeType'), media);
  const parent = parentIn(view, body, options) ?? corpus.rootOf(person, now);
  const target = targetIn(view, body, mimeType);
  const id = textIn(body, 'id');
  if (id !== undefined && isNativeType(mimeType)) {
    throw badRequest('Pre-generated IDs are not supported for Google Workspace documents.');
  }
  if (media !== undefined && (mimeType === FOLDER || mimeType === SHORTCUT))
    throw badRequest('Folders and shortcuts have no content.');
  const revision = firstRevision(name, mimeType, media, body, options.keepRevisionForever);
  checkPairs(view, undefined, body);
  const file = corpus.create(
    {
      id,
      name,
      mimeType,
      parent,
      created: timeIn(body, 'createdTime'),
      modified: timeIn(body, 'modifiedTime'),
      target,
    },
    person,
    now,
    revision,
  );
  setMetadata(view, file, body);
  if (body.trashed === true) corpus.setTrashed(file, true, person, now);
  return file;
}

/** Source: developers.google.com/workspace/drive/api/reference/rest/v3/files/update. */
export function updateFile(
  view: View,
  file: DriveFile,
  body: Body,
  media: Media | undefined,
  options: WriteOptions,
): void {
  const { corpus, person, now } = view;
  if (body.parents !== undefined) {
    throw notWritable(
      'The parents field is not directly writable in update requests. Use the addParents and removeParents parameters instead.',
    );
  }
  checkWritable(body, WRITABLE);
  const personal = Object.keys(body).every((key) => key === 'starred' || key === 'viewedByMeTime' || key === 'kind');
  const moves = options.addParents.length + options.removeParents.length > 0;
  const trashes = typeof body.trashed === 'boolean' && body.trashed !== (file.trashed !== undefined);
  const onlyTrashes = trashes && Object.keys(body).length === 1;
  if ((!personal && !onlyTrashes) || media !== undefined || moves) corpus.checkRole(file, person, 'writer', now);
  const to = moves ? newParent(view, file, options) : undefined;
  if (trashes) checkMayTrash(view, file);
  if (corpus.isRoot(file) && (body.name !== undefined || to !== undefined || trashes)) {
    throw driveError(403, 'cannotModifyRoot', 'The root folder cannot be renamed, moved or trashed.');
  }
  checkPairs(view, file, body);
  const modified = timeIn(body, 'modifiedTime');
  if (media !== undefined) {
    if (file.contentRestrictions?.readOnly === true) {
      throw driveError(403, 'contentRestricted', 'The content of this file is restricted from being changed.');
    }
    const revision = nextRevision(file, media, body, options.keepRevisionForever);
    corpus.addRevision(file, revision, person, now, modified ?? now);
  } else if (body.mimeType !== undefined && body.mimeType !== file.mimeType) {
    // Only new content changes the type; rclone and others send the type they know all the same.
    if (isNative(file) || isFolder(file)) throw badRequest('The type of this file cannot be changed.');
  }
  if (to !== undefined) corpus.move(file, to, person, now);
  const changed = setMetadata(view, file, body);
  if (modified !== undefined) {
    file.modified = modified;
    file.modifiedByAt.set(person.permissionId, modified);
  } else if (changed && media === undefined && corpus.behaviour.metadataBumpsModifiedTime) {
    file.modified = now;
    file.modifiedByAt.set(person.permissionId, now);
  }
  if (changed || modified !== undefined) file.modifiedBy = person;
  if (trashes) corpus.setTrashed(file, body.trashed === true, person, now);
  if (Object.keys(body).length > 0) corpus.touch(file, now);
}

/** Source: developers.google.com/workspace/drive/api/reference/rest/v3/files/copy. */
export function copyFile(
  view: View,
  source: DriveFile,
  body: Body,
  options: WriteOptions & { copyComments: boolean },
): DriveFile {
  const { corpus, person, now } = view;
  checkWritable(body, WRITABLE_AT_CREATION);
  if (isFolder(source)) throw driveError(403, 'cannotCopyFile', 'This file cannot be copied by the user.');
  const name = textIn(body, 'name') ?? `Copy of ${source.name}`;
  const head = headOf(source);
  const wanted = textIn(body, 'mimeType') ?? source.mimeType;
  const inherited =
    source.parent !== undefined && corpus.access.atLeast(source.parent, person, 'writer', now)
      ? source.parent
      : undefined;
  const parent = parentIn(view, body, options) ?? inherited ?? corpus.rootOf(person, now);
  let revision: NewRevision | undefined;
  if (head !== undefined) {
    const converted = wanted !== source.mimeType && isNativeType(wanted);
    const media = { type: head.mimeType, content: head.content };
    revision = converted
      ? importedRevision(name, wanted, media)
      : { ...head, mimeType: wanted, keepForever: options.keepRevisionForever };
  }
  checkPairs(view, source, body);
  const id = textIn(body, 'id');
  if (id !== undefined && isNativeType(wanted)) {
    throw badRequest('Pre-generated IDs are not supported for Google Workspace documents.');
  }
  const file = corpus.create(
    {
      id,
      name,
      mimeType: wanted,
      parent,
      created: timeIn(body, 'createdTime'),
      modified: timeIn(body, 'modifiedTime'),
      target: source.target,
    },
    person,
    now,
    revision,
  );
  file.description = source.description;
  for (const [key, value] of source.properties) file.properties.set(key, value);
  for (const [project, pairs] of source.appProperties) file.appProperties.set(project, new Map(pairs));
  if (options.copyComments) {
    for (const comment of source.comments.values()) {
      if (!comment.resolved && !comment.deleted) file.comments.set(comment.id, copyOfComment(comment));
    }
  }
  setMetadata(view, file, body);
  return file;
}

/** For good, past the trash. Source: developers.google.com/workspace/drive/api/reference/rest/v3/files/delete. */
export function deleteFile(view: View, file: DriveFile): void {
  const { corpus, person, now } = view;
  const may =
    !corpus.isRoot(file) &&
    (file.drive === undefined
      ? file.owner?.permissionId === person.permissionId
      : corpus.access.atLeast(file.parent ?? file, person, 'organizer', now));
  if (!may) throw insufficientPermissions(file.id);
  corpus.deleteForever(file, now);
}

function checkMayTrash(view: View, file: DriveFile): void {
  const { corpus, person, now } = view;
  const may =
    file.drive === undefined
      ? file.owner?.permissionId === person.permissionId
      : corpus.access.atLeast(file, person, 'fileOrganizer', now);
  if (!may) throw insufficientPermissions(file.id);
}

/** Where addParents and removeParents put the item; undefined: where it is. An item has one parent. */
function newParent(view: View, file: DriveFile, options: WriteOptions): DriveFile | undefined {
  const { person, now, corpus } = view;
  const add = [...new Set(options.addParents)].map((id) => {
    const parent = folderNamed(view, id);
    if (parent === undefined || (parent.drive !== undefined && !options.supportsAllDrives)) throw fileNotFound(id);
    return parent;
  });
  const remove = options.removeParents.map((id) => folderNamed(view, id));
  const left = file.parent !== undefined && !remove.includes(file.parent) ? [file.parent] : [];
  const parents = new Set([...left, ...add]);
  if (add.length > 1 || (parents.size > 1 && left.length > 0)) throw cannotAddParent();
  const [to] = add;
  // What loses its only parent stays where it is, or goes to its owner's drive; Drive has no orphans since 2020.
  if (to === undefined) return left.length === 0 ? corpus.rootOf(file.owner ?? person, now) : undefined;
  return to === file.parent ? undefined : to;
}

/** Everything but times, trash and place. @returns whether anything that everybody sees changed */
function setMetadata(view: View, file: DriveFile, body: Body): boolean {
  const { corpus, person, now } = view;
  const before = JSON.stringify([
    file.name,
    file.description,
    [...file.properties],
    [...ownPairs(view, file)],
    file.folderColorRgb,
  ]);
  const name = textIn(body, 'name');
  if (name !== undefined && name !== file.name) corpus.rename(file, name);
  if ('description' in body) file.description = textIn(body, 'description');
  if ('folderColorRgb' in body) file.folderColorRgb = textIn(body, 'folderColorRgb');
  const original = textIn(body, 'originalFilename');
  if (original !== undefined && isBlob(file)) file.originalFilename = original;
  setPairs(file.properties, body.properties);
  if (body.appProperties !== undefined) {
    const pairs = ownPairs(view, file);
    setPairs(pairs, body.appProperties);
    file.appProperties.set(view.project, pairs);
  }
  if (typeof body.starred === 'boolean') {
    if (body.starred) file.starredBy.add(person.permissionId);
    else file.starredBy.delete(person.permissionId);
  }
  const viewed = timeIn(body, 'viewedByMeTime');
  if (viewed !== undefined) file.viewedBy.set(person.permissionId, viewed);
  if (typeof body.copyRequiresWriterPermission === 'boolean')
    file.copyRequiresWriterPermission = body.copyRequiresWriterPermission;
  if (typeof body.viewersCanCopyContent === 'boolean') file.copyRequiresWriterPermission = !body.viewersCanCopyContent;
  if (typeof body.writersCanShare === 'boolean' && file.drive === undefined)
    file.writersCanShare = body.writersCanShare;
  if (typeof body.inheritedPermissionsDisabled === 'boolean' && isFolder(file)) {
    file.inheritedPermissionsDisabled = body.inheritedPermissionsDisabled;
  }
  if (Array.isArray(body.contentRestrictions)) {
    const [restriction] = body.contentRestrictions as { readOnly?: boolean; reason?: string }[];
    file.contentRestrictions =
      restriction?.readOnly === true ? { readOnly: true, reason: restriction.reason, by: person, at: now } : undefined;
  }
  return (
    before !==
    JSON.stringify([file.name, file.description, [...file.properties], [...ownPairs(view, file)], file.folderColorRgb])
  );
}

function ownPairs(view: View, file: DriveFile): Map<string, string> {
  return file.appProperties.get(view.project) ?? new Map();
}

function setPairs(pairs: Map<string, string>, given: unknown): void {
  if (typeof given !== 'object' || given === null) return;
  for (const [key, value] of Object.entries(given)) {
    if (value === null) pairs.delete(key);
    else pairs.set(key, String(value));
  }
}

/** Source: developers.google.com/workspace/drive/api/guides/properties (30 each, 124 bytes of key and value). */
function checkPairs(view: View, file: DriveFile | undefined, body: Body): void {
  const { maxProperties, maxPropertyBytes } = view.corpus.behaviour;
  for (const name of ['properties', 'appProperties'] as const) {
    const given = body[name];
    if (given === undefined || given === null) continue;
    if (typeof given !== 'object') throw invalidField(name);
    const known =
      file === undefined ? undefined : name === 'properties' ? file.properties : file.appProperties.get(view.project);
    const pairs = new Map(known ?? []);
    setPairs(pairs, given);
    if (pairs.size > maxProperties)
      throw driveError(403, 'propertyLimitExceeded', 'The maximum number of properties is exceeded.');
    for (const [key, value] of pairs) {
      if (Buffer.byteLength(key) + Buffer.byteLength(value) > maxPropertyBytes) {
        throw driveError(403, 'propertyTooLarge', 'A property is limited to 124 bytes of key and value together.');
      }
    }
  }
}

function parentIn(view: View, body: Body, options: WriteOptions): DriveFile | undefined {
  const { parents } = body;
  if (parents === undefined || parents === null) return undefined;
  if (!Array.isArray(parents) || !parents.every((id) => typeof id === 'string')) throw invalidField('parents');
  if (parents.length === 0) return undefined;
  if (parents.length > 1) throw driveError(400, 'invalid', 'A file cannot have more than one parent.');
  const parent = folderNamed(view, parents[0] as string);
  if (parent === undefined || (parent.drive !== undefined && !options.supportsAllDrives))
    throw fileNotFound(parents[0] as string);
  return parent;
}

function targetIn(view: View, body: Body, mimeType: string): { id: string; mimeType: string } | undefined {
  if (mimeType !== SHORTCUT) {
    if (body.shortcutDetails !== undefined) throw badRequest('Only shortcuts have shortcutDetails.');
    return undefined;
  }
  const id = (body.shortcutDetails as { targetId?: unknown } | undefined)?.targetId;
  if (typeof id !== 'string') throw badRequest('The targetId of a shortcut is missing.');
  const target = folderNamed(view, id);
  if (target === undefined || view.corpus.access.role(target, view.person, view.now) === undefined)
    throw fileNotFound(id);
  if (target.target !== undefined)
    throw driveError(403, 'shortcutTargetInvalid', 'Shortcuts cannot point to shortcuts.');
  return { id: target.id, mimeType: target.mimeType };
}

function firstRevision(
  name: string,
  mimeType: string,
  media: Media | undefined,
  body: Body,
  keepForever: boolean,
): NewRevision | undefined {
  if (mimeType === FOLDER || mimeType === SHORTCUT) return undefined;
  if (isNativeType(mimeType)) {
    if (media !== undefined) return importedRevision(name, mimeType, media);
    return { content: Content.of(''), native: { text: '' }, mimeType, originalFilename: name };
  }
  return {
    content: media?.content ?? Content.of(''),
    mimeType,
    originalFilename: textIn(body, 'originalFilename') ?? name,
    keepForever,
  };
}

function nextRevision(file: DriveFile, media: Media, body: Body, keepForever: boolean): NewRevision {
  if (isNative(file)) return importedRevision(file.name, file.mimeType, media);
  if (!isBlob(file)) throw badRequest('Folders and shortcuts have no content.');
  const wanted = textIn(body, 'mimeType');
  if (wanted !== undefined && isNativeType(wanted)) throw badRequest('An existing file cannot be converted.');
  const name = textIn(body, 'name') ?? file.name;
  return {
    content: media.content,
    mimeType: wanted ?? typeFor(name, undefined, media),
    originalFilename: textIn(body, 'originalFilename') ?? file.originalFilename ?? name,
    keepForever,
  };
}

function importedRevision(name: string, mimeType: string, media: Media): NewRevision {
  const limit = MAX_IMPORT[mimeType];
  if (limit !== undefined && media.content.size > limit) {
    throw driveError(413, 'uploadTooLarge', 'The file is too large to be converted.');
  }
  const from = media.type === undefined || media.type === 'application/octet-stream' ? mediaTypeOf(name) : media.type;
  const native: NativeContent | undefined = importNative(media.content, from, mimeType);
  if (native === undefined) throw badRequest('The requested conversion is not supported.');
  return { content: Content.of(native.text), native, mimeType, originalFilename: name };
}

function typeFor(name: string, given: string | undefined, media: Media | undefined): string {
  if (given !== undefined && given !== '') return given;
  if (media?.type !== undefined && !/^(?:application\/octet-stream|\*\/\*)$/.test(media.type)) return media.type;
  return media === undefined && extensionOf(name) === undefined ? 'application/octet-stream' : mediaTypeOf(name);
}

function checkWritable(body: Body, writable: ReadonlySet<string>): void {
  for (const [name, value] of Object.entries(body)) {
    if (value !== undefined && !writable.has(name)) throw notWritable();
  }
}

function copyOfComment(comment: Comment): Comment {
  return { ...comment, replies: comment.replies.map((reply): Reply => ({ ...reply })) };
}

export function textIn(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidField(name);
  return value;
}

/** RFC 3339, in milliseconds. Throws 400. */
function timeIn(body: Body, name: string): number | undefined {
  const text = textIn(body, name);
  if (text === undefined) return undefined;
  const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(moment)) throw invalidField(name);
  return moment;
}
