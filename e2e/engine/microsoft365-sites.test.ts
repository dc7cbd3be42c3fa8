import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '@sterna/connectors';
import type { CrashPoint } from '@sterna/engine';
import { createSite, DirectSite, type Microsoft365, mirrorSites } from '@sterna/simulator-microsoft365';
import { linkBooks } from '@sterna/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addEntry,
  type Bench,
  notes,
  oneProject,
  openBench,
  pass,
  queuePass,
  twinEntry,
  verifyResult,
} from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { ended, reaching, running, work } from '../support/several-workers.ts';
import { type Graph, graphOf, type SiteMeaning, siteEndpoint, siteMeaning } from '../support/site-graph.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'] as const;

let dir: string;
let bench: Bench;
let server: Microsoft365;
let source: Graph;
let target: Graph;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-sites');
  [bench, server] = await Promise.all([
    openBench(join(dir, 'data'), [...connectors.values()]),
    startMicrosoft365({ empty: [TARGET] }),
  ]);
  mirrorSites(server, SOURCE, TARGET);
  [source, target] = await Promise.all([graphOf(server, SOURCE), graphOf(server, TARGET)]);
});
afterAll(async () => {
  const failures = [...server.failures];
  await bench.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

type Item = { readonly id: number };

async function siteEntry(path: string): Promise<number> {
  const entry = await addEntry(bench, siteEndpoint(server, SOURCE, path), siteEndpoint(server, TARGET, path));
  await mapPeople(entry);
  return entry;
}

async function mapPeople(entry: number): Promise<void> {
  for (const { mail } of server.tenant(SOURCE).users.values())
    await mapping(bench, entry, mail, mail.replace(SOURCE, TARGET));
}

const meanings = (path: string): Promise<[SiteMeaning, SiteMeaning]> =>
  Promise.all([
    siteMeaning(source, `contoso.sharepoint.com/${path}`),
    siteMeaning(target, `fabrikam.sharepoint.com/${path}`),
  ]);

/** What is to stand in the target: links and terms are text there, and web parts that were told are left out. */
async function expected(entry: number, { lists, pages, files }: SiteMeaning): Promise<SiteMeaning> {
  const refused = (await notes(bench, entry)).flatMap(({ code, text }) =>
    code === 'web-part-refused' ? (/[0-9a-f-]{36}/.exec(text)?.[0] ?? []) : [],
  );
  expect(new Set(refused).size).toBeLessThanOrEqual(2);
  const text = (value: unknown): unknown => {
    const { Url, Description, Label } = (value ?? {}) as Record<string, string | undefined>;
    if (Url !== undefined) return Description === undefined || Description === Url ? Url : `${Url} ${Description}`;
    return Label ?? value;
  };
  return {
    lists: Object.fromEntries(
      Object.entries(lists).map(([name, items]) => [
        name,
        Object.fromEntries(
          Object.entries(items).map(([title, fields]) => [
            title,
            Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, text(value)])),
          ]),
        ),
      ]),
    ),
    pages: JSON.parse(
      JSON.stringify(pages, (_, value) =>
        Array.isArray(value) ? value.filter((one) => !refused.includes(one?.webPartType)) : value,
      ),
    ),
    files,
  };
}

