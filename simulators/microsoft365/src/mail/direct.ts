import type { Microsoft365 } from '../server.ts';
import { type Folder, type Mailbox, mailboxOf } from './mailbox.ts';
import type { Message, MessageContent } from './message.ts';
import { contentOfMime } from './mime-in.ts';
import { mimeOf } from './mime-out.ts';

/** State of a message, in the words of Graph; `lastVerb` as PidTagLastVerbExecuted has it. */
export interface DirectState {
  readonly isRead: boolean;
  readonly isDraft: boolean;
  readonly isFlagged: boolean;
  readonly categories: readonly string[];
  readonly lastVerb: number | undefined;
}

export interface DirectMessage extends DirectState {
  /** Immutable. */
  readonly id: string;
  /** Display names from the top; the inbox is `INBOX`. */
  readonly folder: readonly string[];
  readonly mime: Buffer;
  /** Milliseconds. */
  readonly receivedAt: number;
  readonly attachments: readonly { readonly name: string; readonly content: Buffer }[];
}

const LAST_VERB = 'Integer 0x1081';

/** A mailbox past Graph: what a test puts in and finds without trusting any client, this service included. */
export class DirectMail {
  readonly #server: Microsoft365;
  readonly #box: Mailbox;

  constructor(server: Microsoft365, address: string) {
    const [, domain = ''] = address.split('@');
    const tenant = server.tenant(domain);
    const user = [...tenant.users.values()].find(({ userPrincipalName }) => userPrincipalName === address);
    if (user === undefined) throw new Error(`no user ${address}`);
    this.#server = server;
    this.#box = mailboxOf(server.cloud, tenant, user);
  }

  /** As if it had been delivered so: with its bytes. Makes folders as needed. */
  async put(
    path: readonly string[],
    mime: Buffer,
    receivedAt: number,
    state: Partial<DirectState> = {},
  ): Promise<void> {
    const { cloud, clock } = this.#server;
    const content = await contentOfMime(mime, cloud.ids, clock.now()).catch(async () => ({
      // Without a header of its own: as if it had an empty one.
      ...(await contentOfMime(Buffer.concat([Buffer.from('Subject:\r\n\r\n'), mime]), cloud.ids, clock.now())),
      headers: [],
      mime,
    }));
    content.receivedAt = receivedAt;
    content.isDraft = false;
    content.isRead = false;
    content.categories = [];
    const message = this.#box.addMessage(this.folder(path), content);
    this.#change(message, state);
  }

  setState(id: string, state: Partial<DirectState>): void {
    const message = this.#box.message(id);
    this.#change(message, state);
    this.#box.touchMessage(message);
  }

  remove(id: string): void {
    this.#box.deleteMessage(this.#box.message(id));
  }

  move(id: string, path: readonly string[]): void {
    this.#box.moveMessage(this.#box.message(id), this.folder(path));
  }

  copy(id: string, path: readonly string[]): void {
    this.#box.copyMessage(this.#box.message(id), this.folder(path));
  }

  async messages(): Promise<readonly DirectMessage[]> {
    return Promise.all(
      this.#box.messages.map(async (message) => ({
        id: message.key,
        folder: this.#pathOf(this.#box.folder(message.folderId)),
        mime: Buffer.from(await mimeOf(message, message.key)),
        receivedAt: message.receivedAt,
        isRead: message.isRead,
        isDraft: message.isDraft,
        isFlagged: message.flag.flagStatus === 'flagged',
        categories: message.categories,
        lastVerb: Number(message.properties.get(LAST_VERB) ?? 0) || undefined,
        attachments: message.attachments.flatMap((one) =>
          one.kind === 'file' ? [{ name: one.name, content: Buffer.concat(one.content) }] : [],
        ),
      })),
    );
  }

  /** All but those that every mailbox has and that hold nothing. */
  folders(): readonly (readonly string[])[] {
    return [...this.#box.folders.values()]
      .filter((folder) => folder.wellKnown === undefined || folder.wellKnown === 'inbox' || folder.messages.size > 0)
      .map((folder) => this.#pathOf(folder));
  }

  /** Found or made. */
  folder(path: readonly string[]): Folder {
    const isBelowInbox = path[0]?.toUpperCase() === 'INBOX';
    let folder = isBelowInbox ? this.#box.wellKnown('inbox') : this.#box.root;
    for (const name of isBelowInbox ? path.slice(1) : path)
      folder =
        this.#box.children(folder).find(({ displayName }) => displayName === name) ??
        this.#box.createFolder(folder, name);
    return folder;
  }

  #pathOf(folder: Folder): string[] {
    const path: string[] = [];
    for (let at: Folder | undefined = folder; at !== undefined && at !== this.#box.root; ) {
      path.unshift(at.wellKnown === 'inbox' ? 'INBOX' : at.displayName);
      at = this.#box.folders.get(at.parentId ?? '');
    }
    return path;
  }

  #change(message: Message | MessageContent, state: Partial<DirectState>): void {
    if (state.isRead !== undefined) message.isRead = state.isRead;
    if (state.isDraft !== undefined) message.isDraft = state.isDraft;
    if (state.isFlagged !== undefined) message.flag = { flagStatus: state.isFlagged ? 'flagged' : 'notFlagged' };
    if (state.categories !== undefined) message.categories = [...state.categories];
    if ('lastVerb' in state) {
      if (state.lastVerb === undefined) message.properties.delete(LAST_VERB);
      else message.properties.set(LAST_VERB, String(state.lastVerb));
    }
  }
}
