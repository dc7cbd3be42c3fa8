import type { AutomaticReply, Day, MeetingMessages, Regional, Setting, WorkingHours } from '@sterna/content';
import { ianaOf, instantAt, UTC, windowsOf } from '@sterna/content';
import type { GraphMailboxSettings, GraphMoment } from './graph-settings.ts';
import { swapped } from './rule-words.ts';

/** What of `mailboxSettings` is a setting of ours. What is as Exchange makes a mailbox is none: nobody has chosen it. */
export function preferencesOf(settings: GraphMailboxSettings): readonly Setting[] {
  return [
    automaticReplyOf(settings),
    regionalOf(settings),
    workingHoursOf(settings),
    meetingMessagesOf(settings),
  ].filter((one) => one !== undefined);
}

export type Preference = AutomaticReply | Regional | WorkingHours | MeetingMessages;

/** Whether it is one of `mailboxSettings`. */
export const isPreference = (setting: Setting): setting is Preference =>
  ['automatic-reply', 'regional', 'working-hours', 'meeting-messages'].includes(setting.type);

/** The change of `mailboxSettings` that makes it so. @param around Milliseconds: for zones that Windows lacks */
export function settingsFor(setting: Preference, around: number): GraphMailboxSettings {
  switch (setting.type) {
    case 'automatic-reply':
      return { automaticRepliesSetting: repliesFor(setting, around) };
    case 'regional': {
      const { timeZone, language, dateFormat, timeFormat } = setting;
      return {
        ...(timeZone === undefined ? {} : { timeZone: windowsOf(timeZone, around) ?? timeZone }),
        ...(language === undefined ? {} : { language: { locale: localeOf(language) } }),
        ...(dateFormat === undefined ? {} : { dateFormat }),
        ...(timeFormat === undefined ? {} : { timeFormat }),
      };
    }
    case 'working-hours':
      return {
        workingHours: {
          daysOfWeek: setting.days.map((day) => DAY_NAMES[day]),
          startTime: `${setting.from}:00.0000000`,
          endTime: `${setting.until}:00.0000000`,
          ...(setting.timeZone === undefined
            ? {}
            : { timeZone: { name: windowsOf(setting.timeZone, around) ?? setting.timeZone } }),
        },
      };
    case 'meeting-messages':
      return { delegateMeetingMessageDeliveryOptions: swapped(MEETING_MESSAGES)[setting.to] ?? null };
  }
}

const STATUS = { disabled: 'off', alwaysEnabled: 'on', scheduled: 'scheduled' } as const;
const AUDIENCE = { none: 'nobody', contactsOnly: 'contacts', all: 'everybody' } as const;

function automaticReplyOf({ automaticRepliesSetting: given }: GraphMailboxSettings): AutomaticReply | undefined {
  if (given === undefined || given === null) return undefined;
  const status = STATUS[given.status as keyof typeof STATUS] ?? 'off';
  const [insideText, outsideText] = [given.internalReplyMessage ?? '', given.externalReplyMessage ?? ''];
  if (status === 'off' && insideText === '' && outsideText === '') return undefined;
  const from = instantOf(given.scheduledStartDateTime);
  const until = instantOf(given.scheduledEndDateTime);
  return {
    type: 'automatic-reply',
    status,
    outside: AUDIENCE[given.externalAudience as keyof typeof AUDIENCE] ?? 'everybody',
    insideText,
    outsideText,
    // Of one that isn't scheduled they are some days that Outlook proposes.
    ...(status === 'scheduled' && from !== undefined ? { from } : {}),
    ...(status === 'scheduled' && until !== undefined ? { until } : {}),
  };
}

/** Exchange wants a country with each language. */
function localeOf(language: string): string {
  try {
    const { language: name, region } = new Intl.Locale(language).maximize();
    return region === undefined ? language : `${name}-${region}`;
  } catch {
    return language;
  }
}

