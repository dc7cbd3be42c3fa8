import type { ChangePage } from '@sterna/connector-kit';
import {
  bareComponent,
  bytesIn,
  type CalendarObject,
  type Component,
  envelopeOf,
  notKept,
  pivotOf,
  readCalendarObject,
  writeComponents,
} from '@sterna/content';
import { segment } from '../api/client.ts';

import { isGone } from '../items/gone.ts';
import type { Item, ItemStore, Prepared } from '../items/item-store.ts';
import type { Stamp } from '../items/stamp.ts';
import type { PartContext } from '../part.ts';
import { type Calendars, eventsPath, READ, WRITE } from './calendars.ts';
import { type EventPage, eventChanges, groupsIn } from './event-changes.ts';
import { eventObject } from './event-object.ts';
import type { EventFields, EventGroup, GoogleEvent } from './google-event.ts';
import { etagIn, isLive, versionOf } from './group.ts';
import {
  BY,
  doneReplacing,
  envelopeIn,
  MOST_KEPT,
  privateProperties,
  replacedProperties,
  replacingIn,
  stampOf,
  stampProperties,
} from './private-properties.ts';
import { eventTime, instantIn } from './times.ts';
import { type EventPlan, toEvent } from './to-event.ts';

export interface EventItem extends Item {
  readonly group: EventGroup;
}

export interface PreparedEvent extends Prepared {
  readonly plan: EventPlan;
  readonly floating: string;
  readonly envelope: string | undefined;
}

/** Nobody is mailed by a migration. */
const QUIET = { sendUpdates: 'none' } as const;

/** What an exception doesn't say it would take from its series. */
const NOTHING = { attendees: [], attachments: [], source: null, colorId: null } as const;

/** Events of a user's calendars. A series is one object with its exceptions. */
export class EventStore implements ItemStore<PreparedEvent, EventItem> {
  readonly kind = 'event';
  readonly containerWord = 'calendar';
  readonly width = 4;
  readonly isGone = isGone;
  readonly #context: PartContext;
  readonly #calendars: Calendars;

  constructor(context: PartContext, calendars: Calendars) {
    this.#context = context;
    this.#calendars = calendars;
  }

  containers() {
    return this.#calendars.list();
  }

  ensure(path: readonly string[], color: string | undefined, description: string | undefined) {
    return this.#calendars.ensure(path, color, description);
  }

  changes(container: string, cursor: string | undefined): AsyncIterable<ChangePage> {
    return eventChanges(this.#context, container, cursor, (id) => this.#group(container, id));
  }

  async object(container: string, id: string) {
    const group = await this.#group(container, id);
    if (group === undefined) return undefined;
    const { zone, reminders } = await this.#calendars.habitsOf(container);
    // Elsewhere a calendar has no reminders of its own: its events have them.
    const reminded = (event: GoogleEvent): GoogleEvent =>
      event.reminders?.useDefault === true ? { ...event, reminders: { overrides: reminders } } : event;
    const { master } = group;
    const read = { master: reminded(master), exceptions: group.exceptions.map(reminded), uid: uidOf(master) };
    return { body: eventObject(read, envelopeIn(master), zone, this.#context.address), version: versionOf(group) };
  }

  async *list(container: string, stamped?: { readonly since: string | undefined }): AsyncGenerator<EventItem> {
    const items: GoogleEvent[] = [];
    const more = stamped === undefined ? '' : ',updated,extendedProperties/private';
    for await (const page of this.#context.client.pages<EventPage>({
      method: 'GET',
      path: eventsPath(container),
      query: {
        maxResults: 2_500,
        fields: `nextPageToken,items(id,etag,status,recurringEventId,eventType,iCalUID${more})`,
        ...(stamped === undefined ? {} : { privateExtendedProperty: `${BY}=${this.#context.installation}` }),
      },
      doing: 'listing a calendar',
      right: READ,
    }))
      items.push(...(page.items ?? []));
    const since = Date.parse(stamped?.since ?? '');
    for (const group of groupsIn(items).values())
      if (Number.isNaN(since) || Date.parse(group.master.updated ?? '') >= since) yield itemOf(group);
  }

  async look(container: string, id: string): Promise<EventItem | undefined> {
    const group = await this.#group(container, id);
    return group && itemOf(group);
  }

  async prepare(container: string, raw: Buffer): Promise<PreparedEvent> {
    const object = readCalendarObject(raw, 'VEVENT');
    const { zone: floating } = await this.#calendars.habitsOf(container);
    const plan = toEvent(object, floating, this.#context.address);
    const digest = pivotOf('event').digest(raw);
    const envelope =
      envelopeOf({ text: raw, floating }, MOST_KEPT) ?? envelopeOf({ text: withoutFiles(object), floating }, MOST_KEPT);
    return {
      uid: object.uid ?? `${digest.toString('hex')}@sterna`,
      digest,
      notes: [...plan.notes, ...(envelope === undefined ? [notKept('Google Calendar')] : [])],
      plan,
      floating,
      envelope,
    };
  }

  hasMore({ plan }: PreparedEvent): boolean {
    return plan.exceptions.length > 0;
  }

  /** https://developers.google.com/workspace/calendar/api/v3/reference/events/import: a private copy, of which nobody is told. */
  async create(container: string, { plan, uid, envelope }: PreparedEvent, stamp: Stamp): Promise<EventItem> {
    const form = { ...plan.master, extendedProperties: { private: privateProperties(stamp, envelope) } };
    const { status, body } = await this.#context.client.send<GoogleEvent>({
      method: 'POST',
      path: `${eventsPath(container)}/import`,
      query: { supportsAttachments: true },
      body: { ...form, iCalUID: uid },
      doing: 'writing an event',
      right: WRITE,
      expected: [409],
    });
    const made = status === 409 ? await this.#revive(container, uid, form) : body;
    return itemOf({ master: made, exceptions: [] });
  }

