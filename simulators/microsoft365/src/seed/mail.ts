import type { Seeder } from './seeder.ts';

export const seedMail: Seeder = () => {};
