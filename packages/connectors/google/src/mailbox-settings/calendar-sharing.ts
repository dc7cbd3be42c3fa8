import { createHash } from 'node:crypto';
import type { Container } from '@sterna/connector-kit';
import type { CalendarSharing } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { type GoogleClient, type Paged, segment } from '../api/client.ts';
import { WRITE as CALENDAR, Calendars, READ } from '../calendar/calendars.ts';
import type { PartContext } from '../part.ts';

/** Reading who a calendar is shared with takes one of these; `calendar.readonly` isn’t enough for it. */
export const ACL_READ = 'https://www.googleapis.com/auth/calendar.acls.readonly';

/** https://developers.google.com/workspace/calendar/api/v3/reference/acl */
interface AclRule {
  readonly id: string;
  readonly role?: string;
  readonly scope?: { readonly type?: string; readonly value?: string };
}
interface AclPage extends Paged {
  readonly items?: readonly AclRule[];
}

/** Both ways; of others’ roles the one that allows less is taken. */
const ROLES = {
  freeBusyReader: 'free-busy',
  reader: 'read',
  writerWithoutPrivateAccess: 'write-not-private',
  writer: 'write',
  owner: 'owner',
} as const;
const ROLES_OF_OTHERS: Readonly<Partial<Record<CalendarSharing['role'], keyof typeof ROLES>>> = {
  limited: 'freeBusyReader',
  delegate: 'writerWithoutPrivateAccess',
  'delegate-private': 'writer',
};

const NOT_THERE: ReadonlySet<string> = new Set(['delegation-missing', 'scope-missing', 'api-off', 'service-off']);

export interface ListedShare {
  readonly id: string;
  readonly version: string;
  readonly share: CalendarSharing;
}

/** With whom a user’s own calendars are shared. Nothing here sends a mail. */
export class CalendarShares {
  readonly #context: PartContext;
  readonly #client: GoogleClient;
  readonly #calendars: Calendars;
  #known: readonly Container[] | undefined;

  constructor(context: PartContext) {
    this.#context = context;
    this.#client = context.other('calendar', context.role === 'write' ? [[CALENDAR]] : [[READ, ACL_READ], [CALENDAR]]);
    this.#calendars = new Calendars({ ...context, client: this.#client });
  }

  /** Undefined where they can’t be read: nobody delegated what that takes, or the user has no calendars. */
  async list(): Promise<readonly ListedShare[] | undefined> {
    const found: ListedShare[] = [];
    try {
      for (const { id, path } of await this.#own())
        for (const rule of await this.#rulesOf(id)) {
          const share = this.#shareOf(rule, path);
          if (share !== undefined) found.push({ id: shareId(id, rule.id), version: versionOf(rule), share });
        }
    } catch (thrown) {
      if (thrown instanceof SternaError && NOT_THERE.has(thrown.code)) return undefined;
      throw thrown;
    }
    return found;
  }

  async #own(): Promise<readonly Container[]> {
    this.#known = (await this.#calendars.list()).filter(({ sharedBy }) => sharedBy === undefined);
    return this.#known;
  }

  async #rulesOf(calendar: string): Promise<readonly AclRule[]> {
    const found: AclRule[] = [];
    for await (const { items = [] } of this.#client.pages<AclPage>({
      method: 'GET',
      path: aclPath(calendar),
      query: { maxResults: 250 },
      doing: 'looking who a calendar is shared with',
      right: ACL_READ,
    }))
      found.push(...items);
    return found;
  }

  #shareOf({ role = '', scope = {} }: AclRule, path: readonly string[]): CalendarSharing | undefined {
    if (!Object.hasOwn(ROLES, role)) return undefined;
    const said = { type: 'calendar-sharing', calendar: { path }, role: ROLES[role as keyof typeof ROLES] } as const;
    const value = (scope.value ?? '').toLowerCase();
    switch (scope.type) {
      case 'user':
        // Whose it is.
        return value === this.#context.address ? undefined : { ...said, who: { address: value } };
      case 'group':
        return { ...said, who: { address: value }, isGroup: true };
      case 'domain':
        return { ...said, who: value === this.#domain ? 'everybody' : { address: `@${value}` } };
      case 'default':
        return { ...said, who: 'public' };
      default:
        return undefined;
    }
  }

  get #domain(): string {
    return this.#context.address.split('@')[1] ?? '';
  }

  /** @throws SternaError object `setting-folder-missing` */
  async idOf(share: CalendarSharing): Promise<string> {
    const [calendar, { type, value }] = [await this.#calendarOf(share), this.#scopeOf(share)];
    return shareId(calendar, value === undefined ? type : `${type}:${value}`);
  }

  /** Gives it, or another role than now. The same again changes nothing. */
  async put(share: CalendarSharing): Promise<ListedShare> {
    const role =
      ROLES_OF_OTHERS[share.role] ??
      (Object.keys(ROLES) as (keyof typeof ROLES)[]).find((one) => ROLES[one] === share.role);
    if (role === undefined)
      throw new SternaError('object', 'setting-not-held', `Google knows no role like “${share.role}”.`, {
        fix: 'Share the calendar by hand.',
      });
    const calendar = await this.#calendarOf(share);
    const { body } = await this.#client.send<AclRule>({
      method: 'POST',
      path: aclPath(calendar),
      // It is true unless said: Google would mail everybody.
      query: { sendNotifications: false },
      body: { role, scope: this.#scopeOf(share) },
      doing: 'sharing a calendar',
      right: CALENDAR,
      repeatable: true,
    });
    const held = this.#shareOf(body, share.calendar.path) ?? share;
    return { id: shareId(calendar, body.id), version: versionOf(body), share: held };
  }

  async remove(id: string): Promise<void> {
    const [calendar = '', rule = ''] = id.split(BETWEEN);
    await this.#client.send({
      method: 'DELETE',
      path: `${aclPath(calendar)}/${segment(rule)}`,
      doing: 'sharing a calendar no more',
      right: CALENDAR,
      repeatable: true,
      expected: [404],
    });
  }

  async #calendarOf({ calendar: { path } }: CalendarSharing): Promise<string> {
    const named = (all: readonly Container[]) => all.find((one) => one.path.join('\0') === path.join('\0'))?.id;
    // It may have been made by this very pass.
    const found = named(this.#known ?? []) ?? named(await this.#own());
    if (found !== undefined) return found;
    throw new SternaError(
      'object',
      'setting-folder-missing',
      `It speaks of the calendar ${path.join('/')}, and the target has no such calendar.`,
      { fix: 'Migrate the calendars as well; the next delta pass brings this setting.' },
    );
  }

  #scopeOf({ who, isGroup }: CalendarSharing): { readonly type: string; readonly value?: string } {
    if (who === 'public') return { type: 'default' };
    if (who === 'everybody') return { type: 'domain', value: this.#domain };
    const address = who.address.trim().toLowerCase();
    if (address.startsWith('@')) return { type: 'domain', value: address.slice(1) };
    return { type: isGroup === true ? 'group' : 'user', value: address };
  }
}

/** In no calendar’s id. */
const BETWEEN = ' ';
const shareId = (calendar: string, rule: string): string => `${calendar}${BETWEEN}${rule}`;
const aclPath = (calendar: string): string => `/calendar/v3/calendars/${segment(calendar)}/acl`;

const versionOf = ({ id, role }: AclRule): string =>
  createHash('sha256').update(`${id} ${role}`).digest('hex').slice(0, 32);
