import type { BatchResult } from '../graph/batch.ts';
import { expandProperties, propertyOf } from '../graph/stamp.ts';
import type { ItemReading } from '../outlook/item-reader.ts';
import { KEPT_PROPERTY, UID_PROPERTY } from '../outlook/kept.ts';
import { contactCard } from './contact-card.ts';
import type { GraphContact } from './graph-contact.ts';
import { contactKind } from './kind.ts';

const EXPAND = expandProperties([KEPT_PROPERTY, UID_PROPERTY]);

/** Each contact is asked for together with its picture. */
export const contactReading: ItemReading<GraphContact> = {
  kind: contactKind,
  atOnce: 10,
  requests: (path) => [
    { method: 'GET', path, query: { $expand: EXPAND } },
    { method: 'GET', path: `${path}/photo/$value`, expected: [404] },
  ],
  object(_context, contact, _path, [photo]) {
    return contactCard(
      contact,
      contactKind.uidOf(contact),
      pictureIn(photo as BatchResult),
      propertyOf(contact.singleValueExtendedProperties, KEPT_PROPERTY),
    );
  },
};

/** @throws SternaError what isn't this contact's own: a contact must not seem to have no picture */
function pictureIn(photo: BatchResult): Buffer | undefined {
  if ('error' in photo) {
    if (photo.error.class !== 'object') throw photo.error;
    return undefined;
  }
  // Within a batch, bytes come in Base64.
  return photo.status >= 300 || typeof photo.body !== 'string' ? undefined : Buffer.from(photo.body, 'base64');
}
