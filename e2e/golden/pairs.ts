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

export interface Scale {
  readonly size: Size;
  /** How many people move; undefined: as many as the size has. */
  readonly people: number | undefined;
  /** Of what people have; undefined: all of it. */
  readonly kinds: readonly string[] | undefined;
}

/** What can be moved and compared by itself. */
export const MAILBOX_KINDS: readonly string[] = ['message', 'event', 'contact', 'task', 'setting'];

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
};

const together = (simulators: Readonly<Record<string, Simulator>>): Pick<Stage, 'reports' | 'stop'> => ({
  reports: () =>
    Promise.all(Object.entries(simulators).map(async ([name, one]) => ({ name, ...(await one.report()) }))),
  async stop() {
    await Promise.all(Object.values(simulators).map((one) => one.stop()));
  },
});

const movers = (everybody: readonly string[], { size, people }: Scale): readonly string[] =>
  everybody.slice(0, people ?? PEOPLE[size]);

/** Paths of sites, and names of groups and teams, which are the same in each tenant; and whether settings are told. */
interface Shared {
  readonly sites: readonly string[];
  readonly groups: readonly string[];
  readonly teams: readonly string[];
  readonly settings: boolean;
}

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
  { sites, groups, teams, settings }: Shared = NOTHING,
): Place {
  const everybody = people[domain] ?? [];
  return {
    name,
    organization: microsoftOrganization(baseUrl, domain, {
      holders: [
        ...persons(movers(everybody, scale)),
        ...sites.map((path) => ({ type: 'site' as const, address: `${hosts?.[domain]}/${path}` })),
        ...groups.map((local) => ({ type: 'group' as const, address: `${local}@${domain}` })),
        ...teams.map((local) => ({ type: 'team' as const, address: `${local}@${domain}` })),
      ],
      everybody,
      withSettings: settings,
    }),
    system: {
      name,
      connector: 'microsoft365',
      settings: { tenant: domain, clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl },
      password: MIGRATION_APP.secret,
    },
  };
}

const withGmailsSettings = (place: Place, { about }: Simulator, domain: string): Place => ({
  ...place,
  organization: withSharedSettings(place.organization, about.baseUrl, domain),
});

const persons = (addresses: readonly string[]) => addresses.map((address) => ({ type: 'person' as const, address }));

/**
 * A project whose quotas nobody reaches: what is looked for here is what arrives, and two minutes of waiting for each mailbox
 * would show nothing of that. How near to the quotas a pass goes is measured by `npm run bench`.
 */
const MANY = 1_000_000_000;
const QUOTAS = { gmail: MANY, calendar: MANY, people: MANY, tasks: MANY, drive: MANY, directory: MANY };

function workspace(name: string, { about }: Simulator, domain: string, scale: Scale): Place {
  const { baseUrl, people } = about;
  const everybody = people[domain] ?? [];
  const keyFile = about.keyFile as ServiceAccountKey;
  return {
    name,
    organization: googleOrganization(baseUrl, (address) => tokenFor(keyFile, address, MIGRATION_SCOPES), {
      holders: persons(movers(everybody, scale)),
      everybody,
      kinds: scale.kinds,
    }),
    system: {
      name,
      connector: 'google',
      settings: { baseUrl, unitsPerMinute: QUOTAS, projectUnitsPerMinute: QUOTAS },
      password: JSON.stringify(keyFile),
    },
  };
}
