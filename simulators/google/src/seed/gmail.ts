import type { Seeder } from './seeder.ts';

export const seedGmail: Seeder = () => {};
