import { MIGRATION_SCOPES } from '@sterna/simulator-google';
import { MIGRATION_APP } from '@sterna/simulator-microsoft365';
import { googleOrganization } from './apis/google.ts';
import { type ServiceAccountKey, tokenFor } from './apis/google-token.ts';
import { microsoftOrganization } from './apis/graph.ts';
import { withSharedSettings } from './apis/graph-shared-settings.ts';
import type { Organization } from './objects.ts';
import type { SystemSetUp } from './product.ts';
import { type Report, Simulator } from './simulators.ts';

/** Three places of one organization: where it is, where it goes, and a place to come back to that was empty. */
export interface Stage {
  readonly places: readonly [Place, Place, Place];
  /** Content that both systems have a place for; undefined: all of it. */
  readonly kinds?: readonly string[];
  /** What the simulators say of themselves, by name. */
  reports(): Promise<readonly (Report & { readonly name: string })[]>;
  stop(): Promise<void>;
}

export interface Place {
  readonly name: string;
  readonly organization: Organization;
  readonly system: SystemSetUp;
}

export type Size = 'small' | 'large';
/** How many people move, and how many sites and teams where both systems have them. */
const PEOPLE: Readonly<Record<Size, number>> = { small: 8, large: 50 };
/** An organization of 200,000 objects. */
const PEOPLE_OF_TENANT: Readonly<Record<Size, number>> = { small: 8, large: 78 };
const SITES: Readonly<Record<Size, number>> = { small: 3, large: 40 };
const GROUPS: Readonly<Record<Size, number>> = { small: 2, large: 60 };
const TEAMS: Readonly<Record<Size, number>> = { small: 2, large: 30 };
const GOOGLE_GROUPS: Readonly<Record<Size, number>> = { small: 6, large: 60 };
/** Spaces that belong together, and how often everything is said in each. */
const TALK: Readonly<Record<Size, { readonly count: number; readonly rounds: number }>> = {
  small: { count: 1, rounds: 1 },
  large: { count: 12, rounds: 6 },
};
const GOOGLE = ['nordwind.example', 'lamna.example'] as const;
const MICROSOFT = ['contoso.example', 'fabrikam.example'] as const;

export interface Scale {
  readonly size: Size;
  /** How many people move; undefined: as many as the size has. */
  readonly people: number | undefined;
  /** Of what people have; undefined: all of it. */
  readonly kinds: readonly string[] | undefined;
}

