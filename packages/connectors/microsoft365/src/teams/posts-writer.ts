import { doneResult, eachOf, existsResult } from '@sterna/cloud-http';
import type { Candidate, CreateOp, InventoryItem, Irremovable, Op, Result, Writer } from '@sterna/connector-kit';
import { type Post, pivotOf, readPost, TO_BE_EXPECTED, writePost } from '@sterna/content';
import { asSternaError, SternaError } from '@sterna/core';
import { statusOf } from '../graph/errors.ts';
import { containerGone } from '../outlook/gone.ts';
import { ArchivedPosts, type Archiving } from './archiving.ts';
import { ChannelsAside } from './aside.ts';
import type { Channels } from './channels.ts';
import { type GraphMessage, MESSAGE_RIGHTS } from './graph-teams.ts';
import { lastingRefusal } from './lasting-refusal.ts';
import { type Messages, momentOf, versionOf } from './messages.ts';
import { type PostsArchive, versionOfArchived } from './posts-archive.ts';
import type { TeamFiles } from './team-files.ts';
import { toMessage } from './to-message.ts';

/** Posts of the past, each in the millisecond that was reserved for it: Teams takes none twice. */
export class PostsWriter implements Writer {
  readonly #channels: Channels;
  readonly #messages: Messages;
  readonly #files: TeamFiles;
  readonly #archive: PostsArchive;
  readonly #archived: ArchivedPosts;
  /** Channels that are not to be opened, and why, where posts are to fail then. */
  readonly #refused = new Map<string, string>();
  readonly ensureContainer: Writer['ensureContainer'];
  readonly aside: ChannelsAside;

  constructor(of: Archiving) {
    const { channels, messages, files, archive } = of;
    this.#channels = channels;
    this.#messages = messages;
    this.#files = files;
    this.#archive = archive;
    this.#archived = new ArchivedPosts(of);
    this.aside = new ChannelsAside(channels);
    this.ensureContainer = (path, options) => channels.ensure(path, options);
  }

  reserve(_container: string, _key: string, _name?: string, date?: Date): string {
    if (date === undefined) throw new SternaError('bug', 'internal', 'A post without a moment.');
    return `${date.getTime()}`;
  }

  async mark(): Promise<string> {
    return '-';
  }

