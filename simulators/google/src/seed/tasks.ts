import { type Counts, countFor } from '@sterna/simulator-kit';
import { tasksOf } from '../tasks/place.ts';
import { fillTasks } from '../tasks/sample.ts';
import type { Seeder } from './seeder.ts';

/** Ordinary tasks, beside the awkward ones. */
const TASKS: Counts = { small: [10, 0], medium: [60, 5], large: [250, 80, 5] };

export const seedTasks: Seeder = (cloud, domain, random, size) => {
  for (const [at, user] of [...domain.users.values()].entries()) {
    fillTasks(tasksOf(cloud, user), random, countFor(TASKS, size, at));
  }
};
