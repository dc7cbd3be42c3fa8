import type { Seeder } from './seeder.ts';

export const seedContacts: Seeder = () => {};
