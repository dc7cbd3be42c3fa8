import { Budget } from '@sterna/cloud-http';
import type { PlaceRequest } from '@sterna/connector-kit';
import type { Connection } from '../connect.ts';
import { People } from '../groups/people.ts';
import { TEAMS_LIMITS } from '../teams/limits.ts';

/** What making things works with: one tenant, no entry's contents. */
export interface Place extends Pick<Connection, 'client' | 'directory' | 'drive' | 'tokens'> {
  readonly people: People;
  readonly teams: Budget;
  readonly request: PlaceRequest;
}

export const placeOf = (connection: Connection, request: PlaceRequest): Place => {
  const { client, directory, drive, tokens } = connection;
  return {
    client,
    directory,
    drive,
    tokens,
    people: new People(client, directory),
    teams: new Budget(TEAMS_LIMITS, client.clock),
    request,
  };
};
