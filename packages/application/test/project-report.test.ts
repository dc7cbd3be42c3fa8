import { reportBytes, type UnsignedProof } from '@sterna/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  changeMapping,
  createEntries,
  deleteEntry,
  getMapping,
  grantLicenses,
  importMapping,
  listLinks,
  projectDrift,
  projectLinks,
  projectReport,
  projectReportCsv,
  reportEntries,
  reportFailures,
  reportSummary,
  searchMapping,
  signReport,
  startPass,
  updateEntry,
  updateSettings,
  verifyReportHere,
} from '../src/index.ts';
import { codeOf, endPass, makeProject, openStage, type Stage, unique } from './fixture.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

/** A project with entries, of which the first `ran` have run once. */
async function projectWith(count: number, ran: number): Promise<{ projectId: number; ids: readonly number[] }> {
  const { context, owner } = stage;
  const { project } = await makeProject(stage);
  await grantLicenses(context, owner, { type: 'mail', tier: 'standard', quantity: count });
  const entries = await createEntries(context, owner, {
    projectId: project.id,
    entries: Array.from({ length: count }, () => ({
      itemType: 'mailbox' as const,
      sourceAddress: `${unique('a')}@old.example`,
      targetAddress: `${unique('b')}@new.example`,
    })),
  });
  const ids = entries.map((entry) => entry.id);
  for (const entryId of ids.slice(0, ran)) {
    await startPass(context, owner, { entryId });
    await endPass(stage, entryId);
  }
  return { projectId: project.id, ids };
}

describe('drift', () => {
  it('counts entries whose last pass ran with other settings than now, and says which', async () => {
    const { context, owner } = stage;
    const { projectId, ids } = await projectWith(4, 3);
    const drift = () => projectDrift(context, owner, { projectId });
    expect(await drift()).toEqual({ ran: 3, drifted: 0, groups: [] });

    // How fast we work decides over no object.
    await updateSettings(context, owner, { projectId, patch: { bandwidth: { bytesPerSecond: 1_000 } } });
    expect((await drift()).drifted).toBe(0);

    await updateSettings(context, owner, { projectId, patch: { conflict: 'rename' } });
    await updateEntry(context, owner, { entryId: ids[0] as number, settings: { sizeLimit: 5 } });
    const { ran, drifted, groups } = await drift();
    expect([ran, drifted]).toEqual([3, 3]);
    expect(groups.map((group) => [group.entries, group.settings.map((one) => one.field)])).toEqual([
      [2, ['conflict']],
      [1, expect.arrayContaining(['conflict', 'sizeLimit'])],
    ]);
    expect(groups[0]?.settings[0]).toMatchObject({ before: 'skip', after: 'rename' });
    expect(groups[1]?.sample).toMatchObject([{ entryId: ids[0] }]);

    // A delta pass runs with the new ones; a deleted entry runs no more.
    await startPass(context, owner, { entryId: ids[1] as number });
    await endPass(stage, ids[1] as number);
    await deleteEntry(context, owner, { entryId: ids[2] as number });
    expect(await drift()).toMatchObject({ ran: 2, drifted: 1 });
  });
});

