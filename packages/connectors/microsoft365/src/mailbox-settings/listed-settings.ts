import { createHash } from 'node:crypto';
import { type Setting, writeSetting } from '@sterna/content';
import { canonicalJson, SternaError } from '@sterna/core';
import { Calendars } from '../calendar/calendars.ts';
import { type BatchItem, batch } from '../graph/batch.ts';
import { segment } from '../graph/client.ts';
import type { GraphPage } from '../graph/page.ts';
import type { PartContext } from '../part.ts';
import { sharingOf } from './calendar-sharing.ts';
import { colorOfPreset } from './category-colors.ts';
import { FolderPlaces } from './folder-places.ts';
import { fromRule } from './from-rule.ts';
import type { GraphCategory, GraphMailboxSettings, GraphPermission, GraphRule } from './graph-settings.ts';
import type { GroupId } from './groups.ts';
import { preferencesOf } from './preferences.ts';

export const READ = 'MailboxSettings.Read';
export const WRITE = 'MailboxSettings.ReadWrite';

/** A setting as it was listed. */
export interface ListedSetting {
  readonly id: string;
  readonly version: string;
  /** What people know it by; of rules that share a name, each by its number too. */
  readonly key: string;
  /** @throws SternaError object where it can't be told as a whole */
  setting(): Promise<Setting>;
  /** Of rules: as Graph has it. */
  readonly rule?: GraphRule;
}

type Listing = Promise<readonly ListedSetting[]>;

export const rulesPath = ({ userPath }: PartContext): string => `${userPath}/mailFolders/inbox/messageRules`;
export const categoriesPath = ({ userPath }: PartContext): string => `${userPath}/outlook/masterCategories`;
export const settingsPath = ({ userPath }: PartContext): string => `${userPath}/mailboxSettings`;

/** Settings of a user, asked for anew each time: there are few, and nothing tells which of them changed. */
export class ListedSettings {
  readonly #context: PartContext;
  readonly places: FolderPlaces;

  constructor(context: PartContext) {
    this.#context = context;
    this.places = new FolderPlaces(context);
  }

