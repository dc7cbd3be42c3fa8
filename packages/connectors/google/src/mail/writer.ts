import { doneResult, eachOf } from '@sterna/cloud-http';
import {
  type Candidate,
  type Container,
  type CreateOp,
  type FidelityNote,
  type InventoryItem,
  inParallel,
  type Op,
  type PlaceOp,
  type RemoveOp,
  type Result,
  type SpecialUse,
  type StateOp,
  type Writer,
} from '@sterna/connector-kit';
import { pivotOf } from '@sterna/content';
import { asSternaError, SternaError } from '@sterna/core';
import { statusOf } from '../api/errors.ts';
import { GMAIL_UNITS } from '../api/quotas.ts';
import type { PartContext } from '../part.ts';
import { MessageMaker } from './create.ts';
import { FlagLabels } from './flags-to-labels.ts';
import { ARCHIVE, foldedName, pendingName, SYSTEM_FOLDERS } from './label.ts';
import { type Labels, labelNameOf, numberedName } from './labels.ts';
import { isGone, type Mailbox } from './mailbox.ts';
import { dateOf, MESSAGES, messagePath } from './message.ts';
import { containerOf, type MailReader } from './reader.ts';
import { mailScopes } from './scopes.ts';
import { Threads } from './threads.ts';

const RIGHT = mailScopes.write[0];
const WIDTH = 8;
/** `batchModify` and `batchDelete` take as many. */
const MANY = 1_000;
/** Drafts that are looked at after a crash: they carry no mark in their first moment. */
const MOST_DRAFTS = 500;

const ROLES: Readonly<Partial<Record<SpecialUse, string>>> = {
  inbox: 'INBOX',
  sent: 'SENT',
  drafts: 'DRAFT',
  junk: 'SPAM',
  trash: 'TRASH',
  archive: ARCHIVE,
  all: ARCHIVE,
};
/** What has one of these names by accident must not get lost: Gmail empties Spam and Trash, and drafts are sent. */
const BY_NAME: ReadonlySet<string> = new Set(['INBOX', 'SENT', ARCHIVE]);
/** No message can be moved into or out of these. */
const FIXED: ReadonlySet<string> = new Set(['SENT', 'DRAFT']);

export class MailWriter implements Writer {
  readonly #context: PartContext;
  readonly #labels: Labels;
  readonly #mailbox: Mailbox;
  readonly #reader: MailReader;
  readonly #flagLabels: FlagLabels;
  readonly #maker: MessageMaker;
  /** Where the last inventory saw them. */
  readonly #seen = new Map<string, string>();

  constructor(context: PartContext, labels: Labels, mailbox: Mailbox, reader: MailReader) {
    this.#context = context;
    this.#labels = labels;
    this.#mailbox = mailbox;
    this.#reader = reader;
    this.#flagLabels = new FlagLabels(labels, context.settings);
    this.#maker = new MessageMaker(context, labels, this.#flagLabels, new Threads(context));
  }

  async ensureContainer(
    path: readonly string[],
    { role }: { readonly role?: SpecialUse },
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const scheme = await this.#labels.ready();
    const notes: FidelityNote[] = [];
    const [only = ''] = path;
    const wanted =
      (role === undefined ? undefined : ROLES[role]) ??
      (path.length === 1
        ? SYSTEM_FOLDERS.find(({ id, path: [name = ''] }) => BY_NAME.has(id) && foldedName(name) === foldedName(only))
            ?.id
        : undefined);
    const system = scheme.folders.find(
      ({ id, path: own }) =>
        id === wanted && (role !== undefined || id === 'INBOX' || foldedName(own[0] ?? '') === foldedName(only)),
    );
    if (system !== undefined) {
      if (system.id === 'SPAM' || system.id === 'TRASH') notes.push(emptiedByGmail);
      return { container: containerOf(system), notes };
    }
    if (path.length === 0) throw new SternaError('object', 'name-impossible', 'A label without a name can’t be made.');
    const label = await this.#folderLabel(labelNameOf(path, this.#context.settings.keywordParent, notes), notes);
    const folder = this.#labels.scheme.folders.find(({ id }) => id === label);
    if (folder === undefined) throw new SternaError('bug', 'internal', 'The label is no folder.');
    return { container: containerOf(folder), notes };
  }

