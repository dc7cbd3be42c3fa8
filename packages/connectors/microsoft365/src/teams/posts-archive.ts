import { createHash } from 'node:crypto';
import { type Post, writePost } from '@sterna/content';
import { encodeName, SternaError } from '@sterna/core';
import { foundIn, wholeContent } from '../drive/download.ts';
import { DriveApi } from '../drive/drive-api.ts';
import { type DriveItem, isFolder } from '../drive/item.ts';
import { nameRulesOf } from '../drive/names.ts';
import { Source } from '../drive/source.ts';
import { type Uploaded, Uploader } from '../drive/upload.ts';
import {
  type ArchivedPost,
  IMAGE_FOLDER,
  imageFiles,
  readArchivePage,
  withoutBytes,
  writeArchivePage,
} from './archive-page.ts';
import type { ChannelFolders } from './channel-folders.ts';
import { type Channels, membershipOf } from './channels.ts';

const FOLDER = 'Archive of posts';
/** `2024-05.html`, and where that is full `2024-05 (2).html`. */
const PAGE = /^(\d{4}-\d{2})(?: \((\d{1,4})\))?\.html$/;
/** A page that is larger takes no new conversation: it is written anew with each batch of posts. */
const FULL_BYTES = 512 * 1024;

interface Page {
  readonly name: string;
  readonly item: DriveItem | undefined;
  readonly posts: ReadonlyMap<string, Post>;
  readonly size: number;
}

/** Where the files of a channel are. */
interface Place {
  readonly driveId: string;
  readonly itemId: string;
}

/** The archive of one channel, as it was last seen or written. */
interface Opened {
  readonly api: DriveApi;
  readonly parentId: string;
  folderId: string | undefined;
  imagesId: string | undefined;
  readonly pages: Map<string, Page>;
  /** Names in the folder that aren't ours to write over. */
  readonly taken: ReadonlySet<string>;
}

/**
 * Posts that Teams doesn't take, in pages of HTML among the files of their channel: one a month. A page is what it is by
 * its posts alone and is replaced as a whole, under the version that it was read as; so a post is there once however often
 * it is sent, and a write that takes effect late changes nothing.
 */
export class PostsArchive {
  readonly #channels: Channels;
  readonly #folders: ChannelFolders;
  readonly #opened = new Map<string, Promise<Opened | undefined>>();

  constructor(channels: Channels, folders: ChannelFolders) {
    this.#channels = channels;
    this.#folders = folders;
  }

  /** With the bytes of their images left out. */
  async list(channelId: string): Promise<readonly ArchivedPost[]> {
    const pages = (await this.#open(channelId))?.pages.values() ?? [];
    return [...pages].flatMap(({ posts }) => [...posts].map(([id, post]) => ({ id, post })));
  }

  /** With the bytes of its images left out; undefined where there is no such post. */
  async find(channelId: string, id: string): Promise<Post | undefined> {
    const opened = await this.#open(channelId);
    return opened && pageWith(opened, id)?.posts.get(id);
  }

  /** Whole; undefined where there is no such post. */
  async read(channelId: string, id: string): Promise<Post | undefined> {
    const opened = await this.#open(channelId);
    const post = opened === undefined ? undefined : pageWith(opened, id)?.posts.get(id);
    if (opened === undefined || post?.images === undefined) return post;
    const files = imageFiles({ id, post });
    const images = await Promise.all(
      post.images.map(async (image, at) => {
        const bytes = await contentOf(opened, await imageFolder(opened), files[at] ?? '');
        return { ...image, base64: bytes?.toString('base64') ?? '' };
      }),
    );
    return { ...post, images };
  }

  /**
   * Adds posts under ids that no page has yet, and replaces (`posts`) or takes away (undefined) those of ids that are there.
   *
   * @throws SternaError transient `archive-changed` where somebody else wrote a page meanwhile; then nothing is known of any
   */
  async write(channelId: string, changes: ReadonlyMap<string, Post | undefined>): Promise<void> {
    const opened = (await this.#open(channelId)) ?? (await this.#make(channelId));
    const touched = new Map<string, Map<string, Post>>();
    const images = new Set<string>();
    for (const [id, post] of changes) {
      const { name, posts } = pageWith(opened, id) ?? pageFor(opened, id, post, touched);
      const before = posts.get(id);
      if (before !== undefined) for (const file of imageFiles({ id, post: before })) images.add(file);
      const now = touched.get(name) ?? new Map(posts);
      touched.set(name, now);
      if (post === undefined) now.delete(id);
      else now.set(id, post);
    }
    try {
      // A page names its images: they come before it.
      for (const [id, post] of changes) if (post !== undefined) await this.#images(opened, { id, post });
      for (const [name, posts] of touched)
        if (posts.size > 0) await this.#page(opened, channelId, name, posts);
        else await this.#removePage(opened, name);
      for (const [id, post] of changes)
        if (post !== undefined) for (const file of imageFiles({ id, post })) images.delete(file);
      for (const file of images) await this.#removeImage(opened, file);
    } catch (thrown) {
      this.#opened.delete(channelId);
      throw thrown;
    }
  }

  /** Undefined where the channel has no files yet. */
  #open(channelId: string): Promise<Opened | undefined> {
    const known =
      this.#opened.get(channelId) ??
      this.#place(channelId, 'find').then((place) => (place === undefined ? undefined : this.#load(channelId, place)));
    this.#opened.set(channelId, known);
    known.catch(() => this.#opened.delete(channelId));
    return known;
  }

  async #make(channelId: string): Promise<Opened> {
    const place = await this.#place(channelId, 'make');
    if (place === undefined)
      throw new SternaError('transient', 'channel-files-not-ready', 'A channel has no place for files yet.', {
        fix: 'Open its tab Files in Teams once, or wait: Sterna tries again by itself.',
      });
    const opened = await this.#load(channelId, place);
    this.#opened.set(channelId, Promise.resolve(opened));
    return opened;
  }

  async #load(channelId: string, { driveId, itemId }: Place): Promise<Opened> {
    const { client, drive, settings } = this.#channels.context;
    const api = new DriveApi(client, drive, driveId, settings.pageSize);
    const folder = await api.look(itemId, FOLDER);
    const pages = new Map<string, Page>();
    const taken = new Set<string>();
    const opened: Opened = { api, parentId: itemId, folderId: folder?.id, imagesId: undefined, pages, taken };
    if (folder === undefined) return opened;
    for await (const { value } of api.children(folder.id, { toRead: true }))
      for (const item of value) {
        const name = item.name ?? '';
        if (!PAGE.test(name)) continue;
        const found = foundIn(item);
        const bytes = found === undefined ? 'changed' : await wholeContent(client, found, drive);
        const page = bytes === 'changed' ? undefined : readArchivePage(bytes);
        if (page?.channel !== channelId) taken.add(name.toLowerCase());
        else {
          const posts = new Map(page.posts.map(({ id, post }) => [id, post]));
          pages.set(name, { name, item, posts, size: item.size ?? 0 });
        }
      }
    return opened;
  }

