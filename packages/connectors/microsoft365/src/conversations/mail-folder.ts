import type {
  Candidate,
  ChangeFacets,
  ChangePage,
  Container,
  Content,
  CreateOp,
  InventoryItem,
  Op,
  Reader,
  Result,
  Unreadable,
  Vanished,
  Writer,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { SternaError } from '@sterna/core';
import type { OpenDrive } from '../drive/open-drive.ts';
import { CONVERSATIONS } from './reader.ts';

const isMail = (name: string | undefined): boolean => /\.eml$/i.test(name ?? '');

/**
 * Mail as files among those of a group: nobody but people who have signed in may write into a group's mailbox, and what they
 * write is theirs and of now (https://learn.microsoft.com/en-us/graph/api/group-post-threads). The name of a file is reserved
 * for its message before it is sent.
 */
export class MailFolderReader implements Reader {
  readonly #drive: OpenDrive;

  constructor(drive: OpenDrive) {
    this.#drive = drive;
  }

  async containers(): Promise<readonly Container[]> {
    const folder = await this.#drive.reader.folderInRoot(CONVERSATIONS);
    return folder === undefined ? [] : [{ ...folder, kind: 'message' }];
  }

  async *changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    for await (const page of this.#drive.reader.changes(container, cursor, facets))
      yield {
        ...page,
        changes: page.changes
          .filter(({ id }) => isMail(id))
          .map(({ id, date, size }) => ({ id, flags: [], ...(date && { date }), ...(size && { size }) })),
      };
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    for await (const one of this.#drive.reader.read(container, ids)) {
      if (!('body' in one)) yield one;
      else yield { id: one.id, flags: [], date: one.date, size: one.size, body: one.body };
    }
  }
}

export class MailFolderWriter implements Writer {
  readonly #drive: OpenDrive;

  constructor(drive: OpenDrive) {
    this.#drive = drive;
  }

  /** A group has one mailbox, so all of it goes into one folder. */
  async ensureContainer() {
    const { container, notes } = await this.#drive.writer.ensureContainer([CONVERSATIONS]);
    return { container: { id: container.id, path: container.path, kind: 'message' as const }, notes };
  }

  /** When it was sent, and what no other message has. */
  reserve(_container: string, key: string, _name?: string, date?: Date): string {
    const when = date === undefined ? '' : `${date.toISOString().slice(0, 19).replace('T', ' ').replaceAll(':', '.')} `;
    return `${when}${key}.eml`;
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
    const { matchKey } = pivotOf('message');
    for await (const { targetId, size, date } of this.#drive.writer.inventory(container, {})) {
      if (!isMail(targetId)) continue;
      const key = facets.matchKey === true ? matchKey(await this.#head(container, targetId)) : undefined;
      yield {
        targetId,
        ...(size === undefined ? {} : { size }),
        ...(date === undefined ? {} : { date }),
        ...(key === undefined ? {} : { matchKey: key }),
      };
    }
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const files = ops.map((op): Op => (op.verb === 'create' ? fileOf(op) : op));
    const results = await this.#drive.writer.apply(files);
    const creates = new Set(ops.flatMap((op) => (op.verb === 'create' ? [op.op] : [])));
    return results.map((result): Result => {
      if (!creates.has(result.op)) return result;
      // An earlier try of this very message has the name: nobody else is given it.
      const isThere = result.outcome === 'exists' && result.targetId !== '';
      if (!isThere && result.outcome !== 'done') return result;
      const { op, targetId } = result;
      return { op, outcome: 'done', ...(targetId === undefined ? {} : { targetId }), notes: [asFileNote()] };
    });
  }

  /** Its first bytes; all of it where it is small. */
  async #head(container: string, id: string): Promise<Buffer> {
    for await (const one of this.#drive.reader.read(container, [id])) {
      if (!('body' in one)) break;
      if (Buffer.isBuffer(one.body)) return one.body;
      for await (const chunk of one.body) return chunk;
    }
    return Buffer.alloc(0);
  }
}

function fileOf(op: CreateOp): CreateOp {
  if (op.reservedId === undefined) throw new SternaError('bug', 'internal', 'A message without a reserved name.');
  return { ...op, name: op.reservedId };
}

const asFileNote = () => ({
  code: 'conversation-as-file',
  text: `No app may write into a group’s mailbox: the message is a file in the group’s folder ${CONVERSATIONS}.`,
});
