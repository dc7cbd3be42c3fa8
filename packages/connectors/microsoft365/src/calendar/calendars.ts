import type { Container, FidelityNote } from '@sterna/connector-kit';
import { segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';
import { displayNameOf, foldedName, numberedName } from '../outlook/folder-names.ts';
import type { PartContext } from '../part.ts';
import { type ColorName, colorOf, nearestColor } from './colors.ts';

export const READ = 'Calendars.Read';
export const WRITE = 'Calendars.ReadWrite';

/** https://learn.microsoft.com/en-us/graph/api/resources/calendar */
export interface GraphCalendar {
  readonly id: string;
  readonly name?: string | null;
  readonly color?: ColorName | null;
  readonly hexColor?: string | null;
  readonly canEdit?: boolean | null;
  readonly isDefaultCalendar?: boolean | null;
  readonly owner?: { readonly address?: string | null } | null;
}

/** The calendars of a user, and those that others share with them. */
export class Calendars {
  readonly #context: PartContext;
  #known: readonly GraphCalendar[] | undefined;

  constructor(context: PartContext) {
    this.#context = context;
  }

  /** The default one, which every mailbox has. */
  async home(): Promise<GraphCalendar> {
    const { client, outlook, userPath } = this.#context;
    const { body } = await client.send<GraphCalendar>({
      method: 'GET',
      path: `${userPath}/calendar`,
      query: { $select: 'id,name' },
      doing: 'looking for the calendar',
      right: READ,
      budget: outlook,
    });
    return body;
  }

  async list(): Promise<readonly Container[]> {
    const { client, outlook, userPath } = this.#context;
    this.#known = await client.all<GraphCalendar>({
      method: 'GET',
      path: `${userPath}/calendars`,
      query: { $top: 100, $select: 'id,name,color,hexColor,canEdit,isDefaultCalendar,owner' },
      doing: 'listing the calendars',
      right: READ,
      budget: outlook,
    });
    return this.#known.filter((one) => !this.#isMadeByOutlook(one)).map((one) => this.#container(one));
  }

  async ensure(
    path: readonly string[],
    color: string | undefined,
    description: string | undefined,
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    if (this.#known === undefined) await this.list();
    const notes: FidelityNote[] = [];
    const name = displayNameOf(path.join(' / '), notes);
    for (let number = 1; ; number += 1) {
      const called = numberedName(name, number);
      const own = (this.#known ?? []).filter((one) => !this.#isShared(one));
      const exact = own.find((one) => one.name === called && !this.#isMadeByOutlook(one));
      if (exact === undefined && own.some((one) => foldedName(one.name ?? '') === foldedName(called))) continue;
      const found = exact ?? (await this.#make(called, color));
      if (found === undefined) continue;
      if (number > 1)
        notes.push({
          code: 'folder-renamed',
          text: `Microsoft 365 has one of this name already; it is called “${called}” there.`,
        });
      if (exact === undefined && color !== undefined && colorOf(found) !== color.toUpperCase())
        notes.push({
          code: 'color-changed',
          text: `Microsoft 365 knows ten colors of calendars: ${called} got the nearest to ${color}.`,
        });
      if (exact === undefined && description !== undefined)
        notes.push({
          code: 'description-dropped',
          text: `Calendars in Microsoft 365 have no description: that of ${called} was left out.`,
        });
      return { container: this.#container(found), notes };
    }
  }

  async #make(name: string, color: string | undefined): Promise<GraphCalendar | undefined> {
    const { client, outlook, userPath } = this.#context;
    try {
      const { body } = await client.send<GraphCalendar>({
        method: 'POST',
        path: `${userPath}/calendars`,
        body: { name, ...(color === undefined ? {} : { color: nearestColor(color) }) },
        doing: 'making a calendar',
        right: WRITE,
        budget: outlook,
        // A second one of that name is refused.
        repeatable: true,
      });
      this.#known = [...(this.#known ?? []), body];
      return body;
    } catch (error) {
      if (statusOf(error) !== 409 && codeOf(error) !== 'ErrorFolderExists') throw error;
      await this.list();
      return (this.#known ?? []).find((one) => one.name === name);
    }
  }

  #container(calendar: GraphCalendar): Container {
    const color = colorOf(calendar);
    return {
      id: calendar.id,
      path: [calendar.name?.trim() ? calendar.name : 'Calendar'],
      kind: 'event',
      ...(calendar.isDefaultCalendar === true ? { isDefault: true as const } : {}),
      ...(color === undefined ? {} : { color }),
      ...(this.#isShared(calendar) ? { sharedBy: calendar.owner?.address ?? '' } : {}),
    };
  }

  #isShared({ owner }: GraphCalendar): boolean {
    const own =
      (this.#known ?? []).find((one) => one.isDefaultCalendar === true)?.owner?.address ?? this.#context.address;
    return typeof owner?.address === 'string' && owner.address.toLowerCase() !== own.toLowerCase();
  }

  /** Birthdays and the like: made of what is elsewhere, and made anew there. */
  #isMadeByOutlook(calendar: GraphCalendar): boolean {
    return calendar.canEdit === false && !this.#isShared(calendar);
  }
}

export const calendarPath = ({ userPath }: PartContext, container: string): string =>
  `${userPath}/calendars/${segment(container)}`;
