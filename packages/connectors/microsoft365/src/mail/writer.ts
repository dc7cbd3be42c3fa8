import { doneResult, eachOf, markAt } from '@sterna/cloud-http';
import type {
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  PlaceOp,
  RemoveOp,
  Result,
  SpecialUse,
  StateOp,
  Writer,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, SternaError } from '@sterna/core';
import { type BatchItem, type BatchResult, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import { expandProperties, STAMP_PROPERTY, type Stamp, sentAt, stampOf } from '../graph/stamp.ts';
import { displayNameOf, numberedName } from '../outlook/folder-names.ts';
import type { PartContext } from '../part.ts';
import { createMessage, removeForGood } from './create.ts';
import { flagsOf, stateChange, touchesCategories } from './flags.ts';
import type { Folders, MailFolder, WellKnown } from './folders.ts';
import { dateOf, type ListedMessage, listingQuery, matchKeyOf, sizeOf } from './listed-message.ts';
import { isGone, type MailReader } from './reader.ts';
import { Staging } from './staging.ts';

const RIGHT = 'Mail.ReadWrite';
const PAGE = 500;
/** The service's clock as it was told, and that of its machines. */
const CLOCKS_MS = 60_000;

const ROLE_NAMES: Readonly<Partial<Record<SpecialUse, WellKnown>>> = {
  inbox: 'inbox',
  drafts: 'drafts',
  sent: 'sentitems',
  trash: 'deleteditems',
  junk: 'junkemail',
  archive: 'archive',
};

export class MailWriter implements Writer {
  readonly #context: PartContext;
  readonly #folders: Folders;
  readonly #reader: MailReader;
  readonly #staging: Staging;
  /** Folders are made one after the other: two of them may share a parent that has to be made first. */
  #making: Promise<unknown> = Promise.resolve();

  constructor(context: PartContext, folders: Folders, reader: MailReader) {
    this.#context = context;
    this.#folders = folders;
    this.#reader = reader;
    this.#staging = new Staging(context, folders);
  }

  async ensureContainer(
    path: readonly string[],
    options: { readonly role?: SpecialUse },
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const made = this.#making.then(() => this.#ensure(path, options.role));
    this.#making = made.catch(() => undefined);
    return made;
  }

  async #ensure(
    path: readonly string[],
    role: SpecialUse | undefined,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const known = await this.#folders.ready();
    const notes: FidelityNote[] = [];
    const wellKnown = role === undefined ? undefined : known.get(ROLE_NAMES[role] as WellKnown);
    const there = wellKnown === undefined ? undefined : this.#folders.get(wellKnown);
    if (there !== undefined) return { container: this.#folders.container(there, known), notes };
    const [first = ''] = path;
    const inbox = known.get('inbox');
    const isBelowInbox = first.toUpperCase() === 'INBOX' && inbox !== undefined;
    let folder = isBelowInbox ? this.#folders.get(inbox) : undefined;
    for (const name of isBelowInbox ? path.slice(1) : path)
      folder = await this.#child(folder?.id ?? known.get('msgfolderroot'), name, known, notes);
    if (folder === undefined)
      throw new SternaError('object', 'name-impossible', 'A mail folder without a name can’t be made.');
    return { container: this.#folders.container(folder, known), notes };
  }

  /**
   * The folder of this name, found or made. What differs only in its case is another folder at the source, so it gets a
   * number; and nothing is ever put into the Outbox, where it might be sent.
   */
  async #child(
    parent: string | undefined,
    name: string,
    known: ReadonlyMap<WellKnown, string>,
    notes: FidelityNote[],
  ): Promise<MailFolder> {
    const own: FidelityNote[] = [];
    const display = displayNameOf(name, own);
    for (let number = 1; ; number += 1) {
      const called = numberedName(display, number);
      const { exact, alike } = this.#folders.below(parent ?? '', called);
      if (exact !== undefined && exact.id !== known.get('outbox')) {
        if (number > 1) own.push(numbered(called));
        notes.push(...own);
        return exact;
      }
      if (alike !== undefined) continue;
      const made = await this.#make(parent, called);
      if (made === undefined) continue;
      if (number > 1) own.push(numbered(called));
      notes.push(...own);
      return made;
    }
  }

  /** Undefined where somebody made one that differs in its case meanwhile. */
  async #make(parent: string | undefined, displayName: string): Promise<MailFolder | undefined> {
    const { client, outlook, userPath } = this.#context;
    const path =
      parent === undefined ? `${userPath}/mailFolders` : `${userPath}/mailFolders/${segment(parent)}/childFolders`;
    try {
      const { body } = await client.send<MailFolder>({
        method: 'POST',
        path,
        body: { displayName },
        doing: 'making a mail folder',
        right: RIGHT,
        budget: outlook,
        // A second one of that name is refused.
        repeatable: true,
      });
      const folder = { ...body, displayName: body.displayName ?? displayName };
      this.#folders.add(folder);
      return folder;
    } catch (error) {
      if (statusOf(error) !== 409 && codeOf(error) !== 'ErrorFolderExists') throw error;
      await this.#folders.list();
      return this.#folders.below(parent ?? '', displayName).exact;
    }
  }

  async mark(_container: string): Promise<string> {
    return markAt(this.#context.client.serverTime());
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const results = new Map<string, Result>();
    const creates = ops.filter((op) => op.verb === 'create');
    const states = ops.filter((op) => op.verb === 'state');
    const places = ops.filter((op) => op.verb === 'place');
    const removes = ops.filter((op) => op.verb === 'remove');
    for (const result of [
      ...(await this.#create(creates)),
      ...(await this.#state(states)),
      ...(await this.#place(places)),
      ...(await this.#remove(removes)),
    ])
      results.set(result.op, result);
    return ops.map((op) => results.get(op.op) ?? { op: op.op, outcome: 'refused', error: notHere(op.verb) });
  }

  #create(ops: readonly CreateOp[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      async (op) => {
        const { id, notes } = await createMessage(this.#context, this.#staging, op);
        return doneResult(op.op, id, undefined, notes);
      },
      folderGone,
    );
  }

  async #state(ops: readonly StateOp[]): Promise<readonly Result[]> {
    const categories = new Map<string, readonly string[]>();
    const asking = ops.filter(({ add, remove }) => touchesCategories(add, remove));
    const now = await this.#batch(
      asking.map(({ targetId }) => ({
        method: 'GET',
        path: this.#pathOf(targetId),
        query: { $select: 'id,categories' },
      })),
    );
    const gone = new Set<string>();
    for (const [at, answer] of now.entries()) {
      const { op, targetId } = asking[at] as StateOp;
      if ('error' in answer) {
        if (!isGone(answer.error)) throw answer.error;
        gone.add(op);
      } else categories.set(targetId, (answer.body as ListedMessage).categories ?? []);
    }
    const left = ops.filter(({ op }) => !gone.has(op));
    const notes = new Map<string, FidelityNote[]>();
    const changes = left.map(({ op, targetId, add, remove }) => {
      const own: FidelityNote[] = [];
      notes.set(op, own);
      return { path: this.#pathOf(targetId), body: stateChange(add, remove, categories.get(targetId) ?? [], own) };
    });
    const answers = await this.#batch(changes.map((one) => ({ method: 'PATCH', ...one })));
    return [
      ...[...gone].map((op): Result => ({ op, outcome: 'missing' })),
      ...left.map(({ op }, at): Result => {
        const own = notes.get(op) ?? [];
        return resultOf(op, answers[at] as BatchResult, own.length === 0 ? {} : { notes: own });
      }),
    ];
  }

  /** Ids outlive a move, so one that was carried out already is seen by where the message is. */
  async #place(ops: readonly PlaceOp[]): Promise<readonly Result[]> {
    const parents = await this.#parentsOf(ops);
    const moving = ops.filter(({ targetId, container }) => parents.get(targetId) === container);
    const answers = await this.#move(moving.map(({ targetId, to }) => [targetId, to]));
    const byOp = new Map(moving.map(({ op }, at) => [op, answers[at] as BatchResult]));
    return ops.map(({ op, targetId, to }): Result => {
      const answer = byOp.get(op);
      if (answer === undefined)
        return parents.get(targetId) === to ? { op, outcome: 'done', targetId } : { op, outcome: 'missing' };
      const id = 'error' in answer ? targetId : ((answer.body as { id?: string } | undefined)?.id ?? targetId);
      return resultOf(op, answer, { targetId: id });
    });
  }

  /** What people moved elsewhere stays where they put it. */
  async #remove(ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    if (ops.length === 0) return [];
    const trash = (await this.#folders.wellKnown()).get('deleteditems');
    const parents = await this.#parentsOf(ops);
    const here = ops.filter(({ targetId, container }) => parents.get(targetId) === container);
    const toTrash = here.filter(({ how, container }) => how === 'trash' && trash !== undefined && container !== trash);
    const forGood = here.filter((op) => !toTrash.includes(op));
    const moved = await this.#move(toTrash.map(({ targetId }) => [targetId, trash ?? '']));
    const removed = await this.#batch(
      forGood.map(({ targetId }) => ({
        method: 'POST',
        path: `${this.#pathOf(targetId)}/permanentDelete`,
        repeatable: true,
      })),
    );
    return [
      ...toTrash.map(({ op }, at) => resultOf(op, moved[at] as BatchResult)),
      ...forGood.map(({ op }, at) => resultOf(op, removed[at] as BatchResult)),
      ...ops.filter((op) => !here.includes(op)).map(({ op }): Result => ({ op, outcome: 'missing' })),
    ];
  }

  #move(moves: readonly (readonly [id: string, to: string])[]): Promise<readonly BatchResult[]> {
    return this.#batch(
      moves.map(([id, to]) => ({ method: 'POST', path: `${this.#pathOf(id)}/move`, body: { destinationId: to } })),
    );
  }

  /** In which folder each is; those that are gone are missing. */
  async #parentsOf(ops: readonly { readonly targetId: string }[]): Promise<ReadonlyMap<string, string>> {
    const answers = await this.#batch(
      ops.map(({ targetId }) => ({
        method: 'GET',
        path: this.#pathOf(targetId),
        query: { $select: 'id,parentFolderId' },
      })),
    );
    const parents = new Map<string, string>();
    for (const [at, answer] of answers.entries()) {
      if (!('error' in answer)) {
        const { parentFolderId } = answer.body as { readonly parentFolderId: string };
        parents.set(ops[at]?.targetId ?? '', parentFolderId);
      } else if (!isGone(answer.error)) throw answer.error;
    }
    return parents;
  }

  #pathOf(id: string): string {
    return `${this.#context.userPath}/messages/${segment(id)}`;
  }

  #batch(items: readonly BatchItem[]): Promise<readonly BatchResult[]> {
    const { client, outlook } = this.#context;
    return batch(client, items, { doing: 'changing messages', budget: outlook, right: RIGHT });
  }

  /** Stamps stay: they say whose a message is for good. */
  async confirm(): Promise<void> {}

  /**
   * What was made since then, by the folder's own listing. What carries our stamp tells what was sent; one that says
   * `incomplete` is a message that its writer died over, and is removed. What was imported and never moved goes first: a move
   * that is on its way then finds nothing, or is seen here.
   */
  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    await this.#staging.sweep();
    const { client, outlook, userPath, installation, settings } = this.#context;
    const unstamped: string[] = [];
    const pages = client.pages<ListedMessage>({
      method: 'GET',
      path: `${userPath}/mailFolders/${segment(container)}/messages`,
      query: {
        // Whether what is imported counts as made now isn't said; stamping it changes it in any case.
        ...(since === undefined
          ? {}
          : { $filter: `lastModifiedDateTime ge ${since}`, $orderby: 'lastModifiedDateTime' }),
        $select: 'id,createdDateTime',
        $expand: expandProperties([STAMP_PROPERTY]),
        $top: PAGE,
      },
      doing: 'looking for what was written',
      right: RIGHT,
      budget: outlook,
    });
    for await (const page of asGone(pages))
      for (const { id, createdDateTime, singleValueExtendedProperties } of page.value) {
        let stamp = stampOf(singleValueExtendedProperties);
        const isOld = since !== undefined && Date.parse(createdDateTime ?? '') < Date.parse(since);
        if (isOld && (stamp === undefined || sentAt(stamp) < Date.parse(since) - CLOCKS_MS)) continue;
        if (stamp === undefined) unstamped.push(id);
        else if (stamp.installation !== installation) continue;
        else {
          if (stamp.state === 'incomplete') stamp = await this.#removeHalf(id);
          if (stamp !== undefined) yield { targetId: id, digest: stamp.digest, marked: true, send: stamp.send };
        }
      }
    // That route takes no stamp, but keeps the bytes.
    if (settings.mailRoute !== 'importMime' || since === undefined) return;
    for await (const one of this.#reader.read(container, unstamped)) {
      if (!('body' in one)) continue;
      const hasher = pivotOf('message').hasher?.();
      if (hasher === undefined) continue;
      for await (const chunk of Buffer.isBuffer(one.body) ? [one.body] : one.body) hasher.update(chunk);
      yield { targetId: one.id, digest: hasher.digest(), marked: false };
    }
  }

  async sent(_container: string, targetIds: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const query = { $select: 'id', $expand: expandProperties([STAMP_PROPERTY]) };
    const answers = await this.#batch(targetIds.map((id) => ({ method: 'GET', path: this.#pathOf(id), query })));
    const found = new Map<string, Buffer>();
    for (const [at, answer] of answers.entries()) {
      if ('error' in answer) {
        if (isGone(answer.error)) continue;
        throw answer.error;
      }
      const stamp = stampOf((answer.body as ListedMessage).singleValueExtendedProperties);
      // Of whichever installation: what was sent is the same, and one that lost its database begins again as another.
      if (stamp?.state === 'whole') found.set(targetIds[at] as string, stamp.digest);
    }
    return found;
  }

  /** Orderly goodbye: nothing is on its way. */
  close(): Promise<void> {
    return this.#staging.leave();
  }

  /** A listing may be behind what it lists, so the message itself is asked. @returns its stamp, where it is whole by now */
  async #removeHalf(id: string): Promise<Stamp | undefined> {
    const { client, outlook } = this.#context;
    try {
      const { body } = await client.send<ListedMessage>({
        method: 'GET',
        path: this.#pathOf(id),
        query: { $select: 'id', $expand: expandProperties([STAMP_PROPERTY]) },
        doing: 'looking at a message that was half written',
        right: RIGHT,
        budget: outlook,
      });
      const stamp = stampOf(body.singleValueExtendedProperties);
      if (stamp?.state === 'whole') return stamp;
      await removeForGood(this.#context, id);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    return undefined;
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const { client, outlook, userPath } = this.#context;
    for await (const page of client.pages<ListedMessage>({
      method: 'GET',
      path: `${userPath}/mailFolders/${segment(container)}/messages`,
      query: { ...listingQuery(facets), $top: PAGE },
      doing: 'listing a mail folder',
      right: RIGHT,
      budget: outlook,
    }))
      for (const message of page.value) {
        const date = dateOf(message);
        const size = facets.size === true ? sizeOf(message) : undefined;
        yield {
          targetId: message.id,
          flags: flagsOf(message),
          ...(date === undefined ? {} : { date }),
          ...(size === undefined ? {} : { size }),
          ...(facets.matchKey === true ? { matchKey: matchKeyOf(message) } : {}),
        };
      }
  }
}

/** @throws SternaError transient `container-gone` */
async function* asGone<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* pages;
  } catch (error) {
    throw isGone(error) ? folderGone(asSternaError(error)) : error;
  }
}

function resultOf(
  op: string,
  answer: BatchResult,
  more: { readonly targetId?: string; readonly notes?: readonly FidelityNote[] } = {},
): Result {
  if (!('error' in answer)) return { op, outcome: 'done', ...more };
  const { error } = answer;
  if (isGone(error)) return { op, outcome: 'missing' };
  if (error.class === 'object') return { op, outcome: 'refused', error };
  if (error.class === 'transient') return { op, outcome: 'unknown', error };
  throw error;
}

const numbered = (called: string): FidelityNote => ({
  code: 'folder-renamed',
  text: `Microsoft 365 has another folder whose name differs only in its case, or must not be written to; this one is called “${called}” there.`,
});

const notHere = (verb: string): SternaError => new SternaError('bug', 'internal', `Messages know no ${verb}.`);

const folderGone = (cause: SternaError): SternaError =>
  new SternaError('transient', 'container-gone', 'The mail folder was removed while it was written to.', {
    fix: 'Sterna makes it again in the next pass.',
    cause,
  });
