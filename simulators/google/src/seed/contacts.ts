import { type Counts, countFor } from '@sterna/simulator-kit';
import { contactsOf } from '../people/place.ts';
import { fillContacts } from '../people/sample.ts';
import type { Seeder } from './seeder.ts';

/** Ordinary contacts, beside the awkward ones. */
const CONTACTS: Counts = { small: [15, 0], medium: [120, 10], large: [700, 150, 10] };

/** The people that people know: contacts of the People API. */
export const seedContacts: Seeder = (cloud, domain, random, size) => {
  for (const [at, user] of [...domain.users.values()].entries()) {
    fillContacts(contactsOf(cloud, user), random, countFor(CONTACTS, size, at));
  }
};