describe('links', () => {
  /** As the engine leaves them: two list items of an entry, one of the next; a post that failed counts nowhere. */
  async function written(ids: readonly number[]): Promise<void> {
    const { pool } = stage.database;
    const src = (name: string): Buffer => Buffer.from(name.padEnd(16, '.'));
    const [listItem, post] = [8, 10];
    const objects: [number, string, number, number][] = [
      [ids[0] as number, 'one', listItem, 1],
      [ids[0] as number, 'two', listItem, 2],
      [ids[0] as number, 'lost', post, 8],
      [ids[1] as number, 'three', post, 1],
    ];
    for (const entryId of new Set(objects.map(([id]) => id)))
      await pool.query(
        `insert into container (entry_id, side, id, key, path, target_container) values ($1, 0, 1, 'n', '{Lists,Notes}', 2)`,
        [entryId],
      );
    for (const [entryId, name, kind, state] of objects)
      await pool.query(
        `insert into ledger (entry_id, container, target_container, pass, kind, state, src, src_id, target_id)
         values ($1, 1, 2, 1, $2, $3, $4, $5, 't')`,
        [entryId, kind, state, src(name), name],
      );
    const links: [number, string, number, string | null, number | null, string | null][] = [
      [ids[0] as number, 'one', 0, 'https://new.example/a', null, 'First'],
      [ids[0] as number, 'one', 1, null, 2, 'First'],
      [ids[0] as number, 'two', 0, null, 3, null],
      [ids[0] as number, 'lost', 0, null, 2, null],
      [ids[1] as number, 'three', 0, null, 4, null],
    ];
    for (const [entryId, name, place, target, reason, subject] of links)
      await pool.query(
        `insert into link (entry_id, src, place, address, target_address, reason, subject, pass)
         values ($1, $2, $3, 'https://old.example/' || $3::int, $4, $5, $6, 1)`,
        [entryId, src(name), place, target, reason, subject],
      );
  }

  it('are counted by entry, kind and why they stay, and listed with where they are', async () => {
    const { context, owner } = stage;
    const { projectId, ids } = await projectWith(3, 2);
    await written(ids);
    await updateSettings(context, owner, { projectId, patch: { links: 'rewrite' } });
    const counts = await projectLinks(context, owner, { projectId });
    expect(counts).toMatchObject({ setting: 'rewrite', total: { found: 4, rewritten: 1 }, behind: 2 });
    expect(counts.items.map(({ entryId, kinds }) => [entryId, kinds])).toEqual([
      [ids[0], [{ kind: 'listItem', found: 3, rewritten: 1, kept: { 'not-migrated': 1, 'several-copies': 1 } }]],
      [ids[1], [{ kind: 'post', found: 1, rewritten: 0, kept: { written: 1 } }]],
    ]);
    const first = await projectLinks(context, owner, { projectId, limit: 1 });
    const second = await projectLinks(context, owner, { projectId, limit: 1, after: first.next });
    expect([...first.items, ...second.items]).toEqual(counts.items);
    expect(second.next).toBeUndefined();

    const seen: unknown[] = [];
    for (let after: string | undefined; ; ) {
      const page = await listLinks(context, owner, { projectId, after, limit: 1 });
      seen.push(...page.items);
      if (page.next === undefined) break;
      after = page.next;
    }
    expect(seen).toMatchObject([
      {
        ...{ entryId: ids[0], kind: 'listItem', folder: 'Lists/Notes', objectId: 'one', subject: 'First' },
        ...{ address: 'https://old.example/0', newAddress: 'https://new.example/a', why: undefined },
      },
      { address: 'https://old.example/1', newAddress: undefined, reason: 'not-migrated' },
      { objectId: 'two', reason: 'several-copies' },
      { entryId: ids[1], reason: 'written', why: expect.stringMatching(/afterwards/) },
    ]);
    const only = async (filter: object) =>
      (await listLinks(context, owner, { projectId, ...filter })).items.map(({ objectId }) => objectId);
    expect(await only({ state: 'rewritten' })).toEqual(['one']);
    expect(await only({ entryId: ids[1] })).toEqual(['three']);
    expect(await only({ kind: 'listItem', state: 'kept', reason: 'several-copies' })).toEqual(['two']);
    expect(await codeOf(listLinks(context, owner, { projectId, after: '1.x.0' }))).toBe('cursor-invalid');
  });
});

