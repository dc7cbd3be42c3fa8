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
import { pivotOf, readCalendarObject, writeComponents } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import {
  type ExtendedProperty,
  expandProperties,
  newSend,
  propertyOf,
  STAMP_PROPERTY,
  type StampState,
  stampOf,
  stampProperty,
} from '../graph/stamp.ts';
import { FloatingZone } from '../outlook/floating-zone.ts';
import { isGone } from '../outlook/gone.ts';
import { envelopeOf, KEPT_PROPERTY, type Kept } from '../outlook/kept.ts';
import { NaturalKeys } from '../outlook/natural-keys.ts';
import { bodyOf, changedResult, doneResult, eachOf, existsResult, markAt } from '../outlook/writing.ts';
import { UTC } from '../outlook/zones.ts';
import type { PartContext } from '../part.ts';
import { type Calendars, calendarPath, containerGone, WRITE } from './calendars.ts';
import type { GraphEvent } from './graph-event.ts';
import type { CalendarReader } from './reader.ts';
import { type EventPlan, toEvent } from './to-event.ts';
import { GLOBAL_OBJECT_ID, globalObjectId, UID_PROPERTY, uidOf } from './uid.ts';
import { completeEvent, dropHalf, hasMore, removeForGood, wouldMail } from './write-event.ts';

/** Of a replacement of several steps that isn't through: the digest of what is to be there. */
const REPLACING_PROPERTY = 'String {9bb1f4a4-1f4e-4c39-9d6c-0f5d4f6f2f39} Name SternaReplacing';

interface Prepared {
  readonly plan: EventPlan;
  readonly uid: string;
  readonly digest: Buffer;
  readonly properties: readonly ExtendedProperty[];
  readonly notes: FidelityNote[];
  /** What is kept, where Outlook has occurrences otherwise than planned; else nothing new. */
  keptWith(otherwise: Pick<Kept, 'unmoved' | 'lost'>): readonly ExtendedProperty[];
}

/** Events without anybody to be mailed about them. */
export class CalendarWriter implements Writer {
  readonly #context: PartContext;
  readonly #calendars: Calendars;
  readonly #reader: CalendarReader;
  readonly #floating: FloatingZone;
  readonly #uids: NaturalKeys;
  #making: Promise<unknown> = Promise.resolve();

