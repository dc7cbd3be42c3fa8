import { type Person, personMeaning } from '../person.ts';
import type { ChannelTab, FolderPlace, Rule, RuleActions, RuleConditions, Setting } from './setting.ts';

/**
 * What of a setting two systems must agree on: without what is theirs alone (names of people in their directories, the
 * order of a rule among others), lists without an order sorted.
 */
export function meaningOf(setting: Setting): Readonly<Record<string, unknown>> {
  switch (setting.type) {
    case 'rule':
      return ruleMeaning(setting);
    case 'working-hours':
      return { ...setting, days: [...setting.days].sort() };
    case 'regional':
      return { ...setting, ...(setting.language === undefined ? {} : { language: languageMeaning(setting.language) }) };
    case 'forwarding':
      return { ...setting, to: personMeaning(setting.to) };
    case 'mail-delegate':
      return { ...setting, who: personMeaning(setting.who) };
    case 'signature':
      return {
        ...setting,
        ...(setting.who === undefined ? {} : { who: personMeaning(setting.who) }),
        ...(setting.replyTo === undefined ? {} : { replyTo: personMeaning(setting.replyTo) }),
      };
    case 'calendar-sharing':
      return {
        ...setting,
        calendar: placeMeaning(setting.calendar),
        who: typeof setting.who === 'string' ? setting.who : personMeaning(setting.who),
      };
    case 'group-access':
      return {
        ...setting,
        ...(setting.answersTo === undefined ? {} : { answersTo: personMeaning(setting.answersTo) }),
      };
    case 'group-alias':
      return { ...setting, address: personMeaning(setting.address) };
    case 'channel-tab':
      return { ...setting, channel: channelMeaning(setting) };
    default:
      return { ...setting };
  }
}

function ruleMeaning({ native: _, order: _order, nth: _nth, conditions, exceptions, actions, ...rest }: Rule) {
  return {
    ...rest,
    conditions: conditionsMeaning(conditions),
    exceptions: conditionsMeaning(exceptions),
    actions: actionsMeaning(actions),
  };
}

const channelMeaning = ({ channel, isOfFirst }: ChannelTab): string =>
  isOfFirst === true ? '' : channel.toLowerCase();

/** A role is the same folder whatever it is called. */
const placeMeaning = ({ path, role }: FolderPlace): unknown => (role === undefined ? path : { role });

const said = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);

const conditionsMeaning = (conditions: RuleConditions): Record<string, unknown> => tidy(conditions);
const actionsMeaning = ({ moveTo, copyTo, ...actions }: RuleActions): Record<string, unknown> => ({
  ...tidy(actions),
  ...(moveTo === undefined ? {} : { moveTo: placeMeaning(moveTo) }),
  ...(copyTo === undefined ? {} : { copyTo: placeMeaning(copyTo) }),
});

function tidy(given: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => said(value))
      .map(([name, value]) => [name, Array.isArray(value) ? sorted(value) : value]),
  );
}

const sorted = (values: readonly unknown[]): string[] =>
  values.map((one) => (typeof one === 'string' ? one : personMeaning(one as Person))).sort();

/** `de` and `de-DE` are one: some systems can’t do without a country, others name it only where it is another. */
function languageMeaning(language: string): string {
  try {
    return new Intl.Locale(language).minimize().toString();
  } catch {
    return language;
  }
}

/** What a rule looks for, and what it passes over. */
export const criteriaMeaning = ({ conditions, exceptions }: Pick<Rule, 'conditions' | 'exceptions'>) => ({
  conditions: conditionsMeaning(conditions),
  exceptions: conditionsMeaning(exceptions),
});

/**
 * What a mailbox has once: of a rule its name (and which of that name it is), of a category its name, of a signature its
 * address, of an alias its own, of a delegate the person, of a tab its channel, name and app, of a share its calendar and person; of the rest the type alone.
 */
export function keyOf(setting: Setting): string {
  switch (setting.type) {
    case 'rule':
      return JSON.stringify(['rule', setting.name, setting.nth ?? 1]);
    case 'category':
      // Exchange takes a name once, whatever its case.
      return JSON.stringify(['category', setting.name.toLowerCase()]);
    case 'signature':
      return JSON.stringify(['signature', setting.who === undefined ? '' : personMeaning(setting.who)]);
    case 'group-alias':
      return JSON.stringify(['group-alias', personMeaning(setting.address)]);
    case 'mail-delegate':
      return JSON.stringify(['mail-delegate', personMeaning(setting.who)]);
    case 'channel-tab':
      return JSON.stringify(['channel-tab', channelMeaning(setting), setting.name, setting.app]);
    case 'calendar-sharing':
      return JSON.stringify([
        'calendar-sharing',
        setting.calendar.path,
        setting.who === 'everybody' ? '*' : setting.who === 'public' ? '**' : personMeaning(setting.who),
      ]);
    default:
      return JSON.stringify([setting.type]);
  }
}
