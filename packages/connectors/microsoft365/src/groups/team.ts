import type { Budget } from '@sterna/cloud-http';
import { SternaError } from '@sterna/core';
import { type GraphClient, segment } from '../graph/client.ts';
import type { GroupContext } from './group.ts';

export const TEAM_SETTINGS_RIGHTS = { read: 'TeamSettings.Read.All', write: 'TeamSettings.ReadWrite.All' } as const;
export const MAKE_TEAM_RIGHT = 'Team.Create';

export const teamPath = (id: string): string => `/teams/${segment(id)}`;

/** Teams hears of a new group some minutes later: https://learn.microsoft.com/en-us/graph/api/team-put-teams */
const MOST_TRIES = 4;
const WAIT_MS = 10_000;

/** Makes the team of a group. @returns whether it has one now; false: Teams doesn't know the group (yet) */
export async function putTeam(client: GraphClient, budget: Budget, groupId: string): Promise<boolean> {
  const { status } = await client.send({
    method: 'PUT',
    path: `/groups/${segment(groupId)}/team`,
    body: {},
    doing: 'making the team of the group',
    right: MAKE_TEAM_RIGHT,
    budget,
    // 409: it has one, since just now.
    expected: [404, 409],
  });
  return status !== 404;
}

/**
 * Makes the team of a group that has none; one that is there stays as it is.
 *
 * @throws SternaError transient `team-not-ready`
 */
export async function makeTeam({ client, id, directory }: GroupContext): Promise<void> {
  for (let tries = 1; !(await putTeam(client, directory, id)); tries += 1) {
    if (tries === MOST_TRIES)
      throw new SternaError('transient', 'team-not-ready', 'Teams doesn’t know the group yet.', {
        fix: 'Nothing to do: it does some minutes after the group was made, and Sterna tries again by itself.',
      });
    await client.clock.sleep(WAIT_MS, client.signal);
  }
}
