import type { Clock } from '@sterna/cloud-http';
import type { Blueprint, BlueprintMember, PlaceRequest, ProvisionLine } from '@sterna/connector-kit';
import type { ItemType } from '@sterna/core';
import { groupsOf, MIGRATION_APP, type Microsoft365, teamsOf, VirtualClock } from '@sterna/simulator-microsoft365';
import { blueprintOf } from '../../src/provision/blueprint.ts';
import { provisionAt } from '../../src/provision/provision.ts';
import { startSimulator } from '../simulator.ts';

/** contoso with groups, teams and sites, fabrikam with people alone. */
export const startTenants = (): Promise<Microsoft365> =>
  startSimulator({ empty: ['fabrikam.example'], clock: new VirtualClock() });

/** Pauses take no time, but have passed for the tenants too. */
export const hurried = ({ clock }: Microsoft365): Clock => ({
  now: () => clock.now(),
  sleep: async (ms) => (clock as VirtualClock).advance(ms),
});

export function request(server: Microsoft365, domain: string, itemType: ItemType, address: string): PlaceRequest {
  return {
    system: {
      settings: { tenant: domain, clientId: MIGRATION_APP.id, baseUrl: server.baseUrl, loginUrl: server.baseUrl },
      credentials: { password: MIGRATION_APP.secret },
    },
    itemType,
    address,
    signal: new AbortController().signal,
  };
}

/** As a mapping of contoso.example to fabrikam.example says it. */
export function mapped(blueprint: Blueprint): Blueprint {
  const at = (member: BlueprintMember): BlueprintMember =>
    member.address.endsWith('@contoso.example')
      ? { ...member, address: member.address.replace('@contoso.', '@fabrikam.'), mappedFrom: member.address }
      : member;
  return {
    ...blueprint,
    members: blueprint.members.map(at),
    channels: blueprint.channels.map((channel) => ({ ...channel, members: channel.members.map(at) })),
  };
}

export const blueprintAt = async (server: Microsoft365, itemType: ItemType, address: string): Promise<Blueprint> =>
  mapped(await blueprintOf(request(server, 'contoso.example', itemType, address), hurried(server)));

/** @param most lines after which it is left */
export async function provisionTo(
  server: Microsoft365,
  address: string,
  blueprint: Blueprint,
  most = Number.POSITIVE_INFINITY,
): Promise<ProvisionLine[]> {
  const lines: ProvisionLine[] = [];
  const asked = request(server, 'fabrikam.example', blueprint.itemType, address);
  for await (const line of provisionAt(asked, blueprint, hurried(server))) {
    lines.push(line);
    if (lines.length >= most) break;
  }
  return lines;
}

export interface GroupInTenant {
  readonly nickname: string;
  readonly name: string;
  readonly description: string | null;
  readonly visibility: string | null;
  readonly owners: readonly string[];
  readonly members: readonly string[];
  readonly channels: readonly object[];
}

/** All that a tenant's groups are, with the people's names alone: equal for a group and its like in another tenant. */
export function groupsIn(server: Microsoft365, domain: string): GroupInTenant[] {
  const tenant = server.tenant(domain);
  const groups = groupsOf(tenant);
  const names = (ids: Iterable<string>): string[] =>
    [...ids]
      .flatMap((id) => {
        const object = groups.object(id);
        return object?.kind === 'user' ? (object.user.mail.split('@')[0] ?? '') : [];
      })
      .sort();
  return groups.all
    .filter(({ groupTypes }) => groupTypes.includes('Unified'))
    .map((group) => ({
      nickname: group.mailNickname,
      name: group.displayName,
      description: group.description,
      visibility: group.visibility,
      owners: names(group.owners),
      members: names(group.members),
      channels: [...(teamsOf(tenant).byId(group.id)?.channels.values() ?? [])].map((channel) => ({
        name: channel.displayName,
        kind: channel.membershipType,
        description: channel.description,
        owners: names([...channel.members].filter(([, role]) => role === 'owner').map(([id]) => id)),
        members: names(channel.members.keys()),
      })),
    }));
}
