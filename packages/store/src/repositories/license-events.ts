import {
  type Decision,
  GENESIS,
  type LicenseEvent,
  type LicenseFact,
  LicenseState,
  linkFacts,
  SternaError,
} from '@sterna/core';
import type { Insertable } from 'kysely';
import type { Domain } from '../schema.ts';
import { type DomainDb, inPages, isOneOf, type LicenseEventRow, sha256Text } from './domain-database.ts';

interface Organization {
  readonly id: number;
  readonly publicId: string;
}
interface Head {
  readonly seq: number;
  readonly hash: string;
}
interface Fold {
  readonly state: LicenseState;
  readonly head: Head;
}

export function toLicenseEvent(row: LicenseEventRow): LicenseEvent {
  const place = {
    seq: row.seq,
    actor: row.actor,
    at: row.at.toISOString(),
    prevHash: row.prev_hash.toString('hex'),
    hash: row.hash.toString('hex'),
  };
  const subject = row.kind === 'grant' ? {} : { license: row.license, entry: row.entry_id };
  return { kind: row.kind, ...subject, data: row.data, ...place } as unknown as LicenseEvent;
}

/**
 * Folds of chains by public id. A chain only grows, so a fold stays true as a prefix; that the prefix is still the
 * same one (and not of a database put back from a backup) is checked by the hash of its last event.
 */
const folds = new Map<string, Fold>();
const FOLDS_KEPT = 64;

/**
 * State and head of an organization's chain as committed. Call it before the transaction appends anything: what isn't
 * committed must not be remembered. The state is shared: `clone` before changing it.
 */
export async function foldLicenses(db: DomainDb, organization: Organization): Promise<Fold> {
  const known = folds.get(organization.publicId);
  const from = known?.head.seq ?? 0;
  const rows = await db
    .selectFrom('license_event')
    .selectAll()
    .where('organization_id', '=', organization.id)
    .where('seq', '>=', from)
    .orderBy('seq')
    .execute();
  const first = rows[0];
  if (known !== undefined && (first?.seq !== from || first.hash.toString('hex') !== known.head.hash)) {
    folds.delete(organization.publicId);
    return foldLicenses(db, organization);
  }
  const fresh = known === undefined ? rows : rows.slice(1);
  if (known !== undefined && fresh.length === 0) return known;

  const state = known?.state.clone() ?? new LicenseState();
  let head: Head = known?.head ?? { seq: 0, hash: GENESIS };
  for (const row of fresh) {
    const event = toLicenseEvent(row);
    const violation = state.apply(event);
    if (violation !== undefined || event.seq !== head.seq + 1)
      throw new SternaError('bug', 'license-ledger-broken', `Event ${event.seq} of the license ledger breaks a rule.`, {
        fix: 'Run `sterna ledger verify` and restore the database from its backup. Nothing can start until then.',
      });
    head = { seq: event.seq, hash: event.hash };
  }
  const fold = { state, head };
  if (head.seq > 0) {
    folds.delete(organization.publicId);
    folds.set(organization.publicId, fold);
    const oldest = folds.keys().next().value;
    if (folds.size > FOLDS_KEPT && oldest !== undefined) folds.delete(oldest);
  }
  return fold;
}

/** The ledger inside a transaction that holds the organization's lock. */
export class LicenseBook {
  readonly #db: DomainDb;
  readonly #organization: Organization;
  readonly #signed: { readonly actor: string; readonly at: string };
  #state: LicenseState;
  #head: Head;
  #isOwn = false;
  readonly #restored: boolean;
  readonly #unwritten: LicenseEvent[] = [];

  constructor(
    db: DomainDb,
    organization: Organization,
    fold: Fold,
    signed: { actor: string; at: string },
    /** And nobody has confirmed it: nothing may be decided on a ledger that may lack its end. */
    restored: boolean,
  ) {
    this.#restored = restored;
    this.#db = db;
    this.#organization = organization;
    this.#signed = signed;
    this.#state = fold.state;
    this.#head = fold.head;
  }

  /** With what this transaction has recorded. Read only. */
  get state(): LicenseState {
    return this.#state;
  }

  get head(): Head {
    return this.#head;
  }

