import type { ContentKind } from '@sterna/core';
import { childrenOf, type DavDialect, escapeXml, type NewCollection, xml, xmlDocument } from '@sterna/dav';

const COMPONENT: Partial<Record<ContentKind, string>> = { event: 'VEVENT', task: 'VTODO' };

/** CalDAV (RFC 4791), with Apple's colors. */
export const caldavDialect: DavDialect = {
  protocol: 'caldav',
  title: 'CalDAV calendars and tasks',
  kinds: ['event', 'task'],
  wellKnown: '/.well-known/caldav',
  homeSet: 'cal:calendar-home-set',
  resourceType: 'cal:calendar',
  data: 'cal:calendar-data',
  multiget: 'cal:calendar-multiget',
  contentType: 'text/calendar; charset=utf-8',
  extension: '.ics',
  collectionProperties: ['cal:supported-calendar-component-set', 'cal:calendar-description', 'ical:calendar-color'],
  // The second is what Cyrus says of any event; it looks through all calendars of the user.
  uidConflicts: ['cal:no-uid-conflict', 'cal:unique-scheduling-object-resource'],

  kindsOf(properties) {
    const set = properties.get('cal:supported-calendar-component-set');
    const names = childrenOf(set, 'cal:comp').map((one) => one.attributes.name?.toUpperCase());
    // Without the property everything may be in it (RFC 4791 section 5.2.3).
    return names.length === 0
      ? ['event', 'task']
      : (['event', 'task'] as const).filter((kind) => names.includes(COMPONENT[kind]));
  },

  look(properties) {
    // Apple writes #RRGGBBAA.
    const color = /^#[0-9a-f]{6}/i.exec(properties.get('ical:calendar-color')?.text.trim() ?? '')?.[0];
    const description = properties.get('cal:calendar-description')?.text.trim();
    return {
      ...(color === undefined ? {} : { color: color.toUpperCase() }),
      ...(description ? { description } : {}),
    };
  },

  query: (kind) => ({
    name: 'cal:calendar-query',
    inner:
      xml('d:prop', `${xml('d:getetag')}${xml('d:getcontentlength')}`) +
      xml('cal:filter', compFilter('VCALENDAR', compFilter(COMPONENT[kind] ?? 'VEVENT'))),
  }),

  findUid: (kind, uid) => ({
    name: 'cal:calendar-query',
    inner:
      xml('d:prop', xml('d:getetag')) +
      xml(
        'cal:filter',
        compFilter(
          'VCALENDAR',
          compFilter(
            COMPONENT[kind] ?? 'VEVENT',
            xml('cal:prop-filter', xml('cal:text-match', escapeXml(uid), ' collation="i;octet"'), ' name="UID"'),
          ),
        ),
      ),
  }),

  make: (collection: NewCollection) => ({
    method: 'MKCALENDAR',
    body: xmlDocument(
      'cal:mkcalendar',
      xml(
        'd:set',
        xml(
          'd:prop',
          [
            xml('d:displayname', escapeXml(collection.name)),
            xml(
              'cal:supported-calendar-component-set',
              xml('cal:comp', '', ` name="${COMPONENT[collection.kind] ?? 'VEVENT'}"`),
            ),
            ...(collection.color === undefined ? [] : [xml('ical:calendar-color', escapeXml(collection.color))]),
            ...(collection.description === undefined
              ? []
              : [xml('cal:calendar-description', escapeXml(collection.description))]),
          ].join(''),
        ),
      ),
    ),
  }),

  // RFC 6638 section 2. A server that doesn't even say that it holds calendars (RFC 4791 section 5.1) may do anything.
  schedules: (dav) => hasToken(dav, 'calendar-auto-schedule') || !hasToken(dav, 'calendar-access'),
};

const hasToken = (dav: string, token: string): boolean =>
  dav.split(',').some((one) => one.trim().toLowerCase() === token);

const compFilter = (name: string, inner = ''): string => xml('cal:comp-filter', inner, ` name="${name}"`);
