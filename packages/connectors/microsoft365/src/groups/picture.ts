import type { GroupPicture } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { statusOf } from '../graph/errors.ts';
import { GROUP_RIGHTS } from './find-group.ts';
import type { GroupContext } from './group.ts';
import { TEAM_SETTINGS_RIGHTS, teamPath } from './team.ts';

/** The largest that Graph takes: https://learn.microsoft.com/en-us/graph/api/profilephoto-update */
export const MOST_PICTURE_BYTES = 4 * 1024 * 1024;

/** A team's picture and its group's are one; each has a permission of its own, and an entry of a team has the team's. */
const placeOf = ({ isTeam, id, path }: GroupContext) =>
  isTeam
    ? ({ path: `${teamPath(id)}/photo/$value`, rights: TEAM_SETTINGS_RIGHTS } as const)
    : ({ path: `${path}/photo/$value`, rights: GROUP_RIGHTS } as const);

/** Undefined where nobody has chosen one, or the team isn't there yet. */
export async function readPicture(context: GroupContext): Promise<GroupPicture | undefined> {
  const { path, rights } = placeOf(context);
  try {
    const answer = await context.client.open({
      method: 'GET',
      path,
      doing: 'reading the picture of the group',
      right: rights.read,
      budget: context.directory,
    });
    const chunks: Buffer[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    const contentType = answer.header('content-type')?.split(';')[0] ?? 'image/jpeg';
    return { type: 'group-picture', contentType, base64: Buffer.concat(chunks).toString('base64') };
  } catch (thrown) {
    if (statusOf(thrown) !== 404) throw thrown;
    return undefined;
  }
}

/** @throws SternaError object `picture-not-taken`: nothing else waits for it */
export async function writePicture(context: GroupContext, { contentType, base64 }: GroupPicture): Promise<void> {
  const { path, rights } = placeOf(context);
  try {
    await context.client.send({
      method: 'PUT',
      path,
      headers: { 'content-type': contentType },
      body: Buffer.from(base64, 'base64'),
      doing: 'changing the picture of the group',
      right: rights.write,
      budget: context.directory,
      repeatable: true,
    });
  } catch (thrown) {
    const status = statusOf(thrown) ?? 0;
    if (status < 400 || status > 413 || status === 401 || status === 408) throw thrown;
    throw new SternaError('object', 'picture-not-taken', 'The target doesn’t take the picture of the group.', {
      fix: `Put it there by hand, or see that the app has ${rights.write} and the picture is an image below 4 MB; then start a delta pass.`,
      cause: thrown,
    });
  }
}
