import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { instant, object, orNull } from '../outlook/input.ts';
import { type Channel, migrationOf } from './channel.ts';
import { limited } from './limits.ts';
import { forbidden, MIGRATE, onlyForApps, openChannelOf, openTeamOf, teams } from './place.ts';

const migrate = { permissions: [MIGRATE], ...limited } as const;
const CHANNEL = '/teams/{group}/channels/{channel}';

/** https://learn.microsoft.com/graph/api/channel-startmigration, …/channel-completemigration, …/team-completemigration */
export const migrationRoutes: Route[] = [
  { ...migrate, method: 'POST', path: `${CHANNEL}/startMigration`, handle: start },
  { ...migrate, method: 'POST', path: `${CHANNEL}/completeMigration`, handle: completeChannel },
  { ...migrate, method: 'POST', path: '/teams/{group}/completeMigration', handle: completeTeam },
];

const fields = object('startMigration', { conversationCreationDateTime: orNull(instant) });

/** Where the channel is in migration mode already, only the app that began it may go on. */
function start(call: Call): Reply {
  onlyForApps(call);
  const { channel } = openChannelOf(call);
  const { behaviour } = teams(call);
  if (!behaviour.hasMigrationMode) throw badRequest("Resource not found for the segment 'startMigration'.");
  const given = call.incoming.body.length === 0 ? {} : fields(call.json(), '');
  if (channel.membershipType !== 'standard' && !behaviour.migratesEveryChannel) {
    throw badRequest('Only a standard channel can be in migration mode.');
  }
  const running = migrationOf(channel);
  if (running !== undefined) {
    if (running.app !== call.identity.app.id) throw forbidden('Another app has the channel in migration mode.');
    if (behaviour.startMigrationTwice === 'refused') throw badRequest('The channel is in migration mode already.');
  }
  const wanted = given.conversationCreationDateTime;
  if (typeof wanted === 'string') {
    const at = Date.parse(wanted);
    if (at >= channel.createdAt) throw badRequest('conversationCreationDateTime must be older than the channel.');
    channel.originalCreatedAt ??= channel.createdAt;
    channel.createdAt = at;
    channel.migration = { app: call.identity.app.id, after: at };
  } else {
    // Without a date, nothing older than now can come in; what an earlier call allowed stays.
    channel.migration = running ?? { app: call.identity.app.id, after: call.now };
  }
  return noContent();
}

function complete(call: Call, channel: Channel): void {
  const running = migrationOf(channel);
  if (running === undefined) throw badRequest('The channel is not in migration mode.');
  if (running.app !== call.identity.app.id) throw forbidden('Another app has the channel in migration mode.');
  channel.migration = 'completed';
  for (const message of channel.messages.values()) {
    if (!message.hidden) continue;
    message.hidden = false;
    teams(call).touch(channel, message, call.now);
  }
}

function completeChannel(call: Call): Reply {
  onlyForApps(call);
  complete(call, openChannelOf(call).channel);
  return noContent();
}

/** The last step for a team that was made in migration mode; its channels come before it. */
function completeTeam(call: Call): Reply {
  onlyForApps(call);
  const team = openTeamOf(call);
  if (team.migration === undefined) throw badRequest('The team is not in migration mode.');
  if (team.migration !== call.identity.app.id) throw forbidden('Another app has the team in migration mode.');
  if ([...team.channels.values()].some((channel) => migrationOf(channel) !== undefined)) {
    throw badRequest('A channel of the team is still in migration mode.');
  }
  team.migration = undefined;
  return noContent();
}
