import type { Change, ChangePage } from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import { reasonsOf } from '../api/errors.ts';
import { formatCursor, parseCursor } from '../items/cursor.ts';
import type { PartContext } from '../part.ts';
import { idOf, type Person, versionOf } from './person.ts';
import { READ } from './scopes.ts';

export interface ConnectionPage {
  readonly connections?: readonly Person[];
  readonly nextPageToken?: string;
  readonly nextSyncToken?: string;
  readonly totalItems?: number;
}

export const CONNECTIONS = '/v1/people/me/connections';
export const PAGE = 1_000;
/** All of it must be the same in each request of a sync. */
const QUERY = { personFields: 'metadata', pageSize: PAGE, requestSyncToken: true } as const;

/**
 * What changed since a cursor, or all of it. Tokens live for seven days.
 * https://developers.google.com/people/api/rest/v1/people.connections/list
 */
export async function* contactChanges(context: PartContext, given: string | undefined): AsyncGenerator<ChangePage> {
  const cursor = parseCursor(given);
  const pages = cursor === undefined ? undefined : await listed(context, { ...QUERY, syncToken: cursor.token });
  if (cursor === undefined || pages === undefined) {
    const all = await listed(context, QUERY);
    if (all === undefined) throw endless();
    yield* told(all, 'full', all.people.length);
    return;
  }
  yield* told(pages, 'delta', pages.people.length === 0 ? cursor.total : await countContacts(context));
}

interface Listed {
  readonly people: readonly Person[];
  readonly token: string;
}

const endless = (): SternaError =>
  new SternaError('transient', 'service-answer-invalid', 'The answer to listing the contacts has no end.');

/** Undefined: the token isn't honoured any more. */
async function listed(
  { client }: PartContext,
  query: Readonly<Record<string, string | number | boolean>>,
): Promise<Listed | undefined> {
  const people = new Map<string, Person>();
  for (let pageToken: string | undefined; ; ) {
    const { status, body } = await client.send<ConnectionPage>({
      method: 'GET',
      path: CONNECTIONS,
      query: { ...query, pageToken },
      doing: 'listing the contacts',
      right: READ,
      ...('syncToken' in query ? { expected: [400, 410] } : {}),
    });
    if (status === 410 || (status === 400 && isForgotten(body))) return undefined;
    // One that changed while it was listed comes twice; the last word counts.
    for (const person of body.connections ?? []) people.set(person.resourceName, person);
    if (body.nextSyncToken !== undefined) return { people: [...people.values()], token: body.nextSyncToken };
    pageToken = body.nextPageToken;
    if (pageToken === undefined || pageToken === '') throw endless();
  }
}

/** Whatever is wrong with a token: the next listing is of everything. */
const isForgotten = (body: unknown): boolean => reasonsOf(body).length > 0;

/** By Google's own count. */
export async function countContacts({ client }: PartContext): Promise<number> {
  const { body } = await client.send<ConnectionPage>({
    method: 'GET',
    path: CONNECTIONS,
    query: { personFields: 'metadata', pageSize: 1 },
    doing: 'counting the contacts',
    right: READ,
  });
  return body.totalItems ?? 0;
}

function* told({ people, token }: Listed, mode: ChangePage['mode'], total: number): Generator<ChangePage> {
  const changes = people
    .filter((one) => mode === 'delta' || one.metadata?.deleted !== true)
    .map(
      (one): Change =>
        one.metadata?.deleted === true ? { id: idOf(one), gone: true } : { id: idOf(one), version: versionOf(one) },
    );
  const next = {
    cursor: formatCursor({ token, total: mode === 'full' ? changes.length : total }),
    total: mode === 'full' ? changes.length : total,
  };
  for (let at = 0; at + PAGE < changes.length; at += PAGE) yield { changes: changes.slice(at, at + PAGE), mode };
  const rest = changes.length === 0 ? 0 : Math.floor((changes.length - 1) / PAGE) * PAGE;
  yield { changes: changes.slice(rest), mode, next };
}