describe('the mapping table', () => {
  const csv = (text: string): Uint8Array => new TextEncoder().encode(text);

  it('says what an import would do, and does nothing in a preview', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    const projectId = project.id;
    await importMapping(context, owner, {
      projectId,
      csv: csv('Source,Target\na@old,a@new\nb@old,b@new\nc@old,c@new\n'),
    });
    const file = csv('Source,Target\nA@old,a@new\nb@old,other@new\nd@old,d@new\n,nobody\n');
    expect(await importMapping(context, owner, { projectId, csv: file, preview: true })).toMatchObject({
      imported: 3,
      problems: [{ line: 5, column: 'Source' }],
      effect: { added: 1, changed: 1, unchanged: 1, removed: 1 },
    });
    expect(await importMapping(context, owner, { projectId, csv: file, append: true })).toMatchObject({
      imported: 0,
      effect: { removed: 0 },
    });
    expect((await getMapping(context, owner, { projectId })).map((row) => row.target)).toEqual([
      'a@new',
      'b@new',
      'c@new',
    ]);
  });

  it('is searched page by page', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    const projectId = project.id;
    const rows = Array.from({ length: 25 }, (_, i) => `user${i}_x@old,user${i}@new,user`);
    await importMapping(context, owner, {
      projectId,
      csv: csv(['Source,Target,Kind', ...rows, 'old,new,domain'].join('\n')),
    });
    const seen: string[] = [];
    for (let after: string | undefined, more = true; more; ) {
      const page = await searchMapping(context, owner, { projectId, limit: 10, after });
      expect([page.total, page.matching]).toEqual([26, 26]);
      seen.push(...page.items.map((row) => row.source));
      after = page.next;
      more = after !== undefined;
    }
    expect(seen).toHaveLength(26);
    expect(new Set(seen).size).toBe(26);
    const search = (more: object) => searchMapping(context, owner, { projectId, ...more });
    expect(await search({ kind: 'domain' })).toMatchObject({ total: 26, matching: 1, items: [{ source: 'old' }] });
    // `_` is a letter here, not a wildcard.
    expect((await search({ search: '1_X' })).matching).toBe(3);
  });

  it('takes, corrects and removes single rows, and overwrites none that somebody else put there', async () => {
    const { context, owner } = stage;
    const { project } = await makeProject(stage);
    const projectId = project.id;
    const row = (source: string, target: string) => ({ source, target, kind: 'user' as const });
    await changeMapping(context, owner, { projectId, put: [row(' Ann@old ', 'ann@new'), row('bob@old', 'bob@new')] });
    expect(await codeOf(changeMapping(context, owner, { projectId, put: [row('ANN@old', 'eve@new')] }))).toBe(
      'mapping-taken',
    );
    // Ann's row gets another source; a source that is Bob's is refused, and nothing of it is done.
    const rename = (source: string) => ({ projectId, remove: ['Ann@old'], put: [row(source, 'ann@new')] });
    expect(await codeOf(changeMapping(context, owner, rename('bob@old')))).toBe('mapping-taken');
    expect(await changeMapping(context, owner, rename('anna@old'))).toEqual({ total: 2 });
    expect(await getMapping(context, owner, { projectId })).toEqual([
      row('anna@old', 'ann@new'),
      row('bob@old', 'bob@new'),
    ]);
    expect(await changeMapping(context, owner, { projectId, remove: ['bob@old', 'nobody@old'] })).toEqual({ total: 1 });
    const domain = { source: '@old.example', target: 'x@new.example', kind: 'domain' as const };
    await expect(changeMapping(context, owner, { projectId, put: [domain] })).rejects.toMatchObject({
      code: 'mapping-invalid',
      field: 'put[0].target',
    });
  });
});