  /** Of some groups by as few requests as there can be. */
  async of(groups: readonly GroupId[]): Promise<ReadonlyMap<GroupId, readonly ListedSetting[]>> {
    const needsSettings = groups.includes('automatic-reply') || groups.includes('preferences');
    const wanted: { readonly name: 'settings' | 'rules' | 'categories'; readonly item: BatchItem }[] = [
      ...(needsSettings ? [{ name: 'settings' as const, item: get(settingsPath(this.#context)) }] : []),
      ...(groups.includes('rules') ? [{ name: 'rules' as const, item: get(rulesPath(this.#context)) }] : []),
      ...(groups.includes('categories')
        ? [{ name: 'categories' as const, item: get(categoriesPath(this.#context)) }]
        : []),
    ];
    const [answers, sharing] = await Promise.all([
      this.#asked(wanted.map(({ item }) => item)),
      groups.includes('calendar-sharing') ? this.#sharing() : [],
    ]);
    const bodyOf = (name: string): unknown => answers[wanted.findIndex((one) => one.name === name)];
    const found = new Map<GroupId, readonly ListedSetting[]>();
    for (const group of groups)
      switch (group) {
        case 'rules':
          found.set(group, this.#rules(await this.#all<GraphRule>(bodyOf('rules'))));
          break;
        case 'categories':
          found.set(group, (await this.#all<GraphCategory>(bodyOf('categories'))).map(categoryListed));
          break;
        case 'calendar-sharing':
          found.set(group, sharing);
          break;
        case 'signatures':
        case 'forwarding':
        case 'delegates':
          found.set(group, []);
          break;
        default: {
          const all = preferencesOf((bodyOf('settings') ?? {}) as GraphMailboxSettings);
          const isReply = ({ type }: Setting): boolean => type === 'automatic-reply';
          found.set(
            group,
            all.filter((one) => isReply(one) === (group === 'automatic-reply')).map((one) => plain(one.type, one)),
          );
        }
      }
    return found;
  }

  async group(id: GroupId): Listing {
    return (await this.of([id])).get(id) ?? [];
  }

  async #asked(items: readonly BatchItem[]): Promise<readonly unknown[]> {
    const { client, outlook } = this.#context;
    if (items.length === 0) return [];
    const answers = await batch(client, items, { doing: 'reading the mailbox settings', budget: outlook, right: READ });
    return answers.map((answer) => {
      if ('error' in answer) throw answer.error;
      return answer.body;
    });
  }

  async #all<T>(body: unknown): Promise<readonly T[]> {
    const { client, outlook } = this.#context;
    const page = body as GraphPage<T> | undefined;
    if (!Array.isArray(page?.value))
      throw new SternaError(
        'transient',
        'graph-answer-invalid',
        'The answer to reading the mailbox settings is no list.',
      );
    const path = page['@odata.nextLink'];
    if (path === undefined) return page.value;
    const doing = 'reading the mailbox settings';
    return [...page.value, ...(await client.all<T>({ method: 'GET', path, doing, right: READ, budget: outlook }))];
  }

  #rules(rules: readonly GraphRule[]): readonly ListedSetting[] {
    const taken = new Map<string, number>();
    return [...rules]
      .sort((one, other) => (one.sequence ?? 0) - (other.sequence ?? 0))
      .map((rule) => {
        const name = rule.displayName ?? '';
        const nth = (taken.get(name) ?? 0) + 1;
        taken.set(name, nth);
        // Where a rule stands among others changes with them, and whether it is broken with its folder.
        const { id, sequence: _, hasError: _broken, ...said } = rule;
        return {
          id,
          version: versionOf(said),
          key: JSON.stringify(['rule', name, nth]),
          rule,
          setting: async () => {
            const folders = speaksOfFolders(rule) ? await this.places.ready() : [];
            return fromRule(rule, nth, (folder) => FolderPlaces.placeOf(folders, folder));
          },
        };
      });
  }

  async #sharing(): Listing {
    const own = (await new Calendars(this.#context).list()).filter(({ sharedBy }) => sharedBy === undefined);
    const pages = await this.#asked(
      own.map(({ id }) => get(`${this.#context.userPath}/calendars/${segment(id)}/calendarPermissions`)),
    );
    const found: ListedSetting[] = [];
    for (const [at, { id, path }] of own.entries())
      for (const permission of await this.#all<GraphPermission>(pages[at])) {
        const setting = sharingOf(permission, { path });
        if (setting !== undefined) found.push(plain(`${id} ${permission.id}`, setting));
      }
    return found;
  }
}

const get = (path: string): BatchItem => ({ method: 'GET', path });

const speaksOfFolders = ({ actions }: GraphRule): boolean =>
  Boolean(actions?.moveToFolder) || Boolean(actions?.copyToFolder);

const versionOf = (said: unknown): string =>
  createHash('sha256')
    .update(canonicalJson(withoutNothing(said)))
    .digest('hex')
    .slice(0, 32);

/** What isn't set is told in many ways, and not always in the same. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, one]) => !name.startsWith('@') && one !== null && !(Array.isArray(one) && one.length === 0))
      .map(([name, one]) => [name, withoutNothing(one)]),
  );
}

const plain = (id: string, setting: Setting): ListedSetting => ({
  id,
  version: createHash('sha256').update(writeSetting(setting)).digest('hex').slice(0, 32),
  key: JSON.stringify([setting.type]),
  setting: async () => setting,
});

function categoryListed({ id, displayName, color }: GraphCategory): ListedSetting {
  const shown = colorOfPreset(color);
  const setting: Setting = {
    type: 'category',
    name: displayName ?? '',
    ...(shown === undefined ? {} : { color: shown }),
  };
  return { ...plain(id, setting), key: JSON.stringify(['category', setting.name.toLowerCase()]) };
}
