import { SternaError } from '@sterna/core';
import {
  type AccountWithOrganization,
  accountsOf,
  type DomainDb,
  deleteIdentities,
  deleteProjectRoles,
  deleteSessionsOf,
  inOrganization,
  openSchedulesOf,
  removeAccountRow,
  revokeTokensOf,
  updatePassword,
  updateRole,
} from '@sterna/store';
import { ALL_SCOPES, actorFor, found, mayIn, requireOwner } from './access.ts';
import { type AccountView, accountView, hashNewPassword } from './accounts.ts';
import type { Actor, Context, Role } from './context.ts';

/**
 * Another role, which counts at once; or a new password for somebody who has lost theirs, which ends their sessions.
 * Owner.
 *
 * @throws SternaError config `last-owner` | `own-password` | `password-too-short` | `person-has-schedules`
 */
export async function updateAccount(
  context: Context,
  actor: Actor,
  input: { accountId: number; role?: Role | undefined; password?: string | undefined },
): Promise<AccountView> {
  requireOwner(actor);
  const { role, password } = input;
  if (password !== undefined && input.accountId === actor.accountId)
    throw new SternaError('config', 'own-password', 'Your own password changes only with the current one.', {
      field: 'password',
      fix: 'Use “Change the password”.',
    });
  const passwordHash = password === undefined ? undefined : await hashNewPassword(password);
  return inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const people = await accountsOf(tx.db, actor.organizationId);
    const before = personOf(people, input.accountId);
    if (role !== undefined && role !== before.role) {
      refuseLastOwner(people, before);
      await refuseSchedules(tx.db, before, { ...before, role });
      await updateRole(tx.db, before.id, role);
      tx.audit('account.role', `account/${before.id}`, { email: before.email, from: before.role, to: role });
    }
    if (passwordHash !== undefined) {
      await updatePassword(tx.db, before.id, passwordHash);
      await deleteSessionsOf(tx.db, before.id);
      tx.audit('account.reset-password', `account/${before.id}`, { email: before.email });
    }
    return accountView({ ...before, role: role ?? before.role });
  });
}

/**
 * Ends the person's sessions and revokes their tokens. What they did stays in the audit trail. Owner.
 *
 * @throws SternaError config `last-owner` | `person-has-schedules`
 */
export async function removeAccount(context: Context, actor: Actor, input: { accountId: number }): Promise<void> {
  requireOwner(actor);
  await inOrganization(context.db, actor.organizationId, actor.name, async (tx) => {
    const people = await accountsOf(tx.db, actor.organizationId);
    const person = personOf(people, input.accountId);
    refuseLastOwner(people, person);
    await refuseSchedules(tx.db, person, undefined);
    await deleteSessionsOf(tx.db, person.id);
    await revokeTokensOf(tx.db, person.id);
    await deleteProjectRoles(tx.db, person.id);
    await deleteIdentities(tx.db, person.id);
    await removeAccountRow(tx.db, person.id);
    tx.audit('account.remove', `account/${person.id}`, { email: person.email, role: person.role });
  });
}

const personOf = (people: readonly AccountWithOrganization[], id: number): AccountWithOrganization =>
  found(
    people.find((one) => one.id === id),
    'account',
    id,
  );

/** Nobody could ever make an owner again. */
export const isLastOwner = (people: readonly AccountWithOrganization[], person: AccountWithOrganization): boolean =>
  person.role === 'owner' && !people.some((one) => one.role === 'owner' && one.id !== person.id);

function refuseLastOwner(people: readonly AccountWithOrganization[], person: AccountWithOrganization): void {
  if (!isLastOwner(people, person)) return;
  throw new SternaError('config', 'last-owner', `${person.email} is the only owner of the organization.`, {
    field: 'role',
    fix: 'Make somebody else an owner first.',
  });
}

/**
 * A schedule starts entries in the name of whoever made it.
 *
 * @param after with the roles that are to come; undefined: without any
 * @throws SternaError config `person-has-schedules`
 */
export async function refuseSchedules(
  db: DomainDb,
  person: AccountWithOrganization,
  after: AccountWithOrganization | undefined,
): Promise<void> {
  const actor = after === undefined ? undefined : actorFor(after, after.email, { scopes: ALL_SCOPES });
  const batches = (await openSchedulesOf(db, person.id)).flatMap(({ batch, project_id }) =>
    actor !== undefined && mayIn(actor, 'operate', project_id) ? [] : [batch],
  );
  if (batches.length === 0) return;
  throw new SternaError(
    'config',
    'person-has-schedules',
    `Batches are scheduled in the name of ${person.email}: ${batches.slice(0, 5).join(', ')}.`,
    { field: 'role', fix: 'Cancel these schedules, or have somebody else make them anew.' },
  );
}
