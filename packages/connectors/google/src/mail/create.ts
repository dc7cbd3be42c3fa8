import { isOutcomeUnknown } from '@sterna/cloud-http';
import type { CreateOp, FidelityNote } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { statusOf } from '../api/errors.ts';
import { GMAIL_UNITS } from '../api/quotas.ts';
import { type Upload, uploadInPieces, uploadWhole } from '../api/upload.ts';
import type { PartContext } from '../part.ts';
import { MAX_MESSAGE } from './capabilities.ts';
import type { FlagLabels } from './flags-to-labels.ts';
import { type MailHeader, mailHeaderOf } from './header.ts';
import { ARCHIVE } from './label.ts';
import type { Labels } from './labels.ts';
import { messagePath } from './message.ts';
import { mailScopes } from './scopes.ts';
import type { Threads } from './threads.ts';

const RIGHT = mailScopes.write[0];
/** Above it, Google wants a resumable upload. */
const MAX_WHOLE = 5 * 1024 * 1024;
const DAY_MS = 86_400_000;

export interface Created {
  readonly id: string;
  readonly notes: readonly FidelityNote[];
}

interface Inserted {
  readonly id: string;
  readonly threadId?: string;
}

interface Draft {
  readonly message: Inserted;
}

/** Makes messages. What it makes carries the pending mark from its first moment on; drafts from their second. */
export class MessageMaker {
  readonly #context: PartContext;
  readonly #labels: Labels;
  readonly #flagLabels: FlagLabels;
  readonly #threads: Threads;

  constructor(context: PartContext, labels: Labels, flagLabels: FlagLabels, threads: Threads) {
    this.#context = context;
    this.#labels = labels;
    this.#flagLabels = flagLabels;
    this.#threads = threads;
  }

  /** @throws SternaError; `outcome-unknown` where it may be there now */
  async make(op: Pick<CreateOp, 'container' | 'flags' | 'date' | 'size' | 'body'>): Promise<Created> {
    const { container, flags, date } = op;
    const content = await contentOf(op);
    if (content.size === 0)
      throw new SternaError('object', 'empty-message', 'The message has no content at all; Gmail can’t hold that.', {
        fix: 'Nothing to do: there is nothing in it.',
      });
    if (content.size > MAX_MESSAGE)
      throw new SternaError('object', 'object-too-large', 'The message is larger than Gmail takes (150 MB).', {
        fix: 'Keep it elsewhere, or leave it out with a size limit.',
      });
    const header = mailHeaderOf(content.start);
    const notes: FidelityNote[] = [];
    if (container === 'DRAFT') notes.push(draftDate());
    else noteDate(header, date, notes);
    const { id } = await this.#threads.within(header, async (threadId) => {
      const pending = await this.#labels.pending();
      const labelIds = await this.#flagLabels.forNew(container, flags, notes);
      labelIds.add(pending.id);
      if (container === 'DRAFT') return this.#draft(content, [...labelIds], threadId);
      if (container !== ARCHIVE) labelIds.add(container);
      return this.#insert(content, [...labelIds], threadId);
    });
    return { id, notes };
  }

  #insert(content: Content, labelIds: readonly string[], threadId: string | undefined): Promise<Inserted> {
    return this.#inThread(threadId, content, (thread) =>
      this.#upload<Inserted>(
        {
          path: '/gmail/v1/users/me/messages',
          query: { internalDateSource: 'dateHeader', fields: 'id,threadId,labelIds' },
          metadata: { labelIds, ...thread },
          contentType: 'message/rfc822',
          doing: 'writing a message',
          right: RIGHT,
          units: GMAIL_UNITS.writeMessage,
        },
        content,
      ),
    );
  }

  /** Drafts are made in another way, which takes no labels: they are set afterwards. */
  async #draft(content: Content, labelIds: readonly string[], threadId: string | undefined): Promise<Inserted> {
    const { message } = await this.#inThread(threadId, content, (thread) =>
      this.#upload<Draft>(
        {
          path: '/gmail/v1/users/me/drafts',
          query: { fields: 'id,message(id,threadId)' },
          metadata: { message: { ...thread } },
          contentType: 'message/rfc822',
          doing: 'writing a draft',
          right: RIGHT,
          units: GMAIL_UNITS.writeDraft,
        },
        content,
      ),
    );
    try {
      await this.#context.client.send({
        method: 'POST',
        path: `${messagePath(message.id)}/modify`,
        body: { addLabelIds: labelIds },
        doing: 'setting the labels of a draft',
        right: RIGHT,
        units: GMAIL_UNITS.modifyMessage,
        repeatable: true,
      });
    } catch (error) {
      // Refused means that nothing is there.
      if (error instanceof SternaError && error.class === 'object')
        await this.#remove(message.id).catch(() => undefined);
      throw error;
    }
    return message;
  }

  async #remove(id: string): Promise<void> {
    await this.#context.client.send({
      method: 'DELETE',
      path: messagePath(id),
      doing: 'removing a draft',
      right: RIGHT,
      units: GMAIL_UNITS.deleteMessage,
    });
  }

  /** A conversation that Gmail won't have it in (another subject, gone meanwhile) is no reason to lose the message. */
  async #inThread<T>(
    threadId: string | undefined,
    content: Content,
    write: (thread: { readonly threadId?: string }) => Promise<T>,
  ): Promise<T> {
    if (threadId === undefined) return write({});
    try {
      return await write({ threadId });
    } catch (error) {
      if (!content.isRepeatable() || ![400, 404].includes(statusOf(error) ?? 0)) throw error;
      return write({});
    }
  }

  async #upload<T>(upload: Upload, content: Content): Promise<T> {
    const { client, settings } = this.#context;
    if (content.whole !== undefined && content.size <= MAX_WHOLE) return uploadWhole<T>(client, upload, content.whole);
    try {
      return await uploadInPieces<T>(client, upload, content.chunks(), content.size, settings.uploadPieceBytes);
    } catch (error) {
      // Its last piece may have arrived.
      if (error instanceof SternaError && error.class === 'transient' && !isOutcomeUnknown(error) && content.isSent())
        throw new SternaError('transient', 'outcome-unknown', `The answer to ${upload.doing} was lost.`, {
          cause: error,
        });
      throw error;
    }
  }
}

