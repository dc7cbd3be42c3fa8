import { MIGRATION_APP, type Microsoft365 } from '@sterna/simulator-microsoft365';
import type { Mailbox } from './books.ts';

export function mailboxOf({ baseUrl }: Microsoft365, address: string): Mailbox {
  const settings = { tenant: address.split('@')[1], clientId: MIGRATION_APP.id, baseUrl, loginUrl: baseUrl };
  return { connector: 'microsoft365', settings, address, password: MIGRATION_APP.secret };
}

/** What this service was asked since it was asked last. `sent`: batches counted as one; `units`: those of drives. */
export function requestsTo(server: Microsoft365): {
  readonly metered: number;
  readonly sent: number;
  readonly units: number;
} {
  const all = server.requests.splice(0);
  const units = server.cloud.resourceUnits;
  server.cloud.resourceUnits = 0;
  return {
    units,
    metered: all.filter(({ target }) => !target.endsWith('/$batch')).length,
    sent: all.filter(({ inBatch }) => !inBatch).length,
  };
}
