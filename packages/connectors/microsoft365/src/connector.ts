import type { Clock } from '@sterna/cloud-http';
import type { CheckLine, Connector, DiscoveredItem, SystemConfig } from '@sterna/connector-kit';
import type { ItemType } from '@sterna/core';
import { QUOTAS } from './quotas.ts';
import { microsoft365Settings, parseMicrosoft365Url } from './settings.ts';

/**
 * Mailboxes, drives, sites, groups and teams of Microsoft 365, by Microsoft Graph with an app's own sign-in.
 *
 * @param clock by which sessions keep to the vendor's limits
 */
export const microsoft365By = (clock?: Clock): Connector => ({
  name: 'microsoft365',
  title: 'Microsoft 365',
  kinds: ['message', 'event', 'contact', 'task', 'setting', 'member', 'file', 'listItem', 'page', 'post'],
  itemTypes: ['mailbox', 'drive', 'site', 'group', 'team'],
  quotas: QUOTAS,
  canRead: true,
  canWrite: true,
  settings: microsoft365Settings,
  schemes: ['microsoft365'],
  parseUrl: parseMicrosoft365Url,
  // The client is large: it is loaded when a tenant is spoken to.
  async check(system: SystemConfig, address?: string, signal?: AbortSignal): Promise<readonly CheckLine[]> {
    return (await import('./check.ts')).checkMicrosoft365(system, address, signal);
  },
  async *discover(system: SystemConfig, itemType: ItemType, signal?: AbortSignal): AsyncGenerator<DiscoveredItem> {
    const { discoverGroups, discoverUsers } = await import('./discover.ts');
    if (itemType === 'site') yield* (await import('./sites/discover.ts')).discoverSites(system, signal);
    else if (itemType === 'group' || itemType === 'team') yield* discoverGroups(system, itemType, signal);
    else yield* discoverUsers(system, itemType, signal);
  },
  async open(request) {
    return (await import('./session.ts')).openSession(request, clock);
  },
  async blueprint(request) {
    return (await import('./provision/blueprint.ts')).blueprintOf(request, clock);
  },
  async *provision(request, blueprint) {
    yield* (await import('./provision/provision.ts')).provisionAt(request, blueprint, clock);
  },
});

export const microsoft365Connector: Connector = microsoft365By();
