import { type Google, MIGRATION_SCOPES, startGoogle } from '@sterna/simulator-google';
import { MIGRATION_APP, type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import { googleOrganization } from './apis/google.ts';
import { tokenFor } from './apis/google-token.ts';
import { microsoftOrganization } from './apis/graph.ts';
import type { Organization } from './objects.ts';
import type { SystemSetUp } from './product.ts';

/** Three places of one organization: where it is, where it goes, and a place to come back to that was empty. */
export interface Stage {
  readonly places: readonly [Place, Place, Place];
  /** Bugs of the simulators themselves. */
  failures(): readonly unknown[];
  stop(): Promise<void>;
}

export interface Place {
  readonly name: string;
  readonly organization: Organization;
  readonly system: SystemSetUp;
}

export type Size = 'small' | 'large';
/** How many people move. */
const PEOPLE: Readonly<Record<Size, number>> = { small: 3, large: 50 };
const SEED_SIZE = { small: 'small', large: 'large' } as const;

export const PAIRS: Readonly<Record<string, (size: Size) => Promise<Stage>>> = {
  'google-microsoft365': async (size) => {
    const google = await startGoogle({ size: SEED_SIZE[size], empty: ['lamna.example'] });
    const middle = await startMicrosoft365({ size: SEED_SIZE[size], empty: ['contoso.example', 'fabrikam.example'] });
    return {
      places: [
        workspace('Nordwind', google, 'nordwind.example', size),
        microsoft('Fabrikam', middle, 'fabrikam.example', size),
        workspace('Lamna', google, 'lamna.example', size),
      ],
      failures: () => [...google.failures, ...middle.failures],
      async stop() {
        await Promise.all([google.stop(), middle.stop()]);
      },
    };
  },
  'microsoft365-microsoft365': async (size) => {
    const source = await startMicrosoft365({ size: SEED_SIZE[size], empty: ['fabrikam.example'] });
    const back = await startMicrosoft365({
      seed: 'back',
      size: SEED_SIZE[size],
      empty: ['contoso.example', 'fabrikam.example'],
    });
    return {
      places: [
        microsoft('Contoso', source, 'contoso.example', size),
        microsoft('Fabrikam', source, 'fabrikam.example', size),
        microsoft('Contoso again', back, 'contoso.example', size),
      ],
      failures: () => [...source.failures, ...back.failures],
      async stop() {
        await Promise.all([source.stop(), back.stop()]);
      },
    };
  },
};

function microsoft(name: string, server: Microsoft365, domain: string, size: Size): Place {
  const everybody = [...server.tenant(domain).users.values()]
    .filter(({ purpose }) => purpose === 'user')
    .map(({ userPrincipalName }) => userPrincipalName);
  const { baseUrl } = server;
  return {
    name,
    organization: microsoftOrganization(server, domain, everybody.slice(0, PEOPLE[size]), everybody),
    system: {
      name,
      connector: 'microsoft365',
      settings: { tenant: domain, clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl },
      password: MIGRATION_APP.secret,
    },
  };
}

function workspace(name: string, server: Google, domain: string, size: Size): Place {
  const everybody = [...server.domain(domain).users.values()].map(({ primaryEmail }) => primaryEmail);
  const { baseUrl, keyFile } = server;
  return {
    name,
    organization: googleOrganization(
      {
        baseUrl,
        token: (address) => tokenFor(keyFile, address, MIGRATION_SCOPES),
        mailed: () => server.calendarMails.length,
      },
      everybody.slice(0, PEOPLE[size]),
      everybody,
    ),
    system: { name, connector: 'google', settings: { baseUrl }, password: JSON.stringify(keyFile) },
  };
}
