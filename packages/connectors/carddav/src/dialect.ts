import { type DavDialect, escapeXml, type NewCollection, xml, xmlDocument } from '@sterna/dav';

/** CardDAV (RFC 6352). */
export const carddavDialect: DavDialect = {
  protocol: 'carddav',
  title: 'CardDAV address books',
  kinds: ['contact'],
  wellKnown: '/.well-known/carddav',
  homeSet: 'card:addressbook-home-set',
  resourceType: 'card:addressbook',
  data: 'card:address-data',
  multiget: 'card:addressbook-multiget',
  contentType: 'text/vcard; charset=utf-8',
  extension: '.vcf',
  collectionProperties: ['card:addressbook-description', 'card:supported-address-data'],
  uidConflicts: ['card:no-uid-conflict'],

  kindsOf: () => ['contact'],

  look(properties) {
    const description = properties.get('card:addressbook-description')?.text.trim();
    return description ? { description } : {};
  },

  findUid: (_kind, uid) => ({
    name: 'card:addressbook-query',
    inner:
      xml('d:prop', xml('d:getetag')) +
      xml(
        'card:filter',
        xml(
          'card:prop-filter',
          xml('card:text-match', escapeXml(uid), ' collation="i;octet" match-type="equals"'),
          ' name="UID"',
        ),
      ),
  }),

  // RFC 5689, RFC 6352 section 6.3.1.
  make: (collection: NewCollection) => ({
    method: 'MKCOL',
    body: xmlDocument(
      'd:mkcol',
      xml(
        'd:set',
        xml(
          'd:prop',
          [
            xml('d:resourcetype', `${xml('d:collection')}${xml('card:addressbook')}`),
            xml('d:displayname', escapeXml(collection.name)),
            ...(collection.description === undefined
              ? []
              : [xml('card:addressbook-description', escapeXml(collection.description))]),
          ].join(''),
        ),
      ),
    ),
  }),

  schedules: () => false,
};