  /** Of a channel whose files nobody has opened yet, where Teams will look for them. */
  async #place(channelId: string, how: 'find' | 'make'): Promise<Place | undefined> {
    const found = await this.#folders.placeOf(channelId);
    if (found !== undefined) return found;
    const channel = (await this.#channels.list()).find(({ id }) => id === channelId);
    if (channel === undefined || membershipOf(channel.membershipType) !== 'standard') return undefined;
    const { client, path, drive: budget, settings } = this.#channels.context;
    const { status, body: root } = await client.send<{ id: string; parentReference: { driveId: string } }>({
      method: 'GET',
      path: `${path}/drive/root`,
      query: { $select: 'id,parentReference' },
      doing: 'looking for the files of the team',
      budget,
      cost: { units: 1 },
      expected: [404],
    });
    if (status === 404) return undefined;
    const { driveId } = root.parentReference;
    const api = new DriveApi(client, budget, driveId, settings.pageSize);
    const name = encodeName(channel.displayName, nameRulesOf('')).name;
    const itemId = how === 'make' ? await folderIn(api, root.id, name) : (await api.look(root.id, name))?.id;
    return itemId === undefined ? undefined : { driveId, itemId };
  }

  async #images(opened: Opened, one: ArchivedPost): Promise<void> {
    const { images = [] } = one.post;
    if (images.length === 0) return;
    const folderId = (await imageFolder(opened)) ?? (await folderIn(opened.api, await ownFolder(opened), IMAGE_FOLDER));
    opened.imagesId = folderId;
    const files = imageFiles(one);
    for (const [at, { base64 }] of images.entries()) {
      const name = files[at] ?? '';
      const bytes = Buffer.from(base64, 'base64');
      const sent = await this.#send(opened, folderId, name, bytes, undefined);
      // An earlier try left it, or the post has changed since.
      if (sent.outcome === 'taken') await this.#send(opened, folderId, name, bytes, sent.item);
    }
  }

  async #page(opened: Opened, channelId: string, name: string, posts: ReadonlyMap<string, Post>): Promise<void> {
    const channel = (await this.#channels.list()).find(({ id }) => id === channelId);
    const title = `${channel?.displayName ?? ''}: ${name.replace(/\.html$/, '')}`;
    const list = [...posts].map(([id, post]) => ({ id, post }));
    const bytes = writeArchivePage({ channel: channelId, posts: list }, title);
    const over = opened.pages.get(name)?.item;
    const sent = await this.#send(opened, await ownFolder(opened), name, bytes, over);
    if (sent.outcome !== 'done') throw changedMeanwhile(name);
    opened.pages.set(name, { name, item: sent.item, posts: new Map(posts), size: bytes.length });
  }

  /** Of a page that has no posts left. */
  async #removePage(opened: Opened, name: string): Promise<void> {
    const { item } = opened.pages.get(name) ?? {};
    opened.pages.delete(name);
    if (item === undefined) return;
    const { status } = await opened.api.write(opened.api.pathOf(item.id), {
      method: 'DELETE',
      ...(item.eTag === undefined ? {} : { headers: { 'if-match': item.eTag } }),
      doing: 'removing a page without posts',
      expected: [404, 412],
    });
    if (status === 412) throw changedMeanwhile(name);
  }

  /** One that no page shows any more. */
  async #removeImage(opened: Opened, file: string): Promise<void> {
    const folderId = await imageFolder(opened);
    const item = folderId === undefined ? undefined : await opened.api.look(folderId, file);
    if (item === undefined) return;
    await opened.api.write(opened.api.pathOf(item.id), {
      method: 'DELETE',
      doing: 'removing an image that no page shows',
      expected: [404],
    });
  }

  #send(
    { api }: Opened,
    folderId: string,
    name: string,
    bytes: Buffer,
    over: DriveItem | undefined,
  ): Promise<Uploaded> {
    return new Uploader(api, this.#channels.context.settings.uploadPieceBytes).send({
      folderId,
      name,
      source: new Source(bytes, bytes.length),
      date: undefined,
      stamp: undefined,
      over: over === undefined ? undefined : { itemId: over.id, eTag: over.eTag },
    });
  }
}

