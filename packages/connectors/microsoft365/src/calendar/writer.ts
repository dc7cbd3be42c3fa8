import { envelopeOf, type Kept, notKept, pivotOf, readCalendarObject, writeComponents } from '@sterna/content';
import type { SternaError } from '@sterna/core';
import { type ExtendedProperty, type Stamp, stampProperty } from '../graph/stamp.ts';
import { removeAttachments } from '../outlook/attachments.ts';
import { FloatingZone } from '../outlook/floating-zone.ts';
import type { ItemRequests } from '../outlook/item-requests.ts';
import type { ItemWriting, PreparedItem } from '../outlook/item-writer.ts';
import { KEPT_PROPERTY, keptProperties } from '../outlook/kept.ts';
import { isReplacing, replacing } from '../outlook/replacing.ts';
import type { PartContext } from '../part.ts';
import { WRITE } from './calendars.ts';
import type { GraphEvent } from './graph-event.ts';
import { type EventPlan, toEvent } from './to-event.ts';
import { GLOBAL_OBJECT_ID, globalObjectId } from './uid.ts';
import { completeEvent, hasMore, wouldMail } from './write-event.ts';

interface PreparedEvent extends PreparedItem {
  readonly plan: EventPlan;
  readonly properties: readonly ExtendedProperty[];
  /** What is kept, where Outlook has occurrences otherwise than planned; else nothing new. */
  keptWith(otherwise: Pick<Kept, 'unmoved' | 'lost'>): readonly ExtendedProperty[];
}

/** Events without anybody to be mailed about them. */
export class EventWriting implements ItemWriting<GraphEvent, PreparedEvent> {
  readonly #context: PartContext;
  readonly #requests: ItemRequests<GraphEvent>;
  readonly #floating: FloatingZone;

  constructor(context: PartContext, requests: ItemRequests<GraphEvent>) {
    this.#context = context;
    this.#requests = requests;
    this.#floating = new FloatingZone(context);
  }

  async prepare(raw: Buffer): Promise<PreparedEvent> {
    const object = readCalendarObject(raw, 'VEVENT');
    const { plan, floating } = await this.#floating.planned((zone) => toEvent(object, zone));
    const uid = object.uid ?? '';
    const kept: Kept = { text: plan.attachments.length > 0 ? writeComponents([plan.kept]) : raw, floating };
    const envelope = envelopeOf(kept);
    return {
      plan,
      uid,
      digest: pivotOf('event').digest(raw),
      notes: [...plan.notes, ...(envelope === undefined ? [notKept('Outlook')] : [])],
      properties: keptProperties(uid, envelope),
      keptWith: ({ unmoved = [], lost = [] }) => {
        const other = unmoved.length + lost.length === 0 ? undefined : envelopeOf({ ...kept, unmoved, lost });
        return other === undefined ? [] : [{ id: KEPT_PROPERTY, value: other }];
      },
    };
  }

  form({ plan, uid, properties }: PreparedEvent, stamp: Stamp): object {
    return {
      ...plan.master,
      singleValueExtendedProperties: [
        ...properties,
        { id: GLOBAL_OBJECT_ID, value: globalObjectId(uid) },
        stampProperty(stamp),
      ],
    };
  }

  hasMore({ plan }: PreparedEvent): boolean {
    return hasMore(plan);
  }

  async complete(path: string, { plan, notes, keptWith }: PreparedEvent, stamp: Stamp): Promise<string | undefined> {
    const otherwise = await completeEvent(this.#context, path, plan, notes);
    return this.#requests.patch(path, {
      singleValueExtendedProperties: [...keptWith(otherwise), stampProperty(stamp)],
    });
  }

  isResumed({ singleValueExtendedProperties }: GraphEvent, digest: Buffer): boolean {
    return isReplacing(singleValueExtendedProperties, digest);
  }

  /** Its organizer's Exchange tells its people of every change. */
  objection({ attendees, isOrganizer }: GraphEvent, verb: 'replace' | 'remove'): SternaError | undefined {
    return (attendees ?? []).length > 0 && isOrganizer !== false ? wouldMail(verb) : undefined;
  }

  async rewrite(
    path: string,
    now: GraphEvent,
    { plan, digest, properties, notes, keptWith }: PreparedEvent,
  ): Promise<string | undefined> {
    const isSeries = now.type === 'seriesMaster';
    const isStepwise = isSeries || now.hasAttachments === true || hasMore(plan);
    let version = now.changeKey;
    // A series forgets its exceptions only with its rule.
    if (isStepwise)
      version = await this.#requests.patch(
        path,
        {
          ...(isSeries ? { recurrence: null } : {}),
          singleValueExtendedProperties: [replacing(digest)],
        },
        version,
      );
    version = await this.#requests.patch(
      path,
      {
        ...plan.master,
        recurrence: plan.master.recurrence ?? null,
        singleValueExtendedProperties: [...properties],
      },
      version,
    );
    if (!isStepwise) return version;
    if (now.hasAttachments === true) await removeAttachments(this.#context, path, WRITE, { $select: 'id' });
    const otherwise = await completeEvent(this.#context, path, plan, notes);
    return this.#requests.patch(path, {
      singleValueExtendedProperties: [...keptWith(otherwise), replacing(undefined)],
    });
  }
}
