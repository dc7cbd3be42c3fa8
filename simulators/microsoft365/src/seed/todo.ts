import type { Seeder } from './seeder.ts';

export const seedTodo: Seeder = () => {};