  /**
   * Appends what was decided; it is written before the commit, by when the entries it names must exist.
   *
   * @throws the refusal, where it is one
   */
  record(decision: Decision): readonly LicenseFact[] {
    if (decision instanceof SternaError) throw decision;
    if (decision.length === 0) return decision;
    if (this.#restored)
      throw new SternaError('config', 'database-restored', 'The database was restored from a backup.', {
        fix: 'Run `sterna database reconcile` on the server first: licenses may have been burned since that backup.',
      });
    if (!this.#isOwn) {
      this.#state = this.#state.clone();
      this.#isOwn = true;
    }
    for (const fact of decision) {
      const violation = this.#state.apply(fact);
      if (violation !== undefined)
        throw new SternaError('bug', 'license-refused', `The license ledger refuses this: ${violation.words}.`);
    }
    const events = linkFacts(sha256Text, this.#organization.publicId, this.#head, decision, this.#signed);
    this.#unwritten.push(...events);
    const last = events.at(-1);
    if (last !== undefined) this.#head = { seq: last.seq, hash: last.hash };
    return decision;
  }

  /**
   * Appends events as they are, which an export of this very ledger has behind its end here.
   *
   * @throws SternaError config `ledger-forked` where they don't follow
   */
  append(events: readonly LicenseEvent[]): void {
    this.#state = this.#state.clone();
    this.#isOwn = true;
    for (const event of events) {
      const violation = this.#state.apply(event);
      if (event.prevHash !== this.#head.hash || event.seq !== this.#head.seq + 1 || violation !== undefined)
        throw new SternaError(
          'config',
          'ledger-forked',
          `Event ${event.seq} of the export doesn't follow the ledger.`,
          {
            fix: 'The ledger went on since the backup. Give a signed report, or restore the backup again.',
          },
        );
      this.#unwritten.push(event);
      this.#head = { seq: event.seq, hash: event.hash };
    }
  }

  /** Called by `inOrganization` before it commits. */
  async flush(): Promise<void> {
    const events = this.#unwritten.splice(0);
    for (let at = 0; at < events.length; at += CHUNK)
      await this.#db
        .insertInto('license_event')
        .values(events.slice(at, at + CHUNK).map((event) => toRow(this.#organization.id, event)))
        .execute();
  }
}

/** Rows of one statement stay under PostgreSQL's 65,535 parameters. */
const CHUNK = 2_000;

function toRow(organizationId: number, event: LicenseEvent): Insertable<Domain['license_event']> {
  return {
    organization_id: organizationId,
    seq: event.seq,
    kind: event.kind,
    license: event.kind === 'grant' ? null : event.license,
    entry_id: event.kind === 'grant' ? null : event.entry,
    data: JSON.stringify(event.data),
    actor: event.actor,
    at: new Date(event.at),
    prev_hash: Buffer.from(event.prevHash, 'hex'),
    hash: Buffer.from(event.hash, 'hex'),
  };
}

/** In order; for exports and verification, page by page. */
export async function* licenseEvents(
  db: DomainDb,
  organizationId: number,
  page = 2_000,
): AsyncGenerator<readonly LicenseEvent[]> {
  const load = (after: number): Promise<LicenseEventRow[]> =>
    db
      .selectFrom('license_event')
      .selectAll()
      .where('organization_id', '=', organizationId)
      .where('seq', '>', after)
      .orderBy('seq')
      .limit(page)
      .execute();
  for await (const rows of inPages(page, load)) yield rows.map(toLicenseEvent);
}

/** Newest first. */
export async function latestLicenseEvents(
  db: DomainDb,
  organizationId: number,
  options: {
    entryId?: number | undefined;
    kind?: LicenseEvent['kind'] | undefined;
    /** Of entries of these; grants are of none. */
    projects?: readonly number[] | undefined;
    before?: number | undefined;
    limit: number;
  },
): Promise<readonly LicenseEvent[]> {
  let query = db.selectFrom('license_event').selectAll().where('organization_id', '=', organizationId);
  if (options.entryId !== undefined) query = query.where('entry_id', '=', options.entryId);
  if (options.kind !== undefined) query = query.where('kind', '=', options.kind);
  const { projects } = options;
  if (projects !== undefined)
    query = query.where('entry_id', 'in', (entries) =>
      entries.selectFrom('entry').select('id').where(isOneOf('entry.project_id', projects)),
    );
  if (options.before !== undefined) query = query.where('seq', '<', options.before);
  return (await query.orderBy('seq', 'desc').limit(options.limit).execute()).map(toLicenseEvent);
}
