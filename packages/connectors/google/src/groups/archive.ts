import { randomUUID } from 'node:crypto';
import { eachOf, wholeBodyOf } from '@sterna/cloud-http';
import type {
  Candidate,
  Capabilities,
  ChangePage,
  Container,
  Content,
  CreateOp,
  InventoryItem,
  Op,
  Reader,
  Result,
  Unreadable,
  UnreadableKind,
  Writer,
} from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { segment } from '../api/client.ts';
import { containerGone } from '../items/gone.ts';
import { type AccessFields, readAccess } from './access.ts';
import { archiveMessage, MOST_MESSAGE_BYTES } from './archive-message.ts';
import { ARCHIVE_SCOPES } from './archive-scopes.ts';
import type { GroupContext } from './group.ts';

const ARCHIVE: Container = { id: 'archive', path: ['Conversations'], kind: 'message' };

export const ARCHIVE_UNREADABLE: UnreadableKind = {
  kind: 'message',
  code: 'conversations-unreadable',
  text: 'No API of Google gives out, or removes, what was said in a group.',
  fix: 'Of a source, have Google’s Takeout or Vault export the group’s messages (mbox), and migrate that file into the group of the target.',
};

export const archiveCapabilities: Capabilities = {
  kinds: ['message'],
  // Nothing can be read back: what isn't acknowledged is left to a person.
  settle: 'none',
  delta: 'list',
  bytes: 'crlf',
  idScope: 'endpoint',
  // Whether it keeps equal ones once, Google doesn't say, and nobody could see it.
  collapsesTwins: false,
  dateKept: false,
  moves: false,
  keywords: 'none',
  permissions: false,
  versions: false,
  // One after the other: a group takes no two at once.
  batch: { objects: 1, bytes: MOST_MESSAGE_BYTES, inFlight: 1 },
  maxObjectBytes: MOST_MESSAGE_BYTES,
  evidence: {
    conversations: 'can be written alone, one message after the other; nothing tells afterwards what is there',
  },
};

/** Of a target there is an archive, and nothing more is told of it; of a source there is none. */
export class ArchiveReader implements Reader {
  readonly #role: GroupContext['role'];

  constructor(role: GroupContext['role']) {
    this.#role = role;
  }

  async containers(): Promise<readonly Container[]> {
    return this.#role === 'write' ? [ARCHIVE] : [];
  }

  async *changes(): AsyncGenerator<ChangePage> {
    yield { changes: [], mode: 'full', next: { cursor: 'none', total: 0 } };
  }

  async *read(_container: string, ids: readonly string[]): AsyncGenerator<Content | Unreadable> {
    for (const id of ids) yield { id, error: sealed() };
  }
}

/** 503 is how Google says that it is busy, and that the message isn't there: tried again so often. */
const MOST_TRIES = 6;

/** Puts messages into a group’s archive: https://developers.google.com/workspace/admin/groups-migration/v1/reference/archive/insert */
export class ArchiveWriter implements Writer {
  readonly #context: GroupContext;
  #isOpen: Promise<void> | undefined;

  constructor(context: GroupContext) {
    this.#context = context;
  }

  async ensureContainer(path: readonly string[]) {
    const isPlain = path.join('/') === ARCHIVE.path.join('/');
    const text = `A group’s archive has no folders: what is in ${path.join('/')} is among its conversations.`;
    return { container: ARCHIVE, notes: isPlain ? [] : [{ code: 'folder-not-held', text }] };
  }

  async mark(): Promise<string> {
    return '-';
  }

  async confirm(): Promise<void> {}

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(): AsyncGenerator<InventoryItem> {}

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    if (ops.some(({ verb }) => verb === 'create')) {
      this.#isOpen ??= this.#checkOpen();
      await this.#isOpen;
    }
    return eachOf(
      ops,
      async (op) => {
        if (op.verb === 'create') return this.#create(op);
        // Whether somebody has read it, an archive doesn't say of anybody.
        if (op.verb === 'state') return { op: op.op, outcome: 'done' };
        throw sealed();
      },
      (cause) => containerGone('group', cause),
      1,
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    // Of 25 MB at most: the API takes a message in one request alone.
    const { raw, notes } = archiveMessage(await wholeBodyOf(op), this.#context.email, op.date);
    await this.#insert(raw);
    // It gets no id that anybody could ask for.
    return { op: op.op, outcome: 'done', targetId: randomUUID(), ...(notes.length === 0 ? {} : { notes }) };
  }

  async #insert(raw: Buffer): Promise<void> {
    const { archive, email } = this.#context;
    for (let tries = 1; ; tries += 1) {
      const { status } = await archive.send({
        method: 'POST',
        path: `/upload/groups/v1/groups/${segment(email)}/archive`,
        query: { uploadType: 'media' },
        headers: { 'content-type': 'message/rfc822' },
        body: raw,
        doing: 'putting a message into the group’s archive',
        right: ARCHIVE_SCOPES[0],
        // 412: somebody else is putting one into it. 503: busy, or over a quota.
        expected: [400, 412, 503],
      });
      if (status < 300) return;
      if (status === 400) throw notTaken();
      if (tries === MOST_TRIES)
        throw new SternaError(
          'throttled',
          'google-busy',
          `Google refused a message for the group’s archive: ${status}.`,
          {
            fix: 'Nothing to do: Sterna tries again by itself.',
            retryAt: new Date(archive.clock.now() + 60_000),
          },
        );
      await archive.clock.sleep(archive.backoff(tries - 1), archive.signal);
    }
  }

  /** A group without an archive may take messages and forget them; nobody would see. */
  async #checkOpen(): Promise<void> {
    const { access, email } = this.#context;
    const { isArchived, archiveOnly } = await readAccess(access, email).catch((thrown: unknown) => {
      // Who doesn't use that API can't be asked; then each message tells.
      if (thrown instanceof SternaError && (thrown.code === 'api-off' || thrown.class === 'auth'))
        return {} as AccessFields;
      throw thrown;
    });
    if (archiveOnly === 'true')
      throw new SternaError('config', 'group-read-only', `The group ${email} takes no mail any more: it is archived.`, {
        field: 'address',
        fix: 'Open it in the group’s settings in the target (archiveOnly: false), or leave the kind message out; then start again.',
      });
    if (isArchived === 'false')
      throw new SternaError('config', 'archive-off', `The group ${email} keeps no conversations.`, {
        field: 'address',
        fix: 'Switch conversation history on in the group’s settings in the target, or leave the kind message out; then start again.',
      });
  }
}

const notTaken = (): SternaError =>
  new SternaError('object', 'message-not-taken', 'Google doesn’t take this message into the group’s archive.', {
    fix: 'See that its sender, where that is of the group’s own domain, is there, and that the group is open; then start a delta pass.',
  });

const sealed = (): SternaError =>
  new SternaError('object', ARCHIVE_UNREADABLE.code, ARCHIVE_UNREADABLE.text, {
    fix: 'Look at it in Google Groups; a person who may can remove it there.',
  });
