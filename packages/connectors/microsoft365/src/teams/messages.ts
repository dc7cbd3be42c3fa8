import { isOutcomeUnknown } from '@sterna/cloud-http';
import { readPost, writePost } from '@sterna/content';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { containerGone, isGone } from '../outlook/gone.ts';
import type { Channels } from './channels.ts';
import { fromMessage } from './from-message.ts';
import { type GraphMessage, MESSAGE_RIGHTS } from './graph-teams.ts';
import type { TeamFiles } from './team-files.ts';

/** A page of a channel: https://learn.microsoft.com/en-us/graph/api/channel-list-messages */
const PAGE = 50;
/** Messages of a channel kept as they were listed, so that reading them asks for none again. */
const KEPT = 5_000;

/** Where a message stands: answers are asked for below what they answer. */
interface Known {
  readonly replyTo: string | undefined;
  readonly message: GraphMessage | undefined;
}

/** What is said in the channels of a team. */
export class Messages {
  readonly #channels: Channels;
  readonly #files: TeamFiles;
  readonly #known = new Map<string, Map<string, Known>>();

  constructor(channels: Channels, files: TeamFiles) {
    this.#channels = channels;
    this.#files = files;
  }

  /**
   * Everything that people, apps and bots said, in the order in which it was: an answer comes after its post. What Teams says
   * by itself isn't among it, and of what was deleted only what was answered.
   */
  async list(channelId: string): Promise<readonly GraphMessage[]> {
    const found: GraphMessage[] = [];
    const { client } = this.#channels.context;
    try {
      for await (const page of client.pages<GraphMessage>({
        ...this.#reading('listing the posts of a channel'),
        path: `${this.#channels.pathOf(channelId)}/messages`,
        query: { $top: PAGE, $expand: 'replies' },
      }))
        for (const { replies, 'replies@odata.nextLink': more, ...message } of page.value) {
          const answers = [...(replies ?? [])];
          if (more !== undefined)
            answers.push(
              ...(await client.all<GraphMessage>({ ...this.#reading('listing the answers to a post'), path: more })),
            );
          const said = answers.filter(isSaid);
          if (isSaid(message) || (message.deletedDateTime && said.length > 0)) found.push(message, ...said);
        }
    } catch (thrown) {
      throw isGone(thrown) ? containerGone('channel', thrown) : thrown;
    }
    found.sort((one, other) => momentOf(one) - momentOf(other));
    this.#known.set(
      channelId,
      new Map(
        found.map((message, at) => [
          message.id,
          { replyTo: message.replyToId || undefined, message: at < KEPT ? message : undefined },
        ]),
      ),
    );
    return found;
  }

  /** Undefined where there is no such message. */
  async read(
    channelId: string,
    id: string,
  ): Promise<{ readonly message: GraphMessage; readonly body: Buffer } | undefined> {
    await this.#files.ready();
    const message = await this.#message(channelId, id);
    if (message === undefined) return undefined;
    const { people, role } = this.#channels.context;
    const post = await fromMessage(message, {
      people,
      image: (of, image) => this.#image(channelId, of, image),
      fileAt: (url) => this.#files.fileAt(url),
      isTarget: role === 'write',
    });
    // What the service left out is told where it is read, not where it is sent.
    return { message, body: writePost(readPost(writePost(post))) };
  }

  /** One that was written. */
  remember(channelId: string, message: GraphMessage, replyTo: string | undefined): void {
    this.#known.get(channelId)?.set(message.id, { replyTo, message: undefined });
  }

  pathOf(channelId: string, id: string, replyTo: string | undefined): string {
    const messages = `${this.#channels.pathOf(channelId)}/messages`;
    return replyTo === undefined
      ? `${messages}/${segment(id)}`
      : `${messages}/${segment(replyTo)}/replies/${segment(id)}`;
  }

  async #message(channelId: string, id: string): Promise<GraphMessage | undefined> {
    const known = this.#known.get(channelId)?.get(id);
    if (known?.message !== undefined) return known.message;
    const found = await this.#ask(channelId, id, known?.replyTo);
    // Graph gives out what was deleted, too.
    if (found?.deletedDateTime) return (await this.#isAnswered(channelId, id)) ? found : undefined;
    if (found !== undefined || known !== undefined) return found;
    // Of an answer nobody knows what it answers before the channel was listed.
    await this.list(channelId);
    const listed = this.#known.get(channelId)?.get(id);
    if (listed === undefined) return undefined;
    return listed.message ?? this.#ask(channelId, id, listed.replyTo);
  }

  async #isAnswered(channelId: string, id: string): Promise<boolean> {
    if (!this.#known.has(channelId)) await this.list(channelId);
    return [...(this.#known.get(channelId)?.values() ?? [])].some(({ replyTo }) => replyTo === id);
  }

  async #ask(channelId: string, id: string, replyTo: string | undefined): Promise<GraphMessage | undefined> {
    const { status, body } = await this.#channels.context.client.send<GraphMessage>({
      ...this.#reading('reading a post'),
      path: this.pathOf(channelId, id, replyTo),
      expected: [404],
    });
    return status === 404 ? undefined : body;
  }

  async #image(channelId: string, message: GraphMessage, id: string) {
    const { client } = this.#channels.context;
    try {
      const answer = await client.open({
        ...this.#reading('reading an image of a post'),
        path: `${this.pathOf(channelId, message.id, message.replyToId || undefined)}/hostedContents/${segment(id)}/$value`,
      });
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body) chunks.push(chunk);
      const contentType = answer.header('content-type')?.split(';')[0] ?? 'application/octet-stream';
      return { contentType, bytes: Buffer.concat(chunks) };
    } catch (thrown) {
      if (isOutcomeUnknown(thrown) || statusOf(thrown) !== 404) throw thrown;
      return undefined;
    }
  }

  #reading(doing: string) {
    return { method: 'GET', doing, right: MESSAGE_RIGHTS.read, budget: this.#channels.budget } as const;
  }
}

const isSaid = ({ messageType, deletedDateTime }: GraphMessage): boolean =>
  (messageType ?? 'message') === 'message' && !deletedDateTime;

export const momentOf = ({ createdDateTime }: GraphMessage): number => Date.parse(createdDateTime ?? '');

export const versionOf = ({ etag, lastModifiedDateTime }: GraphMessage): string => etag ?? lastModifiedDateTime ?? '';