test('tenant to tenant: files, lists with every kind of column, and pages arrive, and a delta finds nothing to do', async () => {
  const entry = await siteEntry('sites/sales');
  const { status, books, error } = await pass(bench, entry, 'initial');
  expect(error).toBeNull();
  const failed = (await notes(bench, entry)).filter(({ kind }) => kind === 'failure');
  expect(failed).toEqual([]);
  expect([status, books.balanced]).toEqual(['completed', true]);
  const [mine, theirs] = await meanings('sites/sales');
  const wanted = await expected(entry, mine);
  expect(Object.keys(theirs.files).sort()).toEqual(Object.keys(wanted.files).sort());
  expect(theirs).toEqual(wanted);
  const told = new Set((await notes(bench, entry)).map(({ code }) => code));
  expect([...told].sort()).toEqual([
    'authors-not-held',
    'link-column-as-text',
    'term-column-as-text',
    'web-part-refused',
  ]);

  server.requests.length = 0;
  const again = await pass(bench, entry, 'delta');
  expect(again.status).toBe('completed');
  expect(again.books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  // The token, and reading alone: a few requests for each library, list and the pages.
  expect(server.requests.filter(({ method, target }) => method !== 'GET' && !target.endsWith('/token'))).toEqual([]);
  expect(server.requests.length).toBeLessThan(40);
  const verified = verifyResult(await pass(bench, entry, 'verify'));
  expect(verified).toMatchObject({ missing: 0, duplicated: 0, extra: 0 });
});

test('what changes at the source is changed in place; what people changed in the target goes by the conflict option', async () => {
  const path = 'sites/intranet';
  const here = new DirectSite(server, `alice@${SOURCE}`, path);
  const there = new DirectSite(server, `alice@${TARGET}`, path);
  const entry = await siteEntry(path);
  expect((await pass(bench, entry, 'initial')).status).toBe('completed');
  const before = there.items('Customers').map(({ id }) => id);
  const pages = there.pages().map(({ id }) => id);
  const [first, second, third] = here.items('Customers') as unknown as [Item, Item, Item];

  here.editItem('Customers', first.id, { Title: 'Renamed', Active: null });
  here.editPage('Text-only.aspx', { title: 'Text, edited' });
  here.addItem('Customers', { Title: 'New one', Code: 'C-99999' });
  here.removeItem('Customers', third.id);
  const delta = await pass(bench, entry, 'delta');
  expect(delta.error).toBeNull();
  expect(delta.status).toBe('completed');
  expect(delta.books.total).toMatchObject({ created: 1, updated: 2 });
  const after = there.items('Customers');
  expect(after.map(({ id }) => id).slice(0, before.length)).toEqual(before);
  expect(after).toHaveLength(before.length + 1);
  expect(after.filter(({ fields }) => fields.Title === 'Renamed')).toHaveLength(1);
  expect(there.pages().map(({ id }) => id)).toEqual(pages);
  expect(there.pages().map(({ title }) => title)).toContain('Text, edited');

  const edited = after.find(
    ({ fields }) => fields.Title === here.items('Customers').find(({ id }) => id === second.id)?.fields.Title,
  );
  there.editItem('Customers', edited?.id as number, { Title: 'By somebody in the target' });
  here.editItem('Customers', second.id, { Title: 'By the source' });
  there.editPage('News-2026.aspx', { title: 'Theirs' });
  here.editPage('News-2026.aspx', { title: 'Ours' });
  const kept = await pass(bench, entry, 'delta');
  expect(kept.books.total).toMatchObject({ created: 0, updated: 0, skipped: expect.any(Number) });
  expect(there.items('Customers').map(({ fields }) => fields.Title)).toContain('By somebody in the target');
  expect(there.pages().map(({ title }) => title)).toContain('Theirs');
  here.editItem('Customers', second.id, { Title: 'By the source again' });
  here.editPage('News-2026.aspx', { title: 'Ours again' });
  await pass(bench, entry, 'delta', { conflict: 'overwrite' });
  expect(there.items('Customers').map(({ fields }) => fields.Title)).toContain('By the source again');
  expect(there.pages().map(({ title }) => title)).toContain('Ours again');
  expect(there.items('Customers')).toHaveLength(before.length + 1);
});

test('a locked site is told, and migrated once it is open', async () => {
  const path = 'sites/sales/researchdevelopment';
  const here = new DirectSite(server, `alice@${SOURCE}`, path);
  const entry = await siteEntry(path);
  here.lock('noAccess');
  const refused = await pass(bench, entry, 'initial');
  expect([refused.status, refused.error?.code]).toEqual(['failed', 'site-locked']);
  here.lock('unlocked');
  expect((await pass(bench, entry, 'initial')).status).toBe('completed');
  const [mine, theirs] = await meanings(path);
  expect(theirs).toEqual(await expected(entry, mine));
});

test('whom the target site doesn’t know is told, and a page in the way goes by the conflict option', async () => {
  const at = server.clock.now();
  for (const domain of [SOURCE, TARGET]) createSite(server.tenant(domain), { name: 'small', displayName: 'Small', at });
  const here = new DirectSite(server, `alice@${SOURCE}`, 'sites/small');
  const there = new DirectSite(server, `alice@${TARGET}`, 'sites/small');
  here.makeList('Tasks', [{ name: 'Who', displayName: 'Who', personOrGroup: {} }]);
  here.addItem('Tasks', { Title: 'Known', Who: here.visit(`alice@${SOURCE}`) });
  here.addItem('Tasks', { Title: 'Unknown', Who: here.visit(`bjorn@${SOURCE}`) });
  here.addPage('Twice.aspx', { title: 'From the source' });
  there.addPage('Twice.aspx', { title: 'Of the target' });
  // A page by somebody who has left since: SharePoint keeps their name and address, the directory has nobody any more.
  const { users } = server.tenant(SOURCE);
  const leaver = { ...server.tenant(SOURCE).named('alice'), id: '1eaf0000-0000-4000-a000-00000000cafe' };
  Object.assign(leaver, { userPrincipalName: `leaver@${SOURCE}`, mail: `leaver@${SOURCE}`, displayName: 'Leaver' });
  users.set(leaver.id, leaver);
  new DirectSite(server, leaver.mail, 'sites/small').addPage('Left.aspx', { title: 'By somebody who left' });
  users.delete(leaver.id);
  const entry = await siteEntry('sites/small');
  const { status, books } = await pass(bench, entry, 'initial');
  expect([status, books.balanced]).toEqual(['completed', true]);
  expect((await notes(bench, entry)).filter(({ code }) => code === 'person-not-in-site')).toMatchObject([
    { subject: 'Unknown', text: expect.stringContaining(`bjorn@${TARGET}`) },
  ]);
  expect(there.pages().map(({ title }) => title)).toEqual(['Of the target', 'By somebody who left']);
  expect((await notes(bench, entry)).filter(({ code }) => code === 'authors-not-held')).not.toEqual([]);
  expect(there.items('Tasks').map(({ fields }) => fields.WhoLookupId === undefined)).toEqual([false, true]);
});

test('a list that the target refuses fails with all that is in it, and alone; a delta pass brings it', async () => {
  const at = server.clock.now();
  for (const domain of [SOURCE, TARGET]) createSite(server.tenant(domain), { name: 'odd', displayName: 'Odd', at });
  const here = new DirectSite(server, `alice@${SOURCE}`, 'sites/odd');
  const there = new DirectSite(server, `alice@${TARGET}`, 'sites/odd');
  for (const list of ['First', 'Second']) {
    here.makeList(list, []);
    for (const title of ['One', 'Two', 'Three']) here.addItem(list, { Title: title });
  }
  const entry = await siteEntry('sites/odd');
  const refusal = server.faults.inject({
    fault: { kind: 'answer', status: 400, code: 'invalidRequest' },
    when: ({ method, target: path }) => method === 'POST' && /\/lists(\?|$)/.test(path),
  });
  const { status, error, books } = await pass(bench, entry, 'initial');
  expect([status, error, books.balanced, books.total.failed]).toEqual(['completed with failures', null, true, 3]);
  expect(refusal.struck).toBe(1);
  const told = (await notes(bench, entry)).filter(({ kind }) => kind === 'failure');
  expect(told.map(({ code }) => code)).toEqual(['graph-refused', 'graph-refused', 'graph-refused', 'graph-refused']);

  const delta = await pass(bench, entry, 'delta');
  expect([delta.status, delta.books.total.created]).toEqual(['completed', 3]);
  for (const list of ['First', 'Second'])
    expect(there.items(list).map(({ fields }) => fields.Title)).toEqual(['One', 'Two', 'Three']);
});

test('what may have moved into a list that the target refuses keeps its copy; an empty one that is refused is told', async () => {
  const at = server.clock.now();
  for (const domain of [SOURCE, TARGET]) createSite(server.tenant(domain), { name: 'held', displayName: 'Held', at });
  const here = new DirectSite(server, `alice@${SOURCE}`, 'sites/held');
  const there = new DirectSite(server, `alice@${TARGET}`, 'sites/held');
  here.makeList('First', []);
  const ids = ['One', 'Two'].map((Title) => here.addItem('First', { Title }));
  const entry = await siteEntry('sites/held');
  expect((await pass(bench, entry, 'initial')).status).toBe('completed');

  here.makeList('Empty', []);
  for (const id of ids) here.removeItem('First', id);
  const refusal = server.faults.inject({
    fault: { kind: 'answer', status: 400, code: 'invalidRequest' },
    when: ({ method, target: path }) => method === 'POST' && /\/lists(\?|$)/.test(path),
  });
  const delta = await pass(bench, entry, 'delta', { deletions: 'propagate' });
  expect([delta.status, delta.books.total.failed, refusal.struck]).toEqual(['completed with failures', 0, 1]);
  expect(there.items('First')).toHaveLength(2);
  expect((await notes(bench, entry)).filter(({ code }) => code === 'deletion-not-propagated')).toHaveLength(2);

  expect((await pass(bench, entry, 'delta', { deletions: 'propagate' })).status).toBe('completed');
  expect(there.items('First')).toEqual([]);
});

test('a backup of a site makes it anew elsewhere, lookups and all', async () => {
  createSite(server.tenant(TARGET), { name: 'restored', displayName: 'Restored', at: server.clock.now() });
  const path = join(dir, 'backup');
  const archive = {
    connector: 'backup',
    settings: { objects: { path, format: 'archive' }, files: { path: join(path, 'files') } },
    address: '.',
    itemType: 'site' as const,
  };
  const out = await addEntry(bench, siteEndpoint(server, SOURCE, 'sites/sales'), archive);
  const kept = await pass(bench, out, 'initial');
  expect([kept.error, kept.status]).toEqual([null, 'completed']);
  const back = await addEntry(bench, archive, siteEndpoint(server, TARGET, 'sites/restored'));
  for (const { mail } of server.tenant(SOURCE).users.values()) {
    await mapping(bench, back, mail, mail.replace(SOURCE, TARGET));
    new DirectSite(server, `alice@${TARGET}`, 'sites/restored').visit(mail.replace(SOURCE, TARGET));
  }
  const { status, error, books } = await pass(bench, back, 'initial', { permissions: false });
  expect([error, status, books.balanced]).toEqual([null, 'completed', true]);
  const [mine] = await meanings('sites/sales');
  const restored = await siteMeaning(target, 'fabrikam.sharepoint.com/sites/restored');
  expect(restored).toEqual(await expected(back, mine));
});

test('two workers share the files of a site; what comes before and after them is the pass’s own worker’s', async () => {
  createSite(server.tenant(TARGET), { name: 'shared', displayName: 'Shared', at: server.clock.now() });
  for (const { mail } of server.tenant(SOURCE).users.values())
    new DirectSite(server, `alice@${TARGET}`, 'sites/shared').visit(mail.replace(SOURCE, TARGET));
  const entry = await addEntry(
    bench,
    siteEndpoint(server, SOURCE, 'sites/sales'),
    siteEndpoint(server, TARGET, 'sites/shared'),
  );
  await mapPeople(entry);
  const id = await queuePass(bench, entry, 'initial', { permissions: false });
  const split = { from: 4, size: 1 };
  const helper = reaching('after-confirm');
  const own = async (at: CrashPoint): Promise<void> => {
    if (at !== 'before-intent-commit') return;
    const { rows } = await bench.database.pool.query('select shares_open from pass where id = $1', [id]);
    if (rows[0].shares_open) await helper.isReached;
  };
  work(bench, own, { split });
  await running(bench, id);
  work(bench, helper.reached, { split });
  const { status, error, books } = await ended(bench, id);
  expect([error, status, books.balanced]).toEqual([null, 'completed', true]);
  await helper.isReached;
  const [mine] = await meanings('sites/sales');
  expect(await siteMeaning(target, 'fabrikam.sharepoint.com/sites/shared')).toEqual(await expected(entry, mine));
});

test('a remigration takes over what is there; emptied, a site keeps its lists and nothing in them', async () => {
  const path = 'sites/small';
  const there = new DirectSite(server, `alice@${TARGET}`, path);
  const first = await siteEntry(path);
  expect((await pass(bench, first, 'initial')).books.balanced).toBe(true);
  const counts = () => [there.items('Tasks').length, there.pages().length];
  const before = counts();
  const twin = await twinEntry(bench, first);
  await mapPeople(twin);
  const { status, books } = await pass(bench, twin, 'initial', { duplicatePrevention: true });
  expect([status, books.balanced]).toEqual(['completed', true]);
  expect(counts()).toEqual(before);
  await pass(bench, twin, 'empty', { empty: 'freeze' });
  expect((await pass(bench, twin, 'empty', { empty: 'remove' })).status).toBe('completed');
  expect(counts()).toEqual([0, 0]);
  expect([...there.site.lists.values()].map(({ displayName }) => displayName)).toContain('Tasks');
});

test('links that lead to what was migrated in the project lead to the copies, and back again on request', async () => {
  const at = server.clock.now();
  for (const domain of [SOURCE, TARGET])
    for (const name of ['linking', 'linked']) createSite(server.tenant(domain), { name, displayName: name, at });
  const [here, there] = [SOURCE, TARGET].map(
    (domain) => new DirectSite(server, `alice@${domain}`, 'sites/linking'),
  ) as [DirectSite, DirectSite];
  const other = new DirectSite(server, `alice@${SOURCE}`, 'sites/linked');
  const [old, home] = ['https://contoso.sharepoint.com/sites', 'https://fabrikam.sharepoint.com/sites'];
  here.makeList('Notes', [{ name: 'Body', displayName: 'Body', text: { allowMultipleLines: true } }]);
  other.makeList('Rows', []);
  const row = other.addItem('Rows', { Title: 'Pointed at' });
  other.addPage('Elsewhere.aspx', { title: 'Elsewhere' });
  const kept = `https://example.com/?to=${old}/linking and ${old}/linking/SitePages/Nowhere.aspx, ${old}/linked/Lists/Rows/DispForm.aspx?ID=999`;
  const within = `See ${old}/linking/SitePages/Later.aspx. Or ${kept}`;
  const across = `${old}/linked/Lists/Rows/DispForm.aspx?ID=${row}&Source=x`;
  here.addItem('Notes', { Title: 'Within', Body: within });
  here.addItem('Notes', { Title: 'Across', Body: `(${across})` });
  const html = `<p><a href="${old}/linked/SitePages/Elsewhere.aspx#part">there</a> <a href="${old}/linking/SitePages/Nowhere.aspx">no</a></p>`;
  here.addPage('Later.aspx', {
    title: 'Later',
    canvas: {
      horizontalSections: [
        {
          layout: 'oneColumn',
          id: '1',
          columns: [
            {
              id: '1',
              width: 12,
              webparts: [{ '@odata.type': '#microsoft.graph.textWebPart', id: crypto.randomUUID(), innerHtml: html }],
            },
          ],
        },
      ],
    },
  });
  const [linking, linked] = [await siteEntry('sites/linking'), await siteEntry('sites/linked')];
  await oneProject(bench, [linking, linked]);
  const notesThere = () => Object.fromEntries(there.items('Notes').map(({ fields }) => [fields.Title, fields.Body]));
  const pageThere = () =>
    JSON.stringify(there.pages().find(({ name }) => name === 'Later.aspx')).replaceAll('\\"', '"');

  // Migrated before anybody asked for it.
  expect((await pass(bench, linking, 'initial')).status).toBe('completed');
  expect(notesThere()).toEqual({ Within: within, Across: `(${across})` });
  const asked = await pass(bench, linking, 'delta', { links: 'rewrite' });
  expect([asked.error, asked.status]).toEqual([null, 'completed']);
  expect(asked.books.total).toMatchObject({ created: 0, updated: 1, failed: 0 });
  const rewritten = `See ${home}/linking/SitePages/Later.aspx. Or ${kept}`;
  // Its like in the other entry isn't there yet.
  expect(notesThere()).toEqual({ Within: rewritten, Across: `(${across})` });
  expect(asked.books.links).toEqual({ found: 6, rewritten: 1, left: 5 });

  expect((await pass(bench, linked, 'initial', { links: 'rewrite' })).status).toBe('completed');
  expect((await pass(bench, linking, 'delta', { links: 'rewrite' })).books.total).toMatchObject({ updated: 2 });
  const copy = new DirectSite(server, `alice@${TARGET}`, 'sites/linked').items('Rows')[0]?.id;
  expect(notesThere()).toEqual({ Within: rewritten, Across: `(${home}/linked/Lists/Rows/DispForm.aspx?ID=${copy})` });
  expect(pageThere()).toContain(`href="${home}/linked/SitePages/Elsewhere.aspx#part"`);
  expect(pageThere()).toContain(`href="${old}/linking/SitePages/Nowhere.aspx"`);
  const verified = verifyResult(await pass(bench, linking, 'verify'));
  expect(verified).toMatchObject({ ok: true, missing: 0, different: 0 });
  const again = await pass(bench, linking, 'delta', { links: 'rewrite' });
  expect(again.books.total).toMatchObject({ created: 0, updated: 0, skipped: 0 });

  // What is new or changed comes with its links; what people changed in the target stays theirs.
  here.addItem('Notes', { Title: 'New', Body: `${old}/linked/SitePages/Elsewhere.aspx` });
  const across1 = there.items('Notes').find(({ fields }) => fields.Title === 'Across')?.id as number;
  there.editItem('Notes', across1, { Body: 'Theirs' });
  expect((await pass(bench, linking, 'delta', { links: 'rewrite' })).books.total).toMatchObject({
    created: 1,
    updated: 0,
  });
  expect(notesThere()).toMatchObject({ New: `${home}/linked/SitePages/Elsewhere.aspx`, Across: 'Theirs' });

  expect((await pass(bench, linking, 'delta')).status).toBe('completed');
  expect(notesThere()).toEqual({ Within: within, New: `${old}/linked/SitePages/Elsewhere.aspx`, Across: 'Theirs' });
  expect(pageThere()).toContain(`href="${old}/linked/SitePages/Elsewhere.aspx#part"`);
  expect((await linkBooks(bench.database.pool, [linking])).get(linking)).toMatchObject({ rewritten: 0 });
});
