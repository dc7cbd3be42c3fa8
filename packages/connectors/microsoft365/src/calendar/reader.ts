import {
  ahead,
  type ChangeFacets,
  type ChangePage,
  type Container,
  type Content,
  type Reader,
  type Unreadable,
  type Vanished,
} from '@sterna/connector-kit';
import { type BatchResult, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import { expandProperties, propertyOf, STAMP_PROPERTY } from '../graph/stamp.ts';
import { attachmentsAt } from '../outlook/attachments.ts';
import { isGone } from '../outlook/gone.ts';
import { KEPT_PROPERTY } from '../outlook/kept.ts';
import { listing } from '../outlook/listing.ts';
import type { PartContext } from '../part.ts';
import { type Calendars, calendarPath, containerGone, READ } from './calendars.ts';
import { eventObject } from './event-object.ts';
import type { GraphEvent } from './graph-event.ts';
import { UID_PROPERTY, uidOf } from './uid.ts';

/** Events asked for by one `$batch`; two are under way. */
const AT_ONCE = 20;
const FIELDS = [
  'id',
  'changeKey',
  'createdDateTime',
  'lastModifiedDateTime',
  'type',
  'iCalUId',
  'subject',
  'body',
  'start',
  'end',
  'originalStartTimeZone',
  'originalEndTimeZone',
  'originalStart',
  'isAllDay',
  'showAs',
  'sensitivity',
  'importance',
  'categories',
  'location',
  'locations',
  'isReminderOn',
  'reminderMinutesBeforeStart',
  'attendees',
  'organizer',
  'isOrganizer',
  'isCancelled',
  'responseRequested',
  'hasAttachments',
  'onlineMeeting',
  'onlineMeetingUrl',
];
const QUERY = {
  $select: [...FIELDS, 'recurrence', 'cancelledOccurrences'].join(),
  $expand: `${expandProperties([KEPT_PROPERTY, UID_PROPERTY, STAMP_PROPERTY])},exceptionOccurrences`,
};

export class CalendarReader implements Reader {
  readonly #context: PartContext;
  readonly #calendars: Calendars;

  constructor(context: PartContext, calendars: Calendars) {
    this.#context = context;
    this.#calendars = calendars;
  }

  containers(): Promise<readonly Container[]> {
    return this.#calendars.list();
  }

  /**
   * Always the whole calendar, in pages of versions: a series is one row of it, changed with its exceptions. Graph's
   * delta of a calendar is one of a view of at most five years, which neither tells what lies outside of it nor a series
   * as one.
   */
  async *changes(container: string, cursor: string | undefined, _facets: ChangeFacets): AsyncGenerator<ChangePage> {
    try {
      yield* listing<GraphEvent>(
        this.#context,
        {
          method: 'GET',
          path: `${calendarPath(this.#context, container)}/events`,
          query: { $select: 'id,changeKey', $top: this.#context.settings.pageSize },
          doing: 'listing a calendar',
          right: READ,
          budget: this.#context.outlook,
        },
        cursor,
        ({ id, changeKey }) => ({ id, ...(changeKey === undefined ? {} : { version: changeKey }) }),
      );
    } catch (error) {
      throw statusOf(error) === 404 ? containerGone('calendar', error) : error;
    }
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const chunks = Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, n) =>
      ids.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
    );
    for await (const [some, answers] of ahead(chunks, 2, (chunk) => this.#events(container, chunk)))
      for (const [at, answer] of answers.entries()) yield await this.#content(container, some[at] as string, answer);
  }

  async #events(container: string, ids: readonly string[]): Promise<readonly BatchResult[]> {
    const { client, outlook } = this.#context;
    return batch(
      client,
      ids.map((id) => ({
        method: 'GET',
        path: `${calendarPath(this.#context, container)}/events/${segment(id)}`,
        query: QUERY,
      })),
      { doing: 'reading events', budget: outlook, right: READ },
    );
  }

  async #content(container: string, id: string, answer: BatchResult): Promise<Content | Vanished | Unreadable> {
    if ('error' in answer) {
      if (isGone(answer.error)) return { id, vanished: true };
      if (answer.error.class === 'object') return { id, error: answer.error };
      throw answer.error;
    }
    const event = answer.body as GraphEvent;
    const path = `${calendarPath(this.#context, container)}/events/${segment(id)}`;
    const properties = event.singleValueExtendedProperties;
    const needsFiles = event.hasAttachments === true || /\bcid:/i.test(event.body?.content ?? '');
    const attachments = needsFiles ? await attachmentsAt(this.#context, path, READ) : [];
    const body = eventObject(
      {
        master: event,
        exceptions: event.exceptionOccurrences ?? [],
        cancelled: (event.cancelledOccurrences ?? []).flatMap((one) => /(\d{4}-\d{2}-\d{2})$/.exec(one)?.[1] ?? []),
        uid: propertyOf(properties, UID_PROPERTY) ?? uidOf(event.iCalUId ?? id),
      },
      attachments,
      propertyOf(properties, KEPT_PROPERTY),
    );
    return {
      id,
      flags: [],
      date: undefined,
      size: body.length,
      body,
      ...(event.changeKey === undefined ? {} : { version: event.changeKey }),
    };
  }
}
