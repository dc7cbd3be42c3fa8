import type { Attachment } from '../outlook/attachments.ts';
import type { ItemBody } from '../outlook/item-body.ts';
import { perTenant } from '../state/per-tenant.ts';
import type { Group } from './group.ts';

export interface Participant {
  readonly name: string;
  readonly address: string;
}

/** One message in a group's mailbox. */
export interface Post {
  readonly id: string;
  readonly createdAt: number;
  readonly receivedAt: number;
  readonly from: Participant;
  readonly body: ItemBody;
  readonly categories: readonly string[];
  readonly newParticipants: readonly Participant[];
  readonly attachments: readonly Attachment[];
  /** The post that it answers. */
  readonly inReplyTo: string | undefined;
}

/** Posts that one group of people sees: somebody who is added to it branches a thread off. */
export interface Thread {
  readonly id: string;
  topic: string;
  isLocked: boolean;
  readonly toRecipients: readonly Participant[];
  readonly ccRecipients: readonly Participant[];
  readonly posts: Post[];
}

export interface Conversation {
  readonly id: string;
  readonly topic: string;
  readonly threads: Thread[];
}

/** The conversations of one group. */
export class Conversations {
  readonly all: Conversation[] = [];

  /** Newest first, as Outlook shows them. */
  get newestFirst(): Conversation[] {
    return [...this.all].sort((a, b) => lastDelivered(b.threads) - lastDelivered(a.threads));
  }

  find(id: string): Conversation | undefined {
    return this.all.find((conversation) => conversation.id === id);
  }

  /** A thread, wherever it is. */
  thread(id: string): { conversation: Conversation; thread: Thread } | undefined {
    for (const conversation of this.all) {
      const thread = conversation.threads.find((one) => one.id === id);
      if (thread !== undefined) return { conversation, thread };
    }
    return undefined;
  }

  remove(conversation: Conversation): void {
    this.all.splice(this.all.indexOf(conversation), 1);
  }
}

const conversations = perTenant(() => new Map<string, Conversations>());

export function conversationsOf(tenant: Parameters<typeof conversations>[0], group: Group): Conversations {
  const known = conversations(tenant).get(group.id) ?? new Conversations();
  conversations(tenant).set(group.id, known);
  return known;
}

export function lastDelivered(threads: readonly Thread[]): number {
  return Math.max(0, ...threads.flatMap(({ posts }) => posts.map(({ receivedAt }) => receivedAt)));
}
