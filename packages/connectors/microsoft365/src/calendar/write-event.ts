import type { FidelityNote } from '@sterna/connector-kit';
import { ianaOf, UTC, wallAt } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import { attach } from '../outlook/attach.ts';
import type { PartContext } from '../part.ts';
import { WRITE } from './calendars.ts';
import type { GraphEvent } from './graph-event.ts';
import { dateText, dayOf } from './occurrences.ts';
import type { EventPlan, PlannedException } from './to-event.ts';

const DAY = 86_400_000;
/** The longest window that a view may have. */
const WINDOW = 1_800 * DAY;
const MOST_TRIES = 4;

/** Steps that a create or a replacement takes after its first request. */
export const hasMore = ({ exceptions, cancelled, attachments }: EventPlan): boolean =>
  exceptions.length + cancelled.length + attachments.length > 0;

/**
 * Exceptions, days without an occurrence and files of an event that is there. One after the other: each changes the
 * series itself, and Exchange refuses two at once.
 *
 * @param path of the event
 * @param notes what can't be as planned is added
 * @returns the days on which it isn't as planned
 */
export async function completeEvent(
  context: PartContext,
  path: string,
  plan: EventPlan,
  notes: FidelityNote[],
): Promise<{ readonly unmoved: readonly string[]; readonly lost: readonly string[] }> {
  const unmoved: string[] = [];
  const lost: string[] = [];
  for (const { name, contentType, bytes } of plan.attachments)
    await attach(context, path, { name, contentType, content: bytes, isInline: false });
  const dates = [...plan.cancelled, ...plan.exceptions.map((one) => one.date)];
  if (dates.length === 0) return { unmoved, lost };
  const ids = await instancesOn(context, path, plan, dates);
  const write = new Occurrences(context);
  for (const date of plan.cancelled) {
    const id = ids.get(date);
    // It is gone already: what an earlier try did.
    if (id !== undefined) await write.remove(id);
  }
  const left: PlannedException[] = [];
  for (const exception of plan.exceptions) {
    const id = ids.get(exception.date);
    if (id === undefined) {
      notes.push(NOT_HELD);
      lost.push(exception.date);
    } else if (!(await write.change(id, exception.fields))) left.push(exception);
  }
  // One that moves behind the next one has to wait for that one to move.
  for (const exception of left.reverse()) {
    const id = ids.get(exception.date) as string;
    if (await write.change(id, exception.fields)) continue;
    const { start, end, isAllDay: _, ...rest } = exception.fields;
    const moved = `${start.dateTime.replace('T', ' ')} – ${end.dateTime.replace('T', ' ')} (${start.timeZone})`;
    notes.push({
      code: 'exception-not-moved',
      text: `Outlook lets no occurrence pass another one: that of ${exception.date} was left on its day instead of ${moved}.`,
    });
    await write.change(id, rest);
    unmoved.push(exception.date);
  }
  return { unmoved, lost };
}

const NOT_HELD: FidelityNote = {
  code: 'exception-not-held',
  text: 'An occurrence that was changed isn’t one of its series in Outlook; it is kept with the event, and not shown.',
};

class Occurrences {
  readonly #context: PartContext;

  constructor(context: PartContext) {
    this.#context = context;
  }

  async remove(id: string): Promise<void> {
    await this.#persistently(async ({ client, outlook, userPath }) => {
      await client.send({
        method: 'DELETE',
        path: `${userPath}/events/${segment(id)}`,
        doing: 'taking an occurrence out of a series',
        right: WRITE,
        budget: outlook,
        expected: [404],
      });
    });
  }

  /** False where it would pass its neighbour. */
  async change(id: string, fields: Partial<PlannedException['fields']>): Promise<boolean> {
    try {
      await this.#persistently(async ({ client, outlook, userPath }) => {
        await client.send({
          method: 'PATCH',
          path: `${userPath}/events/${segment(id)}`,
          body: fields,
          doing: 'changing an occurrence of a series',
          right: WRITE,
          budget: outlook,
        });
      });
      return true;
    } catch (error) {
      if (codeOf(error) === 'ErrorOccurrenceCrossingBoundary') return false;
      throw error;
    }
  }

  /** Exchange says 409 while it is still busy with the one before. */
  async #persistently(send: (context: PartContext) => Promise<void>): Promise<void> {
    const { client } = this.#context;
    for (let tries = 0; ; tries += 1)
      try {
        return await send(this.#context);
      } catch (error) {
        if (statusOf(error) !== 409 || tries >= MOST_TRIES) throw error;
        await client.clock.sleep(client.backoff(tries), client.signal);
      }
  }
}

/** Ids of the occurrences on these days. */
async function instancesOn(
  { client, outlook }: PartContext,
  path: string,
  { master }: EventPlan,
  dates: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const zone = master.isAllDay === true ? UTC : (ianaOf(master.recurrence?.range.recurrenceTimeZone ?? '') ?? UTC);
  const wanted = new Set(dates);
  const days = [...wanted].map(dayOf).sort((a, b) => a - b);
  const found = new Map<string, string>();
  for (let at = 0; at < days.length; ) {
    const first = days[at] as number;
    let last = first;
    while (at < days.length && (days[at] as number) - first < WINDOW) last = days[at++] as number;
    for await (const page of client.pages<GraphEvent>({
      method: 'GET',
      path: `${path}/instances`,
      query: {
        startDateTime: new Date(first - 2 * DAY).toISOString(),
        endDateTime: new Date(last + 3 * DAY).toISOString(),
        $select: 'id,originalStart,start,type',
        $top: 1_000,
      },
      doing: 'looking for the occurrences of a series',
      right: WRITE,
      budget: outlook,
    }))
      for (const { id, originalStart, start } of page.value) {
        const instant = Date.parse(originalStart ?? `${start.dateTime}Z`);
        const date = dateText(wallAt(instant, zone));
        if (wanted.has(date)) found.set(date, id);
      }
  }
  return found;
}

export const wouldMail = (verb: 'replace' | 'remove'): SternaError =>
  new SternaError(
    'object',
    'would-mail-people',
    `To ${verb} this meeting would make Exchange mail its people: it was left as it is.`,
    {
      fix: 'Remove it in Outlook, where you can choose not to tell anybody, then start again.',
    },
  );
