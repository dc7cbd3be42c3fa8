import { found, missing, refusedLine } from '@sterna/cloud-http';
import type { ProvisionLine } from '@sterna/connector-kit';
import { segment } from '../graph/client.ts';
import { GROUP_RIGHTS } from '../groups/find-group.ts';
import { type DirectoryPerson, isGuest } from '../groups/people.ts';
import type { Place } from './place.ts';

interface LicensedPerson extends DirectoryPerson {
  /** Absent of groups, and where the app may not see it. */
  readonly assignedPlans?: readonly {
    readonly service?: string | null;
    readonly capabilityStatus?: string | null;
  }[];
}

/** How `assignedPlans` call a service, and how people do: https://learn.microsoft.com/en-us/graph/api/resources/assignedplan */
const SERVICES = {
  group: [['SharePoint', 'SharePoint']],
  team: [
    ['TeamspaceAPI', 'Microsoft Teams'],
    ['SharePoint', 'SharePoint'],
  ],
} as const;

/** Which members can't use what is made for them, for want of a license of the vendor's. Guests need none. */
export async function* licenseLines(
  place: Place,
  groupId: string,
  of: 'group' | 'team',
): AsyncGenerator<ProvisionLine> {
  const what = 'licenses of the members';
  try {
    const members = await place.client.all<LicensedPerson>({
      method: 'GET',
      path: `/groups/${segment(groupId)}/members`,
      query: { $select: 'id,userPrincipalName,userType,assignedPlans', $top: 999 },
      doing: 'looking at the licenses of the members',
      right: GROUP_RIGHTS.read,
      budget: place.directory,
    });
    const people = members.filter((one) => one.assignedPlans !== undefined && !isGuest(one));
    const lacking = SERVICES[of].flatMap(([service, title]) => {
      const without = people.filter(({ assignedPlans = [] }) => !assignedPlans.some((plan) => isOf(plan, service)));
      return without.length === 0 ? [] : [lackingLine(title, without)];
    });
    if (lacking.length > 0) yield* lacking;
    else if (people.length > 0) yield found(what);
  } catch (thrown) {
    yield refusedLine(what, thrown);
  }
}

/** `Warning`: in its days of grace. */
const isOf = (
  { service, capabilityStatus }: NonNullable<LicensedPerson['assignedPlans']>[number],
  wanted: string,
): boolean =>
  service?.toLowerCase() === wanted.toLowerCase() && (capabilityStatus === 'Enabled' || capabilityStatus === 'Warning');

const lackingLine = (title: string, people: readonly LicensedPerson[]): ProvisionLine =>
  missing(`license for ${title} of ${people.map(({ userPrincipalName, id }) => userPrincipalName || id).join(', ')}`, {
    reason: 'They are members, and can’t open what is made for them.',
    fix: `Assign them a license with ${title} in the Microsoft 365 admin center.`,
  });
