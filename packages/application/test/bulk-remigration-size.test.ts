import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  beginBulkRemigration,
  continueBulkRemigration,
  createEntries,
  driveRemigrations,
  getBulkRemigration,
  getRemigration,
  grantLicenses,
  planRemigration,
} from '../src/index.ts';
import { makeProject, openStage, type Stage } from './fixture.ts';

const ENTRIES = 2_000;
/** Far below the server's limit for a request, on a busy machine too. */
const A_REQUEST_MS = 15_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const sql = (text: string, values: unknown[] = []) => stage.database.pool.query(text, values);

/** Every pass that is queued runs and ends well. */
const passesEnd = () =>
  sql(`with done as (
         update pass set status = 'completed', started_at = coalesce(started_at, now()), ended_at = now(),
                books = coalesce(books, '{"seen": 0, "created": 0}') where ended_at is null returning entry_id)
       update entry set status = 'completed' where id in (select entry_id from done)`);

async function timed<T>(what: string, work: () => Promise<T>, most = A_REQUEST_MS): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  const ms = performance.now() - startedAt;
  if (process.env.STERNA_TEST_TIMES !== undefined) console.log(`${what}: ${Math.round(ms)} ms`);
  expect(ms, what).toBeLessThan(most);
  return result;
}

it('two thousand entries are planned, begun, gone on with and looked at, each in the time of a request', async () => {
  const { context, owner } = stage;
  const { project } = await makeProject(stage);
  await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: 2 * ENTRIES });
  const ids: number[] = [];
  for (let at = 0; at < ENTRIES; at += 500)
    ids.push(
      ...(
        await createEntries(context, owner, {
          projectId: project.id,
          entries: Array.from({ length: 500 }, (_, n) => ({
            itemType: 'mailbox' as const,
            sourceAddress: `a${at + n}@old.example`,
            targetAddress: `b${at + n}@new.example`,
          })),
        })
      ).map(({ id }) => id),
    );
  await sql(
    `insert into pass (entry_id, number, kind, status, settings, settings_version, requested_by, started_at, ended_at, books)
     select id, 1, 'initial', 'completed', '{}', '1', 'test', now(), now(), '{"seen": 0, "created": 0}'
       from entry where project_id = $1`,
    [project.id],
  );
  await sql(`update entry set status = 'completed' where project_id = $1`, [project.id]);

  await timed('plan', () => planRemigration(context, owner, { entryId: ids[0] as number, live: false }));
  const { id: bulkId, pilot } = await timed('begin', () =>
    beginBulkRemigration(context, owner, {
      entryIds: ids,
      reason: 'target content deleted',
      note: 'all of it',
      backup: 'refuse',
      target: 'empty',
      confirmation: String(ENTRIES),
    }),
  );
  for (let steps = 0; steps < 10; steps += 1) {
    await driveRemigrations(context);
    if ((await getRemigration(context, owner, { remigrationId: pilot.id })).endedAt !== undefined) break;
    await passesEnd();
  }
  await timed('continue', () => continueBulkRemigration(context, owner, { bulkId, go: true }));
  await timed('look', () => getBulkRemigration(context, owner, { bulkId, limit: 50 }));
  // All of them wait for a pass: one that ends moves one on, whatever the others do.
  const startedAt = performance.now();
  await driveRemigrations(context);
  if (process.env.STERNA_TEST_TIMES !== undefined)
    console.log(`drive all: ${Math.round(performance.now() - startedAt)} ms`);
  await timed('drive while all wait', () => driveRemigrations(context), 2_000);
  await timed('look while all wait', () => getBulkRemigration(context, owner, { bulkId, limit: 50 }));
  const { counts } = await getBulkRemigration(context, owner, { bulkId, limit: 50 });
  expect(counts).toMatchObject({ begun: ENTRIES - 1, needPerson: 0, underWay: ENTRIES - 1 });
}, 300_000);
