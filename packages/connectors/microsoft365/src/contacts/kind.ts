import { expandProperties, propertyOf, STAMP_PROPERTY, stampOf } from '../graph/stamp.ts';
import type { ItemKind } from '../outlook/item-kind.ts';
import { KEPT_PROPERTY, UID_PROPERTY } from '../outlook/kept.ts';
import { REPLACING_PROPERTY } from '../outlook/replacing.ts';
import { writeCard } from './contact-card.ts';
import { folderPath, READ, WRITE } from './contact-folders.ts';
import type { GraphContact } from './graph-contact.ts';

export const contactKind: ItemKind<GraphContact> = {
  kind: 'contact',
  words: { one: 'a contact', many: 'contacts', container: 'contact folder' },
  rights: { read: READ, write: WRITE },
  collection: folderPath,

  delta: 'token',
  queries: {
    versions: { $select: 'id,changeKey' },
    keys: { $select: 'id,changeKey', $expand: expandProperties([UID_PROPERTY]) },
    stamps: { $select: 'id', $expand: expandProperties([STAMP_PROPERTY]) },
    look: {
      $select: 'id,changeKey',
      $expand: expandProperties([KEPT_PROPERTY, REPLACING_PROPERTY, STAMP_PROPERTY]),
    },
  },

  versionOf: ({ changeKey }) => changeKey,
  uidOf: ({ id, singleValueExtendedProperties }) => propertyOf(singleValueExtendedProperties, UID_PROPERTY) ?? id,
  stampOf: ({ singleValueExtendedProperties }) => stampOf(singleValueExtendedProperties),
  bare: (uid) =>
    writeCard({ version: '3.0', properties: [{ group: undefined, name: 'UID', parameters: [], value: uid }] }),

  hasPreconditions: true,
  permanentDelete: ['half'],
};
