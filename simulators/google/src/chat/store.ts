import { stateOf } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import type { Domain } from '../state/domain.ts';
import type { Attachment, Message, Person, Reaction, Role, Space } from './space.ts';
import { personId } from './space.ts';

/** Days after which what is still being imported is gone: https://developers.google.com/workspace/chat/import-data */
const IMPORT_DAYS = 90;
const DAY = 86_400_000;

/** All spaces of all domains. */
export class Spaces {
  readonly #cloud: Cloud;
  readonly #spaces = new Map<string, Space>();
  /** Spaces by user and request id: a second request of the same id makes none. */
  readonly byRequest = new Map<string, Space>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Those that are there still: what nobody finished in time is gone. */
  get all(): readonly Space[] {
    const now = this.#cloud.clock.now();
    for (const space of this.#spaces.values())
      if (space.importUntil !== undefined && space.importUntil <= now) this.#spaces.delete(space.id);
    return [...this.#spaces.values()];
  }

  find(id: string): Space | undefined {
    return this.all.find((space) => space.id === id);
  }

  of(domain: Domain): readonly Space[] {
    return this.all.filter((space) => space.domain === domain);
  }

  create(
    domain: Domain,
    given: Pick<Space, 'displayName' | 'createdAt' | 'creatorId' | 'projectNumber'> & {
      readonly description?: string;
      readonly isImport?: boolean;
    },
  ): Space {
    const { isImport = false, description = '', ...rest } = given;
    const until = isImport ? this.#cloud.clock.now() + IMPORT_DAYS * DAY : undefined;
    const space: Space = {
      ...rest,
      description,
      id: `AAAA${this.#cloud.ids.token(7)}`,
      domain,
      importUntil: until,
      importExpires: until,
      members: new Map(),
      messages: new Map(),
      threadKeys: new Map(),
      uploads: new Map(),
    };
    this.#spaces.set(space.id, space);
    return space;
  }

  join(
    space: Space,
    person: Person,
    { role = 'ROLE_MEMBER', createdAt, deletedAt }: { role?: Role; createdAt: number; deletedAt?: number },
  ) {
    const id = deletedAt === undefined ? personId(person) : `${personId(person)}-${this.#cloud.ids.token(4)}`;
    const membership = { id, person, role, createdAt, deletedAt };
    space.members.set(id, membership);
    return membership;
  }

  /** @param thread id of the thread; undefined: it begins one */
  say(
    space: Space,
    said: Pick<Message, 'sender' | 'markup' | 'createdAt'> & {
      readonly thread?: string | undefined;
      readonly clientId?: string | undefined;
      readonly attachments?: readonly Omit<Attachment, 'id'>[];
    },
  ): Message {
    const part = this.#cloud.ids.token(11);
    const isReply =
      said.thread !== undefined && [...space.messages.values()].some((one) => one.threadId === said.thread);
    const message: Message = {
      id: isReply ? `${said.thread}.${part}` : `${said.thread ?? part}.${said.thread ?? part}`,
      clientId: said.clientId,
      sender: said.sender,
      markup: said.markup,
      threadId: said.thread ?? part,
      isReply,
      createdAt: said.createdAt,
      editedAt: undefined,
      deletedAt: undefined,
      attachments: (said.attachments ?? []).map((one) => ({ ...one, id: this.#cloud.ids.token(20) })),
      reactions: [],
    };
    space.messages.set(message.id, message);
    return message;
  }

  react(message: Message, unicode: string, by: Person): Reaction {
    const reaction = { id: this.#cloud.ids.token(20), unicode, by };
    message.reactions.push(reaction);
    return reaction;
  }
}

export const spacesOf = stateOf((cloud: Cloud) => new Spaces(cloud));
