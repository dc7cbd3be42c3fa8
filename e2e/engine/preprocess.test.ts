import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '@sterna/connectors';
import type { PreprocessResult } from '@sterna/engine';
import { groupsOf, MIGRATION_APP, type Microsoft365, teamsOf } from '@sterna/simulator-microsoft365';
import { type Postgres, startPostgres } from '@sterna/test-servers';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addEntry, type Bench, openBench, type PassOutcome, pass } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

const dir = scratch('preprocess');
let postgres: Postgres;
let bench: Bench;
let tenants: Microsoft365;
beforeAll(async () => {
  postgres = await startPostgres({ fsync: false });
  bench = await openBench(join(dir, 'data'), [...connectors.values()], { url: postgres.url });
});
afterAll(async () => {
  await bench?.close();
  await postgres?.stop();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(async () => {
  const started = await startMicrosoft365({ empty: ['fabrikam.example'] });
  tenants = started;
  return async () => {
    await started.stop();
    expect(started.failures).toEqual([]);
  };
});

const team = (nickname: string, purpose: 'copy' | 'migration' = 'copy'): Promise<number> =>
  addEntry(
    bench,
    microsoft365Endpoint(tenants, `${nickname}@contoso.example`),
    { ...microsoft365Endpoint(tenants, `${nickname}@fabrikam.example`), itemType: 'team' },
    purpose,
  );

/** Everybody keeps the name before the @. */
async function mapPeople(entry: number, except: readonly string[] = []): Promise<void> {
  for (const { userPrincipalName } of tenants.tenant('contoso.example').users.values())
    if (!except.some((name) => userPrincipalName.startsWith(`${name}@`)))
      await mapping(bench, entry, userPrincipalName, userPrincipalName.replace('contoso', 'fabrikam'));
}

const reportOf = ({ result }: PassOutcome): PreprocessResult => result as PreprocessResult;
const whats = (outcome: PassOutcome, of: string): string[] =>
  reportOf(outcome)
    .lines.filter(({ outcome: one }) => one === of)
    .map(({ what }) => what);

test('makes a team with the people that the mapping table names, tells the others, and repeats', async () => {
  const entry = await team('marketing');
  await mapPeople(entry, ['elena']);
  const first = await pass(bench, entry, 'preprocess');
  expect(first).toMatchObject({ status: 'completed with failures', error: null });
  expect(whats(first, 'failed')).toEqual([]);
  expect(whats(first, 'missing').sort()).toEqual(['user elena@contoso.example', 'user partner@adatum.example']);
  expect(reportOf(first)).toMatchObject({ missing: 2, failed: 0, made: whats(first, 'made').length });

  await mapping(bench, entry, 'elena@contoso.example', 'elena@fabrikam.example');
  const second = await pass(bench, entry, 'preprocess');
  expect(whats(second, 'made')).toEqual(['member elena@fabrikam.example']);
  const third = await pass(bench, entry, 'preprocess');
  expect(whats(third, 'made')).toEqual([]);
  expect(groupsOf(tenants.tenant('fabrikam.example')).all).toHaveLength(1);
  expect(tenants.notices.filter(({ tenant }) => tenant === 'fabrikam.example')).toEqual([]);
});

test('the first pass comes into what was made, and makes nothing of it again', async () => {
  const entry = await team('marketing');
  await mapPeople(entry);
  await pass(bench, entry, 'preprocess');
  const fabrikam = tenants.tenant('fabrikam.example');
  const channels = (): unknown =>
    teamsOf(fabrikam).all.map(({ channels: all }) =>
      [...all.values()].map(({ id, displayName }) => `${id} ${displayName}`),
    );
  const before = channels();
  // What was said and the files take their time, and have tests of their own.
  const first = await pass(bench, entry, 'initial', { kinds: { post: false, file: false } });
  expect(first.error).toBeNull();
  expect(first.books.kinds.member).toMatchObject({ uncertain: 0, failed: 1, created: 0 });
  expect(channels()).toEqual(before);
  expect(groupsOf(fabrikam).all).toHaveLength(1);
}, 120_000);

test('leaves books, status and license of the entry alone, and tells that a license is missing', async () => {
  const entry = await team('marketing', 'migration');
  await mapPeople(entry);
  const outcome = await pass(bench, entry, 'preprocess');
  expect(reportOf(outcome).lines[0]).toMatchObject({ what: 'team license', outcome: 'missing' });
  const { rows } = await bench.database.pool.query(
    `select e.status, p.books, (select count(*)::int from ledger l where l.entry_id = e.id) as rows
       from entry e join pass p on p.entry_id = e.id where e.id = $1`,
    [entry],
  );
  expect(rows).toEqual([{ status: 'not started', books: null, rows: 0 }]);
});

test('a source that isn’t there, and rights that the app lacks, are told', async () => {
  const nobody = await pass(bench, await team('nobody'), 'preprocess');
  expect(nobody).toMatchObject({ status: 'failed', error: { code: 'group-not-found' } });
  expect(nobody.error?.message).toMatch(/^Source: /);

  tenants.tenant('fabrikam.example').consents.get(MIGRATION_APP.id)?.delete('Group.ReadWrite.All');
  const entry = await team('marketing');
  await mapPeople(entry);
  const forbidden = await pass(bench, entry, 'preprocess');
  expect(forbidden.status).toBe('completed with failures');
  expect(whats(forbidden, 'missing')).toContain('permission Group.ReadWrite.All');
  expect(whats(forbidden, 'failed')).toEqual(['group marketing@fabrikam.example']);
});
