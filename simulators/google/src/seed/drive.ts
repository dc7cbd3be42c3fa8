import type { Seeder } from './seeder.ts';

export const seedDrive: Seeder = () => {};
