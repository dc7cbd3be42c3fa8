import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '@sterna/connectors';
import { createSite, DirectMail, DirectSite, DirectTeam, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { LINK_REASON } from '@sterna/store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  addEntry,
  type Bench,
  type Endpoint,
  notes,
  oneProject,
  openBench,
  pass,
  verifyResult,
} from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { googleApi, googleEndpoint } from '../support/google.ts';
import { graphOfTenant, type Json, type TenantGraph } from '../support/graph.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { siteEndpoint } from '../support/site-graph.ts';
import { startGoogle, startMicrosoft365 } from '../support/watched-simulators.ts';

const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'] as const;
const [OLD, NEW] = ['https://contoso.sharepoint.com/sites', 'https://fabrikam.sharepoint.com/sites'] as const;
const ON = { links: 'rewrite' } as const;

let dir: string;
let bench: Bench;
let server: Microsoft365;
/** Past the connector. */
let source: TenantGraph;
let target: TenantGraph;
/** What the first test has migrated. */
let entriesOfFirst: readonly number[] = [];
beforeAll(async () => {
  dir = scratch('engine-links');
  [bench, server] = await Promise.all([
    openBench(join(dir, 'data'), [...connectors.values()]),
    startMicrosoft365({ empty: [SOURCE, TARGET], seed: 'links' }),
  ]);
  [source, target] = await Promise.all([graphOfTenant(server, SOURCE), graphOfTenant(server, TARGET)]);
  for (const domain of [SOURCE, TARGET])
    for (const name of ['library', 'notes'])
      createSite(server.tenant(domain), { name, displayName: name, at: server.clock.now() });
});
afterAll(async () => {
  const failures = [...server.failures];
  await bench.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
  expect(failures).toEqual([]);
});

async function fillLibrary(): Promise<void> {
  const { id } = await source('GET', '/sites/contoso.sharepoint.com:/sites/library');
  const drive = `/sites/${encodeURIComponent(id)}/drive`;
  await source('POST', `${drive}/root/children`, { name: 'Plans', folder: {} });
  await source('POST', `${drive}/root:/Plans:/children`, { name: 'Nested', folder: {} });
  for (const path of ['Plans/Budget 2026 (final).docx', 'Plans/Nested/b.txt', 'top.txt'])
    await source('PUT', `${drive}/root:/${encodeURI(path)}:/content`, `what ${path} says`);
}

const site = (name: string): Promise<number> =>
  addEntry(bench, siteEndpoint(server, SOURCE, `sites/${name}`), siteEndpoint(server, TARGET, `sites/${name}`));

const direct = (domain: string, name: string): DirectSite => new DirectSite(server, `alice@${domain}`, `sites/${name}`);

async function team(nickname: string): Promise<number> {
  for (const [domain, graph] of [
    [SOURCE, source],
    [TARGET, target],
  ] as const) {
    const owner = await graph('GET', `/users/alice@${domain}`);
    const { id } = await graph('POST', '/groups', {
      ...{ displayName: nickname, mailNickname: nickname, mailEnabled: true, securityEnabled: false },
      ...{ groupTypes: ['Unified'], 'owners@odata.bind': [`${server.baseUrl}/v1.0/users/${owner.id}`] },
    });
    await graph('PUT', `/groups/${id}/team`, {});
  }
  const end = (domain: string) => ({
    ...microsoft365Endpoint(server, `${nickname}@${domain}`),
    itemType: 'team' as const,
  });
  return addEntry(bench, end(SOURCE), end(TARGET));
}