  /** A deleted event keeps its UID for a while: it is made the new one. */
  async #revive(container: string, uid: string, form: EventFields): Promise<GoogleEvent> {
    const { body } = await this.#context.client.send<EventPage>({
      method: 'GET',
      path: eventsPath(container),
      query: { iCalUID: uid, showDeleted: true, fields: 'items(id,etag,status,recurringEventId)' },
      doing: 'looking for a deleted event',
      right: WRITE,
    });
    const deleted = (body.items ?? []).find((one) => one.recurringEventId === undefined && !isLive(one));
    return this.#put(container, deleted?.id ?? uid, form, deleted?.etag);
  }

  async complete(container: string, made: EventItem, prepared: PreparedEvent, stamp: Stamp): Promise<string> {
    await this.#writeExceptions(container, made.id, prepared);
    const properties = { extendedProperties: { private: stampProperties(stamp) } };
    await this.#patch(container, made.id, properties);
    return this.#versionNow(container, made);
  }

  async rewrite(container: string, { id, version, group }: EventItem, prepared: PreparedEvent): Promise<string> {
    const { plan, digest, envelope, floating } = prepared;
    const isStepwise = group.exceptions.length > 0 || plan.exceptions.length > 0;
    const replacing = isStepwise ? digest.toString('hex') : undefined;
    const { organizer: _, ...fields } = plan.master;
    const form = { ...fields, extendedProperties: { private: replacedProperties(group.master, envelope, replacing) } };
    const now = await this.#put(container, id, form, etagIn(version));
    if (!isStepwise) return versionOf({ master: now, exceptions: [] });
    const planned = new Set(
      plan.exceptions.map(({ original }) => JSON.stringify(instantIn(eventTime(original, floating)))),
    );
    for (const exception of (await this.#group(container, id))?.exceptions ?? [])
      if (!planned.has(JSON.stringify(instantIn(exception.originalStartTime))))
        await this.#resetException(container, exception, plan.master);
    await this.#writeExceptions(container, id, prepared);
    await this.#patch(container, id, { extendedProperties: { private: doneReplacing } });
    return this.#versionNow(container, { id, version });
  }

  isResumed({ group }: EventItem, digest: Buffer): boolean {
    return replacingIn(group.master) === digest.toString('hex');
  }

  async remove(container: string, id: string, ifVersion: string | undefined): Promise<void> {
    await this.#context.client.send({
      method: 'DELETE',
      path: `${eventsPath(container)}/${segment(id)}`,
      query: QUIET,
      ...(ifVersion === undefined ? {} : { headers: { 'if-match': etagIn(ifVersion) } }),
      doing: 'removing an event',
      right: WRITE,
    });
  }

  bare(uid: string): Buffer {
    return bareComponent('VEVENT', uid);
  }

  async #group(container: string, id: string): Promise<EventGroup | undefined> {
    const master = await this.#get(container, id);
    if (master === undefined || !isLive(master)) return undefined;
    if (master.recurrence === undefined || master.iCalUID === undefined) return { master, exceptions: [] };
    const exceptions: GoogleEvent[] = [];
    for await (const page of this.#context.client.pages<EventPage>({
      method: 'GET',
      path: eventsPath(container),
      query: { iCalUID: master.iCalUID, maxResults: 2_500 },
      doing: 'listing the exceptions of a series',
      right: READ,
    }))
      exceptions.push(...(page.items ?? []).filter((one) => one.recurringEventId === id));
    return { master, exceptions };
  }

  async #get(container: string, id: string): Promise<GoogleEvent | undefined> {
    try {
      const { body } = await this.#context.client.send<GoogleEvent>({
        method: 'GET',
        path: `${eventsPath(container)}/${segment(id)}`,
        doing: 'reading an event',
        right: READ,
      });
      return body;
    } catch (error) {
      if (isGone(error)) return undefined;
      throw error;
    }
  }

  async #put(container: string, id: string, form: EventFields, etag: string | undefined): Promise<GoogleEvent> {
    const { body } = await this.#context.client.send<GoogleEvent>({
      method: 'PUT',
      path: `${eventsPath(container)}/${segment(id)}`,
      query: { ...QUIET, supportsAttachments: true },
      ...(etag === undefined ? {} : { headers: { 'if-match': etag } }),
      body: form,
      doing: 'changing an event',
      right: WRITE,
      repeatable: etag === undefined,
    });
    return body;
  }

  async #patch(container: string, id: string, form: object): Promise<void> {
    await this.#context.client.send({
      method: 'PATCH',
      path: `${eventsPath(container)}/${segment(id)}`,
      query: { ...QUIET, supportsAttachments: true },
      body: form,
      doing: 'changing an event',
      right: WRITE,
      repeatable: true,
    });
  }

  async #writeExceptions(container: string, id: string, { plan, notes, floating }: PreparedEvent): Promise<void> {
    for (const { original, fields } of plan.exceptions) {
      const { organizer: _, ...form } = fields;
      const { date, dateTime } = eventTime(original, floating);
      const { body } = await this.#context.client.send<EventPage>({
        method: 'GET',
        path: `${eventsPath(container)}/${segment(id)}/instances`,
        query: { originalStart: date ?? dateTime, showDeleted: true, fields: 'items(id)' },
        doing: 'looking for an occurrence',
        right: WRITE,
      });
      const instance = body.items?.[0]?.id;
      if (instance !== undefined) await this.#patch(container, instance, { ...NOTHING, ...form });
      else if (!notes.some(({ code }) => code === 'exception-dropped'))
        notes.push({
          code: 'exception-dropped',
          text: 'An exception of it is of no occurrence that Google finds; it is kept, and not shown.',
        });
    }
  }

  /** There is no way to undo an exception: it is made to say what the series says. */
  async #resetException(container: string, exception: GoogleEvent, master: EventFields): Promise<void> {
    const start = exception.originalStartTime;
    const length = instantIn(master.end) - instantIn(master.start);
    const at = instantIn(start) + length;
    const { recurrence: _, organizer: __, ...fields } = master;
    const end =
      start?.date === undefined
        ? { dateTime: new Date(at).toISOString(), timeZone: start?.timeZone ?? 'Etc/UTC' }
        : { date: new Date(at).toISOString().slice(0, 10) };
    await this.#patch(container, exception.id, { ...NOTHING, ...fields, start, end, status: 'confirmed' });
  }

  async #versionNow(container: string, made: Pick<EventItem, 'id' | 'version'>): Promise<string> {
    const group = await this.#group(container, made.id);
    return group === undefined ? made.version : versionOf(group);
  }
}

/** Files within an event are what makes it large, and Google has no room for them anyway. */
function withoutFiles({ calendar }: CalendarObject): Buffer {
  const stripped = (one: Component): Component => ({
    ...one,
    properties: one.properties.filter((property) => property.name !== 'ATTACH' || bytesIn(property) === undefined),
    components: one.components.map(stripped),
  });
  return writeComponents([stripped(calendar)]);
}

const uidOf = ({ iCalUID, id }: GoogleEvent): string => iCalUID ?? id;

const itemOf = (group: EventGroup): EventItem => ({
  id: group.master.id,
  version: versionOf(group),
  uid: uidOf(group.master),
  stamp: stampOf(group.master),
  group,
});