const VERSION = 'archived ';

/** Whether it is the version of a post that was in a page. */
export const isArchivedVersion = (version: string | undefined): boolean => version?.startsWith(VERSION) === true;

export const versionOfArchived = (post: Post): string =>
  `${VERSION}${createHash('sha256')
    .update(writePost(withoutBytes(post)))
    .digest('base64url')
    .slice(0, 22)}`;

const pageWith = ({ pages }: Opened, id: string): Page | undefined =>
  [...pages.values()].find(({ posts }) => posts.has(id));

/** An answer stands with what it answers; a conversation in the month in which it began. */
function pageFor(
  opened: Opened,
  id: string,
  post: Post | undefined,
  touched: ReadonlyMap<string, ReadonlyMap<string, Post>>,
): Pick<Page, 'name' | 'posts'> {
  const root = post?.replyTo;
  if (root !== undefined) {
    const own = [...touched].find(([, posts]) => posts.has(root));
    if (own !== undefined) return { name: own[0], posts: own[1] };
    const found = pageWith(opened, root);
    if (found !== undefined) return found;
  }
  const month = new Date(Number(root ?? id)).toISOString().slice(0, 7);
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? `${month}.html` : `${month} (${number}).html`;
    const page = opened.pages.get(name);
    const isFree = !opened.taken.has(name.toLowerCase()) && (page?.size ?? 0) < FULL_BYTES;
    if (isFree) return page ?? { name, posts: new Map() };
  }
}

async function ownFolder(opened: Opened): Promise<string> {
  opened.folderId ??= await folderIn(opened.api, opened.parentId, FOLDER);
  return opened.folderId;
}

async function imageFolder(opened: Opened): Promise<string | undefined> {
  if (opened.imagesId === undefined && opened.folderId !== undefined)
    opened.imagesId = (await opened.api.look(opened.folderId, IMAGE_FOLDER))?.id;
  return opened.imagesId;
}

async function contentOf({ api }: Opened, folderId: string | undefined, name: string): Promise<Buffer | undefined> {
  const item = folderId === undefined ? undefined : await api.lookToRead(folderId, name);
  const found = item === undefined ? undefined : foundIn(item);
  const bytes = found === undefined ? undefined : await wholeContent(api.client, found, api.budget);
  return bytes === 'changed' ? undefined : bytes;
}

/** Id of the folder of that name, which is made where it isn't there. */
async function folderIn(api: DriveApi, parentId: string, name: string): Promise<string> {
  const made = await api.makeFolder(parentId, name);
  if (typeof made !== 'string') return made.id;
  const found = made === 'taken' ? await api.look(parentId, name) : undefined;
  if (found !== undefined && isFolder(found)) return found.id;
  throw new SternaError('transient', 'archive-not-made', `There is no folder “${name}” for posts that Teams refuses.`, {
    fix: `If a file is called “${name}” there, rename it; else Sterna tries again by itself.`,
  });
}

const changedMeanwhile = (name: string): SternaError =>
  new SternaError('transient', 'archive-changed', `Somebody changed ${name} while posts were added to it.`, {
    fix: 'Nothing to do: Sterna reads it again and goes on.',
  });
