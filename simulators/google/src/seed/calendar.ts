import type { Seeder } from './seeder.ts';

export const seedCalendar: Seeder = () => {};
