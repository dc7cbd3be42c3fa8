import { type AccountWithOrganization, accountsOfSessions } from '@sterna/store';
import type { Context } from './context.ts';
import { SharedReading } from './shared-reading.ts';

type Accounts = ReadonlyMap<string, AccountWithOrganization>;

/**
 * Whose sessions these are, as the database knows it now: every request asks, and hundreds of dashboards ask several
 * things within a second. All that are asked for during a statement go into the next one.
 */
export class SessionLookups {
  readonly #reading = new SharedReading<Accounts>();
  readonly #look: (tokenHashes: readonly Buffer[]) => Promise<Accounts>;
  #asked: Buffer[] = [];

  /** @param look accounts by the hash in hex */
  constructor(look: (tokenHashes: readonly Buffer[]) => Promise<Accounts>) {
    this.#look = look;
  }

  async of(tokenHash: Buffer): Promise<AccountWithOrganization | undefined> {
    this.#asked.push(tokenHash);
    const found = await this.#reading.ask(() => this.#look(this.#asked.splice(0)));
    return found.get(tokenHash.toString('hex'));
  }
}

const lookups = new WeakMap<Context['db'], SessionLookups>();

/** Those of the process that uses this database. */
export function sessionsIn({ db }: Pick<Context, 'db'>): SessionLookups {
  const known = lookups.get(db);
  if (known !== undefined) return known;
  const fresh = new SessionLookups((tokenHashes) => accountsOfSessions(db, tokenHashes));
  lookups.set(db, fresh);
  return fresh;
}
