import type { Google } from '../server.ts';
import { type Message, type Person, personId, type Role, type Space } from './space.ts';
import { type Spaces, spacesOf } from './store.ts';

/** A message as its space holds it. */
export interface DirectChatMessage {
  readonly id: string;
  readonly clientId: string | undefined;
  /** Id of the message that began the thread; undefined: it is that one. */
  readonly replyTo: string | undefined;
  readonly createdAt: number;
  /** Address; the name of an app. */
  readonly from: string;
  readonly markup: string;
  readonly isDeleted: boolean;
  /** `👍 by alice@nordwind.example` */
  readonly reactions: readonly string[];
  readonly attachments: readonly { readonly name: string; readonly contentType: string; readonly bytes?: Buffer }[];
}

interface Said {
  readonly by?: string;
  /** The name of an app that says it. */
  readonly app?: string;
  readonly at?: number;
  readonly replyTo?: string;
  readonly attachments?: readonly { readonly name: string; readonly contentType: string; readonly bytes: Buffer }[];
  readonly driveFiles?: readonly { readonly name: string; readonly contentType: string; readonly id: string }[];
}

/** A space past the API: for tests to fill, to change and to look at. */
export class DirectChat {
  readonly space: Space;
  readonly #server: Google;
  readonly #spaces: Spaces;

  constructor(server: Google, space: Space) {
    this.#server = server;
    this.#spaces = spacesOf(server.cloud);
    this.space = space;
  }

  /** A space of somebody who manages it. @param createdAt milliseconds */
  static create(server: Google, address: string, displayName: string, createdAt = server.clock.now()): DirectChat {
    const found = server.cloud.findUser(address);
    if (found === undefined) throw new Error(`no user ${address}`);
    const spaces = spacesOf(server.cloud);
    const space = spaces.create(found.domain, {
      displayName,
      createdAt,
      creatorId: found.user.id,
      projectNumber: '',
    });
    spaces.join(space, found, { role: 'ROLE_MANAGER', createdAt });
    return new DirectChat(server, space);
  }

  /** Of a domain, those being imported too; by name. */
  static all(server: Google, domain: string): ReadonlyMap<string, DirectChat> {
    const spaces = spacesOf(server.cloud).of(server.domain(domain));
    return new Map(spaces.map((space) => [space.displayName, new DirectChat(server, space)]));
  }

  join(address: string, role: Role = 'ROLE_MEMBER'): void {
    this.#spaces.join(this.space, this.#person(address), { role, createdAt: this.#server.clock.now() });
  }

  leave(address: string): void {
    this.space.members.delete(personId(this.#person(address)));
  }

  /** @returns its id */
  say(markup: string, { by, app, at, replyTo, attachments = [], driveFiles = [] }: Said = {}): string {
    const sender: Person =
      app === undefined
        ? by === undefined
          ? ([...this.space.members.values()][0]?.person as Person)
          : this.#person(by)
        : { app, id: `app${app.length}` };
    return this.#spaces.say(this.space, {
      sender,
      markup,
      createdAt: at ?? this.#server.clock.now(),
      thread: replyTo === undefined ? undefined : this.#message(replyTo).threadId,
      attachments: [
        ...attachments.map(({ bytes, ...one }) => ({ ...one, of: { bytes, key: this.#server.cloud.ids.token(40) } })),
        ...driveFiles.map(({ id, ...one }) => ({ ...one, of: { driveFileId: id } })),
      ],
    }).id;
  }

  edit(id: string, markup: string): void {
    const message = this.#message(id);
    message.markup = markup;
    message.editedAt = this.#server.clock.now();
  }

  remove(id: string): void {
    this.#message(id).deletedAt = this.#server.clock.now();
  }

  react(id: string, unicode: string, by: string): void {
    this.#spaces.react(this.#message(id), unicode, this.#person(by));
  }

  get isImported(): boolean {
    return this.space.importUntil !== undefined;
  }

  /** `ROLE_MANAGER alice@nordwind.example`, sorted. */
  get members(): readonly string[] {
    return [...this.space.members.values()]
      .filter(({ deletedAt }) => deletedAt === undefined)
      .map(({ role, person }) => `${role} ${nameOf(person)}`)
      .sort();
  }

  /** Oldest first. */
  get messages(): readonly DirectChatMessage[] {
    const all = [...this.space.messages.values()].sort((one, other) => one.createdAt - other.createdAt);
    return all.map((message) => ({
      id: message.id,
      clientId: message.clientId,
      replyTo: message.isReply
        ? all.find(({ isReply, threadId }) => !isReply && threadId === message.threadId)?.id
        : undefined,
      createdAt: message.createdAt,
      from: nameOf(message.sender),
      markup: message.markup,
      isDeleted: message.deletedAt !== undefined,
      reactions: message.reactions.map(({ unicode, by }) => `${unicode} by ${nameOf(by)}`).sort(),
      attachments: message.attachments.map(({ name, contentType, of }) => ({
        name,
        contentType,
        ...('bytes' in of ? { bytes: of.bytes } : {}),
      })),
    }));
  }

  #message(id: string): Message {
    const found = this.space.messages.get(id);
    if (found === undefined) throw new Error(`no message ${id}`);
    return found;
  }

  #person(address: string): Person {
    const found = this.#server.cloud.findUser(address);
    if (found === undefined) throw new Error(`no user ${address}`);
    return found;
  }
}

const nameOf = (person: Person): string => ('app' in person ? person.app : person.user.primaryEmail);
