/**
 * A simulator in a process of its own, so that it and the product have a processor each. `simulators.ts` forks it, and says
 * which one and with which options in one argument of JSON.
 */
import { type Options as GoogleOptions, startGoogle } from '@sterna/simulator-google';
import {
  groupsOf,
  isUnified,
  type Options as Microsoft365Options,
  mirrorSites,
  sitesOf,
  startMicrosoft365,
  teamsOf,
} from '@sterna/simulator-microsoft365';
import { furnishGroups, talk } from './furnish.ts';
import type { About, Report, Wanted } from './simulators.ts';

interface Running {
  readonly about: About;
  report(): Report;
}

const words = (failures: readonly unknown[]): string[] =>
  failures.map((failure) => (failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)));

async function google(options: GoogleOptions, { groups, spaces }: Pick<Wanted, 'groups' | 'spaces'>): Promise<Running> {
  const server = await startGoogle(options);
  const people = server.domains.map(
    ({ name, users }) => [name, [...users.values()].map(({ primaryEmail }) => primaryEmail)] as const,
  );
  return {
    about: {
      baseUrl: server.baseUrl,
      people: Object.fromEntries(people),
      keyFile: server.keyFile,
      furnished: {
        ...(groups === undefined ? {} : furnishGroups(server, groups)),
        ...(spaces === undefined ? {} : { spaces: talk(server, spaces) }),
      },
    },
    report: () => ({
      mailed: server.calendarMails.length + server.sharingMails.length,
      failures: words(server.failures),
    }),
  };
}

async function microsoft365(
  options: Microsoft365Options,
  { mirrored, made }: Pick<Wanted, 'mirrored' | 'made'>,
): Promise<Running> {
  const server = await startMicrosoft365(options);
  if (mirrored !== undefined) mirrorSites(server, mirrored.from, mirrored.to);
  for (const { path, name, displayName } of made?.sites ?? []) {
    const tenant = server.tenant(made?.domain as string);
    const sites = sitesOf(tenant);
    const parent = sites.byPath(path.slice(0, path.lastIndexOf('/')));
    const site = sites.create({
      name,
      displayName,
      at: server.clock.now(),
      ...(parent === undefined ? {} : { parent }),
    });
    for (const user of tenant.users.values()) if (user.purpose === 'user') site.users.ensure(user);
  }
  const byDomain = <T>(of: (tenant: (typeof server.tenants)[number]) => T): Record<string, T> =>
    Object.fromEntries(server.tenants.map((tenant) => [tenant.domain, of(tenant)]));
  const people = server.tenants.map(
    ({ domain, users }) =>
      [
        domain,
        [...users.values()].filter(({ purpose }) => purpose === 'user').map((user) => user.userPrincipalName),
      ] as const,
  );
  return {
    about: {
      baseUrl: server.baseUrl,
      people: Object.fromEntries(people),
      hosts: byDomain((tenant) => `https://${sitesOf(tenant).hostname}`),
      sites: byDomain((tenant) =>
        sitesOf(tenant)
          .all.filter(({ path, group }) => path !== '' && group === undefined)
          .map(({ path, name, displayName }) => ({ path, name, displayName })),
      ),
      groups: byDomain((tenant) => {
        const withTeam = new Set(teamsOf(tenant).all.map(({ group }) => group));
        return groupsOf(tenant)
          .all.filter((group) => isUnified(group) && !withTeam.has(group))
          .map(({ mail }) => mail ?? '');
      }),
      teams: byDomain((tenant) => teamsOf(tenant).all.map(({ group }) => group.mail ?? '')),
    },
    report: () => ({ mailed: server.invitations.length, failures: words(server.failures) }),
  };
}

const { system, options, ...prepared } = JSON.parse(process.argv[2] ?? '') as Wanted;
const running = await (system === 'google' ? google(options, prepared) : microsoft365(options, prepared));
process.send?.(running.about);
process.on('message', () => process.send?.(running.report()));
// Nobody is left to ask: nothing of it is worth keeping.
process.on('disconnect', () => process.exit(0));