/** Exchange schedules no reply without a beginning or an end: it began now, and ends when nobody looks any more. */
const bounded = ({ status, from, until }: AutomaticReply, now: number) =>
  status !== 'scheduled'
    ? { from, until }
    : { from: from ?? new Date(now).toISOString(), until: until ?? '2099-12-31T00:00:00.000Z' };

const repliesFor = (reply: AutomaticReply, now: number) => repliesWithin({ ...reply, ...bounded(reply, now) });

const repliesWithin = ({
  status,
  outside,
  insideText,
  outsideText,
  from,
  until,
}: Omit<AutomaticReply, 'from' | 'until'> & ReturnType<typeof bounded>) => ({
  status: swapped(STATUS)[status] ?? 'disabled',
  externalAudience: swapped(AUDIENCE)[outside] ?? 'all',
  internalReplyMessage: insideText,
  externalReplyMessage: outsideText,
  ...(from === undefined ? {} : { scheduledStartDateTime: momentFor(from) }),
  ...(until === undefined ? {} : { scheduledEndDateTime: momentFor(until) }),
});

function instantOf(moment: GraphMoment | null | undefined): string | undefined {
  const wall = Date.parse(`${(moment?.dateTime ?? '').replace(/(?:\.\d+)?Z?$/, '')}Z`);
  if (Number.isNaN(wall)) return undefined;
  return new Date(instantAt(wall, ianaOf(moment?.timeZone ?? '') ?? UTC)).toISOString();
}

const momentFor = (instant: string): GraphMoment => ({
  dateTime: `${new Date(instant).toISOString().slice(0, 19)}.0000000`,
  timeZone: 'UTC',
});

function regionalOf({ timeZone, language, dateFormat, timeFormat }: GraphMailboxSettings): Regional | undefined {
  const found = {
    ...(timeZone ? { timeZone: ianaOf(timeZone) ?? timeZone } : {}),
    ...(language?.locale ? { language: language.locale } : {}),
    ...(dateFormat ? { dateFormat } : {}),
    ...(timeFormat ? { timeFormat } : {}),
  };
  // A mailbox that nobody has signed in to yet has no language; its zone is only the service's.
  return found.language === undefined ? undefined : { type: 'regional', ...found };
}

const DAY_NAMES: Readonly<Record<Day, string>> = {
  mon: 'monday',
  tue: 'tuesday',
  wed: 'wednesday',
  thu: 'thursday',
  fri: 'friday',
  sat: 'saturday',
  sun: 'sunday',
};
const WEEK = 'mon,tue,wed,thu,fri';

function workingHoursOf({ workingHours: given }: GraphMailboxSettings): WorkingHours | undefined {
  const names = new Set((given?.daysOfWeek ?? []).map((name) => name.toLowerCase()));
  const days = (Object.keys(DAY_NAMES) as Day[]).filter((day) => names.has(DAY_NAMES[day]));
  const from = clockOf(given?.startTime);
  const until = clockOf(given?.endTime);
  if (from === undefined || until === undefined || days.length === 0) return undefined;
  if (days.join() === WEEK && from === '08:00' && until === '17:00') return undefined;
  const zone = given?.timeZone?.name;
  return { type: 'working-hours', days, from, until, ...(zone ? { timeZone: ianaOf(zone) ?? zone } : {}) };
}

const clockOf = (time: string | null | undefined): string | undefined => /^\d\d:\d\d/.exec(time ?? '')?.[0];

const MEETING_MESSAGES = {
  sendToDelegateOnly: 'delegate',
  sendToDelegateAndPrincipal: 'delegate-and-owner',
  sendToDelegateAndInformationToPrincipal: 'delegate-and-information',
} as const;

function meetingMessagesOf({
  delegateMeetingMessageDeliveryOptions: given,
}: GraphMailboxSettings): MeetingMessages | undefined {
  const to = MEETING_MESSAGES[given as keyof typeof MEETING_MESSAGES];
  return to === undefined || to === 'delegate' ? undefined : { type: 'meeting-messages', to };
}
