import type { Inhabitants, Size } from '@sterna/simulator-kit';
import { Random } from '@sterna/simulator-kit';
import type { Cloud } from '../cloud.ts';
import { seedCalendar } from './calendar.ts';
import { seedContacts } from './contacts.ts';
import { provisionDrives, seedDrive } from './drive.ts';
import { seedGroups } from './groups.ts';
import { seedMail } from './mail.ts';
import { seedPeople } from './people.ts';
import type { Seeder } from './seeder.ts';
import { seedSites } from './sites.ts';
import { seedTeams } from './teams.ts';
import { seedTodo } from './todo.ts';

/** What each person has. */
const OF_PEOPLE: Readonly<Record<string, Seeder>> = {
  mail: seedMail,
  calendar: seedCalendar,
  contacts: seedContacts,
  todo: seedTodo,
  drive: seedDrive,
};
/** What belongs to several of the sample people. */
const SHARED: Readonly<Record<string, Seeder>> = {
  sites: seedSites,
  groups: seedGroups,
  teams: seedTeams,
};

/**
 * Who is put into a tenant shares nothing; see `addSampleTeam` and its like.
 *
 * @param empty The people only, nothing in their mailboxes: of all tenants, and then without drives; or of those with these domains
 */
export function seedCloud(
  cloud: Cloud,
  seed: string,
  size: Size,
  empty: boolean | readonly string[],
  inhabitants: Inhabitants,
): void {
  seedPeople(cloud, new Random(`${seed}/people`), size, inhabitants);
  for (const tenant of cloud.tenants) {
    if (empty === true) continue;
    if (empty !== false && empty.includes(tenant.domain)) {
      provisionDrives(tenant);
      continue;
    }
    const seeders = inhabitants[tenant.domain] === undefined ? { ...OF_PEOPLE, ...SHARED } : OF_PEOPLE;
    for (const [name, seeder] of Object.entries(seeders)) {
      seeder(cloud, tenant, new Random(`${seed}/${tenant.domain}/${name}`), size);
    }
  }
}
