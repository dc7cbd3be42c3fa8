import { bareComponent, readCalendarObject } from '@sterna/content';
import { expandProperties, propertyOf, STAMP_PROPERTY, stampOf } from '../graph/stamp.ts';
import type { ItemKind } from '../outlook/item-kind.ts';
import { UID_PROPERTY } from '../outlook/kept.ts';
import { REPLACING_PROPERTY } from '../outlook/replacing.ts';
import { calendarPath, READ, WRITE } from './calendars.ts';
import type { GraphEvent } from './graph-event.ts';
import { uidOf } from './uid.ts';

export const eventKind: ItemKind<GraphEvent> = {
  kind: 'event',
  words: { one: 'an event', many: 'events', container: 'calendar' },
  rights: { read: READ, write: WRITE },
  collection: (context, container) => `${calendarPath(context, container)}/events`,

  /**
   * Always the whole calendar, in pages of versions: a series is one row of it, changed with its exceptions. Graph's
   * delta of a calendar is one of a view of at most five years, which neither tells what lies outside of it nor a series
   * as one.
   */
  delta: 'list',
  queries: {
    versions: { $select: 'id,changeKey' },
    keys: { $select: 'id,changeKey,iCalUId', $expand: expandProperties([UID_PROPERTY]) },
    stamps: { $select: 'id,iCalUId', $expand: expandProperties([STAMP_PROPERTY, UID_PROPERTY]) },
    look: {
      $select: 'id,changeKey,type,attendees,isOrganizer,hasAttachments',
      $expand: expandProperties([REPLACING_PROPERTY, STAMP_PROPERTY]),
    },
  },

  versionOf: ({ changeKey }) => changeKey,
  uidOf: ({ id, iCalUId, singleValueExtendedProperties }) =>
    propertyOf(singleValueExtendedProperties, UID_PROPERTY) ?? uidOf(iCalUId ?? id),
  stampOf: ({ singleValueExtendedProperties }) => stampOf(singleValueExtendedProperties),
  bare: (uid) => bareComponent('VEVENT', uid),
  exported: { uidIn: (raw) => readCalendarObject(raw, 'VEVENT').uid ?? '' },

  hasPreconditions: true,
  permanentDelete: ['half', 'expunge'],
};
