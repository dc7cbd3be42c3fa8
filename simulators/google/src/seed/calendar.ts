import { type Counts, countFor } from '@sterna/simulator-kit';
import { calendarsOf } from '../calendar/place.ts';
import { fillCalendars } from '../calendar/sample.ts';
import type { Seeder } from './seeder.ts';

/** Ordinary events, beside the awkward ones. */
const EVENTS: Counts = { small: [12, 0], medium: [60, 10], large: [600, 200, 10] };

export const seedCalendar: Seeder = (cloud, domain, random, size) => {
  const world = calendarsOf(cloud);
  const people = [...domain.users.values()].flatMap(({ primaryEmail }) => world.around.person(primaryEmail) ?? []);
  for (const [at, person] of people.entries()) {
    fillCalendars(world, person, people, random, countFor(EVENTS, size, at));
  }
};
