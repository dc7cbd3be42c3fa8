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

/**
 * Asks again, after longer and longer waits, until there is an answer: new groups are known to Teams and SharePoint later
 * than to the directory.
 *
 * @param waits Seconds before each further try
 */
export async function eventually<T>(
  { client, request }: Pick<Place, 'client' | 'request'>,
  waits: readonly number[],
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const seconds of [0, ...waits]) {
    if (seconds > 0) await client.clock.sleep(seconds * 1_000, request.signal);
    request.signal.throwIfAborted();
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  return undefined;
}
