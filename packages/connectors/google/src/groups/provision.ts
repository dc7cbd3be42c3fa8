import {
  type Clock,
  eventually,
  failed,
  found,
  made,
  missing,
  missingUser,
  refusedLine,
  systemClock,
} from '@sterna/cloud-http';
import type { Blueprint, BlueprintMember, PlaceRequest, ProvisionLine } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { delegationFix } from '../api/delegated-tokens.ts';
import { statusOf } from '../api/errors.ts';
import { type Connection, connect } from '../connect.ts';
import { undelegated } from '../undelegated.ts';
import { accessFields, FIELDS_OF, readAccess, writeAccess } from './access.ts';
import { addMember, changeRole, directMembers, domainOf, googleRole, type Role, roleOf } from './directory-members.ts';
import { type GoogleGroup, GROUP_SCOPES, groupAt } from './find-group.ts';
import { type GroupApis, groupAddress, groupApis } from './group.ts';
import { GROUP_NEEDS } from './scopes.ts';

/**
 * Makes a group as a blueprint says, as far as it isn't there, and adds its people. Nobody is mailed.
 *
 * @throws SternaError config `admin-missing` | `bad-address`; auth | transient | throttled
 */
export async function* provisionGroup(
  request: PlaceRequest,
  blueprint: Blueprint,
  clock: Clock = systemClock,
): AsyncGenerator<ProvisionLine> {
  const connection = connect(request, clock);
  try {
    const apis = groupApis(connection, 'write');
    const address = groupAddress(request.address);
    yield* scopeLines(connection);
    const group = yield* ensureGroup(apis, address, blueprint);
    if (group !== undefined) yield* ensureMembers(apis, group, blueprint.members);
  } finally {
    connection.destroy();
  }
}

async function* scopeLines(connection: Connection): AsyncGenerator<ProvisionLine> {
  const { key, settings } = connection;
  // Of a token that was given nobody knows what it may.
  if (key === undefined || settings.admin === undefined) return;
  let isWhole = true;
  for (const { scopes, of } of GROUP_NEEDS) {
    const lacking = await undelegated(connection, scopes.write, settings.admin);
    if (lacking.length === 0) continue;
    isWhole = false;
    yield missing(`scope ${lacking.join(', ')}`, {
      reason: `It isn’t delegated to the service account, which so can’t write ${of}.`,
      fix: delegationFix(key.clientId, lacking),
    });
  }
  if (isWhole) yield found('scopes of the service account');
}

async function* ensureGroup(
  apis: GroupApis,
  address: string,
  blueprint: Blueprint,
): AsyncGenerator<ProvisionLine, GoogleGroup | undefined> {
  const what = `group ${address}`;
  try {
    const there = await groupAt(apis.directory, address);
    if (there !== undefined) {
      const isAlias = there.email.toLowerCase() !== address;
      yield found(what, isAlias ? `It is an alias of the group ${there.email}.` : undefined);
      yield* archiveLine(apis, there);
      return there;
    }
    const group = await make(apis, address, blueprint);
    yield made(what);
    yield* ensureAccess(apis, group, blueprint);
    return group;
  } catch (thrown) {
    yield statusOf(thrown) === 409
      ? failed(what, {
          reason: 'The address is that of a person, or of something else that isn’t a group.',
          fix: 'Give the entry another target address, or free this one in the Admin console; then preprocess again.',
        })
      : refusedLine(what, thrown);
    return undefined;
  }
}

/** Seconds before further looks at a new group: not every part of Google knows it at once. */
const WAITS = [1, 2, 4, 8, 15];

async function make(
  { directory }: GroupApis,
  email: string,
  { name, description = '' }: Blueprint,
): Promise<GoogleGroup> {
  const { body } = await directory.send<GoogleGroup>({
    method: 'POST',
    path: '/admin/directory/v1/groups',
    body: { email, name: name || email, description },
    doing: 'making the group',
    right: GROUP_SCOPES.write[0],
  });
  await eventually(directory, WAITS, () => groupAt(directory, body.id));
  return body;
}

