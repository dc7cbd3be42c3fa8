import { SternaError } from '@sterna/core';
import { statusOf } from '../graph/errors.ts';
import type { GroupContext } from './group.ts';

export const teamPath = ({ id }: Pick<GroupContext, 'id'>): string => `/teams/${id}`;

/** Teams hears of a new group some minutes later: https://learn.microsoft.com/en-us/graph/api/team-put-teams */
const MOST_TRIES = 4;
const WAIT_MS = 10_000;

/**
 * Makes the team of a group that has none; one that is there stays as it is.
 *
 * @throws SternaError transient `team-not-ready`
 */
export async function makeTeam({ client, path, directory }: GroupContext): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      await client.send({
        method: 'PUT',
        path: `${path}/team`,
        body: {},
        doing: 'making the team of the group',
        right: 'Team.Create',
        budget: directory,
        expected: [409],
      });
      return;
    } catch (thrown) {
      if (statusOf(thrown) !== 404) throw thrown;
      if (tries < MOST_TRIES) await client.clock.sleep(WAIT_MS, client.signal);
      else
        throw new SternaError('transient', 'team-not-ready', 'Teams doesn’t know the group yet.', {
          fix: 'Nothing to do: it does some minutes after the group was made, and Sterna tries again by itself.',
          cause: thrown,
        });
    }
}
