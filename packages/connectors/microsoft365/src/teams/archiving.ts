import { bodyOf, changedResult, doneResult, existsResult } from '@sterna/cloud-http';
import type { CreateOp, FidelityNote, RemoveOp, ReplaceOp, Result } from '@sterna/connector-kit';
import { type Post, type PostAttachment, readPost } from '@sterna/content';
import type { Channels } from './channels.ts';
import { lastingRefusal } from './lasting-refusal.ts';
import type { Messages } from './messages.ts';
import { isArchivedVersion, type PostsArchive, versionOfArchived } from './posts-archive.ts';
import type { TeamFiles } from './team-files.ts';
import { notLinked } from './to-message.ts';

export interface Archiving {
  readonly channels: Channels;
  readonly messages: Messages;
  readonly files: TeamFiles;
  readonly archive: PostsArchive;
}

/** Which posts go into their channel's archive instead of the channel, and how. */
export class ArchivedPosts {
  readonly #of: Archiving;
  /** Why channels take no posts of the past, as far as this session has found out. */
  readonly #refused = new Map<string, string>();
  /** Milliseconds that posts in the channels themselves have. */
  readonly #slots = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(of: Archiving) {
    this.#of = of;
  }

  /**
   * Of posts of one channel those that go into its archive, and why.
   *
   * @throws SternaError where nobody can tell
   */
  async among(ops: readonly CreateOp[]): Promise<ReadonlyMap<CreateOp, string>> {
    const [first] = ops;
    if (first === undefined) return new Map();
    const posts = ops.map((op) => ({ op, post: readPost(bodyOf(op)) }));
    const why = await this.#why(first.container, Math.min(...posts.map(({ post }) => Date.parse(post.at))));
    if (why !== undefined) return new Map(ops.map((op) => [op, why]));
    const aside = new Map<CreateOp, string>();
    const ids = new Set<string>();
    for (const { op, post } of posts)
      if (
        post.replyTo !== undefined &&
        (ids.has(post.replyTo) || (await this.#isArchived(op.container, post.replyTo)))
      ) {
        ids.add(idOf(op, post));
        aside.set(op, 'it answers a post that is archived');
      }
    return aside;
  }

  /** Results by operation. @param aside Of one channel */
  async create(aside: ReadonlyMap<CreateOp, string>): Promise<ReadonlyMap<string, Result>> {
    const results = new Map<string, Result>();
    const posts = new Map<string, Post>();
    const { archive } = this.#of;
    for (const [op, why] of aside) {
      const { post, notes } = await this.#linked(readPost(bodyOf(op)));
      const id = idOf(op, post);
      const isTaken = posts.has(id) || (await this.#isTaken(op.container, id));
      if (isTaken) results.set(op.op, existsResult(op, { id, version: undefined }));
      else {
        posts.set(id, post);
        results.set(op.op, doneResult(op.op, id, versionOfArchived(post), [archivedNote(why), ...notes]));
      }
    }
    const [[first] = []] = aside;
    if (first !== undefined && posts.size > 0) await archive.write(first.container, posts);
    return results;
  }

  /** Results by operation, without those of posts that never were in an archive. */
  async change(ops: readonly (ReplaceOp | RemoveOp)[]): Promise<ReadonlyMap<string, Result>> {
    const results = new Map<string, Result>();
    const { archive } = this.#of;
    // All of a channel at once: a page is written as a whole.
    for (const [container, own] of Map.groupBy(ops, (op) => op.container)) {
      const posts = new Map<string, Post | undefined>();
      for (const op of own) {
        const now = await archive.find(container, op.targetId);
        const version = now === undefined ? undefined : versionOfArchived(now);
        if (version === undefined) {
          if (isArchivedVersion(op.ifVersion)) results.set(op.op, { op: op.op, outcome: 'missing' });
        } else if (op.ifVersion !== undefined && op.ifVersion !== version)
          results.set(op.op, changedResult(op.op, version));
        else {
          const { post, notes } = op.verb === 'remove' ? { notes: [] } : await this.#linked(readPost(bodyOf(op)));
          posts.set(op.targetId, post);
          const written = post === undefined ? undefined : versionOfArchived(post);
          results.set(op.op, doneResult(op.op, op.targetId, written, notes));
        }
      }
      if (posts.size > 0) await archive.write(container, posts);
    }
    return results;
  }

  async #why(channelId: string, at: number): Promise<string | undefined> {
    const { channels } = this.#of;
    const { posts, postsWhereRefused } = channels.context.settings;
    if (posts === 'archive') return 'the settings of the system say so';
    if (postsWhereRefused === 'fail') return undefined;
    const known = this.#refused.get(channelId) ?? (await lastingRefusal(channels, channelId, at));
    if (known !== undefined) this.#refused.set(channelId, known);
    return known;
  }

  async #isArchived(channelId: string, id: string): Promise<boolean> {
    return (await this.#of.archive.find(channelId, id)) !== undefined;
  }

  /** In the archive, or by a post of the channel: ids are those of the channel as a whole. */
  async #isTaken(channelId: string, id: string): Promise<boolean> {
    const slots =
      this.#slots.get(channelId) ?? this.#of.messages.list(channelId).then((all) => new Set(all.map((one) => one.id)));
    this.#slots.set(channelId, slots);
    return (await slots).has(id) || this.#isArchived(channelId, id);
  }

  /** With the addresses that its files have in the target. */
  async #linked(post: Post): Promise<{ readonly post: Post; readonly notes: readonly FidelityNote[] }> {
    if (post.attachments === undefined) return { post, notes: [] };
    const notes: FidelityNote[] = [];
    const attachments: PostAttachment[] = [];
    for (const one of post.attachments) {
      const file = one.path === undefined ? undefined : await this.#of.files.file(one.path);
      if (one.contentType === 'reference' && file === undefined) notes.push(notLinked(one.name));
      attachments.push(file === undefined ? one : { ...one, url: file.url });
    }
    return { post: { ...post, attachments }, notes };
  }
}

const idOf = (op: CreateOp, post: Post): string => op.reservedId ?? `${Date.parse(post.at)}`;

export const archivedNote = (why: string): FidelityNote => ({
  code: 'archived-as-html',
  text: `Archived as HTML in the files of the channel: ${why}.`,
});