/** A new group is set as the source's; it keeps its conversations, for those that are to come. */
async function* ensureAccess(
  { access }: GroupApis,
  { email }: GoogleGroup,
  { visibility = 'private', access: told }: Blueprint,
): AsyncGenerator<ProvisionLine> {
  const what = 'settings of the group';
  try {
    const fields = { ...FIELDS_OF[visibility], ...(told && accessFields(told)) };
    const now = await eventually(access, WAITS, () => readAccess(access, email).catch(notYet));
    if (now === undefined)
      throw new SternaError('object', 'group-not-ready', 'The new group’s settings can’t be reached yet.', {
        fix: 'Preprocess again in some minutes.',
      });
    await writeAccess(access, email, fields);
    yield made(what);
  } catch (thrown) {
    yield refusedLine(what, thrown);
  }
}

function notYet(thrown: unknown): undefined {
  if (statusOf(thrown) !== 404) throw thrown;
}

/** What was said goes into an archive that is on. */
async function* archiveLine({ access }: GroupApis, { email }: GoogleGroup): AsyncGenerator<ProvisionLine> {
  const what = 'archive of conversations';
  try {
    const { isArchived, archiveOnly } = await readAccess(access, email);
    if (archiveOnly === 'true')
      yield missing(what, {
        reason: 'The group is archived: it takes no mail any more.',
        fix: 'Open it in its settings in the target, if conversations are to come.',
      });
    else if (isArchived === 'false')
      yield missing(what, {
        reason: 'The group keeps no conversations.',
        fix: 'Switch conversation history on in its settings in the target, if conversations are to come.',
      });
  } catch (thrown) {
    yield refusedLine(what, thrown);
  }
}

const RANK: Readonly<Record<Role, number>> = { member: 0, manager: 1, owner: 2 };

/** Adds those who aren't there yet, and gives those who are what they lack; nobody loses a role. */
async function* ensureMembers(
  { directory }: GroupApis,
  { id, email: group }: GoogleGroup,
  wanted: readonly BlueprintMember[],
): AsyncGenerator<ProvisionLine> {
  let there: Map<string, { readonly id: string; readonly role: Role }>;
  try {
    const now = await directMembers(directory, id);
    there = new Map(now.map((one) => [(one.email ?? one.id).toLowerCase(), { id: one.id, role: roleOf(one) }]));
  } catch (thrown) {
    yield refusedLine('members', thrown);
    return;
  }
  let known = 0;
  for (const member of wanted) {
    const now = there.get(member.address.toLowerCase());
    if (now !== undefined && RANK[now.role] >= RANK[member.role]) {
      known += 1;
      continue;
    }
    const what = `${member.isGroup === true ? 'group ' : ''}${member.role} ${member.address}`;
    try {
      if (now !== undefined) {
        await changeRole(directory, id, now.id, googleRole(member.role));
        yield made(what);
      } else yield await add(directory, id, group, member, what);
    } catch (thrown) {
      yield refusedLine(what, thrown);
    }
  }
  if (known > 0) yield found(`${known} ${known === 1 ? 'member' : 'members'}`);
}

async function add(
  directory: GroupApis['directory'],
  id: string,
  group: string,
  wanted: BlueprintMember,
  what: string,
): Promise<ProvisionLine> {
  const added = await addMember(directory, id, wanted.address, googleRole(wanted.role));
  if (added.outcome === 'nobody') return notThere(wanted);
  if (added.outcome === 'refused')
    return failed(what, {
      reason:
        domainOf(wanted.address) === domainOf(group)
          ? 'The group doesn’t take them: a group that this one is in can’t be in it.'
          : 'The group takes nobody from outside.',
      fix: 'Allow members outside of the organization in the group’s settings, or name somebody else in the mapping table; then preprocess again.',
    });
  const isSuspended = added.member.status === 'SUSPENDED';
  return made(
    what,
    isSuspended ? 'They are suspended: they get nothing of the group until they are activated.' : undefined,
  );
}

function notThere(member: BlueprintMember): ProvisionLine {
  if (member.isGroup === true)
    return missing(`group ${member.address}`, {
      reason: 'A group within the group, which the target doesn’t have.',
      fix: 'Preprocess that one first, or name it in the mapping table; then preprocess again.',
    });
  return missingUser(member);
}