test('links to files, folders and posts of other entries: in list items, pages, posts and events; and back', async () => {
  await fillLibrary();
  const library = await site('library');
  const crew = await team('crew');
  const here = new DirectTeam(server, `alice@${SOURCE}`, 'crew');
  const post = here.say('General', '<p>Read this</p>');
  const reply = here.reply('General', post, '<p>Done</p>');
  const channel = here.channel('General');
  const said = (id: string): string =>
    `https://teams.microsoft.com/l/message/${encodeURIComponent(channel.id)}/${id}?groupId=${channel.teamId}&tenantId=${server.tenant(SOURCE).id}&parentMessageId=${post}`;
  here.say('General', `<p><a href="${OLD}/library/Shared%20Documents/top.txt">top</a></p>`);

  const wanted: Readonly<Record<string, string>> = {
    File: `${OLD}/library/Shared%20Documents/Plans/Budget%202026%20(final).docx`,
    Viewed: `${OLD}/library/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites%2Flibrary%2FShared%20Documents%2FPlans%2FNested`,
    Post: said(post),
    Reply: said(reply),
    Sharing: 'https://contoso.sharepoint.com/:w:/g/EabcdefG',
    Gone: `${OLD}/library/Shared%20Documents/none.txt`,
  };
  const from = direct(SOURCE, 'notes');
  from.makeList('Notes', [{ name: 'Body', displayName: 'Body', text: { allowMultipleLines: true } }]);
  for (const [title, address] of Object.entries(wanted))
    from.addItem('Notes', { Title: title, Body: `See ${address} .` });
  const innerHtml = `<p><a href="${wanted.File}">budget</a>, <a href="${wanted.Post?.replaceAll('&', '&amp;')}">said</a></p>`;
  from.addPage('Links.aspx', {
    title: 'Links',
    canvas: {
      horizontalSections: [
        {
          ...{ layout: 'oneColumn', id: '1' },
          columns: [
            { id: '1', width: 12, webparts: [{ '@odata.type': '#microsoft.graph.textWebPart', id: 'a', innerHtml }] },
          ],
        },
      ],
    },
  });
  const when = (hour: number) => ({ dateTime: `2026-12-01T${hour}:00:00`, timeZone: 'UTC' });
  await source('POST', `/users/alice@${SOURCE}/events`, {
    ...{ subject: 'Review', start: when(10), end: when(11), location: { displayName: wanted.Post } },
    body: { contentType: 'html', content: `<html><body><p>Bring <a href="${wanted.File}">this</a></p></body></html>` },
  });
  await source('POST', `/users/alice@${SOURCE}/events`, {
    ...{ subject: 'Without', start: when(12), end: when(13) },
  });
  const [notesEntry, mailbox] = [
    await site('notes'),
    await addEntry(
      bench,
      microsoft365Endpoint(server, `alice@${SOURCE}`),
      microsoft365Endpoint(server, `alice@${TARGET}`),
    ),
  ];
  const all = [library, crew, notesEntry, mailbox];
  entriesOfFirst = all;
  for (const entry of all)
    for (const { mail } of server.tenant(SOURCE).users.values())
      await mapping(bench, entry, mail, mail.replace(SOURCE, TARGET));
  await oneProject(bench, all);

  const bodies = () =>
    Object.fromEntries(
      direct(TARGET, 'notes')
        .items('Notes')
        .map(({ fields }) => [fields.Title, fields.Body]),
    );
  const page = () => JSON.stringify(direct(TARGET, 'notes').pages()).replaceAll('\\"', '"').replaceAll('&amp;', '&');
  const event = async (): Promise<string> => {
    const { value } = await target('GET', `/users/alice@${TARGET}/events?$filter=subject eq 'Review'`);
    expect(value).toHaveLength(1);
    return `${value[0].location.displayName} ${value[0].body.content}`.replaceAll('&amp;', '&');
  };
  const run = async (kind: 'initial' | 'delta', entries: readonly number[], patch: object) => {
    const outcomes = [];
    for (const entry of entries) {
      const outcome = await pass(bench, entry, kind, patch);
      expect([outcome.error, outcome.status]).toEqual([null, 'completed']);
      outcomes.push(outcome.books);
    }
    return outcomes;
  };

  // Those that hold links come first: nothing that they lead to is there.
  await run('initial', [notesEntry, mailbox], ON);
  expect(bodies().File).toBe(`See ${wanted.File} .`);
  expect(await event()).toContain(wanted.File);
  await run('initial', [library, crew], ON);
  const [ofNotes, ofMailbox] = await run('delta', [notesEntry, mailbox], ON);
  expect(ofNotes?.links).toEqual({ found: 7, rewritten: 6, left: 1 });
  expect(ofNotes?.total).toMatchObject({ created: 0, updated: 5, failed: 0 });
  expect(ofMailbox?.links).toEqual({ found: 2, rewritten: 2, left: 0 });
  expect(ofMailbox?.total).toMatchObject({ created: 0, updated: 1, failed: 0 });

  const there = new DirectTeam(server, `alice@${TARGET}`, 'crew');
  const home = there.channel('General');
  const copies = there.messages('General');
  const copyOf = (words: string): string => {
    const found = copies.filter(({ content }) => content.includes(words));
    expect(found).toHaveLength(1);
    const id = found[0]?.id;
    return `https://teams.microsoft.com/l/message/${encodeURIComponent(home.id)}/${id}?groupId=${home.teamId}&tenantId=${server.tenant(TARGET).id}`;
  };
  const file = `${NEW}/library/Shared%20Documents/Plans/Budget%202026%20%28final%29.docx`;
  expect(bodies()).toEqual({
    File: `See ${file} .`,
    Viewed: `See ${NEW}/library/Shared%20Documents/Plans/Nested .`,
    Post: `See ${copyOf('Read this')} .`,
    Reply: `See ${copyOf('Done')} .`,
    Sharing: `See ${wanted.Sharing} .`,
    Gone: `See ${wanted.Gone} .`,
  });
  expect(page()).toContain(`href="${file}"`);
  expect(page()).toContain(copyOf('Read this'));
  expect(await event()).toContain(copyOf('Read this'));
  expect(await event()).toContain(`href="${file}"`);
  // Written after the library was: what nobody can change afterwards leads there from the start.
  expect(copies.map(({ content }) => content).join()).toContain(`${NEW}/library/Shared%20Documents/top.txt`);
  for (const entry of [notesEntry, mailbox]) {
    expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ missing: 0, different: 0, extra: 0 });
    const [books] = await run('delta', [entry], ON);
    expect(books?.total).toMatchObject({ created: 0, updated: 0, skipped: 0 });
  }
  // Events go whole from tenant to tenant, but for those in which a link changes.
  expect((await notes(bench, mailbox)).map(({ code, subject }) => [code, subject])).toEqual([
    ['not-whole-for-links', 'Review'],
  ]);

  await run('delta', [notesEntry, mailbox], {});
  for (const [title, address] of Object.entries(wanted)) expect(bodies()[title]).toBe(`See ${address} .`);
  expect(page()).toContain(`href="${wanted.File}"`);
  expect(await event()).toContain(wanted.Post);
  expect(await event()).toContain(`href="${wanted.File}"`);
});

