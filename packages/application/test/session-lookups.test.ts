import type { AccountWithOrganization } from '@sterna/store';
import { expect, test } from 'vitest';
import { SessionLookups } from '../src/session-lookups.ts';

const hash = (name: string): Buffer => Buffer.from(name);
const account = (email: string) => ({ email }) as AccountWithOrganization;

/** Statements that end when told to. */
function statements() {
  const begun: { readonly asked: string[]; end(...signedIn: string[]): void; fail(error: Error): void }[] = [];
  const lookups = new SessionLookups((hashes) => {
    const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, AccountWithOrganization>>();
    begun.push({
      asked: hashes.map(String),
      end: (...signedIn) => resolve(new Map(signedIn.map((name) => [hash(name).toString('hex'), account(name)]))),
      fail: reject,
    });
    return promise;
  });
  return { begun, lookups };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('what is asked for during a statement goes into the next one, and not into the answer of the one that runs', async () => {
  const { begun, lookups } = statements();
  const first = lookups.of(hash('anna'));
  const late = [lookups.of(hash('anna')), lookups.of(hash('ben')), lookups.of(hash('anna'))];
  expect(begun.map(({ asked }) => asked)).toEqual([['anna']]);
  begun[0]?.end('anna', 'ben');
  expect(await first).toEqual(account('anna'));
  await settled();
  expect(begun.map(({ asked }) => asked)).toEqual([['anna'], ['anna', 'ben', 'anna']]);
  // She has signed out meanwhile.
  begun[1]?.end('ben');
  expect(await Promise.all(late)).toEqual([undefined, account('ben'), undefined]);
});

test('a statement that fails fails for those it was for; the next ones are answered', async () => {
  const { begun, lookups } = statements();
  const first = lookups.of(hash('anna'));
  const next = lookups.of(hash('anna'));
  begun[0]?.fail(new Error('the database is away'));
  await expect(first).rejects.toThrow('away');
  await settled();
  begun[1]?.end('anna');
  expect(await next).toEqual(account('anna'));
});
