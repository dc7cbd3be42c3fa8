import { type Clock, refusedLine, systemClock } from '@sterna/cloud-http';
import type { Blueprint, BlueprintMember, PlaceRequest, ProvisionLine } from '@sterna/connector-kit';
import { connect } from '../connect.ts';
import { licenseLines } from './licenses.ts';
import { ensureChannels } from './make-channels.ts';
import { ensureGroup, groupWantedAt } from './make-group.ts';
import { ensureMembers } from './make-members.ts';
import { ensureSite, ensureSiteOfGroup } from './make-site.ts';
import { ensureTeam } from './make-team.ts';
import { findPeople } from './people-of-target.ts';
import { type Place, placeOf } from './place.ts';
import { rightLines } from './rights.ts';

/**
 * Makes a group, team or site as a blueprint says, as far as it isn't there; each line tells of one thing. Everything is
 * found by its address, else by name and kind, so it can be done again at any time.
 *
 * @throws SternaError config `bad-address`; auth | transient | throttled
 */
export async function* provisionAt(
  request: PlaceRequest,
  blueprint: Blueprint,
  clock: Clock = systemClock,
): AsyncGenerator<ProvisionLine> {
  const connection = connect(request, clock);
  try {
    const place = placeOf(connection, request);
    yield* await rightLines(place, blueprint.site?.comesWith === 'group' ? ['group'] : []);
    if (request.itemType === 'site') yield* ensureSite(place, blueprint);
    else yield* ensureWhole(place, blueprint);
  } finally {
    connection.client.destroy();
  }
}

/** Who manages a group elsewhere is an owner here, as the pass has it, too. */
const ownerIfManager = (member: BlueprintMember): BlueprintMember =>
  member.role === 'manager' ? { ...member, role: 'owner' } : member;

/** People come before the team: who is in its group when it is made isn't told that they were added. */
async function* ensureWhole(place: Place, blueprint: Blueprint): AsyncGenerator<ProvisionLine> {
  let people: Awaited<ReturnType<typeof findPeople>>;
  try {
    people = await findPeople(place, blueprint.members.map(ownerIfManager));
  } catch (thrown) {
    yield refusedLine('people', thrown);
    people = { known: [], lines: [] };
  }
  yield* people.lines;
  const inPlace = yield* ensureGroup(place, groupWantedAt(place.request.address), blueprint, people.known);
  if (inPlace === undefined) return;
  const { group } = inPlace;
  yield* ensureMembers(place, inPlace, people.known);
  yield* licenseLines(place, group.id, place.request.itemType === 'team' ? 'team' : 'group');
  yield* ensureSiteOfGroup(place, group.id);
  if (place.request.itemType === 'team' && (yield* ensureTeam(place, group)))
    yield* ensureChannels(place, group.id, blueprint.channels);
}
