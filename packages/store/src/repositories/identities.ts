import { type AccountWithOrganization, accountById } from './accounts.ts';
import type { DomainDb } from './domain-database.ts';

/** Who somebody is at a provider of identities: `sub` of OpenID Connect is unique for its issuer, and stays. */
export interface IdentityKey {
  readonly issuer: string;
  readonly subject: string;
}

export async function accountOfIdentity(
  db: DomainDb,
  { issuer, subject }: IdentityKey,
): Promise<AccountWithOrganization | undefined> {
  const row = await db
    .selectFrom('account_identity')
    .select('account_id')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row === undefined ? undefined : accountById(db, row.account_id);
}

/** The account has an identity of this provider. */
export async function hasIdentity(db: DomainDb, accountId: number, issuer: string): Promise<boolean> {
  const row = await db
    .selectFrom('account_identity')
    .select('subject')
    .where('account_id', '=', accountId)
    .where('issuer', '=', issuer)
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertIdentity(db: DomainDb, accountId: number, { issuer, subject }: IdentityKey): Promise<void> {
  await db.insertInto('account_identity').values({ issuer, subject, account_id: accountId }).execute();
}

/** Whoever has them next is somebody else. */
export async function deleteIdentities(db: DomainDb, accountId: number): Promise<void> {
  await db.deleteFrom('account_identity').where('account_id', '=', accountId).execute();
}