interface Content {
  readonly size: number;
  /** At least the header. */
  readonly start: Buffer;
  readonly whole: Buffer | undefined;
  /** It can be sent from its beginning. */
  isRepeatable(): boolean;
  chunks(): AsyncIterable<Buffer>;
  /** All of it was handed out. */
  isSent(): boolean;
}

const HEADER_BYTES = 64 * 1024;

async function contentOf({ body, size }: Pick<CreateOp, 'body' | 'size'>): Promise<Content> {
  if (Buffer.isBuffer(body)) {
    let isSent = false;
    return {
      size: body.length,
      start: body,
      whole: body,
      isRepeatable: () => true,
      async *chunks() {
        yield body;
        isSent = true;
      },
      isSent: () => isSent,
    };
  }
  const source = body[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let length = 0;
  let isEnded = false;
  let isBegun = false;
  while (length < HEADER_BYTES && !isEnded) {
    const next = await source.next();
    if (next.done === true) isEnded = true;
    else {
      held.push(next.value);
      length += next.value.length;
    }
  }
  const start = Buffer.concat(held);
  return {
    size,
    start,
    whole: undefined,
    isRepeatable: () => !isBegun,
    async *chunks() {
      isBegun = true;
      try {
        yield start;
        while (!isEnded) {
          const next = await source.next();
          if (next.done === true) isEnded = true;
          else yield next.value;
        }
      } finally {
        if (!isEnded) await source.return?.();
      }
    },
    isSent: () => isEnded,
  };
}

const draftDate = (): FidelityNote => ({
  code: 'date-changed',
  text: 'It is a draft: Gmail shows when it was written there.',
});

/** Gmail takes a message's time from its Date header, and nothing else; a message isn't rewritten for that. */
function noteDate({ date }: MailHeader, received: Date | undefined, notes: FidelityNote[]): void {
  if (received === undefined || Number.isNaN(received.getTime())) return;
  if (date === undefined)
    notes.push({
      code: 'date-changed',
      text: 'The message has no readable Date header, so Gmail shows the time of the migration.',
    });
  else if (Math.abs(date - received.getTime()) > DAY_MS)
    notes.push({
      code: 'date-changed',
      text: 'The message was received on another day than its Date header says, which is the one that Gmail shows.',
    });
}
