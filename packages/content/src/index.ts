export { addressesIn } from './addresses.ts';
export { bareComponent } from './calendar/bare-component.ts';
export {
  type CalendarName,
  type CalendarObject,
  readCalendar,
  readCalendarObject,
} from './calendar/calendar-object.ts';
export { calendarDifferences, isKnownZone, splitList } from './calendar/canonical.ts';
export { ianaOf, instantAt, offsetAt, UTC, wallAt, windowsOf, zoneLike } from './calendar/iana-zones.ts';
export {
  compact,
  dayText,
  durationOf,
  instantOf,
  isDay,
  type Moment,
  momentOf,
  momentProperty,
  wallText,
} from './calendar/moments.ts';
export { type Meeting, serverMeeting } from './calendar/scheduling.ts';
export { zonesFor } from './calendar/vtimezone.ts';
export { zoneOffset } from './calendar/zones.ts';
export { cardDifferences, convertCard } from './contact/convert-card.ts';
export { type Card, readCard } from './contact/read-card.ts';
export { textOfHtml } from './html.ts';
export {
  bytesIn,
  type Enclosed,
  envelopeOf,
  hashOf,
  type Kept,
  keptIn,
  notKept,
  referenceIn,
  referencesOf,
  withBytes,
  withoutBytes,
} from './kept.ts';
export {
  type Component,
  escapeText,
  firstValue,
  type Parameter,
  type Property,
  parameterOf,
  propertiesOf,
  unescapeText,
  withParameter,
} from './lines/content-line.ts';
export { decodeText } from './lines/read-lines.ts';
export { writeComponents } from './lines/write-lines.ts';
export * from './list-item/list-definition.ts';
export { type ListItem, readListItem, writeListItem } from './list-item/list-item.ts';
export { lastOwnerKept, type Member, readMember, writeMember } from './member/member.ts';
export { ALARMS, merged } from './merge.ts';
export * from './message-digest.ts';
export * from './message-match-key.ts';
export { type Page, type PageSection, readPage, type WebPart, writePage } from './page/page.ts';
export type { Person } from './person.ts';
export * from './pivot.ts';
export * from './pivots.ts';
export type { ChannelDefinition } from './post/channel-definition.ts';
export {
  type Mention,
  type Post,
  type PostAttachment,
  type PostImage,
  readPost,
  writePost,
} from './post/post.ts';
export { readMime } from './read-mime.ts';
export { filterName, looksForText } from './setting/filter.ts';
export { PASSED_OVER } from './setting/prepare.ts';
export { readSetting, writeSetting } from './setting/read-setting.ts';
export * from './setting/setting.ts';
export { titleOf } from './setting/title.ts';
export { TO_BE_EXPECTED, WAITS_FOR_OBJECT, waitsForObject } from './waits.ts';
