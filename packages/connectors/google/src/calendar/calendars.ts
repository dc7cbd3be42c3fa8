import type { Container, FidelityNote } from '@sterna/connector-kit';
import { UTC } from '@sterna/content';
import { segment } from '../api/client.ts';
import { isOutcomeUnknown } from '../api/errors.ts';
import type { PartContext } from '../part.ts';

export const READ = 'https://www.googleapis.com/auth/calendar.readonly';
export const WRITE = 'https://www.googleapis.com/auth/calendar';

/** https://developers.google.com/workspace/calendar/api/v3/reference/calendarList */
export interface CalendarEntry {
  readonly id: string;
  readonly summary?: string;
  readonly summaryOverride?: string;
  readonly description?: string;
  readonly timeZone?: string;
  readonly backgroundColor?: string;
  readonly accessRole?: string;
  readonly primary?: boolean;
  readonly dataOwner?: string;
  readonly deleted?: boolean;
  readonly defaultReminders?: readonly { readonly method: string; readonly minutes: number }[];
}

interface EntryPage {
  readonly items?: readonly CalendarEntry[];
  readonly nextPageToken?: string;
}

/** Holidays, birthdays and the like: made by Google of what is elsewhere. */
const MADE_BY_GOOGLE = /@(?:group\.v|import)\.calendar\.google\.com$/i;

/** The calendars of a user, and those that others share with them. */
export class Calendars {
  readonly #context: PartContext;
  #known: CalendarEntry[] | undefined;

  constructor(context: PartContext) {
    this.#context = context;
  }

  /** The one that every user has. @throws SternaError where Calendar isn't there for this user */
  async primary(): Promise<CalendarEntry> {
    const { body } = await this.#context.client.send<CalendarEntry>({
      method: 'GET',
      path: '/calendar/v3/users/me/calendarList/primary',
      doing: 'looking for the calendar',
      right: READ,
    });
    return body;
  }

  async list(): Promise<readonly Container[]> {
    return (await this.#listed()).filter((one) => !MADE_BY_GOOGLE.test(one.id)).map((one) => this.#container(one));
  }

  /** Its IANA zone, which times without one are in, and the reminders of events that have none of their own. */
  async habitsOf(
    container: string,
  ): Promise<{ readonly zone: string; readonly reminders: NonNullable<CalendarEntry['defaultReminders']> }> {
    const found = (this.#known ?? (await this.#listed())).find(({ id }) => id === container);
    return { zone: found?.timeZone ?? UTC, reminders: found?.defaultReminders ?? [] };
  }

  async #listed(): Promise<readonly CalendarEntry[]> {
    const found: CalendarEntry[] = [];
    for await (const { items = [] } of this.#context.client.pages<EntryPage>({
      method: 'GET',
      path: '/calendar/v3/users/me/calendarList',
      query: { maxResults: 250, showHidden: true },
      doing: 'listing the calendars',
      right: READ,
    }))
      found.push(...items.filter(({ deleted }) => deleted !== true));
    this.#known = found;
    return found;
  }

  async ensure(
    path: readonly string[],
    color: string | undefined,
    description: string | undefined,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const name = path.join(' / ').trim() || 'Calendar';
    const own = (): CalendarEntry | undefined =>
      (this.#known ?? []).find((one) => nameOf(one) === name && !this.#isShared(one) && !MADE_BY_GOOGLE.test(one.id));
    if (this.#known === undefined) await this.#listed();
    const found = own() ?? (await this.#make(name, color, description, own));
    return { container: this.#container(found), notes: [] };
  }

  async #make(
    summary: string,
    color: string | undefined,
    description: string | undefined,
    again: () => CalendarEntry | undefined,
  ): Promise<CalendarEntry> {
    const { client } = this.#context;
    let made: CalendarEntry;
    try {
      const { body } = await client.send<CalendarEntry>({
        method: 'POST',
        path: '/calendar/v3/calendars',
        body: {
          summary,
          timeZone: (await this.primary()).timeZone ?? UTC,
          ...(description === undefined ? {} : { description }),
        },
        doing: 'making a calendar',
        right: WRITE,
      });
      made = { ...body, accessRole: 'owner' };
    } catch (error) {
      // Two of one name are no error to Google: whether this one was made, only the list knows.
      if (!isOutcomeUnknown(error)) throw error;
      await this.#listed();
      const found = again();
      if (found === undefined) throw error;
      made = found;
    }
    if (color !== undefined) made = { ...made, ...(await this.#paint(made.id, color)) };
    this.#known = [...(this.#known ?? []).filter(({ id }) => id !== made.id), made];
    return made;
  }

  async #paint(id: string, color: string): Promise<Partial<CalendarEntry>> {
    const { body } = await this.#context.client.send<CalendarEntry>({
      method: 'PATCH',
      path: `/calendar/v3/users/me/calendarList/${segment(id)}`,
      query: { colorRgbFormat: true },
      body: { backgroundColor: color.slice(0, 7).toLowerCase(), foregroundColor: '#000000' },
      doing: 'giving a calendar its color',
      right: WRITE,
    });
    return body.backgroundColor === undefined ? {} : { backgroundColor: body.backgroundColor };
  }

  #container(entry: CalendarEntry): Container {
    const { id, backgroundColor, description } = entry;
    return {
      id,
      path: [nameOf(entry)],
      kind: 'event',
      ...(entry.primary === true ? { isDefault: true as const } : {}),
      ...(backgroundColor === undefined ? {} : { color: backgroundColor.toUpperCase() }),
      ...(description === undefined || description === '' ? {} : { description }),
      ...(this.#isShared(entry) ? { sharedBy: entry.dataOwner ?? (entry.id.includes('@group.') ? '' : entry.id) } : {}),
    };
  }

  /** Of calendars made since 2025 it is told whose they are; of others, who may do everything with them. */
  #isShared({ primary, accessRole, dataOwner }: CalendarEntry): boolean {
    if (primary === true) return false;
    if (dataOwner !== undefined && dataOwner !== '') return dataOwner.toLowerCase() !== this.#context.address;
    return accessRole !== 'owner';
  }
}

const nameOf = ({ summary, summaryOverride }: CalendarEntry): string =>
  (summaryOverride ?? summary)?.trim() || 'Calendar';

export const eventsPath = (container: string): string => `/calendar/v3/calendars/${segment(container)}/events`;