export const PAIRS: Readonly<Record<string, (scale: Scale) => Promise<Stage>>> = {
  'google-microsoft365': async (scale) => {
    const { size } = scale;
    const [google, middle] = await Promise.all([
      Simulator.start({ system: 'google', options: { size, empty: ['lamna.example'] } }),
      Simulator.start({ system: 'microsoft365', options: { size, empty: ['contoso.example', 'fabrikam.example'] } }),
    ]);
    return {
      places: [
        workspace('Nordwind', google, 'nordwind.example', scale),
        withGmailsSettings(microsoft('Fabrikam', middle, 'fabrikam.example', scale), middle, 'fabrikam.example'),
        workspace('Lamna', google, 'lamna.example', scale),
      ],
      ...together({ 'the simulator of Google': google, 'the simulator of Microsoft 365': middle }),
    };
  },
  'microsoft365-microsoft365': async ({ people, ...wanted }) => {
    const { size } = wanted;
    const scale = { ...wanted, people: people ?? PEOPLE_OF_TENANT[size] };
    const source = await Simulator.start({
      system: 'microsoft365',
      options: { size, empty: ['fabrikam.example'] },
      mirrored: { from: 'contoso.example', to: 'fabrikam.example' },
    });
    const shared = sharedOf(source, 'contoso.example', size);
    const back = await Simulator.start({
      system: 'microsoft365',
      options: { seed: 'back', size, empty: ['contoso.example', 'fabrikam.example'] },
      made: { domain: 'contoso.example', sites: source.about.sites?.['contoso.example'] ?? [] },
    });
    return {
      places: [
        microsoft('Contoso', source, 'contoso.example', scale, shared),
        microsoft('Fabrikam', source, 'fabrikam.example', scale, shared),
        microsoft('Contoso again', back, 'contoso.example', scale, shared),
      ],
      ...together({ 'the first simulator': source, 'the second simulator': back }),
    };
  },
  'google-groups': async (scale) => {
    const { size } = scale;
    const [google, other] = await Promise.all([
      Simulator.start({
        system: 'google',
        options: { size, empty: GOOGLE },
        groups: { from: GOOGLE[0], into: GOOGLE[1], count: GOOGLE_GROUPS[size] },
      }),
      Simulator.start({ system: 'microsoft365', options: { size, empty: MICROSOFT } }),
    ]);
    const { groups = [], aliases = [] } = google.about.furnished ?? {};
    return {
      places: [
        workspace('Nordwind', google, GOOGLE[0], scale, { groups, aliases }),
        workspace('Lamna', google, GOOGLE[1], scale, { groups, aliases }),
        microsoft('Fabrikam', other, MICROSOFT[1], scale, { ...NOTHING, groups, aliases, sharedTerms: true }),
      ],
      kinds: ['member', 'setting'],
      ...together({ 'the simulator of Google': google, 'the simulator of Microsoft 365': other }),
    };
  },
  'chat-teams': async (scale) => {
    const { size } = scale;
    const [google, middle] = await Promise.all([
      Simulator.start({
        system: 'google',
        options: { size, empty: GOOGLE },
        spaces: { domain: GOOGLE[0], ...TALK[size] },
      }),
      Simulator.start({ system: 'microsoft365', options: { size, empty: MICROSOFT } }),
    ]);
    const { spaces = [] } = google.about.furnished ?? {};
    const teams = spaces.map((name) => name.toLowerCase().replaceAll(' ', '-'));
    return {
      places: [
        workspace('Nordwind', google, GOOGLE[0], scale, { spaces }),
        microsoft('Fabrikam', middle, MICROSOFT[1], scale, { ...NOTHING, teams, sharedTerms: true }),
        workspace('Lamna', google, GOOGLE[1], scale, { spaces }),
      ],
      kinds: ['member', 'post'],
      ...together({ 'the simulator of Google': google, 'the simulator of Microsoft 365': middle }),
    };
  },
};

const together = (simulators: Readonly<Record<string, Simulator>>): Pick<Stage, 'reports' | 'stop'> => ({
  reports: () =>
    Promise.all(Object.entries(simulators).map(async ([name, one]) => ({ name, ...(await one.report()) }))),
  async stop() {
    await Promise.all(Object.values(simulators).map((one) => one.stop()));
  },
});

/** Systems have other numbers of people; groups, which come behind them, are at the same place in each. */
const withGroups = (
  people: readonly string[],
  domain: string,
  groups: readonly string[],
  { size }: Scale,
): readonly string[] =>
  groups.length === 0 ? people : [...people.slice(0, PEOPLE[size]), ...groups.map((local) => `${local}@${domain}`)];

const movers = (everybody: readonly string[], { size, people }: Scale): readonly string[] =>
  everybody.slice(0, people ?? PEOPLE[size]);

/** Paths of sites, and names of groups and teams, which are the same in each tenant; and whether settings are told. */
interface Shared {
  readonly sites: readonly string[];
  readonly groups: readonly string[];
  readonly teams: readonly string[];
  readonly settings: boolean;
  /** Of groups and teams what Google has as well, in the terms of both; and nobody's mailbox. */
  readonly sharedTerms?: boolean;
  /** Other addresses of groups. */
  readonly aliases?: readonly string[];
}

/**
 * Quotas that nobody reaches: what is looked for here is what arrives, and two minutes of waiting for each mailbox, or for the
 * units that a tenant has, would show nothing of that. How near to the quotas a pass goes is measured by `npm run bench`.
 */
