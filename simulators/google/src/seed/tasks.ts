import type { Seeder } from './seeder.ts';

export const seedTasks: Seeder = () => {};