  /** What differs only in its case is another folder at the source, and the same label here: it gets a number. */
  async #folderLabel(name: string, notes: FidelityNote[]): Promise<string> {
    for (let number = 1; ; number += 1) {
      const called = numberedName(name, number);
      const label = await this.#labels.ensure(called, false);
      if (label.name !== called) continue;
      if (number > 1)
        notes.push({
          code: 'folder-renamed',
          text: `Gmail has another label whose name differs only in its case; this one is called “${called}” there.`,
        });
      return label.id;
    }
  }

  /** What is ours carries a label until it is settled: no position is needed. */
  async mark(): Promise<string> {
    return '';
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    if (ops.length === 0) return [];
    await this.#labels.ready();
    try {
      const creates = ops.filter((op) => op.verb === 'create');
      const removes = ops.filter((op) => op.verb === 'remove');
      const results = new Map<string, Result>();
      for (const result of [
        ...(await this.#each(creates, (op) => this.#create(op))),
        ...(await this.#each(
          ops.filter((op) => op.verb === 'state'),
          (op) => this.#state(op),
        )),
        ...(await this.#each(
          ops.filter((op) => op.verb === 'place'),
          (op) => this.#place(op),
        )),
        ...(await this.#remove(removes)),
      ])
        results.set(result.op, result);
      return ops.map((op) => results.get(op.op) ?? { op: op.op, outcome: 'refused', error: notHere(op.verb) });
    } finally {
      // What the reader looked at is not so any more.
      this.#mailbox.refresh();
    }
  }

  #each<O extends Op>(ops: readonly O[], work: (op: O) => Promise<Result>): Promise<readonly Result[]> {
    return eachOf(ops, work, folderGone, WIDTH);
  }

  async #create(op: CreateOp): Promise<Result> {
    try {
      return await this.#made(op);
    } catch (error) {
      if (statusOf(error) !== 400) throw error;
      // It may be a label that is wrong, because somebody removed it.
      await this.#labels.list();
      if (this.#labels.scheme.rankOf(op.container) === undefined) throw folderGone(asSternaError(error));
      if (!Buffer.isBuffer(op.body)) throw error;
      return this.#made(op);
    }
  }

  async #made(op: CreateOp): Promise<Result> {
    const { id, notes } = await this.#maker.make(op);
    return doneResult(op.op, id, undefined, notes);
  }

  async #state(op: StateOp): Promise<Result> {
    try {
      return await this.#changed(op);
    } catch (error) {
      if (statusOf(error) !== 400) throw error;
      await this.#labels.list();
      return this.#changed(op);
    }
  }

  async #changed({ op, container, targetId, add, remove }: StateOp): Promise<Result> {
    const notes: FidelityNote[] = [];
    const change = await this.#flagLabels.forChange(container, add, remove, notes);
    if (change.addLabelIds.length + change.removeLabelIds.length > 0 && !(await this.#modify(targetId, change)))
      return { op, outcome: 'missing' };
    return { op, outcome: 'done', ...(notes.length === 0 ? {} : { notes }) };
  }

  /** @returns false where it isn't there any more */
  async #modify(
    id: string,
    body: { readonly addLabelIds: readonly string[]; readonly removeLabelIds: readonly string[] },
  ): Promise<boolean> {
    try {
      await this.#context.client.send({
        method: 'POST',
        path: `${messagePath(id)}/modify`,
        body,
        doing: 'changing the labels of a message',
        right: RIGHT,
        units: GMAIL_UNITS.modifyMessage,
        repeatable: true,
      });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      // Either the message's id is none, or a label was removed meanwhile.
      if (statusOf(error) === 400 && (await this.#mailbox.labelsOf([id])).size === 0) return false;
      throw error;
    }
  }

  /** Ids outlive a move, so one that was carried out already is seen by where the message is. */
  async #place({ op, container, targetId, to }: PlaceOp): Promise<Result> {
    const { scheme } = this.#labels;
    const now = (await this.#mailbox.labelsOf([targetId])).get(targetId);
    const folder = now && scheme.folderOf(now);
    if (now === undefined || (folder !== container && folder !== to)) return { op, outcome: 'missing' };
    if (folder === to) return { op, outcome: 'done', targetId };
    if (FIXED.has(to) || container === 'DRAFT') return this.#writeAgain(op, targetId, container, to, now);
    const pending = await this.#labels.pending();
    const add = new Set([pending.id, ...(to === ARCHIVE ? [] : [to])]);
    const remove = new Set(container === ARCHIVE || FIXED.has(container) ? [] : [container]);
    const target = scheme.rankOf(to) ?? Number.POSITIVE_INFINITY;
    // Labels that would draw it into another folder stay as keywords.
    for (const id of now) {
      const rank = scheme.rankOf(id);
      if (id === to || id === container || rank === undefined || rank > target) continue;
      remove.add(id);
      const tag = await this.#flagLabels.tagFor(id);
      if (tag !== undefined) add.add(tag);
    }
    const moved = await this.#modify(targetId, { addLabelIds: [...add], removeLabelIds: [...remove] });
    return moved ? { op, outcome: 'done', targetId } : { op, outcome: 'missing' };
  }

  /** Nothing can be moved to Sent or among the drafts: it is written there, and removed here. */
  async #writeAgain(
    op: string,
    targetId: string,
    container: string,
    to: string,
    labels: ReadonlySet<string>,
  ): Promise<Result> {
    const got = await this.#reader.raw(targetId);
    if (!('spooled' in got)) return { op, outcome: 'missing' };
    try {
      const { size, body } = got.spooled;
      const flags = this.#labels.scheme.flagsOf(labels).filter((flag) => container !== 'DRAFT' || flag !== '\\Draft');
      const { id, notes } = await this.#maker.make({ container: to, flags, date: dateOf(got.message), size, body });
      if (id !== targetId) await this.#removeForGood([targetId]);
      // Gmail kept the equal message once: it is in both places now, and removing it would leave none.
      else if (!FIXED.has(container) && container !== ARCHIVE)
        await this.#modify(id, { addLabelIds: [], removeLabelIds: [container] });
      return doneResult(op, id, undefined, notes);
    } finally {
      await got.spooled.dispose();
    }
  }

  /** What people moved elsewhere stays where they put it. */
  async #remove(ops: readonly RemoveOp[]): Promise<readonly Result[]> {
    if (ops.length === 0) return [];
    const unknown = ops.filter(({ targetId }) => !this.#seen.has(targetId)).map(({ targetId }) => targetId);
    const labels = await this.#mailbox.labelsOf(unknown);
    const { scheme } = this.#labels;
    const folderOf = (id: string): string | undefined => {
      const own = labels.get(id);
      return own === undefined ? this.#seen.get(id) : scheme.folderOf(own);
    };
    const here = ops.filter(({ targetId, container }) => folderOf(targetId) === container);
    const toTrash = here.filter(({ how, container }) => how === 'trash' && container !== 'TRASH');
    const forGood = here.filter((op) => !toTrash.includes(op));
    const trashed = await this.#each(toTrash, async ({ op, targetId }): Promise<Result> => {
      try {
        await this.#context.client.send({
          method: 'POST',
          path: `${messagePath(targetId)}/trash`,
          doing: 'moving a message to the trash',
          right: RIGHT,
          units: GMAIL_UNITS.modifyMessage,
          repeatable: true,
        });
        return { op, outcome: 'done' };
      } catch (error) {
        if (isGone(error)) return { op, outcome: 'missing' };
        throw error;
      }
    });
    await this.#removeForGood(forGood.map(({ targetId }) => targetId));
    for (const { targetId } of here) this.#seen.delete(targetId);
    return [
      ...trashed,
      ...forGood.map(({ op }): Result => ({ op, outcome: 'done' })),
      ...ops.filter((op) => !here.includes(op)).map(({ op }): Result => ({ op, outcome: 'missing' })),
    ];
  }

  /** Ids that are gone already are no error. */
  async #removeForGood(ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += MANY)
      await this.#context.client.send({
        method: 'POST',
        path: `${MESSAGES}/batchDelete`,
        body: { ids: ids.slice(at, at + MANY) },
        doing: 'removing messages',
        right: RIGHT,
        units: GMAIL_UNITS.deleteMany,
        repeatable: true,
      });
  }

  async confirm(_container: string, targetIds: readonly string[]): Promise<void> {
    if (targetIds.length === 0) return;
    await this.#labels.ready();
    const pending = this.#labels.named(pendingName(this.#context.installation));
    if (pending === undefined) return;
    for (let at = 0; at < targetIds.length; at += MANY) {
      const ids = targetIds.slice(at, at + MANY);
      try {
        await this.#context.client.send({
          method: 'POST',
          path: `${MESSAGES}/batchModify`,
          body: { ids, removeLabelIds: [pending.id] },
          doing: 'settling messages',
          right: RIGHT,
          units: GMAIL_UNITS.modifyMany,
          repeatable: true,
        });
      } catch (error) {
        if (!isGone(error)) throw error;
        // Without the label nothing carries it.
        await this.#labels.list();
        if (this.#labels.get(pending.id) === undefined) return;
        // One of them is gone: the others by themselves.
        await inParallel(ids, WIDTH, (id) => this.#modify(id, { addLabelIds: [], removeLabelIds: [pending.id] }));
      }
    }
    this.#mailbox.refresh();
  }

  /** All that carries our mark; and drafts, which don't in their first moment. */
  async *candidates(container: string): AsyncGenerator<Candidate> {
    const scheme = await this.#labels.ready();
    const pending = this.#labels.named(pendingName(this.#context.installation));
    const marked = new Set<string>();
    if (pending !== undefined)
      for await (const ids of this.#mailbox.ids(pending.id)) for (const id of ids) marked.add(id);
    const here = new Set<string>();
    for (const [id, labels] of await this.#mailbox.labelsOf([...marked]))
      if (scheme.folderOf(labels) === container) here.add(id);
    const bare = new Set<string>();
    if (container === 'DRAFT')
      for await (const ids of this.#mailbox.ids('DRAFT')) {
        for (const id of ids) if (!marked.has(id)) bare.add(id);
        if (bare.size >= MOST_DRAFTS) break;
      }
    // The mark comes together with the flags.
    const labelsOfBare = await this.#mailbox.labelsOf([...bare]);
    for (const id of [...here, ...bare]) {
      const got = await this.#reader.raw(id);
      if (!('spooled' in got)) continue;
      const labels = labelsOfBare.get(id);
      try {
        const hasher = pivotOf('message').hasher?.();
        if (hasher === undefined) throw new SternaError('bug', 'internal', 'Messages have a digest.');
        const { body } = got.spooled;
        for await (const chunk of Buffer.isBuffer(body) ? [body] : body) hasher.update(chunk);
        yield {
          targetId: id,
          digest: hasher.digest(),
          marked: marked.has(id),
          ...(labels === undefined ? {} : { flags: scheme.flagsOf(labels) }),
        };
      } finally {
        await got.spooled.dispose();
      }
    }
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    for await (const { changes } of this.#reader.changes(container, undefined, {
      ...facets,
      date: facets.matchKey === true,
    }))
      for (const { id, flags, date, size, matchKey } of changes) {
        this.#seen.set(id, container);
        yield {
          targetId: id,
          ...(flags === undefined ? {} : { flags }),
          ...(date === undefined ? {} : { date }),
          ...(size === undefined ? {} : { size }),
          ...(matchKey === undefined ? {} : { matchKey }),
        };
      }
  }
}

const emptiedByGmail: FidelityNote = {
  code: 'emptied-by-target',
  text: 'Gmail removes what is in Spam and Trash for good after 30 days.',
};

const notHere = (verb: string): SternaError => new SternaError('bug', 'internal', `Messages know no ${verb}.`);

const folderGone = (cause: SternaError): SternaError =>
  new SternaError('transient', 'container-gone', 'The label was removed while it was written to.', {
    fix: 'Sterna makes it again in the next pass.',
    cause,
  });
