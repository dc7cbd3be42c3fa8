import { Random } from '@sterna/simulator-kit';
import type { Group } from '../groups/group.ts';
import type { Microsoft365 } from '../server.ts';
import type { Site } from '../sites/site.ts';
import { createSite } from '../sites/sites.ts';
import type { DirectoryUser } from '../state/tenant.ts';
import { teamsOf } from '../teams/store.ts';
import type { Team } from '../teams/team.ts';
import { addGroup, fillGroup, peopleOf } from './groups.ts';
import { SiteSeeding } from './sites.ts';
import { TeamSeeding } from './teams.ts';

/** A site, group or team that is put into a tenant, filled as the sample's own are. */
export interface SamplePlace {
  /** Of a site the last part of its address, else what stands before the @: nobody's in the tenant yet. */
  readonly name: string;
  readonly displayName: string;
  /** About so many, of all kinds; what each has beside is there for what is special about it. */
  readonly objects: number;
}

export function addSampleSite(server: Microsoft365, domain: string, place: SamplePlace): Site {
  const tenant = server.tenant(domain);
  const { name, displayName, objects } = place;
  const site = createSite(tenant, { name, displayName, at: CREATED });
  const share = (part: number): number => Math.max(1, Math.round(objects * part));
  new SiteSeeding(site, people(server, domain), randomOf(domain, place)).fill([
    share(0.3),
    share(0.1),
    share(0.3),
    share(0.3),
  ]);
  return site;
}

export function addSampleGroup(server: Microsoft365, domain: string, place: SamplePlace): Group {
  const tenant = server.tenant(domain);
  const { name: mailNickname, displayName, objects } = place;
  const random = randomOf(domain, place);
  const all = people(server, domain);
  const ids = all.map(({ id }) => id);
  const group = addGroup(tenant, random, {
    ...{ displayName, mailNickname, visibility: 'Private' },
    ...{ owners: ids.slice(0, 1), members: ids },
  });
  // A conversation has two or three posts.
  const [conversations, tasks] = [Math.ceil(objects / 3), Math.ceil(objects / 6)];
  fillGroup(server.cloud, tenant, random, group, { people: all, conversations, tasks });
  return group;
}

export function addSampleTeam(server: Microsoft365, domain: string, place: SamplePlace): Team {
  const tenant = server.tenant(domain);
  const { name: mailNickname, displayName, objects } = place;
  const nth = teamsOf(tenant).all.length;
  const seeding = new TeamSeeding(tenant, randomOf(domain, place), {
    ...{ nth, displayName, mailNickname },
    people: people(server, domain),
  });
  seeding.fill(Math.ceil(objects / CHANNELS), Math.ceil(objects / 10));
  return seeding.team;
}

const CREATED = Date.UTC(2022, 4, 2, 9);
/** Of a sample team. */
const CHANNELS = 5;
/** Who speaks with whom in a team. */
const FEWEST = 3;

/** Where there are too few, the same ones again. */
function people(server: Microsoft365, domain: string): readonly DirectoryUser[] {
  const all = peopleOf(server.tenant(domain));
  if (all.length === 0) throw new Error(`${domain} has nobody who could be in it`);
  return all.length >= FEWEST ? all : Array.from({ length: FEWEST }, (_, at) => all[at % all.length] as DirectoryUser);
}

const randomOf = (domain: string, { name }: SamplePlace): Random => new Random(`${domain}/places/${name}`);
