import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, burnLicense, pass } from '../support/direct-pass.ts';
import { type EngineStage, openEngineStage } from '../support/stage.ts';

let stage: EngineStage;
beforeAll(async () => {
  stage = await openEngineStage('filters');
});
afterAll(() => stage.close());

const day = (offset: number): Date => new Date(Date.UTC(2026, 5, 1) + offset * 86_400_000);

test('pre-staging: a pass up to a date, then the filter is gone and a delta brings exactly the rest', async () => {
  for (let i = 0; i < 12; i += 1)
    stage.put('pre', { subject: `mail ${i}`, date: day(i), folder: i % 2 ? 'Old' : 'INBOX' });
  const entry = await addEntry(stage.bench, stage.from('pre'), stage.to('pre'));
  const first = await pass(stage.bench, entry, 'initial', { dateFilter: { to: day(5).toISOString() } });
  expect(first.books.total).toMatchObject({ seen: 12, created: 5, filtered: 7 });
  expect(first.books.reasons).toEqual({ 'after-date-filter': 7 });
  const rest = await pass(stage.bench, entry, 'delta');
  expect(rest.books.total).toMatchObject({ seen: 12, created: 7, unchanged: 5, filtered: 0 });
  expect(stage.differences('pre')).toEqual([]);
  const { rows } = await stage.bench.database.pool.query(
    'select pass, count(*)::int as n from ledger where entry_id = $1 and target_id is not null group by 1 order by 1',
    [entry],
  );
  expect(rows).toEqual([
    { pass: 1, n: 5 },
    { pass: 2, n: 7 },
  ]);
});

test('size limit: larger mail is filtered and counted, and comes once the limit is raised', async () => {
  stage.put('size', { subject: 'small' }, { subject: 'large', size: 60_000 });
  const entry = await addEntry(stage.bench, stage.from('size'), stage.to('size'));
  const first = await pass(stage.bench, entry, 'initial', { sizeLimit: 50_000 });
  expect(first.books.total).toMatchObject({ seen: 2, created: 1, filtered: 1 });
  expect(first.books.reasons).toEqual({ 'over-size-limit': 1 });
  expect((await pass(stage.bench, entry, 'delta', { sizeLimit: 100_000 })).books.total).toMatchObject({
    created: 1,
    unchanged: 1,
  });
  expect(stage.differences('size')).toEqual([]);
});

test('an excluded folder is counted as filtered, and comes once it is included', async () => {
  stage.put(
    'folders',
    { subject: 'here' },
    { subject: 'junk 1', folder: 'Junk' },
    { subject: 'junk 2', folder: 'Junk' },
    { subject: 'kept', folder: 'Work' },
  );
  const entry = await addEntry(stage.bench, stage.from('folders'), stage.to('folders'));
  const first = await pass(stage.bench, entry, 'initial', { folders: { exclude: ['Junk'] } });
  expect(first.books.total).toMatchObject({ seen: 4, created: 2, filtered: 2 });
  expect(first.books.reasons).toEqual({ 'folder-excluded': 2 });
  expect([...stage.targetTruth('folders').keys()]).not.toContain('Junk');
  const second = await pass(stage.bench, entry, 'delta', { folders: { include: ['Junk', 'INBOX'] } });
  expect(second.books.total).toMatchObject({ seen: 4, created: 2, unchanged: 1, filtered: 1 });
  expect(second.books.balanced).toBe(true);
  expect(stage.differences('folders')).toEqual([]);
});

test('a mapping renames, re-roots and merges; two folders into one are refused without merge', async () => {
  stage.put(
    'map',
    { subject: 'one', folder: 'Alt' },
    { subject: 'two', folder: 'Alt.Unter' },
    { subject: 'three', folder: 'Neu' },
  );
  const entry = await addEntry(stage.bench, stage.from('map'), stage.to('map'));
  const refused = await pass(stage.bench, entry, 'initial', { folders: { map: [{ from: 'Alt', to: 'Neu' }] } });
  expect(refused.status).toBe('failed');
  expect(refused.error).toMatchObject({ code: 'folder-map-two-sources' });
  expect(refused.error?.message).toMatch(/Alt.*Neu/s);
  expect(refused.error?.fix).toMatch(/merge/);
  expect([...stage.targetTruth('map').values()].flat()).toEqual([]);
  const merged = await pass(stage.bench, entry, 'initial', {
    folders: { map: [{ from: 'Alt', to: 'Neu', merge: true }] },
  });
  expect(merged.status).toBe('completed');
  const truth = stage.targetTruth('map');
  expect(truth.get('Neu')).toHaveLength(2);
  expect(truth.get('Neu.Unter') ?? truth.get('Neu/Unter')).toHaveLength(1);
  expect(merged.books.containers.map(({ container, target }) => [container, target])).toContainEqual(['Alt', 'Neu']);
});

test('a trial license takes ten objects; a standard one makes the next pass a delta that brings the rest', async () => {
  for (let i = 0; i < 14; i += 1) stage.put('trial', { subject: `mail ${i}`, folder: i < 6 ? 'First' : 'INBOX' });
  const entry = await addEntry(stage.bench, stage.from('trial'), stage.to('trial'), 'migration');
  const unburned = await pass(stage.bench, entry, 'initial');
  expect(unburned.error).toMatchObject({ code: 'license-not-burned' });
  await burnLicense(stage.bench, entry, 'trial');
  const first = await pass(stage.bench, entry, 'initial');
  expect(first.books.total).toMatchObject({ seen: 14, created: 10, filtered: 4 });
  expect(first.books.reasons).toEqual({ 'trial-limit': 4 });
  // Another pass on the same license is not another ten.
  expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ unchanged: 10, filtered: 4 });
  await burnLicense(stage.bench, entry, 'standard');
  expect((await pass(stage.bench, entry, 'delta')).books.total).toMatchObject({ created: 4, unchanged: 10 });
  expect(stage.differences('trial')).toEqual([]);
});