const MANY = 1_000_000_000;
const QUOTAS = {
  ...{ gmail: MANY, calendar: MANY, people: MANY, tasks: MANY, drive: MANY },
  ...{ directory: MANY, groupsSettings: MANY, chat: MANY },
};

const NOTHING: Shared = { sites: [], groups: [], teams: [], settings: false };

function sharedOf({ about }: Simulator, domain: string, size: Size): Shared {
  return {
    sites: (about.sites?.[domain] ?? []).slice(0, SITES[size]).map(({ path }) => path),
    groups: (about.groups?.[domain] ?? []).slice(0, GROUPS[size]).map(localPart),
    teams: (about.teams?.[domain] ?? []).slice(0, TEAMS[size]).map(localPart),
    settings: true,
  };
}

const localPart = (address: string): string => address.split('@')[0] as string;

function microsoft(
  name: string,
  { about: { baseUrl, people, hosts } }: Simulator,
  domain: string,
  scale: Scale,
  { sites, groups, teams, settings, sharedTerms = false, aliases = [] }: Shared = NOTHING,
): Place {
  const everybody = withGroups(
    people[domain] ?? [],
    domain,
    aliases.length === 0 ? [] : [...groups, ...aliases],
    scale,
  );
  return {
    name,
    organization: microsoftOrganization(baseUrl, domain, {
      holders: [
        ...(sharedTerms ? [] : persons(movers(everybody, scale))),
        ...sites.map((path) => ({ type: 'site' as const, address: `${hosts?.[domain]}/${path}` })),
        ...groups.map((local) => ({ type: 'group' as const, address: `${local}@${domain}` })),
        ...teams.map((local) => ({ type: 'team' as const, address: `${local}@${domain}` })),
      ],
      everybody,
      withSettings: settings,
      sharedTerms,
    }),
    system: {
      name,
      connector: 'microsoft365',
      settings: {
        ...{ tenant: domain, clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl },
        resourceUnitsPerMinute: MANY,
      },
      password: MIGRATION_APP.secret,
    },
  };
}

const withGmailsSettings = (place: Place, { about }: Simulator, domain: string): Place => ({
  ...place,
  organization: withSharedSettings(place.organization, about.baseUrl, domain),
});

const persons = (addresses: readonly string[]) => addresses.map((address) => ({ type: 'person' as const, address }));

/** @param of names of spaces, or groups and their aliases before the @, instead of people */
function workspace(
  name: string,
  { about }: Simulator,
  domain: string,
  scale: Scale,
  of: Partial<Pick<Shared, 'groups' | 'aliases'>> & { readonly spaces?: readonly string[] } = {},
): Place {
  const { baseUrl, people } = about;
  const { spaces = [], groups = [], aliases = [] } = of;
  const isOfPeople = spaces.length === 0 && groups.length === 0;
  const [admin] = people[domain] ?? [];
  const everybody = withGroups(people[domain] ?? [], domain, [...groups, ...aliases], scale);
  const keyFile = about.keyFile as ServiceAccountKey;
  return {
    name,
    organization: googleOrganization(baseUrl, (address) => tokenFor(keyFile, address, MIGRATION_SCOPES), {
      holders: [
        ...(isOfPeople ? persons(movers(everybody, scale)) : []),
        ...spaces.map((address) => ({ type: 'team' as const, address })),
        ...groups.map((local) => ({ type: 'group' as const, address: `${local}@${domain}` })),
      ],
      everybody,
      kinds: scale.kinds,
    }),
    system: {
      name,
      connector: 'google',
      settings: {
        baseUrl,
        unitsPerMinute: QUOTAS,
        projectUnitsPerMinute: QUOTAS,
        ...(isOfPeople ? {} : { admin, spaceWritesPerMinute: 1_000_000 }),
      },
      password: JSON.stringify(keyFile),
    },
  };
}