test('links in messages, where that is asked for: as they are written; in signed ones they are counted, and nothing changes', async () => {
  const [from, to] = [`bjorn@${SOURCE}`, `bjorn@${TARGET}`];
  const link = `${OLD}/library/Shared%20Documents/top.txt`;
  const box = new DirectMail(server, from);
  const put = (subject: string, head: string, body: string) =>
    box.put(
      ['Inbox'],
      Buffer.from(
        `From: ${from}\r\nTo: ${from}\r\nSubject: ${subject}\r\nMessage-ID: <${subject}@x>\r\n${head}\r\n${body}\r\n`,
      ),
      server.clock.now(),
    );
  const html = `<p>Read <a href="${link}">this</a> and ${OLD}/library/Shared%20Documents/none.txt</p>`;
  await put('Plain', '', `Read ${link}.`);
  await put(
    'Rich',
    'Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n',
    Buffer.from(html).toString('base64'),
  );
  await put('Sealed', 'DKIM-Signature: v=1; b=abc\r\n', `Read ${link}.`);
  await put('None', '', 'Nothing to follow.');
  const entry = await addEntry(bench, microsoft365Endpoint(server, from), microsoft365Endpoint(server, to));
  await oneProject(bench, [entriesOfFirst[0] as number, entry]);
  const settings = {
    ...ON,
    messageLinks: 'rewrite',
    kinds: { event: false, contact: false, task: false, setting: false },
  };
  const first = await pass(bench, entry, 'initial', settings);
  expect([first.error, first.status]).toEqual([null, 'completed']);
  expect(first.books.links).toEqual({ found: 4, rewritten: 2, left: 2 });
  const copies = async () =>
    Object.fromEntries(
      (await new DirectMail(server, to).messages()).map(({ mime }) => {
        const text = mime.toString();
        const decoded = text.replace(/(?<=\r\n\r\n)[A-Za-z0-9+/=\r\n]+$/, (base64) =>
          Buffer.from(base64, 'base64').toString(),
        );
        return [/^Subject: (.*)$/im.exec(text)?.[1]?.trim(), decoded.replaceAll('=3D', '=').replace(/=\r\n/g, '')];
      }),
    );
  const home = link.replace(OLD, NEW);
  const { Plain, Rich, Sealed, None } = await copies();
  expect(Plain).toContain(`Read ${home}.`);
  expect(Rich).toContain(home);
  expect(Rich).toContain('none.txt');
  expect(Rich).not.toContain(link);
  expect(Sealed).toContain(`Read ${link}.`);
  expect(None).toContain('Nothing to follow.');
  const told = (await notes(bench, entry)).filter(({ code }) => /links/.test(code));
  expect(told.map(({ code, subject }) => `${subject}: ${code}`).sort()).toEqual([
    'Plain: message-links-rewritten',
    'Plain: not-whole-for-links',
    'Rich: message-links-rewritten',
    'Rich: not-whole-for-links',
  ]);
  const { rows } = await bench.database.pool.query(
    'select subject, reason from link where entry_id = $1 and target_address is null order by subject',
    [entry],
  );
  expect(rows).toEqual([
    { subject: 'Rich', reason: LINK_REASON.written },
    { subject: 'Sealed', reason: LINK_REASON.signed },
  ]);
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ missing: 0, different: 0, extra: 0 });
  // What is written stays, whatever the setting says then.
  const again = await pass(bench, entry, 'delta', { kinds: settings.kinds });
  expect(again.books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  expect((await copies()).Plain).toBe(Plain);
});

