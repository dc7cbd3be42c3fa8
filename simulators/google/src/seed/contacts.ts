import type { Seeder } from './seeder.ts';

/** The people that people know: contacts of the People API. */
export const seedContacts: Seeder = () => {};