  async confirm(): Promise<void> {}

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    await this.#channels.reveal(container);
    const { matchKey } = pivotOf('post');
    for (const message of await this.#messages.list(container)) {
      const found =
        facets.size === true || facets.matchKey === true ? await this.#messages.read(container, message.id) : undefined;
      yield {
        targetId: message.id,
        version: versionOf(message),
        date: new Date(momentOf(message)),
        irremovable: NOT_REMOVABLE,
        ...(facets.size === true && found !== undefined ? { size: found.body.length } : {}),
        ...(facets.matchKey === true && found !== undefined ? { matchKey: matchKey(found.body) } : {}),
      };
    }
    for (const { id, post } of await this.#archive.list(container)) {
      const body = writePost(post);
      yield {
        targetId: id,
        version: versionOfArchived(post),
        date: new Date(Number(id)),
        ...(facets.size === true ? { size: body.length } : {}),
        ...(facets.matchKey === true ? { matchKey: matchKey(body) } : {}),
      };
    }
  }

  /** One after the other: what answers comes after what it answers. */
  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const aside = await this.#archived.among(ops.filter((op) => op.verb === 'create'));
    let archived: Promise<ReadonlyMap<string, Result>> | undefined;
    let changed: Promise<ReadonlyMap<string, Result>> | undefined;
    return eachOf(
      ops,
      async (op) => {
        if (op.verb === 'create') {
          if (!aside.has(op)) return this.#create(op);
          // All of them at once: a page is written as a whole.
          archived ??= this.#archived.create(aside);
          return (await archived).get(op.op) as Result;
        }
        changed ??= this.#archived.change(ops.filter((one) => one.verb === 'replace' || one.verb === 'remove'));
        const result = (await changed).get(op.op);
        if (result !== undefined) return result;
        throw op.verb === 'replace' ? notChangeable() : notRemovable();
      },
      (error) => containerGone('channel', error),
      1,
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    if (!Buffer.isBuffer(op.body)) throw new SternaError('bug', 'internal', 'A post is written from a stream.');
    const post = readPost(op.body);
    // Before anything of it is put among the files.
    await this.#open(op.container, post);
    const { message, notes } = await toMessage(post, {
      people: this.#channels.context.people,
      owner: () => this.#owner(),
      file: (path) => this.#files.file(path),
      // Under the moment of its post, so that a second try finds what the first one put there.
      put: (name, contentType, bytes) =>
        this.#files.put(op.container, `${Date.parse(post.at)} ${name}`, contentType, bytes),
    });
    const messages = `${this.#channels.pathOf(op.container)}/messages`;
    let made: GraphMessage;
    try {
      const { status, body } = await this.#channels.context.client.send<GraphMessage>({
        method: 'POST',
        path: post.replyTo === undefined ? messages : `${messages}/${encodeURIComponent(post.replyTo)}/replies`,
        body: message,
        doing: 'writing a post',
        right: MESSAGE_RIGHTS.write,
        budget: this.#channels.lane(op.container),
        expected: [409],
      });
      if (status === 409)
        return existsResult(op, { id: op.reservedId ?? `${Date.parse(post.at)}`, version: undefined });
      made = body;
    } catch (thrown) {
      throw meaningOf(thrown, post);
    }
    this.#messages.remember(op.container, made, post.replyTo);
    return doneResult(op.op, made.id, versionOf(made), notes);
  }

  async #open(container: string, post: Post): Promise<void> {
    const at = Date.parse(post.at);
    if (this.#channels.context.settings.postsWhereRefused === 'fail') {
      const why = this.#refused.get(container) ?? (await lastingRefusal(this.#channels, container, at));
      if (why !== undefined) {
        this.#refused.set(container, why);
        throw notOpenable(why);
      }
    }
    try {
      await this.#channels.start(container, at);
    } catch (thrown) {
      throw meaningOf(thrown, post);
    }
  }

  async #owner(): Promise<{ readonly id: string; readonly displayName?: string | null }> {
    const { client, path, directory, address } = this.#channels.context;
    const [owner] = await client.all<{ readonly id: string; readonly displayName?: string | null }>({
      method: 'GET',
      path: `${path}/owners`,
      query: { $select: 'id,displayName' },
      doing: 'listing the owners of the group',
      budget: directory,
    });
    if (owner !== undefined) return owner;
    throw new SternaError(
      'object',
      'author-not-in-target',
      `The author isn’t in the target, and ${address} has no owner.`,
      {
        fix: 'Give the team an owner, or name the author in the mapping table; then start a delta pass.',
      },
    );
  }
}

const notOpenable = (why: string): SternaError =>
  new SternaError('object', 'channel-not-open', `The post stays behind: ${why}.`, {
    fix: 'Set postsWhereRefused of the target system to archive: they become pages in the files of the channel. Or leave them.',
    details: { [TO_BE_EXPECTED]: true },
  });

/** A channel that another app holds, or a post that is gone, keeps its own posts away, and nothing else. */
function meaningOf(thrown: unknown, { replyTo }: Post): unknown {
  const cause = asSternaError(thrown);
  if (statusOf(thrown) === 403)
    return new SternaError('object', 'channel-not-open', 'The channel takes no posts of the past from this app.', {
      fix: 'The team may be archived, another app may have the channel in migration mode, or Teamwork.Migrate.All is missing; then start a delta pass.',
      cause,
    });
  if (statusOf(thrown) === 404 && replyTo !== undefined)
    return new SternaError('object', 'answered-post-gone', 'The post that it answers was removed from the target.', {
      fix: 'Nothing to do, unless that post is to come back: then remigrate the channel.',
      cause,
    });
  return thrown;
}

const notChangeable = (): SternaError =>
  new SternaError('object', 'post-not-changeable', 'Teams lets no app change a post: the copy stays as it was.', {
    fix: 'Nothing to do, or say it in the target as an answer.',
  });

const NOT_REMOVABLE: Irremovable = {
  code: 'post-not-removable',
  text: 'Teams lets no app remove a post.',
  fix: 'Let an owner of the team remove it; or rename the channel, so that a remigration makes a new one.',
};

const notRemovable = (): SternaError =>
  new SternaError('object', NOT_REMOVABLE.code, NOT_REMOVABLE.text, { fix: NOT_REMOVABLE.fix });
