import { DOCUMENTED_LIMITS, MIGRATION_APP, type Microsoft365, startMicrosoft365 } from '@sterna/simulator-microsoft365';
import type { SystemBody } from './project.ts';
import type { DemoSource } from './source.ts';
import { spendWeekEnd } from './week-end-microsoft365.ts';

/** Where everybody goes. */
export const TARGET = { name: 'Fabrikam', domain: 'fabrikam.example' } as const;
const SOURCE = { name: 'Contoso', domain: 'contoso.example' } as const;

/** Resource units of drives as a tenant of more than 50,000 licenses has them: nobody wants to wait for a demo. */
const LARGE_TENANT = { ...DOCUMENTED_LIMITS, drive: { perMinute: 6_250, perDay: 6_000_000 } };

/** The tenant that people go to is empty, and so is the other one where nobody leaves it. */
export const startTenants = (size: 'small' | 'medium' | 'large', isSource: boolean): Promise<Microsoft365> =>
  startMicrosoft365({ size, empty: isSource ? [TARGET.domain] : [TARGET.domain, SOURCE.domain], limits: LARGE_TENANT });

export const tenantSystem = ({ baseUrl }: Microsoft365, tenant: string): SystemBody => ({
  connector: 'microsoft365',
  settings: { tenant, clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl },
  password: MIGRATION_APP.secret,
});

/** @param server Its other tenant is the target, and ends with it */
export const fromMicrosoft365 = (server: Microsoft365): DemoSource => ({
  told: `Two Microsoft 365 tenants, ${SOURCE.domain} and ${TARGET.domain}, by a simulator of Microsoft Graph:`,
  baseUrl: server.baseUrl,
  name: SOURCE.name,
  system: tenantSystem(server, SOURCE.domain),
  people: [...server.tenant(SOURCE.domain).users.values()].map(({ userPrincipalName }) => userPrincipalName),
  spendWeekEnd: (people) => spendWeekEnd(server, people),
  mailed: () => server.invitations.length,
  stop: async () => undefined,
});
