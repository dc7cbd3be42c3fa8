import { type Inhabitants, Random, type Size } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { seedCalendar } from './calendar.ts';
import { seedContacts } from './contacts.ts';
import { seedDrive } from './drive.ts';
import { seedGmail } from './gmail.ts';
import { type Clients, seedPeople } from './people.ts';
import type { Seeder } from './seeder.ts';
import { seedTasks } from './tasks.ts';

const SEEDERS: Readonly<Record<string, Seeder>> = {
  gmail: seedGmail,
  calendar: seedCalendar,
  contacts: seedContacts,
  tasks: seedTasks,
  drive: seedDrive,
};

/** @param empty The people only, nothing that they have: of all domains, or of those named */
export function seedCloud(
  cloud: Cloud,
  seed: string,
  size: Size,
  empty: boolean | readonly string[],
  inhabitants: Inhabitants,
): Clients {
  const clients = seedPeople(cloud, new Random(`${seed}/people`), size, inhabitants);
  for (const domain of cloud.domains) {
    if (empty === true || (empty !== false && empty.includes(domain.name))) continue;
    for (const [name, seeder] of Object.entries(SEEDERS)) {
      seeder(cloud, domain, new Random(`${seed}/${domain.name}/${name}`), size);
    }
  }
  return clients;
}
