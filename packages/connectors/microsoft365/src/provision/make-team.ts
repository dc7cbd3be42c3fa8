import { eventually, failed, found, made, refusedLine } from '@sterna/cloud-http';
import type { ProvisionLine } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { GraphGroup } from '../groups/find-group.ts';
import { peopleOf } from '../groups/people-of-group.ts';
import { putTeam, teamPath } from '../groups/team.ts';
import type { Place } from './place.ts';

interface FoundTeam {
  readonly id: string;
  readonly isArchived?: boolean | null;
}

export const LOOK_AT_TEAM_RIGHT = 'Team.ReadBasic.All';

/** Seconds before further tries: Teams hears of a group some minutes after the directory. */
const WAITS = [5, 10, 15];
const LATER_MS = 5 * 60_000;

/**
 * Gives the group a team, unless it has one.
 *
 * @returns whether its channels can be made
 * @throws SternaError transient `team-not-ready`: Teams doesn't know the new group yet
 */
export async function* ensureTeam(place: Place, group: GraphGroup): AsyncGenerator<ProvisionLine, boolean> {
  const what = `team ${group.displayName ?? group.id}`;
  try {
    const team = await find(place, group.id);
    if (team?.isArchived === true) {
      yield failed(what, {
        reason: 'It is there, but archived, and nothing in it can be changed.',
        fix: 'Restore it in the Teams admin center; then preprocess again.',
      });
      return false;
    }
    if (team !== undefined) {
      yield found(what);
      return true;
    }
    if ((await peopleOf(place, group.id)).owners.length === 0) {
      yield failed(what, {
        reason: 'Nobody owns the group, and a team can’t be made without an owner.',
        fix: 'Make somebody its owner, or map one of the source’s owners; then preprocess again.',
      });
      return false;
    }
    const isMade = await eventually(place.client, WAITS, async () =>
      (await putTeam(place.client, place.teams, group.id)) ? true : undefined,
    );
    if (isMade === undefined) throw notReady(place);
    yield made(what);
    return true;
  } catch (thrown) {
    yield refusedLine(what, thrown);
    return false;
  }
}

async function find({ client, teams }: Place, groupId: string): Promise<FoundTeam | undefined> {
  const { status, body } = await client.send<FoundTeam>({
    method: 'GET',
    path: teamPath(groupId),
    query: { $select: 'id,isArchived' },
    doing: 'looking the team up',
    right: LOOK_AT_TEAM_RIGHT,
    budget: teams,
    expected: [404],
  });
  return status === 404 ? undefined : body;
}

const notReady = ({ client }: Place): SternaError =>
  new SternaError('transient', 'team-not-ready', 'Teams doesn’t know the new group yet.', {
    fix: 'Nothing to do: Sterna tries again by itself.',
    retryAt: new Date(client.clock.now() + LATER_MS),
  });
