import type { CheckLine, Connector, DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import { type ItemType, SternaError } from '@sterna/core';
import { QUOTAS } from './quotas.ts';
import { googleSettings, parseGoogleUrl } from './settings.ts';

/** Users, groups and spaces of a Google Workspace domain, by Google's own APIs with a service account that the domain delegated to. */
export const googleConnector: Connector = {
  name: 'google',
  title: 'Google Workspace',
  kinds: ['message', 'event', 'contact', 'task', 'setting', 'member', 'file', 'post'],
  itemTypes: ['mailbox', 'drive', 'group', 'team'],
  quotas: QUOTAS,
  canRead: true,
  canWrite: true,
  settings: googleSettings,
  schemes: ['google'],
  parseUrl: parseGoogleUrl,
  // The client is large: it is loaded when a domain is spoken to.
  async check(system: SystemConfig, address?: string, signal?: AbortSignal): Promise<readonly CheckLine[]> {
    return (await import('./check.ts')).checkGoogle(system, address, signal);
  },
  async *discover(system: SystemConfig, itemType: ItemType, signal?: AbortSignal): AsyncGenerator<DiscoveredItem> {
    const { discoverGroups, discoverUsers } = await import('./discover.ts');
    if (itemType === 'group') yield* discoverGroups(system, signal);
    else if (itemType === 'team') yield* (await import('./chat/discover.ts')).discoverSpaces(system, signal);
    else yield* discoverUsers(system, itemType, signal);
  },
  async open(request) {
    return (await import('./session.ts')).openSession(request);
  },
  async blueprint(request) {
    if (request.itemType === 'team') return (await import('./chat/blueprint.ts')).spacesBlueprint(request);
    mustBeGroup(request.itemType);
    return (await import('./groups/blueprint.ts')).groupBlueprint(request);
  },
  async *provision(request, blueprint) {
    if (request.itemType === 'team')
      return yield* (await import('./chat/provision.ts')).provisionSpaces(request, blueprint);
    mustBeGroup(request.itemType);
    yield* (await import('./groups/provision.ts')).provisionGroup(request, blueprint);
  },
};

/** @throws SternaError config `nothing-to-preprocess` */
function mustBeGroup(itemType: ItemType): void {
  if (itemType === 'group') return;
  throw new SternaError(
    'config',
    'nothing-to-preprocess',
    'Of Google, groups and spaces alone are made before their contents come.',
    {
      fix: 'Start it: a mailbox or drive has to be there already.',
    },
  );
}
