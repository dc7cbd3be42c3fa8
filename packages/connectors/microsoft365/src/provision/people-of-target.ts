import { missing, missingUser } from '@sterna/cloud-http';
import type { BlueprintMember, ProvisionLine } from '@sterna/connector-kit';
import type { Place } from './place.ts';

/** Somebody of a blueprint whom the target has. */
export interface KnownMember extends BlueprintMember {
  readonly id: string;
}

const AT_ONCE = 20;

/**
 * Those whom the target has, as the mapping names them; of the others why not. Who is both in the team and in a channel is
 * told once, with the team.
 */
export async function findPeople(
  place: Place,
  members: readonly BlueprintMember[],
): Promise<{ readonly known: readonly KnownMember[]; readonly lines: readonly ProvisionLine[] }> {
  const known: KnownMember[] = [];
  const lines: ProvisionLine[] = [];
  const people = members.filter(({ isGroup }) => isGroup !== true);
  for (let at = 0; at < people.length; at += AT_ONCE)
    await Promise.all(
      people.slice(at, at + AT_ONCE).map(async (member) => {
        const user = await place.people.withAddress(member.address);
        if (user === undefined) lines.push(notThere(member));
        else known.push({ ...member, id: user.id });
      }),
    );
  return { known, lines: [...lines, ...members.filter(({ isGroup }) => isGroup === true).map(nested)] };
}

function notThere(member: BlueprintMember): ProvisionLine {
  if (member.isGuest === true)
    return missing(`user ${member.address}`, {
      reason: 'A guest, whom the target hasn’t invited. Sterna invites nobody, for that mails them.',
      fix: 'Invite the guest in Microsoft Entra; then preprocess again.',
    });
  return missingUser(member);
}

const nested = ({ address }: BlueprintMember): ProvisionLine =>
  missing(`group ${address}`, {
    reason: 'A group within the group: a Microsoft 365 group holds people alone.',
    fix: 'Add those of its people who belong here.',
  });
