import type {
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  RemoveOp,
  ReplaceOp,
  Result,
  Writer,
} from '@sterna/connector-kit';
import { type Card, pivotOf, readCard } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { containerGone } from '../calendar/calendars.ts';
import { UID_PROPERTY } from '../calendar/uid.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import {
  expandProperties,
  newSend,
  propertyOf,
  STAMP_PROPERTY,
  type StampState,
  stampOf,
  stampProperty,
} from '../graph/stamp.ts';
import { isGone } from '../outlook/gone.ts';
import { envelopeOf, KEPT_PROPERTY } from '../outlook/kept.ts';
import { NaturalKeys } from '../outlook/natural-keys.ts';
import { bodyOf, changedResult, doneResult, eachOf, existsResult, markAt } from '../outlook/writing.ts';
import type { PartContext } from '../part.ts';
import { writeCard } from './contact-card.ts';
import { type ContactFolders, folderPath, WRITE } from './contact-folders.ts';
import type { GraphContact } from './graph-contact.ts';
import type { ContactReader } from './reader.ts';
import { type ContactPlan, toContact } from './to-contact.ts';

interface Prepared {
  readonly plan: ContactPlan;
  readonly uid: string;
  readonly digest: Buffer;
  readonly envelope: string | undefined;
  readonly raw: Buffer;
  readonly notes: FidelityNote[];
}

export class ContactWriter implements Writer {
  readonly #context: PartContext;
  readonly #folders: ContactFolders;
  readonly #reader: ContactReader;
  readonly #uids: NaturalKeys;
  #making: Promise<unknown> = Promise.resolve();

