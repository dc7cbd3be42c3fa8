import { bodyOf, doneResult, eachOf } from '@sterna/cloud-http';
import type {
  Candidate,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Irremovable,
  Op,
  Result,
  Writer,
} from '@sterna/connector-kit';
import { type Post, pivotOf, readPost, TO_BE_EXPECTED, waitsForObject } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { uploadWhole } from '../api/upload.ts';
import { containerGone } from '../items/gone.ts';
import { CHAT_SCOPES, type ChatMessage } from './chat.ts';
import { type Messages, momentOf, versionOf } from './messages.ts';
import { type Spaces, WITHOUT_MEMBER } from './spaces.ts';
import { type Built, toMessage, type Upload } from './to-message.ts';

const IMPORT = CHAT_SCOPES.author[0];

/** Posts of the past, as those who said them. Each has an id of ours, which the space takes once. */
export class PostsWriter implements Writer {
  readonly #spaces: Spaces;
  readonly #messages: Messages;

  constructor(spaces: Spaces, messages: Messages) {
    this.#spaces = spaces;
    this.#messages = messages;
  }

  async ensureContainer(
    path: readonly string[],
    options: Parameters<Writer['ensureContainer']>[1],
  ): ReturnType<Writer['ensureContainer']> {
    const { space, notes } = await this.#spaces.ensure(
      options.isDefault === true ? undefined : path.join('/'),
      options,
    );
    const called = space.channel ?? space.space.displayName ?? space.id;
    return {
      container: {
        id: space.id,
        path: [called],
        kind: 'post',
        ...(space.channel === undefined ? { isDefault: true } : {}),
      },
      notes,
    };
  }

  /** At most 63 characters: https://developers.google.com/workspace/chat/create-messages#name_a_created_message */
  reserve(_container: string, key: string): string {
    return `client-${key.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')}`.slice(0, 63);
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
    const { matchKey } = pivotOf('post');
    for (const { id, message } of await this.#messages.list(container)) {
      const found =
        facets.size === true || facets.matchKey === true ? await this.#messages.read(container, id) : undefined;
      yield {
        targetId: id,
        version: versionOf(message),
        date: new Date(momentOf(message)),
        ...(facets.size === true && found !== undefined ? { size: found.body.length } : {}),
        ...(facets.matchKey === true && found !== undefined ? { matchKey: matchKey(found.body) } : {}),
      };
    }
  }

  /** One after the other: what answers comes after what it answers. */
  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      async (op) => {
        if (op.verb === 'create') return this.#create(op);
        throw op.verb === 'replace' ? notChangeable() : notRemovable();
      },
      (error) => containerGone('space', error),
      1,
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const { container, reservedId } = op;
    if (reservedId === undefined) throw new SternaError('bug', 'internal', 'A post without an id.');
    const post = readPost(bodyOf(op));
    const { people, admin } = this.#spaces.context;
    const built = await toMessage(post, people, admin);
    if (!(await this.#spaces.isImporting(container))) return this.#landed(op, reservedId, built);
    const made = await this.#send(container, reservedId, post, built);
    for (const { by, unicode } of built.reactions) await this.#react(container, reservedId, by, unicode);
    if (made !== undefined) this.#messages.remember(container, made, post.replyTo);
    return doneResult(op.op, reservedId, made === undefined ? undefined : versionOf(made), built.notes);
  }

  /** Into a completed space nothing comes any more; what came before, and whose answer was lost, is there. */
  async #landed({ op, container }: CreateOp, id: string, { reactions, notes }: Built): Promise<Result> {
    const found = await this.#messages.find(container, id).catch((thrown: unknown) => {
      throw thrown instanceof SternaError && thrown.code === WITHOUT_MEMBER ? notToBeSeen() : thrown;
    });
    if (found === undefined) throw alreadyCompleted();
    const lost = missing(reactions, found);
    const told = lost > 0 ? [...notes, reactionsLost(lost)] : notes;
    return doneResult(op, id, versionOf(found), told);
  }

  /** Undefined where it is there: nobody else has an id of ours, and an earlier try may have got through. */
  async #send(
    space: string,
    id: string,
    post: Post,
    { author, text, uploads }: Built,
  ): Promise<ChatMessage | undefined> {
    const attachment: object[] = [];
    for (const one of uploads) attachment.push({ attachmentDataRef: await this.#upload(space, author, one) });
    const { status, body } = await this.#paced(space, () =>
      this.#spaces.context.asAuthor(author).send<ChatMessage>({
        method: 'POST',
        path: `/v1/${space}/messages`,
        query: { messageId: id, messageReplyOption: 'REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD' },
        body: {
          ...(text === '' ? {} : { text }),
          createTime: post.at,
          thread: { threadKey: post.replyTo ?? id },
          ...(attachment.length === 0 ? {} : { attachment }),
        },
        doing: 'writing a message',
        right: IMPORT,
        expected: [409],
        repeatable: true,
      }),
    );
    return status === 409 ? undefined : body;
  }

  async #upload(space: string, author: string, { name, contentType, bytes }: Upload): Promise<object> {
    const { attachmentDataRef } = await this.#paced(space, () =>
      uploadWhole<{ readonly attachmentDataRef: { readonly attachmentUploadToken?: string } }>(
        this.#spaces.context.asAuthor(author),
        {
          path: `/v1/${space}/attachments:upload`,
          metadata: { filename: name },
          contentType,
          doing: 'uploading an attachment',
          right: IMPORT,
          units: 1,
        },
        bytes,
      ),
    );
    return { attachmentUploadToken: attachmentDataRef.attachmentUploadToken };
  }

  async #react(space: string, id: string, by: string, unicode: string): Promise<void> {
    await this.#paced(space, () =>
      this.#spaces.context.asAuthor(by).send({
        method: 'POST',
        path: `/v1/${space}/messages/${id}/reactions`,
        body: { emoji: { unicode } },
        doing: 'adding a reaction',
        right: IMPORT,
        // It is there already.
        expected: [409],
        repeatable: true,
      }),
    );
  }

  async #paced<T>(space: string, write: () => Promise<T>): Promise<T> {
    const { client } = this.#spaces.context;
    const leave = await this.#spaces.context.lane(space).enter({}, client.signal);
    try {
      return await write();
    } finally {
      leave();
    }
  }
}

