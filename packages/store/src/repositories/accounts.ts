import { sql } from 'kysely';
import type { Domain } from '../schema.ts';
import type { AccountRow, ApiTokenRow, DomainDb, OrganizationRow } from './domain-database.ts';
import type { ProjectRole } from './project-roles.ts';

export type AccountRole = Domain['account']['role'];
export type AccountWithOrganization = AccountRow & {
  readonly organization_public_id: string;
  readonly organization_name: string;
  /** Project → the role that the account has there, besides the organization's. */
  readonly project_roles: Readonly<Record<string, ProjectRole>>;
};

export async function hasOrganization(db: DomainDb): Promise<boolean> {
  return (await db.selectFrom('organization').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** Until the transaction ends nobody else can make an organization: the first set-up happens once. */
export async function lockOrganizations(db: DomainDb): Promise<void> {
  await sql`lock table organization in share row exclusive mode`.execute(db);
}

export async function insertOrganization(db: DomainDb, name: string): Promise<OrganizationRow> {
  return db.insertInto('organization').values({ name }).returningAll().executeTakeFirstOrThrow();
}

/** The installation's own: the one that was set up first. */
export async function firstOrganizationId(db: DomainDb): Promise<number | undefined> {
  return (await db.selectFrom('organization').select('id').orderBy('id').limit(1).executeTakeFirst())?.id;
}

export async function organizationByName(db: DomainDb, name: string): Promise<number | undefined> {
  return (await db.selectFrom('organization').select('id').where('name', '=', name).executeTakeFirst())?.id;
}

export async function insertAccount(
  db: DomainDb,
  account: { organizationId: number; email: string; passwordHash: string | null; role: AccountRole },
): Promise<number> {
  const row = await db
    .insertInto('account')
    .values({
      organization_id: account.organizationId,
      email: account.email,
      password_hash: account.passwordHash,
      role: account.role,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Removed ones don't exist for anybody. */
const accounts = (db: DomainDb) =>
  db
    .selectFrom('account')
    .where('account.removed_at', 'is', null)
    .innerJoin('organization', 'organization.id', 'account.organization_id')
    .selectAll('account')
    .select(['organization.public_id as organization_public_id', 'organization.name as organization_name'])
    .select(
      sql<AccountWithOrganization['project_roles']>`(select coalesce(jsonb_object_agg(r.project_id, r.role), '{}')
        from project_role r where r.account_id = account.id)`.as('project_roles'),
    );

export const accountById = (db: DomainDb, id: number): Promise<AccountWithOrganization | undefined> =>
  accounts(db).where('account.id', '=', id).executeTakeFirst();

export const accountByEmail = (db: DomainDb, email: string): Promise<AccountWithOrganization | undefined> =>
  accounts(db).where(sql`lower(account.email)`, '=', email.toLowerCase()).executeTakeFirst();

export const accountsOf = (db: DomainDb, organizationId: number): Promise<readonly AccountWithOrganization[]> =>
  accounts(db).where('account.organization_id', '=', organizationId).orderBy('account.id').execute();

/** @param until it counts until then even where passwords are switched off */
export async function updatePassword(
  db: DomainDb,
  accountId: number,
  passwordHash: string,
  until: Date | null = null,
): Promise<void> {
  await db
    .updateTable('account')
    .set({ password_hash: passwordHash, password_until: until })
    .where('id', '=', accountId)
    .execute();
}

export async function updateRole(db: DomainDb, accountId: number, role: AccountRole): Promise<void> {
  await db.updateTable('account').set({ role }).where('id', '=', accountId).execute();
}

export async function removeAccountRow(db: DomainDb, accountId: number): Promise<void> {
  await db.updateTable('account').set({ removed_at: sql<Date>`now()` }).where('id', '=', accountId).execute();
}

/** Batches that are scheduled in the account's name and have not run for the last time. */
export async function openSchedulesOf(
  db: DomainDb,
  accountId: number,
): Promise<readonly { batch: string; project_id: number }[]> {
  return db
    .selectFrom('batch_schedule')
    .select(['batch', 'project_id'])
    .where('account_id', '=', accountId)
    .where('next_run_at', 'is not', null)
    .orderBy('next_run_at')
    .execute();
}

export async function insertSession(
  db: DomainDb,
  session: { tokenHash: Buffer; accountId: number; expiresAt: Date; atProvider: boolean },
): Promise<void> {
  await db.deleteFrom('session').where('expires_at', '<', sql<Date>`now()`).execute();
  await db
    .insertInto('session')
    .values({
      token_hash: session.tokenHash,
      account_id: session.accountId,
      expires_at: session.expiresAt,
      at_provider: session.atProvider,
    })
    .execute();
}

/** @returns by the hash in hex; who is signed in no longer isn't there */
export async function accountsOfSessions(
  db: DomainDb,
  tokenHashes: readonly Buffer[],
): Promise<ReadonlyMap<string, AccountWithOrganization>> {
  const rows = await accounts(db)
    .innerJoin('session', 'session.account_id', 'account.id')
    .where('session.token_hash', '=', sql<Buffer>`any(${tokenHashes}::bytea[])`)
    .where('session.expires_at', '>', sql<Date>`now()`)
    .select('session.token_hash')
    .execute();
  return new Map(rows.map(({ token_hash, ...account }) => [token_hash.toString('hex'), account]));
}

/** @returns whether it was opened by a sign-in at the provider */
export async function deleteSession(db: DomainDb, tokenHash: Buffer): Promise<boolean> {
  const row = await db
    .deleteFrom('session')
    .where('token_hash', '=', tokenHash)
    .returning('at_provider')
    .executeTakeFirst();
  return row?.at_provider === true;
}

/** All but one: a changed password ends the others' sessions. */
export async function deleteSessionsOf(db: DomainDb, accountId: number): Promise<void> {
  await db.deleteFrom('session').where('account_id', '=', accountId).execute();
}

export async function insertToken(
  db: DomainDb,
  token: {
    organizationId: number;
    accountId: number;
    name: string;
    tokenHash: Buffer;
    scopes: readonly string[];
    /** Undefined: wherever its person may. */
    projects: readonly number[] | undefined;
    expiresAt: Date | undefined;
  },
): Promise<ApiTokenRow> {
  return db
    .insertInto('api_token')
    .values({
      organization_id: token.organizationId,
      account_id: token.accountId,
      name: token.name,
      token_hash: token.tokenHash,
      scopes: [...token.scopes],
      projects: token.projects === undefined ? null : [...token.projects],
      expires_at: token.expiresAt ?? null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Live tokens only. Notes the use, at most once a minute: reading stays reading. */
export async function useToken(db: DomainDb, tokenHash: Buffer): Promise<ApiTokenRow | undefined> {
  const row = await db
    .selectFrom('api_token')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', sql<Date>`now()`)]))
    .executeTakeFirst();
  if (row !== undefined)
    await db
      .updateTable('api_token')
      .set({ last_used_at: sql<Date>`now()` })
      .where('id', '=', row.id)
      .where((eb) =>
        eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', sql<Date>`now() - interval '1 minute'`)]),
      )
      .execute();
  return row;
}

export type TokenWithAccount = ApiTokenRow & { readonly account_email: string };

export const tokensOf = (db: DomainDb, organizationId: number): Promise<readonly TokenWithAccount[]> =>
  db
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account_id')
    .selectAll('api_token')
    .select('account.email as account_email')
    .where('api_token.organization_id', '=', organizationId)
    .orderBy('api_token.id')
    .execute();

export async function revokeTokensOf(db: DomainDb, accountId: number): Promise<void> {
  await db
    .updateTable('api_token')
    .set({ revoked_at: sql<Date>`now()` })
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .execute();
}

export const revokeTokenRow = (db: DomainDb, organizationId: number, id: number): Promise<ApiTokenRow | undefined> =>
  db
    .updateTable('api_token')
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
    .where('organization_id', '=', organizationId)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