describe('the report of a project', () => {
  it('adds up, page by page and in all, and tells only failures that still stand', async () => {
    const { context, owner } = stage;
    const { pool } = stage.database;
    const { projectId, ids } = await projectWith(3, 3);
    const [first, second, deleted] = ids as [number, number, number];
    await pool.query(
      `insert into ledger (entry_id, container, pass, kind, state, src, src_id, size, gone_pass) values
         ($1, 1, 1, 1, 1, '\\x01', '1', 10, null), ($1, 1, 1, 1, 8, '\\x02', '2', 7, null),
         ($1, 1, 2, 1, 1, '\\x03', '3', 5, null), ($1, 1, 1, 1, 1, '\\x04', '4', 100, 2),
         ($2, 1, 1, 1, 3, '\\x01', '1', 20, null), ($2, 1, 2, 1, 7, '\\x02', '2', 3, null),
         ($3, 1, 1, 1, 8, '\\x01', '1', 9, null)`,
      [first, second, deleted],
    );
    await pool.query(
      `insert into object_note (entry_id, pass, src, kind, code, text, fix, subject) values
         ($1, 1, '\\x02', 'failure', 'over-size', 'Too large.', 'Raise the limit.', 'Plans'),
         ($1, 1, '\\x03', 'failure', 'over-size', 'Settled by the second pass.', null, 'Old'),
         ($2, 2, '\\x02', 'uncertain', 'outcome-unknown', 'Nobody knows.', null, '=1+1'),
         ($3, 1, '\\x01', 'failure', 'over-size', 'Of a deleted entry.', null, 'Gone')`,
      [first, second, deleted],
    );
    await deleteEntry(context, owner, { entryId: deleted });

    const summary = await reportSummary(context, owner, { projectId });
    expect(summary).toMatchObject({
      entries: { completed: 2 },
      books: { seen: 5, created: 2, unchanged: 1, failed: 1, uncertain: 1 },
      balanced: true,
      bytes: 35,
      passes: 2,
      seconds: 20,
      causes: [
        { code: 'outcome-unknown', objects: 1, entries: 1 },
        { code: 'over-size', objects: 1, entries: 1, reason: 'Too large.', fix: 'Raise the limit.' },
      ],
      licenses: [{ type: 'mail', tier: 'standard', burned: 3, burnedByDeleted: 1, assigned: 0 }],
    });

    const one = await reportEntries(context, owner, { projectId, limit: 1 });
    const two = await reportEntries(context, owner, { projectId, limit: 1, after: one.next });
    expect([...one.items, ...two.items].map((entry) => [entry.entryId, entry.books.seen, entry.bytes])).toEqual([
      [first, 3, 15],
      [second, 2, 20],
    ]);
    expect(two.next).toBeUndefined();
    const whole = await projectReport(context, owner, { projectId });
    expect(whole.entries).toEqual([...one.items, ...two.items]);
    expect(whole.books).toEqual(summary.books);

    const failures = await reportFailures(context, owner, { projectId });
    expect(failures.items.map((failure) => [failure.entryId, failure.subject])).toEqual([
      [first, 'Plans'],
      [second, '=1+1'],
    ]);
    expect((await reportFailures(context, owner, { projectId, code: 'outcome-unknown' })).items).toHaveLength(1);
    const page = await reportFailures(context, owner, { projectId, limit: 1 });
    expect((await reportFailures(context, owner, { projectId, after: page.next })).items).toEqual(
      failures.items.slice(1),
    );
    const csv = await projectReportCsv(context, owner, { projectId, what: 'failures' });
    expect(csv.trim().split('\r\n')).toHaveLength(3);
    expect(csv).toContain(`'=1+1`);

    await pool.query(`update pass set books = books || '{"seen": 101}' where entry_id = $1`, [second]);
    expect((await reportSummary(context, owner, { projectId })).balanced).toBe(false);
  });
});

describe('a signed report, held against what is here', () => {
  it('is proved as long as the ledger has its head, and by nobody else’s signature, ledger or database', async () => {
    const { context, owner } = stage;
    await projectWith(1, 1);
    const report = await signReport(context, owner, 'summary', { told: 1 });
    const { seq } = report.proof.ledger;
    await projectWith(1, 1);
    const proved = await verifyReportHere(context, JSON.stringify(report));
    expect(proved.report.proof).toEqual(report.proof);
    expect(proved.ledger.events.length).toBeGreaterThan(seq);

    // Signed with our own key, as an earlier or another database of this installation would.
    const signed = (change: Partial<UnsignedProof>): string => {
      const unsigned = { ...report, proof: { ...report.proof, ...change } };
      const signature = context.signer.sign(reportBytes(unsigned));
      return JSON.stringify({ ...unsigned, proof: { ...unsigned.proof, signature } });
    };
    const refused = (text: string) => codeOf(verifyReportHere(context, text));
    const { hash } = report.proof.ledger;
    expect(await refused(signed({ ledger: { seq: 1_000_000, hash } }))).toBe('report-beyond-ledger');
    expect(await refused(signed({ ledger: { seq: seq - 1, hash } }))).toBe('report-not-in-ledger');
    expect(await refused(signed({ organization: '6f6b2f1e-0000-4000-8000-000000000000' }))).toBe(
      'report-other-organization',
    );
    expect(await refused(JSON.stringify({ ...report, told: 2 }))).toBe('report-falsified');
  });
});