/** As they stand in a text, in their order. */
const addressesIn = (text: string): readonly string[] => text.match(/https:\/\/[^\s"<]+/g) ?? [];

test('Google’s links hold ids: they lead to the copies in Microsoft 365 and in another Google', async () => {
  const google = await startGoogle({ empty: true });
  try {
    const [nordwind, lamna, fabrikam] = ['alice@nordwind.example', 'alice@lamna.example', `alice@${TARGET}`];
    const api = googleApi(google, nordwind);
    const make = async (name: string, mimeType: string, parent?: string): Promise<string> =>
      (await api('POST', '/drive/v3/files', { name, mimeType, ...(parent === undefined ? {} : { parents: [parent] }) }))
        .id;
    const folder = await make('Plans', 'application/vnd.google-apps.folder');
    const file = await make('budget 2026.txt', 'text/plain', folder);
    const doc = await make('Minutes', 'application/vnd.google-apps.document', folder);
    const twin = await make('budget 2026.txt', 'text/plain', folder);
    const links = [
      `https://drive.google.com/file/d/${file}/view?usp=sharing`,
      `https://docs.google.com/document/d/${doc}/edit#heading=h.1`,
      `https://drive.google.com/drive/u/0/folders/${folder}`,
      `https://drive.google.com/open?id=${twin}`,
      'https://drive.google.com/file/d/1NobodyKnowsThisOne/view',
    ];
    await api('POST', '/calendar/v3/calendars/primary/events', {
      ...{ summary: 'Planning', description: links.join('\n') },
      ...{ start: { dateTime: '2026-12-01T10:00:00Z' }, end: { dateTime: '2026-12-01T11:00:00Z' } },
    });
    const into = async (end: (itemType?: 'drive') => Endpoint): Promise<readonly number[]> => {
      const from = { ...googleEndpoint(google, nordwind), itemType: 'drive' as const };
      const drive = await addEntry(bench, from, end('drive'));
      const mailbox = await addEntry(bench, googleEndpoint(google, nordwind), end());
      for (const entry of [drive, mailbox]) await mapping(bench, entry, nordwind, end().address);
      await oneProject(bench, [drive, mailbox]);
      const events = { kinds: { message: false, contact: false, task: false, setting: false } };
      for (const [entry, kind, patch] of [
        [mailbox, 'initial', events],
        [drive, 'initial', {}],
        [mailbox, 'delta', events],
      ] as const) {
        const { status, error, books } = await pass(bench, entry, kind, { ...ON, ...patch, permissions: false });
        expect([error, status]).toEqual([null, 'completed']);
        if (kind === 'delta') expect(books.links).toEqual({ found: 5, rewritten: 4, left: 1 });
      }
      expect(verifyResult(await pass(bench, mailbox, 'verify'))).toMatchObject({ missing: 0, different: 0 });
      const again = await pass(bench, mailbox, 'delta', { ...ON, ...events });
      expect(again.books.total).toMatchObject({ created: 0, updated: 0, skipped: 0 });
      return [drive, mailbox];
    };

    await into((itemType) => ({
      ...microsoft365Endpoint(server, fabrikam),
      ...(itemType === undefined ? {} : { itemType }),
    }));
    const { value } = await target('GET', `/users/${fabrikam}/events?$filter=subject eq 'Planning'`);
    const there = addressesIn(value[0].body.content);
    const plans = /^(https:\/\/fabrikam-my\.sharepoint\.com\/.*\/Plans)$/.exec(there[2] ?? '')?.[1];
    expect(plans).toBeDefined();
    expect(there[0]).toBe(`${plans}/budget%202026.txt`);
    expect(there[1]).toBe(`${plans}/Minutes.docx#heading=h.1`);
    expect(there[3]).not.toBe(there[0]);
    expect(there[4]).toBe(links[4]);
    const item = await target('GET', `/users/${fabrikam}/drive/root:/Plans:/children`);
    expect(item.value.map(({ webUrl }: Json) => decodeURIComponent(webUrl))).toContain(
      decodeURIComponent(there[3] ?? ''),
    );

    await into((itemType) => ({ ...googleEndpoint(google, lamna), ...(itemType === undefined ? {} : { itemType }) }));
    const copy = googleApi(google, lamna);
    const { items } = await copy('GET', '/calendar/v3/calendars/primary/events');
    const hrefs = addressesIn(items[0].description);
    const { files } = await copy('GET', '/drive/v3/files?fields=files(id,name,mimeType,parents)');
    const idsOf = (name: RegExp): string[] =>
      files.filter((one: Json) => name.test(one.name)).map(({ id }: Json) => id);
    const [plansId = ''] = idsOf(/^Plans$/);
    expect(hrefs[2]).toBe(`https://drive.google.com/drive/folders/${plansId}`);
    const budgets = idsOf(/^budget/).map((id) => `https://drive.google.com/file/d/${id}/view`);
    expect(budgets).toHaveLength(2);
    expect([hrefs[0], hrefs[3]].toSorted()).toEqual(budgets.toSorted());
    expect(hrefs[1]).toContain(idsOf(/^Minutes/)[0]);
    expect(hrefs[4]).toBe(links[4]);

    // From OneDrive into Google.
    const [contoso, bjorn] = [`alice@${SOURCE}`, 'bjorn@lamna.example'];
    const { webUrl } = await source('PUT', `/users/${contoso}/drive/root:/to%20follow.txt:/content`, 'words');
    await source('POST', `/users/${contoso}/events`, {
      ...{ subject: 'Follow', body: { contentType: 'text', content: `Read ${webUrl} first.` } },
      ...{ start: { dateTime: '2026-12-02T10:00:00', timeZone: 'UTC' } },
      ...{ end: { dateTime: '2026-12-02T11:00:00', timeZone: 'UTC' } },
    });
    const from = microsoft365Endpoint(server, contoso);
    const drive = await addEntry(
      bench,
      { ...from, itemType: 'drive' },
      { ...googleEndpoint(google, bjorn), itemType: 'drive' },
    );
    const mailbox = await addEntry(bench, from, googleEndpoint(google, bjorn));
    for (const entry of [drive, mailbox]) await mapping(bench, entry, contoso, bjorn);
    await oneProject(bench, [drive, mailbox]);
    const events = { kinds: { message: false, contact: false, task: false, setting: false } };
    expect((await pass(bench, drive, 'initial', { ...ON, permissions: false })).status).toBe('completed');
    expect((await pass(bench, mailbox, 'initial', { ...ON, ...events })).status).toBe('completed');
    const his = googleApi(google, bjorn);
    const [followed] = (await his('GET', "/drive/v3/files?q=name%20%3D%20'to%20follow.txt'")).files;
    const { items: found } = await his('GET', '/calendar/v3/calendars/primary/events?q=Follow');
    expect(found.map(({ description }: Json) => description)).toContain(
      `Read https://drive.google.com/file/d/${followed.id}/view first.`,
    );
  } finally {
    await google.stop();
  }
  expect(google.failures).toEqual([]);
});