  constructor(context: PartContext, folders: ContactFolders, reader: ContactReader) {
    this.#context = context;
    this.#folders = folders;
    this.#reader = reader;
    this.#uids = new NaturalKeys(async (container) => {
      const found = new Map<string, string>();
      for await (const { id, uid } of this.#listed(container)) found.set(uid, id);
      return found;
    });
  }

  ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const made = this.#making.then(() => this.#folders.ensure(path));
    this.#making = made.catch(() => undefined);
    return made;
  }

  async mark(_container: string): Promise<string> {
    return markAt(this.#context.client.serverTime());
  }

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `Contacts have no ${op.verb}`);
      },
      (error) => containerGone('contact folder', error),
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const prepared = preparedOf(bodyOf(op));
    const { plan, uid, digest, notes } = prepared;
    const rival = await this.#uids.find(op.container, uid);
    const there = rival === undefined ? undefined : await this.#look(op.container, rival);
    if (rival !== undefined && there !== undefined) return existsResult(op, { id: rival, version: there.changeKey });
    const send = newSend();
    const stamp = (state: StampState) =>
      stampProperty({ installation: this.#context.installation, state, digest, send });
    const { client, outlook } = this.#context;
    const { body } = await client.send<GraphContact>({
      method: 'POST',
      path: folderPath(this.#context, op.container),
      body: {
        ...plan.fields,
        singleValueExtendedProperties: [
          ...propertiesOf(prepared),
          stamp(plan.photo === undefined ? 'whole' : 'incomplete'),
        ],
      },
      doing: 'writing a contact',
      right: WRITE,
      budget: outlook,
    });
    let version = body.changeKey;
    if (plan.photo !== undefined) {
      const path = this.#pathOf(op.container, body.id);
      try {
        const isTaken = await this.#putPhoto(path, prepared);
        version = await this.#patch(path, {
          singleValueExtendedProperties: [...(isTaken ? [] : propertiesOf(withPhoto(prepared))), stamp('whole')],
        });
      } catch (error) {
        await this.#dropHalf(path).catch(() => undefined);
        throw error;
      }
    }
    await this.#uids.put(op.container, uid, body.id);
    return doneResult(op.op, body.id, version, notes);
  }

  /** False where Outlook takes it for no picture. */
  async #putPhoto(path: string, { plan, notes }: Prepared): Promise<boolean> {
    const { photo } = plan;
    if (photo === undefined) return true;
    const { client, outlook } = this.#context;
    try {
      await client.send({
        method: 'PUT',
        path: `${path}/photo/$value`,
        headers: { 'content-type': photo.contentType },
        body: photo.bytes,
        doing: 'writing the picture of a contact',
        right: WRITE,
        budget: outlook,
      });
      return true;
    } catch (error) {
      if (isGone(error) || !(error instanceof SternaError) || error.class !== 'object') throw error;
      notes.push({
        code: 'photo-not-held',
        text: 'Microsoft 365 didn’t take its picture; it is kept with the contact, and not shown.',
      });
      return false;
    }
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const now = await this.#look(op.container, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    const raw = bodyOf(op);
    const digest = pivotOf('contact').digest(raw);
    if (op.ifVersion !== undefined && now.changeKey !== op.ifVersion)
      // The first try of this very request took effect, and its answer was lost.
      return (await this.#holds(op, digest))
        ? doneResult(op.op, op.targetId, now.changeKey)
        : changedResult(op.op, now.changeKey);
    const prepared = preparedOf(raw);
    const path = this.#pathOf(op.container, op.targetId);
    try {
      let version = await this.#patch(
        path,
        { ...prepared.plan.fields, singleValueExtendedProperties: propertiesOf(prepared) },
        now.changeKey,
      );
      if (prepared.plan.photo !== undefined) {
        const isTaken = await this.#putPhoto(path, prepared);
        if (!isTaken) await this.#patch(path, { singleValueExtendedProperties: propertiesOf(withPhoto(prepared)) });
        version = (await this.#look(op.container, op.targetId))?.changeKey;
      } else if (await this.#removePhoto(path)) version = (await this.#look(op.container, op.targetId))?.changeKey;
      return doneResult(op.op, op.targetId, version, prepared.notes);
    } catch (error) {
      if (statusOf(error) === 412)
        return changedResult(op.op, (await this.#look(op.container, op.targetId))?.changeKey);
      if (isGone(error)) return { op: op.op, outcome: 'missing' };
      throw error;
    }
  }

  async #removePhoto(path: string): Promise<boolean> {
    const { client, outlook } = this.#context;
    const { status } = await client.send({
      method: 'DELETE',
      path: `${path}/photo/$value`,
      doing: 'removing the picture of a contact',
      right: WRITE,
      budget: outlook,
      expected: [404],
    });
    return status < 300;
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const { client, outlook } = this.#context;
    const path = this.#pathOf(op.container, op.targetId);
    try {
      await client.send({
        method: 'DELETE',
        path,
        headers: op.ifVersion === undefined ? {} : { 'if-match': `W/"${op.ifVersion}"` },
        doing: 'removing a contact',
        right: WRITE,
        budget: outlook,
      });
    } catch (error) {
      if (isGone(error)) return { op: op.op, outcome: 'missing' };
      if (statusOf(error) === 412)
        return changedResult(op.op, (await this.#look(op.container, op.targetId))?.changeKey);
      throw error;
    }
    await this.#uids.drop(op.container, op.targetId);
    return { op: op.op, outcome: 'done' };
  }

  async #dropHalf(path: string): Promise<void> {
    const { client, outlook } = this.#context;
    await client.send({
      method: 'POST',
      path: `${path}/permanentDelete`,
      doing: 'removing a contact',
      right: WRITE,
      budget: outlook,
      repeatable: true,
      expected: [404],
    });
  }

  /** Stamps stay: they say whose a contact is for good. */
  async confirm(): Promise<void> {}

  /** What was made since then; a contact that its writer died over is removed. */
  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    const { installation } = this.#context;
    for await (const { id, singleValueExtendedProperties } of this.#pages(container, {
      ...(since === undefined ? {} : { $filter: `createdDateTime ge ${since}` }),
      $select: 'id',
      $expand: expandProperties([STAMP_PROPERTY]),
    })) {
      const stamp = stampOf(singleValueExtendedProperties);
      if (stamp === undefined || stamp.installation !== installation) continue;
      if (stamp.state === 'incomplete') await this.#dropHalf(this.#pathOf(container, id));
      else yield { targetId: id, digest: stamp.digest, marked: true, send: stamp.send };
    }
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const items: InventoryItem[] = [];
    for await (const { id, version, uid } of this.#listed(container))
      items.push({
        targetId: id,
        ...(version === undefined ? {} : { version }),
        ...(facets.matchKey === true ? { matchKey: keyOf(uid) } : {}),
      });
    if (facets.size !== true) return yield* items;
    const byId = new Map(items.map((item) => [item.targetId, item]));
    for await (const one of this.#reader.read(container, [...byId.keys()])) {
      const item = byId.get(one.id);
      if (item !== undefined && 'body' in one) yield { ...item, size: one.size };
    }
  }

  async *#listed(
    container: string,
  ): AsyncGenerator<{ readonly id: string; readonly version: string | undefined; readonly uid: string }> {
    for await (const { id, changeKey, singleValueExtendedProperties } of this.#pages(container, {
      $select: 'id,changeKey',
      $expand: expandProperties([UID_PROPERTY]),
    }))
      yield { id, version: changeKey, uid: propertyOf(singleValueExtendedProperties, UID_PROPERTY) ?? id };
  }

  async *#pages(container: string, query: Readonly<Record<string, string>>): AsyncGenerator<GraphContact> {
    try {
      for await (const page of this.#context.client.pages<GraphContact>({
        method: 'GET',
        path: folderPath(this.#context, container),
        query: { ...query, $top: this.#context.settings.pageSize },
        doing: 'listing a contact folder',
        right: WRITE,
        budget: this.#context.outlook,
      }))
        yield* page.value;
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone('contact folder', error) : error;
    }
  }

  async #look(container: string, id: string): Promise<GraphContact | undefined> {
    const { client, outlook } = this.#context;
    try {
      const { body } = await client.send<GraphContact>({
        method: 'GET',
        path: this.#pathOf(container, id),
        query: { $select: 'id,changeKey' },
        doing: 'looking at a contact',
        right: WRITE,
        budget: outlook,
      });
      return body;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async #holds(op: ReplaceOp, digest: Buffer): Promise<boolean> {
    for await (const one of this.#reader.read(op.container, [op.targetId]))
      if ('body' in one && Buffer.isBuffer(one.body)) return pivotOf('contact').digest(one.body).equals(digest);
    return false;
  }

  async #patch(path: string, body: unknown, ifVersion?: string): Promise<string | undefined> {
    const { client, outlook } = this.#context;
    const answer = await client.send<GraphContact>({
      method: 'PATCH',
      path,
      ...(ifVersion === undefined ? {} : { headers: { 'if-match': `W/"${ifVersion}"` } }),
      body,
      doing: 'changing a contact',
      right: WRITE,
      budget: outlook,
      repeatable: ifVersion === undefined,
    });
    return answer.body.changeKey;
  }

  #pathOf(container: string, id: string): string {
    return `${folderPath(this.#context, container)}/${segment(id)}`;
  }
}

