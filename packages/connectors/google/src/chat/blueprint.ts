import { type Clock, systemClock } from '@sterna/cloud-http';
import type { Blueprint, BlueprintChannel, BlueprintMember, PlaceRequest } from '@sterna/connector-kit';
import { type Member, readMember } from '@sterna/content';
import { connect } from '../connect.ts';
import { chatContextOf } from './context.ts';
import { SpaceMembers } from './members.ts';
import { Spaces } from './spaces.ts';

/** For a session that makes nothing. */
const NOBODY = '00000000';

/**
 * What a team is that its spaces are, without what was said there.
 *
 * @throws SternaError config `admin-missing` | `bad-address` | `space-not-found` | `space-ambiguous`; auth | transient
 */
export async function spacesBlueprint(request: PlaceRequest, clock: Clock = systemClock): Promise<Blueprint> {
  const connection = connect(request, clock);
  try {
    const spaces = new Spaces(chatContextOf(connection, { ...request, role: 'read', installation: NOBODY }));
    const members = new SpaceMembers(spaces);
    const inside = async (container: string | undefined): Promise<readonly BlueprintMember[]> =>
      container === undefined
        ? []
        : (await members.list(container))
            .filter(({ passedOver }) => passedOver === undefined)
            .map(({ body }) => memberOf(readMember(body)));
    const [all, ...own] = await members.containers();
    const channels: BlueprintChannel[] = [];
    for (const one of await spaces.list()) {
      const { space, channel, id } = one;
      const { membership } = await spaces.definitionOf(one);
      const about = space.spaceDetails?.description;
      channels.push({
        name: channel ?? space.displayName ?? id,
        kind: membership,
        ...(channel === undefined ? { isDefault: true as const } : {}),
        ...(about ? { description: about } : {}),
        members: await inside(membership === 'private' ? own.find(({ path }) => path[1] === channel)?.id : undefined),
      });
    }
    const [first] = await spaces.list();
    const description = first?.space.spaceDetails?.description;
    return {
      itemType: 'team',
      name: first?.space.displayName ?? request.address,
      ...(description ? { description } : {}),
      visibility: 'private',
      members: await inside(all?.id),
      channels,
    };
  } finally {
    connection.destroy();
  }
}

const memberOf = ({ who, role, isExternal }: Member): BlueprintMember => ({
  address: who.address,
  ...(who.name === undefined ? {} : { name: who.name }),
  role,
  ...(isExternal === true ? { isGuest: true as const } : {}),
});