  constructor(context: PartContext, calendars: Calendars, reader: CalendarReader) {
    this.#context = context;
    this.#calendars = calendars;
    this.#reader = reader;
    this.#floating = new FloatingZone(context);
    this.#uids = new NaturalKeys(async (container) => {
      const found = new Map<string, string>();
      for await (const { id, uid } of this.#listed(container)) found.set(uid, id);
      return found;
    });
  }

  ensureContainer(
    path: readonly string[],
    { color, description }: Parameters<Writer['ensureContainer']>[1],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const made = this.#making.then(() => this.#calendars.ensure(path, color, description));
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
        throw new SternaError('bug', 'no-such-verb', `Events have no ${op.verb}`);
      },
      (error) => containerGone('calendar', error),
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const prepared = await this.#prepared(bodyOf(op));
    const rival = await this.#rivalOf(op.container, prepared.uid);
    if (rival !== undefined) return existsResult(op, rival);
    const { client, outlook } = this.#context;
    const { plan, uid, digest, properties, notes } = prepared;
    const send = newSend();
    const stamp = (state: StampState) =>
      stampProperty({ installation: this.#context.installation, state, digest, send });
    const more = hasMore(plan);
    const { body } = await client.send<GraphEvent>({
      method: 'POST',
      path: `${calendarPath(this.#context, op.container)}/events`,
      body: {
        ...plan.master,
        singleValueExtendedProperties: [
          ...properties,
          { id: GLOBAL_OBJECT_ID, value: globalObjectId(uid) },
          // Until its exceptions and files are there it is no event that anybody should count.
          stamp(more ? 'incomplete' : 'whole'),
        ],
      },
      doing: 'writing an event',
      right: WRITE,
      budget: outlook,
    });
    let version = body.changeKey;
    if (more) {
      const path = this.#pathOf(op.container, body.id);
      try {
        const otherwise = await completeEvent(this.#context, path, plan, notes);
        version = await this.#patch(path, {
          singleValueExtendedProperties: [...prepared.keptWith(otherwise), stamp('whole')],
        });
      } catch (error) {
        await dropHalf(this.#context, path).catch(() => undefined);
        throw error;
      }
    }
    await this.#uids.put(op.container, uid, body.id);
    return doneResult(op.op, body.id, version, notes);
  }

  /** What has this UID now. */
  async #rivalOf(
    container: string,
    uid: string,
  ): Promise<{ readonly id: string; readonly version: string | undefined } | undefined> {
    const id = await this.#uids.find(container, uid);
    if (id === undefined) return undefined;
    const now = await this.#look(container, id);
    if (now === undefined) {
      await this.#uids.drop(container, id);
      return undefined;
    }
    return { id, version: now.changeKey };
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const now = await this.#look(op.container, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    const raw = bodyOf(op);
    const digest = pivotOf('event').digest(raw);
    const isResumed = propertyOf(now.singleValueExtendedProperties, REPLACING_PROPERTY) === digest.toString('hex');
    if (op.ifVersion !== undefined && now.changeKey !== op.ifVersion && !isResumed) {
      // The first try of this very request took effect, and its answer was lost.
      return (await this.#holds(op, digest))
        ? doneResult(op.op, op.targetId, now.changeKey)
        : changedResult(op.op, now.changeKey);
    }
    if (invites(now)) throw wouldMail('replace');
    const prepared = await this.#prepared(raw);
    const path = this.#pathOf(op.container, op.targetId);
    try {
      const version = await this.#rewrite(path, now, prepared);
      return doneResult(op.op, op.targetId, version, prepared.notes);
    } catch (error) {
      if (statusOf(error) === 412)
        return changedResult(op.op, (await this.#look(op.container, op.targetId))?.changeKey);
      if (isGone(error)) return { op: op.op, outcome: 'missing' };
      throw error;
    }
  }

  async #rewrite(
    path: string,
    now: GraphEvent,
    { plan, digest, properties, notes, keptWith }: Prepared,
  ): Promise<string | undefined> {
    const isSeries = now.type === 'seriesMaster';
    const isStepwise = isSeries || now.hasAttachments === true || hasMore(plan);
    const replacing = (value: string | null) => ({ id: REPLACING_PROPERTY, value: value as string });
    let version = now.changeKey;
    // A series forgets its exceptions only with its rule.
    if (isStepwise)
      version = await this.#patch(
        path,
        {
          ...(isSeries ? { recurrence: null } : {}),
          singleValueExtendedProperties: [replacing(digest.toString('hex'))],
        },
        version,
      );
    version = await this.#patch(
      path,
      {
        ...plan.master,
        recurrence: plan.master.recurrence ?? null,
        singleValueExtendedProperties: [...properties],
      },
      version,
    );
    if (!isStepwise) return version;
    if (now.hasAttachments === true) await this.#removeFiles(path);
    const otherwise = await completeEvent(this.#context, path, plan, notes);
    return this.#patch(path, { singleValueExtendedProperties: [...keptWith(otherwise), replacing(null)] });
  }

  async #removeFiles(path: string): Promise<void> {
    const { client, outlook } = this.#context;
    const common = { right: WRITE, budget: outlook } as const;
    for (const { id } of await client.all<{ readonly id: string }>({
      ...common,
      method: 'GET',
      path: `${path}/attachments`,
      query: { $select: 'id' },
      doing: 'listing attachments',
    }))
      await client.send({
        ...common,
        method: 'DELETE',
        path: `${path}/attachments/${segment(id)}`,
        doing: 'removing an attachment',
        expected: [404],
      });
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const now = await this.#look(op.container, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.changeKey !== op.ifVersion) return changedResult(op.op, now.changeKey);
    if (invites(now)) throw wouldMail('remove');
    const { client, outlook } = this.#context;
    const path = this.#pathOf(op.container, op.targetId);
    try {
      if (op.how === 'expunge' && op.ifVersion === undefined) await removeForGood(this.#context, path);
      else
        await client.send({
          method: 'DELETE',
          path,
          headers: op.ifVersion === undefined ? {} : { 'if-match': `W/"${op.ifVersion}"` },
          doing: 'removing an event',
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

  /** Stamps stay: they say whose an event is for good. */
  async confirm(): Promise<void> {}

  /** What was made since then; an event that its writer died over is removed. */
  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    const { installation } = this.#context;
    for await (const { id, singleValueExtendedProperties } of this.#pages(container, {
      ...(since === undefined ? {} : { $filter: `createdDateTime ge ${since}` }),
      $select: 'id',
      $expand: expandProperties([STAMP_PROPERTY]),
    })) {
      const stamp = stampOf(singleValueExtendedProperties);
      if (stamp === undefined || stamp.installation !== installation) continue;
      if (stamp.state === 'incomplete') await dropHalf(this.#context, this.#pathOf(container, id));
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
    for await (const { id, changeKey, iCalUId, singleValueExtendedProperties } of this.#pages(container, {
      $select: 'id,changeKey,iCalUId',
      $expand: expandProperties([UID_PROPERTY]),
    }))
      yield {
        id,
        version: changeKey,
        uid: propertyOf(singleValueExtendedProperties, UID_PROPERTY) ?? uidOf(iCalUId ?? id),
      };
  }

  async *#pages(container: string, query: Readonly<Record<string, string>>): AsyncGenerator<GraphEvent> {
    try {
      for await (const page of this.#context.client.pages<GraphEvent>({
        method: 'GET',
        path: `${calendarPath(this.#context, container)}/events`,
        query: { ...query, $top: this.#context.settings.pageSize },
        doing: 'listing a calendar',
        right: WRITE,
        budget: this.#context.outlook,
      }))
        yield* page.value;
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone('calendar', error) : error;
    }
  }

  async #look(container: string, id: string): Promise<GraphEvent | undefined> {
    const { client, outlook } = this.#context;
    try {
      const { body } = await client.send<GraphEvent>({
        method: 'GET',
        path: this.#pathOf(container, id),
        query: {
          $select: 'id,changeKey,type,attendees,isOrganizer,hasAttachments',
          $expand: expandProperties([REPLACING_PROPERTY]),
        },
        doing: 'looking at an event',
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
      if ('body' in one && Buffer.isBuffer(one.body)) return pivotOf('event').digest(one.body).equals(digest);
    return false;
  }

  async #patch(path: string, body: unknown, ifVersion?: string): Promise<string | undefined> {
    const { client, outlook } = this.#context;
    const answer = await client.send<GraphEvent>({
      method: 'PATCH',
      path,
      ...(ifVersion === undefined ? {} : { headers: { 'if-match': `W/"${ifVersion}"` } }),
      body,
      doing: 'changing an event',
      right: WRITE,
      budget: outlook,
      repeatable: ifVersion === undefined,
    });
    return answer.body.changeKey;
  }

  #pathOf(container: string, id: string): string {
    return `${calendarPath(this.#context, container)}/events/${segment(id)}`;
  }

  async #prepared(raw: Buffer): Promise<Prepared> {
    const object = readCalendarObject(raw, 'VEVENT');
    let floating = UTC;
    let plan = toEvent(object, floating);
    if (plan.floats) {
      floating = await this.#floating.zone();
      plan = toEvent(object, floating);
    }
    const notes = [...plan.notes];
    const uid = object.uid ?? '';
    const kept: Kept = { text: plan.attachments.length > 0 ? writeComponents([plan.kept]) : raw, floating };
    const envelope = envelopeOf(kept);
    if (envelope === undefined)
      notes.push({
        code: 'original-not-kept',
        text: 'It is so large that what Outlook has no field for could not be kept with it.',
      });
    return {
      plan,
      uid,
      digest: pivotOf('event').digest(raw),
      notes,
      keptWith: ({ unmoved = [], lost = [] }) => {
        const other = unmoved.length + lost.length === 0 ? undefined : envelopeOf({ ...kept, unmoved, lost });
        return other === undefined ? [] : [{ id: KEPT_PROPERTY, value: other }];
      },
      properties: [
        { id: UID_PROPERTY, value: uid },
        ...(envelope === undefined ? [] : [{ id: KEPT_PROPERTY, value: envelope }]),
      ],
    };
  }
}

/** Its organizer's Exchange tells its people of every change. */
const invites = ({ attendees, isOrganizer }: GraphEvent): boolean =>
  (attendees ?? []).length > 0 && isOrganizer !== false;

const keyOf = (uid: string): Buffer =>
  pivotOf('event').matchKey(
    writeComponents([
      {
        name: 'VCALENDAR',
        properties: [],
        components: [
          {
            name: 'VEVENT',
            properties: [{ group: undefined, name: 'UID', parameters: [], value: uid }],
            components: [],
          },
        ],
      },
    ]),
  );
