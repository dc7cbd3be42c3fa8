import { codeOf, statusOf } from '../graph/errors.ts';
import { grantedRights } from '../graph/granted-rights.ts';
import { teamPath } from '../groups/team.ts';
import type { Channels } from './channels.ts';
import { MESSAGE_RIGHTS } from './graph-teams.ts';

/** What a service answers that doesn't have it, or not for this channel. */
const REFUSED = [400, 403, 404, 405, 409, 501];

/**
 * Opens a channel for what was said in the past.
 *
 * @returns why it can't be opened and won't be, as the end of a sentence; undefined where it is open, or where the cause
 *   may go away (it is archived, another app has it, a permission is missing): who writes is told
 */
export async function lastingRefusal(channels: Channels, channelId: string, at: number): Promise<string | undefined> {
  const { client, id, settings, tokens, directory } = channels.context;
  let status: number | undefined;
  let code: string | undefined;
  try {
    await channels.start(channelId, at);
    return undefined;
  } catch (thrown) {
    status = statusOf(thrown);
    code = codeOf(thrown);
  }
  if (status === undefined || !REFUSED.includes(status)) return undefined;
  const channel = (await channels.list(true)).find((one) => one.id === channelId);
  if (channel === undefined || channel.isArchived === true || channel.migrationMode === 'inProgress') return undefined;
  const rights = grantedRights(await tokens.token(client.signal));
  if (rights !== undefined && !rights.includes(MESSAGE_RIGHTS.write)) return undefined;
  const { body } = await client.send<{ readonly isArchived?: boolean | null }>({
    method: 'GET',
    path: teamPath(id),
    query: { $select: 'isArchived' },
    doing: 'looking whether the team is archived',
    budget: directory,
  });
  if (body.isArchived === true) return undefined;
  // https://learn.microsoft.com/en-us/graph/api/channel-startmigration: of the clouds, the public one alone.
  if (settings.cloud !== 'global') return 'in this cloud Microsoft offers no way to write posts of the past';
  return `Teams refuses to open this channel for posts of the past (${[status, code].filter(Boolean).join(' ')})`;
}
