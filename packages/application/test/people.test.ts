import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Actor,
  actorOfSession,
  actorOfToken,
  createAccount,
  createToken,
  grantLicenses,
  listAccounts,
  listProjects,
  removeAccount,
  signIn,
  updateAccount,
} from '../src/index.ts';
import { codeOf, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const PASSWORD = 'long enough, and more';

/** Somebody new, signed in; `asks` looks up the session anew, as each request does. */
async function person(role: 'owner' | 'operator' | 'viewer') {
  const email = `${unique(role)}@first.example`;
  const { id } = await createAccount(stage.context, stage.owner, { email, password: PASSWORD, role });
  const { token } = await signIn(stage.context, { email, password: PASSWORD });
  return { id, email, asks: (): Promise<Actor> => actorOfSession(stage.context, token) };
}

describe('people', () => {
  it('get another role, which counts at once in the session that they have open', async () => {
    const { context, owner } = stage;
    const ann = await person('viewer');
    const grant = { type: 'mail', tier: 'trial', quantity: 1 } as const;
    expect(await codeOf(grantLicenses(context, await ann.asks(), grant))).toBe('not-allowed');
    expect(await updateAccount(context, owner, { accountId: ann.id, role: 'owner' })).toMatchObject({ role: 'owner' });
    expect(await codeOf(grantLicenses(context, await ann.asks(), grant))).toBe('not refused');
    await updateAccount(context, await ann.asks(), { accountId: ann.id, role: 'operator' });
    expect(await codeOf(updateAccount(context, await ann.asks(), { accountId: ann.id, role: 'owner' }))).toBe(
      'not-allowed',
    );
  });

  it('who have lost their password get one from an owner, which ends their sessions', async () => {
    const { context, owner } = stage;
    const bob = await person('operator');
    await updateAccount(context, owner, { accountId: bob.id, password: 'another one, as long' });
    expect(await codeOf(bob.asks())).toBe('session-expired');
    expect(await codeOf(signIn(context, { email: bob.email, password: PASSWORD }))).toBe('sign-in-refused');
    expect(await codeOf(signIn(context, { email: bob.email, password: 'another one, as long' }))).toBe('not refused');
    // An open session alone is not enough to take the account over.
    expect(await codeOf(updateAccount(context, owner, { accountId: owner.accountId, password: PASSWORD }))).toBe(
      'own-password',
    );
  });

  it('who leave can do nothing more, and their address is free', async () => {
    const { context, owner } = stage;
    const cat = await person('owner');
    const { token } = await createToken(context, await cat.asks(), { name: 'script', scopes: ['read'] });
    await removeAccount(context, owner, { accountId: cat.id });
    expect(await codeOf(cat.asks())).toBe('session-expired');
    expect(await codeOf(actorOfToken(context, token))).toBe('token-refused');
    expect(await codeOf(signIn(context, { email: cat.email, password: PASSWORD }))).toBe('sign-in-refused');
    expect((await listAccounts(context, owner)).map((one) => one.email)).not.toContain(cat.email);
    expect(await codeOf(removeAccount(context, owner, { accountId: cat.id }))).toBe('not-found');
    const again = { email: cat.email, password: PASSWORD, role: 'viewer' as const };
    expect((await createAccount(context, owner, again)).id).not.toBe(cat.id);
    expect(await codeOf(actorOfToken(context, token))).toBe('token-refused');
  });

  it('stay as long as something depends on them: the last owner, a schedule in their name', async () => {
    const { context, owner } = stage;
    for (const other of await listAccounts(context, owner))
      if (other.role === 'owner' && other.id !== owner.accountId)
        await updateAccount(context, owner, { accountId: other.id, role: 'viewer' });
    const me = { accountId: owner.accountId };
    expect(await codeOf(removeAccount(context, owner, me))).toBe('last-owner');
    expect(await codeOf(updateAccount(context, owner, { ...me, role: 'operator' }))).toBe('last-owner');

    const dan = await person('operator');
    const { project } = await makeProject(stage);
    await stage.database.pool.query(
      `insert into batch_schedule
         (organization_id, project_id, batch, kind, run_at, zone, requested_by, account_id, next_run_at)
       values ($1, $2, 'north', 'delta', now(), 'UTC', $3, $4, now())`,
      [owner.organizationId, project.id, dan.email, dan.id],
    );
    expect(await codeOf(removeAccount(context, owner, { accountId: dan.id }))).toBe('person-has-schedules');
    expect(await codeOf(updateAccount(context, owner, { accountId: dan.id, role: 'viewer' }))).toBe(
      'person-has-schedules',
    );
    expect(await codeOf(updateAccount(context, owner, { accountId: dan.id, role: 'owner' }))).toBe('not refused');
    await stage.database.pool.query('update batch_schedule set next_run_at = null');
    await removeAccount(context, owner, { accountId: dan.id });
    expect(await codeOf(dan.asks())).toBe('session-expired');
    expect(await codeOf(listProjects(context, owner))).toBe('not refused');
  });
});