function preparedOf(raw: Buffer): Prepared {
  const card = readCard(raw);
  const plan = toContact(card);
  const notes = [...plan.notes];
  const envelope = envelopeOf({ text: plan.photo === undefined ? raw : writeCard(plan.kept), floating: '' });
  if (envelope === undefined)
    notes.push({
      code: 'original-not-kept',
      text: 'It is so large that what Outlook has no field for could not be kept with it.',
    });
  return { plan, uid: uidOf(card), digest: pivotOf('contact').digest(raw), envelope, raw, notes };
}

const uidOf = (card: Card): string => card.properties.find((one) => one.name === 'UID')?.value.trim() ?? '';

/** With the picture in what is kept, as Outlook has it not. */
const withPhoto = (prepared: Prepared): Prepared => ({
  ...prepared,
  envelope: envelopeOf({ text: prepared.raw, floating: '' }),
});

const propertiesOf = ({ uid, envelope }: Prepared) => [
  { id: UID_PROPERTY, value: uid },
  ...(envelope === undefined ? [] : [{ id: KEPT_PROPERTY, value: envelope }]),
];

const keyOf = (uid: string): Buffer =>
  pivotOf('contact').matchKey(
    writeCard({ version: '3.0', properties: [{ group: undefined, name: 'UID', parameters: [], value: uid }] }),
  );
