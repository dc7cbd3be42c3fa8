import type { Call } from '../http/call.ts';
import type { Budget } from '../limits/throttle.ts';

/**
 * What of Teams' limits a request counts towards.
 * Source: learn.microsoft.com/graph/throttling-limits#microsoft-teams-service-limits.
 */
function budget(kind: NonNullable<Budget['teams']>['kind']) {
  return (call: Call): Budget => {
    const place = (name: string) => (call.route.path.includes(`{${name}}`) ? call.parameter(name) : undefined);
    return {
      app: call.identity.app.id,
      tenant: call.tenant.id,
      teams: { kind, team: place('group'), channel: place('channel') },
    };
  };
}

export const limited = { service: 'teams', budget: budget('other') } as const;
export const creating = { service: 'teams', budget: budget('createTeam') } as const;
export const readingMessages = { service: 'teams', budget: budget('readMessages') } as const;
export const posting = { service: 'teams', budget: budget('postMessage') } as const;