/** How many didn’t come: people may have added others since, and of one emoji is told only how many there are. */
function missing(wanted: Built['reactions'], { emojiReactionSummaries = [] }: ChatMessage): number {
  const there = new Map(
    emojiReactionSummaries.map(({ emoji, reactionCount = 1 }) => [bare(emoji?.unicode ?? ''), reactionCount]),
  );
  const groups = Map.groupBy(wanted, ({ unicode }) => bare(unicode));
  return [...groups].reduce((sum, [emoji, own]) => sum + Math.max(0, own.length - (there.get(emoji) ?? 0)), 0);
}

/** Without the selector of how it is drawn, which not every service keeps. */
const bare = (emoji: string): string => emoji.replaceAll('\uFE0F', '');

const alreadyCompleted = (): SternaError =>
  new SternaError(
    'object',
    'space-completed',
    'The space takes nothing of the past any more: Chat imports only into spaces that are new and hidden.',
    {
      fix: 'Say it there by hand; or remigrate to a new name, with keepImporting on until the last delta pass.',
      details: { [TO_BE_EXPECTED]: true },
    },
  );

/** Members come after posts, which are then tried again. */
const notToBeSeen = (): SternaError =>
  waitsForObject(
    'The space is completed, and nobody is in it who could look whether this came in before.',
    'Switch members on, or add somebody to the space; then start a delta pass.',
  );

const reactionsLost = (count: number): FidelityNote => ({
  code: 'reactions-lost',
  text: `${count} of its reactions didn’t come before the space was completed: they are left out.`,
});

const notChangeable = (): SternaError =>
  new SternaError('object', 'post-not-changeable', 'What was imported into Chat stays as it was.', {
    fix: 'Nothing to do, or say it in the target as an answer.',
  });

export const NOT_REMOVABLE: Irremovable = {
  code: 'post-not-removable',
  text: 'Messages of Chat are removed by those who said them alone.',
  fix: 'Let a manager delete the space; the next migration makes it anew.',
};

const notRemovable = (): SternaError =>
  new SternaError('object', NOT_REMOVABLE.code, NOT_REMOVABLE.text, { fix: NOT_REMOVABLE.fix });
