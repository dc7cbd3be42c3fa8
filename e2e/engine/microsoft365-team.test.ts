import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { microsoft365By } from '@sterna/connector-microsoft365';
import {
  DirectGroup,
  DirectTeam,
  groupsOf,
  MIGRATION_APP,
  type Microsoft365,
  teamsOf,
} from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Death } from '../support/break-off.ts';
import { addEntry, type Bench, type Endpoint, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { graphOfTenant, type Json, type TenantGraph } from '../support/graph.ts';
import { mapping } from '../support/mapping.ts';
import { microsoft365Endpoint } from '../support/microsoft365.ts';
import { quickClock } from '../support/quick-clock.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

const TEAM = 'marketing@contoso.example';
const TARGET = 'marketing@fabrikam.example';

let dir: string;
let bench: Bench;
let server: Microsoft365;
let source: TenantGraph;
let target: TenantGraph;
const death = new Death();
const microsoft365 = microsoft365By(quickClock());

beforeAll(async () => {
  dir = scratch('engine-microsoft365-team');
  [bench, server] = await Promise.all([
    openBench(join(dir, 'data'), [microsoft365], { reached: death.reached }),
    startMicrosoft365({ empty: ['fabrikam.example'], seed: 'team' }),
  ]);
  source = await graphOfTenant(server, 'contoso.example');
  target = await graphOfTenant(server, 'fabrikam.example');
});
afterAll(async () => {
  const [failure] = server.failures;
  await bench.close();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
  if (failure !== undefined) throw failure;
});

/** A group with a team, as an administrator of the target makes it. */
async function makeTeam(mailNickname: string): Promise<string> {
  const owner = await target('GET', '/users/alice@fabrikam.example');
  const { id } = await target('POST', '/groups', {
    displayName: mailNickname === 'marketing' ? 'Marketing' : mailNickname,
    mailNickname,
    mailEnabled: true,
    securityEnabled: false,
    groupTypes: ['Unified'],
    'owners@odata.bind': [`${server.baseUrl}/v1.0/users/${owner.id}`],
  });
  await target('PUT', `/groups/${id}/team`, {});
  return id;
}

async function all(graph: TenantGraph, path: string): Promise<Json[]> {
  const found: Json[] = [];
  for (let next = path; next !== undefined; ) {
    const page = await graph('GET', next);
    found.push(...page.value);
    next = page['@odata.nextLink'];
  }
  return found;
}

const plain = (html: string): string =>
  html
    .replaceAll(/<\/?at\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');

/** Channels that their people can’t use. */
async function locked(id: string): Promise<string[]> {
  const channels = await all(target, `/teams/${id}/channels`);
  return channels.flatMap(({ displayName, migrationMode }) => (migrationMode === 'inProgress' ? [displayName] : []));
}

/** What people say in a team, by the vendor's API alone: channel, moment, author, text, what it answers. */
async function said(graph: TenantGraph, address: string): Promise<string[]> {
  const [group] = await all(graph, `/groups?$filter=mail eq '${address}'`);
  const people = (await all(graph, '/users?$top=999')).filter(
    ({ userPrincipalName }) => !/#EXT#/.test(userPrincipalName),
  );
  const users = new Map(people.map(({ id, userPrincipalName }) => [id, userPrincipalName.split('@')[0]]));
  const found: string[] = [];
  for (const channel of await all(graph, `/teams/${group.id}/channels`)) {
    const roots = await all(graph, `/teams/${group.id}/channels/${channel.id}/messages?$expand=replies&$top=50`);
    for (const root of roots)
      for (const one of [root, ...root.replies].filter(({ messageType }) => messageType === 'message')) {
        const { contentType, content } = one.body;
        const [line = ''] = /^<p><em>[✎⚙].*?<\/em><\/p>/.exec(content) ?? [];
        const bare = contentType === 'html' ? plain(content.slice(line.length)) : content;
        // Of what was deleted nothing is left, and where it was answered its place.
        if (one.deletedDateTime || bare.includes('This message was deleted.')) continue;
        const who = line === '' ? users.get(one.from?.user?.id) : undefined;
        const at = Date.parse(one.createdDateTime);
        const text = bare.replaceAll(/\s+/g, ' ').trim();
        found.push([channel.displayName, at, who ?? 'not of the target', one.subject ?? '', text].join(' | '));
      }
  }
  return found.sort();
}

/** What the plans of a group hold, by the vendor's API alone; people by what stands before the @. */
async function planned(graph: TenantGraph, address: string): Promise<Json[]> {
  const [group] = await all(graph, `/groups?$filter=mail eq '${address}'`);
  const users = await all(graph, '/users?$top=999');
  const people = new Map(users.map(({ id, userPrincipalName }) => [id, userPrincipalName.split('@')[0]]));
  const inOrder = (found: Json[]): Json[] => found.toSorted((a, b) => (a.orderHint < b.orderHint ? -1 : 1));
  const found: Json[] = [];
  for (const plan of await all(graph, `/groups/${group.id}/planner/plans`)) {
    const buckets = inOrder(await all(graph, `/planner/plans/${plan.id}/buckets`));
    const { categoryDescriptions } = await graph('GET', `/planner/plans/${plan.id}/details`);
    const tasks: Json[] = [];
    for (const task of inOrder(await all(graph, `/planner/plans/${plan.id}/tasks`))) {
      const details = await graph('GET', `/planner/tasks/${task.id}/details`);
      const { title, percentComplete, priority, startDateTime, dueDateTime, appliedCategories, assignments } = task;
      const links = Object.entries<Json>(details.references).map(([url, { alias, type }]) => [url, alias, type].join());
      tasks.push({
        ...{ title, percentComplete, priority, startDateTime, dueDateTime },
        labels: Object.keys(appliedCategories).sort(),
        bucket: buckets.find(({ id }) => id === task.bucketId)?.name,
        assigned: Object.keys(assignments)
          .map((id) => people.get(id))
          .sort(),
        description: details.description,
        preview: details.previewType,
        steps: inOrder(Object.values(details.checklist)).map((one) => [one.title, one.isChecked]),
        links: links.sort(),
      });
    }
    found.push({ title: plan.title, labels: categoryDescriptions, buckets: buckets.map(({ name }) => name), tasks });
  }
  return found;
}

/** Width, height and type; the bytes are compared by the small team's test. */
async function pictureOf(graph: TenantGraph, address: string): Promise<Json> {
  const [group] = await all(graph, `/groups?$filter=mail eq '${address}'`);
  const { '@odata.context': _, ...photo } = await graph('GET', `/teams/${group.id}/photo`);
  return photo;
}

const team = (address: string): Endpoint => ({ ...microsoft365Endpoint(server, address), itemType: 'team' });

async function entryInto(targetAddress: string): Promise<number> {
  const entry = await addEntry(bench, team(TEAM), team(targetAddress));
  for (const { userPrincipalName } of await all(source, '/users?$top=999'))
    await mapping(bench, entry, userPrincipalName, userPrincipalName.replace('contoso', 'fabrikam'));
  return entry;
}

/** Leaves the app in the target what preprocess says it takes, and nothing else. */
async function grantWhatIsNamed(): Promise<void> {
  const consents = server.tenant('fabrikam.example').consents.get(MIGRATION_APP.id) as Set<string>;
  consents.clear();
  const { connector: _, settings, password, address } = team('nobody@fabrikam.example') as Json;
  const lines = microsoft365.provision?.(
    {
      system: { settings, credentials: { password } },
      itemType: 'team',
      address,
      signal: new AbortController().signal,
    },
    { itemType: 'team', name: 'Nobody', members: [], channels: [] },
  );
  for await (const { what } of lines ?? []) {
    const [, right] = /^permission (\S+)$/.exec(what) ?? [];
    if (right !== undefined) consents.add(right);
  }
}

test('a team goes to another tenant: people, settings, files and what was said, once and for all', async () => {
  const teamId = await makeTeam('marketing');
  await grantWhatIsNamed();
  const entry = await entryInto(TARGET);
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  const { kinds } = first.books as Json;
  expect(kinds.post).toMatchObject({ failed: 0, uncertain: 0, created: kinds.post.seen });
  expect(kinds.file).toMatchObject({ failed: 0, created: kinds.file.seen });
  // The guest is nobody of the target yet; the group has had a name before.
  expect(kinds.member).toMatchObject({ failed: 1 });
  expect(kinds.setting).toMatchObject({ created: 6, skipped: 2 });
  expect(await pictureOf(target, TARGET)).toEqual(await pictureOf(source, TEAM));
  expect(kinds.listItem).toMatchObject({ failed: 0, uncertain: 0, created: kinds.listItem.seen });
  const plans = await planned(source, TEAM);
  expect(plans[0].tasks.length).toBeGreaterThan(3);
  expect(await planned(target, TARGET)).toEqual(plans);
  expect(await said(target, TARGET)).toEqual(await said(source, TEAM));
  const ours = new DirectTeam(server, 'alice@fabrikam.example', 'Marketing');
  const theirs = new DirectTeam(server, 'alice@contoso.example', 'Marketing');
  expect(await locked(teamId)).toEqual([]);
  const replies = (team: DirectTeam) =>
    team.messages('General').flatMap(({ replyTo }) => (replyTo === null ? [] : [replyTo]));
  expect(replies(ours)).toEqual(replies(theirs));
  const pictures = (team: DirectTeam) =>
    team.messages('General').flatMap((one) => one.pictures.map((bytes) => bytes.length));
  expect(pictures(ours)).toEqual(pictures(theirs));
  expect(pictures(ours).length).toBeGreaterThan(0);
  // A file that a post names is that of the target.
  const files = ours.messages('General').flatMap(({ attachments }) => attachments.map(({ contentUrl }) => contentUrl));
  expect(files.filter((url) => url?.includes('//fabrikam.sharepoint.com/')).length).toBeGreaterThan(0);
  const codes = (await notes(bench, entry)).map(({ code }) => code);
  for (const code of ['person-not-in-target', 'author-named-in-text', 'reactions-lost', 'edit-mark-lost'])
    expect(codes).toContain(code);
  const [group] = await all(target, `/groups?$filter=mail eq '${TARGET}'`);
  const upn = ({ userPrincipalName }: Json): string => userPrincipalName.split('@')[0];
  const [sourceGroup] = await all(source, `/groups?$filter=mail eq '${TEAM}'`);
  expect((await all(target, `/groups/${group.id}/owners`)).map(upn).sort()).toEqual(
    (await all(source, `/groups/${sourceGroup.id}/owners`)).map(upn).sort(),
  );
  expect((await target('GET', `/teams/${group.id}`)).memberSettings).toEqual(
    (await source('GET', `/teams/${sourceGroup.id}`)).memberSettings,
  );

  const again = await pass(bench, entry, 'delta');
  expect(again.books.total).toMatchObject({ created: 0, updated: 0 });
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ duplicated: 0, different: 0 });
  expect(await said(target, TARGET)).toEqual(await said(source, TEAM));

  // A task is changed in place, and one whose bucket has another name is in that one.
  const [plan] = await all(source, `/groups/${sourceGroup.id}/planner/plans`);
  const [task] = (await all(source, `/planner/plans/${plan.id}/tasks`)).filter(({ title }) => title === 'Everything');
  const buckets = await all(source, `/planner/plans/${plan.id}/buckets`);
  const bucket = buckets.find(({ id }) => id !== task.bucketId);
  await source(
    'PATCH',
    `/planner/tasks/${task.id}`,
    { percentComplete: 100, bucketId: bucket.id },
    task['@odata.etag'],
  );
  const details = await source('GET', `/planner/tasks/${task.id}/details`);
  await source('PATCH', `/planner/tasks/${task.id}/details`, { description: 'Less' }, details['@odata.etag']);
  await source('POST', '/planner/tasks', { planId: plan.id, title: 'One more' });
  const edited = await pass(bench, entry, 'delta');
  expect((edited.books as Json).kinds.listItem).toMatchObject({ created: 1, updated: 1, failed: 0 });
  const titled = (found: Json[]): Json[] => found[0].tasks.toSorted((a: Json, b: Json) => (a.title < b.title ? -1 : 1));
  expect(titled(await planned(target, TARGET))).toEqual(titled(await planned(source, TEAM)));

  // What is said since comes with its answers, and the channel is its people’s again.
  const id = theirs.say('Announcements', '<p>One more thing</p>');
  theirs.reply('Announcements', id, '<p>Which one?</p>');
  const later = await pass(bench, entry, 'delta');
  expect((later.books as Json).kinds.post).toMatchObject({ created: 2, failed: 0 });
  expect(await said(target, TARGET)).toEqual(await said(source, TEAM));
  expect(await locked(teamId)).toEqual([]);
}, 120_000);

test('passes that die, answers that are lost, a channel that was left in migration mode: nothing twice, nothing locked', async () => {
  const id = await makeTeam('phoenix');
  const general = await target('GET', `/teams/${id}/primaryChannel`);
  await target('POST', `/teams/${id}/channels/${general.id}/startMigration`, {
    conversationCreationDateTime: '2019-01-01T00:00:00.000Z',
  });
  const entry = await entryInto('phoenix@fabrikam.example');
  const lost = server.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when: ({ method, target: path }: { method: string; target: string }) =>
      method === 'POST' && /\/(?:messages|replies)$/.test(path),
    times: 2,
  });
  for (const [n, at] of ['after-acknowledgement', 'after-intent-commit', 'after-settle-commit'].entries()) {
    let left = 6;
    death.when = (point) => {
      left -= point === at ? 1 : 0;
      return left === 0;
    };
    expect((await pass(bench, entry, n === 0 ? 'initial' : 'delta')).status).toBe('failed');
    death.when = undefined;
    expect(await locked(id)).toEqual([]);
  }
  const last = await pass(bench, entry, 'delta');
  expect(last.error).toBeNull();
  expect(lost.struck).toBeGreaterThan(0);
  expect((last.books as Json).kinds.post).toMatchObject({ failed: 0, uncertain: 0 });
  expect(await said(target, 'phoenix@fabrikam.example')).toEqual(await said(source, TEAM));
  expect(await locked(id)).toEqual([]);
}, 120_000);

test('one command gives back what was left in migration mode, whatever the source is; what another app holds is told', async () => {
  const id = await makeTeam('halted');
  const general = await target('GET', `/teams/${id}/primaryChannel`);
  const other = await target('POST', `/teams/${id}/channels`, { displayName: 'Other', membershipType: 'standard' });
  const start = { conversationCreationDateTime: '2019-01-01T00:00:00.000Z' };
  await target('POST', `/teams/${id}/channels/${general.id}/startMigration`, start);
  await target('POST', `/teams/${id}/channels/${other.id}/startMigration`, start);
  expect(await locked(id)).toEqual(['General', 'Other']);
  // Its source is gone.
  const entry = await addEntry(bench, team('nobody@contoso.example'), team('halted@fabrikam.example'));
  const foreign = server.faults.inject({
    fault: { kind: 'answer', status: 403, code: 'Forbidden' },
    when: ({ target: path }: { target: string }) =>
      path.endsWith('/completeMigration') && decodeURIComponent(path).includes(other.id),
    times: 1,
  });
  const first = await pass(bench, entry, 'finish');
  expect(foreign.struck).toBe(1);
  expect(first).toMatchObject({
    status: 'completed with failures',
    result: { finished: ['General'], refused: ['Other'] },
  });
  expect(await locked(id)).toEqual(['Other']);
  expect(await pass(bench, entry, 'finish')).toMatchObject({ status: 'completed', result: { finished: ['Other'] } });
  expect(await locked(id)).toEqual([]);
  expect(await pass(bench, entry, 'finish')).toMatchObject({
    status: 'completed',
    result: { finished: [], refused: [] },
  });
}, 60_000);

/** A team of Alice's in both tenants; of the source others own it, too, whom nobody has mapped. */
async function smallTeams(name: string, others: readonly string[] = []) {
  const [here, there] = ['contoso.example', 'fabrikam.example'].map((domain) => {
    const owners = domain.startsWith('contoso') ? ['alice', ...others] : ['alice'];
    const addresses = owners.map((one) => `${one}@${domain}`);
    const { group } = DirectGroup.create(server, `${name}@${domain}`, name, addresses);
    teamsOf(server.tenant(domain)).create(group, server.clock.now());
    return new DirectTeam(server, `alice@${domain}`, name);
  }) as [DirectTeam, DirectTeam];
  const entry = await addEntry(bench, team(`${name}@contoso.example`), team(`${name}@fabrikam.example`));
  await mapping(bench, entry, 'alice@contoso.example', 'alice@fabrikam.example');
  return { here, there, entry };
}

test('of each channel the newest conversations, whole; what is said later comes, a higher limit brings the rest', async () => {
  const { here, there, entry } = await smallTeams('limited');
  let at = server.clock.now() - 100_000_000;
  const later = (): number => {
    at += 1_000;
    return at;
  };
  const roots = ['one', 'two', 'three', 'four'].map((text) => here.say('General', `<p>${text}</p>`, {}, later()));
  for (const [n, text] of ['one', 'two', 'three', 'four'].entries())
    here.reply('General', roots[n] as string, `<p>to ${text}</p>`, later());
  const copies = () => there.messages('General').map(({ content }) => plain(content).trim());

  const first = await pass(bench, entry, 'initial', { postLimit: 2 });
  expect((first.books as Json).kinds.post).toMatchObject({ seen: 8, created: 4, filtered: 4, failed: 0 });
  expect((first.books as Json).reasons).toMatchObject({ 'over-post-limit': 4 });
  expect(copies()).toEqual(['three', 'four', 'to three', 'to four']);

  for (const text of ['five', 'six', 'seven']) here.say('General', `<p>${text}</p>`, {}, later());
  here.reply('General', roots[0] as string, '<p>again to one</p>', later());
  here.reply('General', roots[2] as string, '<p>again to three</p>', later());
  const since = await pass(bench, entry, 'delta', { postLimit: 2 });
  expect((since.books as Json).kinds.post).toMatchObject({ seen: 13, created: 4, filtered: 5, failed: 0 });
  const now = ['three', 'four', 'to three', 'to four', 'five', 'six', 'seven', 'again to three'];
  expect(copies()).toEqual(now);

  const raised = await pass(bench, entry, 'delta', { postLimit: 6 });
  expect((raised.books as Json).kinds.post).toMatchObject({ created: 2, filtered: 3, failed: 0 });
  expect([...copies()].sort()).toEqual([...now, 'two', 'to two'].sort());
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ filtered: 0, failed: 0 });
  expect(await said(target, 'limited@fabrikam.example')).toEqual(await said(source, 'limited@contoso.example'));
  expect(await locked(there.team.id)).toEqual([]);
}, 120_000);

/** Where the files of a channel are, by the vendor's API alone. */
async function folderOf(graph: TenantGraph, { team: { id } }: DirectTeam, channel: string): Promise<string> {
  const found = (await all(graph, `/teams/${id}/channels`)).find(({ displayName }) => displayName === channel);
  const folder = await graph('GET', `/teams/${id}/channels/${found.id}/filesFolder`);
  return `/drives/${folder.parentReference.driveId}/items/${folder.id}`;
}

test('files of private and shared channels go into the sites of those channels, and posts name them there', async () => {
  const { here, there, entry } = await smallTeams('closed');
  const channels = [
    ['Secret', 'private'],
    ['Partners', 'shared'],
  ] as const;
  for (const [name, membership] of channels) {
    here.makeChannel(name, membership);
    const folder = await folderOf(source, here, name);
    await source('POST', `${folder}/children`, { name: 'Deep', folder: {} });
    await source('PUT', `${folder}:/Deep/${name}.json:/content`, { name });
  }
  const file = await source('GET', `${await folderOf(source, here, 'Secret')}:/Deep/Secret.json`);
  const attachment = { id: 'a', contentType: 'reference', contentUrl: file.webUrl, name: 'Secret.json' };
  const more = { attachments: [{ content: null, thumbnailUrl: null, teamsAppId: null, ...attachment }] };
  const at = server.clock.now() - 100_000_000;
  here.say('Secret', '<p>Here it is <attachment id="a"></attachment></p>', more, at);
  // The site of a new channel comes some time after the channel.
  const late = server.faults.inject({
    fault: { kind: 'answer', status: 404, code: 'NotFound' },
    when: ({ method, target: path }: { method: string; target: string }) =>
      method === 'GET' && path.includes(there.team.id) && path.endsWith('/filesFolder'),
    times: 3,
  });

  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect((first.books as Json).total).toMatchObject({ failed: 0, uncertain: 0 });
  expect(late.struck).toBe(3);
  const hashes = async (name: string): Promise<string[]> =>
    Promise.all(
      [
        [source, here],
        [target, there],
      ].map(async ([graph, team]) => {
        const path = `${await folderOf(graph as TenantGraph, team as DirectTeam, name)}:/Deep/${name}.json`;
        return (await (graph as TenantGraph)('GET', path)).file.hashes.quickXorHash;
      }),
    );
  for (const [name] of channels) {
    const [original, copied] = await hashes(name);
    expect(copied).toBe(original);
  }
  const copy = await target('GET', `${await folderOf(target, there, 'Secret')}:/Deep/Secret.json`);
  expect(
    there.messages('Secret').flatMap(({ attachments }) => attachments.map(({ contentUrl }) => contentUrl)),
  ).toEqual([copy.webUrl]);

  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });
  await source('PUT', `${await folderOf(source, here, 'Partners')}:/Deep/Partners.json:/content`, { name: 'changed' });
  await source('PUT', `${await folderOf(source, here, 'Secret')}:/Late.json:/content`, { name: 'late' });
  const later = await pass(bench, entry, 'delta');
  expect((later.books as Json).kinds.file).toMatchObject({ created: 1, updated: 1, failed: 0 });
  const [changed, copied] = await hashes('Partners');
  expect(copied).toBe(changed);
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ missing: 0, duplicated: 0, different: 0 });
}, 120_000);

/** Tabs of a channel, by the vendor's API alone. */
async function tabsOf(graph: TenantGraph, { team: { id } }: DirectTeam, channel: string): Promise<Json[]> {
  const found = (await all(graph, `/teams/${id}/channels`)).find(({ displayName }) => displayName === channel);
  const tabs = await all(graph, `/teams/${id}/channels/${found.id}/tabs?$expand=teamsApp`);
  return tabs.map(({ displayName, teamsApp, configuration }) => ({ displayName, app: teamsApp.id, ...configuration }));
}

test('tabs lead to the target’s own files and plans; one that is refused comes later, one of another app is told', async () => {
  const { here, there, entry } = await smallTeams('tabbed');
  const APP = 'com.microsoft.teamspace.tab';
  // The channel that every team has goes by the language of the tenant.
  there.channel('General').displayName = 'Allgemein';
  here.makeChannel('Secret', 'private');
  const folder = await folderOf(source, here, 'Secret');
  await source('PUT', `${folder}:/Report.docx:/content`, { report: true });
  const report = await source('GET', `${folder}:/Report.docx`);
  const general = await source('GET', await folderOf(source, here, 'General'));
  const group = `${server.baseUrl}/v1.0/groups/${here.team.id}`;
  const plan = await source('POST', '/planner/plans', { container: { url: group }, title: 'Launch' });
  const add = (
    channel: string,
    displayName: string,
    teamsAppId: string,
    contentUrl: string,
    entityId: string | null,
  ) => {
    const configuration = { entityId, contentUrl, websiteUrl: contentUrl, removeUrl: null };
    here.channel(channel).tabs.push({ id: `${displayName}-${channel}`, displayName, teamsAppId, configuration });
  };
  add('General', 'Site', `${APP}.web`, 'https://www.contoso.example/', null);
  add('General', 'Plan', `${APP}.planner`, `https://tasks.office.com/x/Home/PlannerFrame?planId=${plan.id}`, plan.id);
  add('General', 'Files', `${APP}.files.sharepoint`, general.webUrl, '');
  add('General', 'Wiki', `${APP}.wiki`, 'https://wiki.example/', null);
  add('Secret', 'Report', `${APP}.file.staticviewer.word`, report.webUrl, 'old');
  server.faults.inject({
    fault: { kind: 'answer', status: 403, code: 'Forbidden' },
    when: ({ method, target: path }: { method: string; target: string }) => method === 'POST' && path.endsWith('/tabs'),
    times: 1,
  });

  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect((first.books as Json).kinds.setting).toMatchObject({ failed: 1, uncertain: 0 });
  const told = await notes(bench, entry);
  expect(told.map(({ code }) => code)).toEqual(expect.arrayContaining(['tab-not-taken', 'tab-not-held']));

  const second = await pass(bench, entry, 'delta');
  expect((second.books as Json).kinds.setting).toMatchObject({ failed: 0, created: 1 });
  const [copied] = await all(target, `/groups/${there.team.id}/planner/plans`);
  const copy = await target('GET', `${await folderOf(target, there, 'Secret')}:/Report.docx`);
  const library = await target('GET', await folderOf(target, there, 'Allgemein'));
  const byName = (tabs: Json[]): Json[] => tabs.toSorted((a, b) => (a.displayName < b.displayName ? -1 : 1));
  expect(byName(await tabsOf(target, there, 'Allgemein'))).toMatchObject([
    { displayName: 'Files', app: `${APP}.files.sharepoint`, contentUrl: library.webUrl },
    { displayName: 'Plan', app: `${APP}.planner`, entityId: copied.id, contentUrl: expect.stringContaining(copied.id) },
    { displayName: 'Site', app: `${APP}.web`, contentUrl: 'https://www.contoso.example/' },
  ]);
  expect(await tabsOf(target, there, 'Secret')).toMatchObject([
    { displayName: 'Report', app: `${APP}.file.staticviewer.word`, contentUrl: copy.webUrl },
  ]);

  const site = here.channel('General').tabs[0] as Json;
  site.configuration = { ...site.configuration, contentUrl: 'https://contoso.example/new' };
  const third = await pass(bench, entry, 'delta');
  expect((third.books as Json).kinds.setting).toMatchObject({ created: 0, updated: 1, failed: 0 });
  const changed = (await tabsOf(target, there, 'Allgemein')).find(({ displayName }) => displayName === 'Site');
  expect(changed.contentUrl).toBe('https://contoso.example/new');
}, 120_000);

/** Pages of posts that Teams didn’t take, by the vendor’s API alone: names and texts of what is in a channel’s archive. */
async function archiveOf(graph: TenantGraph, of: DirectTeam, channel: string): Promise<Map<string, string>> {
  const folder = `${await folderOf(graph, of, channel)}:/Archive of posts`;
  const items = await all(graph, `${folder}:/children`);
  const pages = items.filter(({ file }) => file != null).map(({ name }) => name as string);
  const texts = pages.map(async (name): Promise<[string, string]> => {
    const item = await graph('GET', `${folder}/${encodeURIComponent(name)}`);
    return [name, await (await fetch(item['@microsoft.graph.downloadUrl'])).text()];
  });
  return new Map((await Promise.all(texts)).sort());
}

const times = (text: string, part: string): number => text.split(part).length - 1;

test('where Teams has no migration mode, posts are pages among the files of the channel: each once, whatever dies', async () => {
  const { here, there, entry } = await smallTeams('unopened');
  const { behaviour } = teamsOf(server.tenant('fabrikam.example'));
  behaviour.hasMigrationMode = false;
  const may = Date.parse('2024-05-31T22:00:00.000Z');
  const picture = Buffer.from('89504e470d0a1a0a', 'hex');
  const file = await source('PUT', `${await folderOf(source, here, 'General')}:/Plan.json:/content`, { plan: 1 });
  const attachment = { id: 'a', contentType: 'reference', contentUrl: file.webUrl, name: 'Plan.json' };
  const more = {
    subject: 'The plan',
    attachments: [{ content: null, thumbnailUrl: null, teamsAppId: null, ...attachment }],
    hosted: new Map([['one', { id: 'one', contentType: 'image/png', bytes: picture }]]),
  };
  const images = `${server.baseUrl}/v1.0/teams/${here.team.id}/channels/c/messages/${may}/hostedContents`;
  const hostile = `<p>Look <img src="${images}/one/$value"></p><script>alert(1)</script><attachment id="a"></attachment></article>`;
  const root = here.say('General', hostile, more, may);
  here.react('General', root, 'like');
  for (let n = 0; n < 30; n += 1) here.reply('General', root, `<p>Answer ${n};</p>`, may + 86_400_000 + n);
  here.say('General', '<p>Said in June</p>', {}, may + 20 * 86_400_000);
  // The file, the picture and a page are there; the books don’t know of the page.
  let uploads = 0;
  server.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when({ method }: { method: string }) {
      uploads += method === 'PUT' ? 1 : 0;
      return false;
    },
    times: 1,
  });
  death.when = (point) => point === 'after-acknowledgement' && uploads >= 3;
  const initial = await pass(bench, entry, 'initial');
  death.when = undefined;
  expect(initial.status).toBe('failed');
  expect((await archiveOf(target, there, 'General')).size).toBe(1);
  const lost = server.faults.inject({
    fault: { kind: 'lost-acknowledgement' },
    when: ({ method }: { method: string }) => method === 'PUT',
    times: 2,
  });

  const second = await pass(bench, entry, 'delta');
  expect(second.error).toBeNull();
  expect(lost.struck).toBe(2);
  expect((second.books as Json).kinds.post).toMatchObject({ failed: 0, uncertain: 0 });
  const pages = await archiveOf(target, there, 'General');
  expect([...pages.keys()]).toEqual(['2024-05.html', '2024-06.html']);
  const page = pages.get('2024-05.html') ?? '';
  // As people read it, below the data.
  const body = page.slice(page.indexOf('<body>'));
  for (let n = 0; n < 30; n += 1) expect(times(body, `<p>Answer ${n};</p>`)).toBe(1);
  expect(times(body, '<h2>The plan</h2>')).toBe(1);
  expect(body).toContain('like ');
  expect(body).toMatch(/href="https:\/\/fabrikam[^"]*Plan\.json"/);
  expect(page).toContain("default-src 'none'");
  const [, image] = /<img[^>]*src="images\/([^"]+)"/.exec(body) ?? [];
  const copied = `${await folderOf(target, there, 'General')}:/Archive of posts/images/${image}`;
  expect((await target('GET', copied)).size).toBe(picture.length);
  expect((await notes(bench, entry)).filter(({ code }) => code === 'archived-as-html').length).toBe(32);
  expect(there.messages('General')).toEqual([]);
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ missing: 0, duplicated: 0, different: 0 });
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });

  // What is said later comes to it; so does an answer to what is archived, once the channel can be opened after all.
  here.reply('General', root, '<p>Later;</p>');
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 1, failed: 0 });
  behaviour.hasMigrationMode = true;
  here.reply('General', root, '<p>Last;</p>');
  here.say('General', '<p>Into the channel</p>');
  expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 2, failed: 0 });
  const last = (await archiveOf(target, there, 'General')).get('2024-05.html') ?? '';
  const shown = last.slice(last.indexOf('<body>'));
  expect(['Later;', 'Last;', 'Answer 29;'].map((text) => times(shown, `<p>${text}</p>`))).toEqual([1, 1, 1]);
  expect(there.messages('General').map(({ content }) => content)).toEqual(['<p>Into the channel</p>']);
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ missing: 0, duplicated: 0, different: 0 });

  // What is in a page can be taken out of it, what is in the channel can't: plans say so before anything is done.
  const staying = async (): Promise<string[]> =>
    (await notes(bench, entry)).flatMap(({ code, text }) => (code === 'post-not-removable' ? [text] : []));
  const frozen = await pass(bench, entry, 'empty', { empty: 'freeze' });
  expect((frozen.result as Json).containers).toContainEqual(
    expect.objectContaining({ container: 'General', objects: 34 }),
  );
  expect(await staying()).toEqual(['1 of General stay: Teams lets no app remove a post.']);
  const planned = await pass(bench, entry, 'undo', { undo: { mode: 'plan', pass: 6 } });
  expect(planned.result).toMatchObject({ created: 2, removed: 1, refused: 1 });
  const undone = await pass(bench, entry, 'undo', { undo: { mode: 'remove', pass: 6 } });
  expect(undone).toMatchObject({ status: 'completed with failures', result: { created: 2, removed: 1, refused: 1 } });
  expect(await staying()).toContain('Teams lets no app remove a post.');
  expect(there.messages('General')).toHaveLength(1);
  const left = (await archiveOf(target, there, 'General')).get('2024-05.html') ?? '';
  expect(['Later;', 'Last;'].map((text) => times(left.slice(left.indexOf('<body>')), `<p>${text}</p>`))).toEqual([
    1, 0,
  ]);
}, 120_000);

test('posts go into pages where the settings of the system say so, and are changed and taken away there', async () => {
  const { here, there } = await smallTeams('asked');
  here.makeChannel('Secret', 'private');
  const at = Date.parse('2023-01-02');
  for (const channel of ['General', 'Secret']) here.say(channel, `<p>In ${channel}</p>`, {}, at);
  const into = team('asked@fabrikam.example');
  const settings = { ...(into.settings as object), posts: 'archive' };
  const entry = await addEntry(bench, team('asked@contoso.example'), { ...into, settings });
  await mapping(bench, entry, 'alice@contoso.example', 'alice@fabrikam.example');
  const first = await pass(bench, entry, 'initial');
  expect(first.books.total).toMatchObject({ failed: 0, uncertain: 0 });
  for (const channel of ['General', 'Secret']) {
    expect(there.messages(channel)).toEqual([]);
    const page = (await archiveOf(target, there, channel)).get('2023-01.html') ?? '';
    expect(times(page.slice(page.indexOf('<body>')), `<p>In ${channel}</p>`)).toBe(1);
  }
  expect(verifyResult(await pass(bench, entry, 'verify'))).toMatchObject({ missing: 0, duplicated: 0, different: 0 });

  const NAME = '2023-01.html';
  const shown = async (): Promise<string | undefined> => {
    const page = (await archiveOf(target, there, 'General')).get(NAME);
    return page
      ?.slice(page.indexOf('<body>'))
      .match(/<p>.*<\/p>/g)
      ?.join('');
  };
  const images = `${server.baseUrl}/v1.0/teams/${here.team.id}/channels/c/messages/${at + 1}/hostedContents`;
  const picture = { id: 'one', contentType: 'image/png', bytes: Buffer.from('89504e470d0a1a0a', 'hex') };
  const looked = here.say(
    'General',
    `<p>Look<img src="${images}/one/$value"></p>`,
    { hosted: new Map([['one', picture]]) },
    at + 1,
  );
  const post = async (patch: object = {}): Promise<Json> =>
    ((await pass(bench, entry, 'delta', patch)).books as Json).kinds.post;
  expect(await post()).toMatchObject({ created: 1, failed: 0 });
  const image = `${await folderOf(target, there, 'General')}:/Archive of posts/images/${at + 1}-1.png`;
  expect((await target('GET', image)).size).toBe(8);

  // Changed at the source alone.
  here.edit('General', `${at}`, '<p>Said better</p>');
  expect(await post()).toMatchObject({ updated: 1, created: 0, failed: 0 });
  expect(await shown()).toMatch(/^<p>Said better<\/p><p>Look/);
  // On both sides: the conflict option decides.
  const theirs = async (): Promise<void> => {
    const page = (await archiveOf(target, there, 'General')).get(NAME) ?? '';
    const path = `${await folderOf(target, there, 'General')}:/Archive of posts/${NAME}:/content`;
    await target('PUT', path, page.replaceAll(/Said [a-z]+/g, 'Said otherwise'));
  };
  await theirs();
  here.edit('General', `${at}`, '<p>Said again</p>');
  expect(await post({ conflict: 'skip' })).toMatchObject({ updated: 0, skipped: 1, failed: 0 });
  expect((await notes(bench, entry)).map(({ code }) => code)).toContain('changed-at-target');
  expect(await shown()).toMatch(/^<p>Said otherwise<\/p><p>Look/);
  here.edit('General', `${at}`, '<p>Said finally</p>');
  expect(await post({ conflict: 'overwrite' })).toMatchObject({ updated: 1, failed: 0 });
  expect(await shown()).toMatch(/^<p>Said finally<\/p><p>Look/);
  // Deleted at the source: with its picture, and the page goes with the last post.
  here.remove('General', looked);
  await post({ deletions: 'propagate' });
  expect(await shown()).toBe('<p>Said finally</p>');
  await expect(target('GET', image)).rejects.toThrow(/404/);
  here.remove('General', `${at}`);
  await post({ deletions: 'propagate' });
  expect(await shown()).toBeUndefined();
  expect((await archiveOf(target, there, 'Secret')).size).toBe(1);
  expect((await notes(bench, entry)).filter(({ code }) => code === 'deletion-propagated')).toHaveLength(2);

  // Emptying takes the pages and what they hold.
  await pass(bench, entry, 'empty', { empty: 'freeze' });
  expect(await pass(bench, entry, 'empty', { empty: 'remove' })).toMatchObject({ status: 'completed' });
  expect((await notes(bench, entry)).map(({ code }) => code)).not.toContain('post-not-removable');
  expect((await all(target, `${await folderOf(target, there, 'Secret')}/children`)).length).toBe(0);
  // A post whose page is gone is gone with it: told, and none that Teams would refuse to change.
  here.edit('Secret', `${at}`, '<p>Too late</p>');
  expect(await post()).toMatchObject({ updated: 0, failed: 0 });
  expect((await notes(bench, entry)).map(({ code }) => code)).toContain('deleted-at-target');
}, 120_000);

test('emptied, a team keeps what was said under other names, so that a remigration makes new channels', async () => {
  const { here, there, entry } = await smallTeams('emptied');
  here.makeChannel('Plans');
  here.makeChannel('Secret', 'private');
  const at = Date.parse('2023-01-02');
  const CHANNELS = ['General', 'Plans', 'Secret'];
  for (const channel of CHANNELS) here.say(channel, `<p>In ${channel}</p>`, {}, at);
  expect((await pass(bench, entry, 'initial')).books.total).toMatchObject({ failed: 0, uncertain: 0 });
  const names = (): string[] => [...there.team.channels.values()].map(({ displayName }) => displayName).sort();
  const texts = (channel: string): string[] => there.messages(channel).map(({ content }) => plain(content).trim());
  expect(names()).toEqual(CHANNELS);

  const byName = (renamed: Json[]): Json[] => renamed.toSorted((a, b) => a.container.localeCompare(b.container));
  const today = new Date().toISOString().slice(0, 10);
  const aside = ['Plans', 'Secret'].map((container) => ({ container, name: `${container} (until ${today})` }));
  // Somebody has a channel of that name.
  there.makeChannel(`plans (until ${today})`);
  (aside[0] as Json).name = `Plans (until ${today}, 2)`;
  const frozen = await pass(bench, entry, 'empty', { empty: 'freeze' });
  expect(byName((frozen.result as Json).renamed)).toEqual(aside);
  const told = (await notes(bench, entry)).flatMap(({ code, text }) => (code === 'post-not-removable' ? [text] : []));
  expect(told.sort()).toEqual([
    '1 of General stay: Teams lets no app remove a post.',
    ...aside.map(
      ({ container, name }) =>
        `1 of ${container} stay: Teams lets no app remove a post. ${container} is renamed to “${name}”, so that the next migration makes a new one.`,
    ),
  ]);
  expect(names(), 'nothing before it is confirmed').toEqual([...CHANNELS, `plans (until ${today})`]);
  // A worker dies after the first of them was renamed.
  await target('PATCH', `/teams/${there.team.id}/channels/${there.channel('Plans').id}`, {
    displayName: aside[0]?.name,
  });
  const emptied = await pass(bench, entry, 'empty', { empty: 'remove' });
  expect(byName((emptied.result as Json).renamed)).toEqual(aside);
  expect(names()).toEqual(['General', ...aside.map(({ name }) => name), `plans (until ${today})`].sort());

  // The entry that takes its place knows nothing of the first one.
  const anew = await addEntry(bench, team('emptied@contoso.example'), team('emptied@fabrikam.example'));
  await mapping(bench, anew, 'alice@contoso.example', 'alice@fabrikam.example');

  expect((await pass(bench, anew, 'initial')).books.total).toMatchObject({ failed: 0, uncertain: 0 });
  for (const [was, now] of [
    [`Plans (until ${today}, 2)`, 'Plans'],
    [`Secret (until ${today})`, 'Secret'],
  ] as const) {
    expect(texts(was)).toEqual([`In ${now}`]);
    expect(texts(now)).toEqual([`In ${now}`]);
  }
  // Emptied once more, those that were set aside stay as they are.
  const again = await pass(bench, anew, 'empty', { empty: 'freeze' });
  expect(byName((again.result as Json).renamed).map(({ container }) => container)).toEqual(['Plans', 'Secret']);
}, 120_000);

test('who wants no pages has posts fail where Teams takes none, until the setting is gone', async () => {
  const { here, there } = await smallTeams('failing');
  const { behaviour } = teamsOf(server.tenant('fabrikam.example'));
  behaviour.hasMigrationMode = false;
  const moments = Array.from({ length: 12 }, (_, n) => Date.parse('2023-01-02') + n * 60_000);
  const refused = moments.map((at, n) => here.say('General', `<p>Refused ${n}</p>`, {}, at));
  const into = team('failing@fabrikam.example');
  const settings = { ...(into.settings as object), postsWhereRefused: 'fail' };
  const entry = await addEntry(bench, team('failing@contoso.example'), { ...into, settings });
  await mapping(bench, entry, 'alice@contoso.example', 'alice@fabrikam.example');
  let asked = 0;
  server.faults.inject({
    fault: { kind: 'answer', status: 500, code: 'never' },
    when: ({ target: path }: { target: string }) => {
      asked += path.endsWith('/startMigration') ? 1 : 0;
      return false;
    },
  });
  // That the channel takes none is its way, and no reason to stop early; it is asked once, and again for its mode.
  const first = await pass(bench, entry, 'initial', { failureShare: { share: 0.5, objects: 4 } });
  expect(first.error).toBeNull();
  expect((first.books as Json).kinds.post).toMatchObject({ created: 0, failed: refused.length });
  expect(asked).toBe(2);
  const [failure] = (await notes(bench, entry)).filter(({ kind }) => kind === 'failure');
  expect(failure).toMatchObject({
    code: 'channel-not-open',
    text: expect.stringContaining('Teams refuses to open this channel'),
    fix: expect.stringContaining('postsWhereRefused'),
  });
  expect(await all(target, `${await folderOf(target, there, 'General')}/children`)).toEqual([]);
  // What may go away by itself is no reason to change the setting.
  there.team.isArchived = true;
  await pass(bench, entry, 'delta');
  const fixes = (await notes(bench, entry)).filter(({ kind }) => kind === 'failure').map(({ fix }) => fix ?? '');
  // Of both passes.
  expect(fixes).toHaveLength(2 * refused.length);
  expect(fixes.filter((fix) => fix.includes('postsWhereRefused'))).toHaveLength(refused.length);
  there.team.isArchived = false;

  await bench.database.pool.query(
    `update system set settings = settings - 'postsWhereRefused' where id = (select target_system_id from entry where id = $1)`,
    [entry],
  );
  expect(((await pass(bench, entry, 'delta')).books as Json).kinds.post).toMatchObject({
    created: refused.length,
    failed: 0,
  });
  expect([...(await archiveOf(target, there, 'General')).keys()]).toEqual(['2023-01.html']);
  behaviour.hasMigrationMode = true;
}, 120_000);

test('another app’s channel, an archived team, a guest, a member without mapping: told, and repaired by a later delta pass', async () => {
  const { here, there, entry } = await smallTeams('small', ['bjorn']);
  const at = server.clock.now() - 100_000_000;
  here.makeChannel('News');
  here.say('General', '<p>Held back</p>', {}, at);
  here.say('News', '<p>Not held back</p>', {}, at);
  const texts = (of: DirectTeam): string[] =>
    ['General', 'News'].flatMap((channel) => of.messages(channel).map(({ content }) => `${channel} ${content}`));
  const failures = async (): Promise<(string | null | undefined)[]> =>
    (await notes(bench, entry)).filter(({ kind }) => kind === 'failure').map(({ code }) => code);

  const [guest] = server.tenant('contoso.example').guests.values();
  if (guest === undefined) throw new Error('no guest');
  groupsOf(server.tenant('contoso.example')).addMember(here.team.group, guest.id, server.clock.now());
  there.channel('General').migration = { app: 'somebody-elses-app', after: 0 };
  const first = await pass(bench, entry, 'initial');
  expect(first.error).toBeNull();
  expect((first.books as Json).kinds.post).toMatchObject({ created: 1, failed: 1 });
  expect((first.books as Json).kinds.member).toMatchObject({ failed: 2 });
  expect((await failures()).sort()).toEqual(['channel-not-open', 'person-not-in-target', 'person-not-in-target']);
  expect(texts(there)).toEqual(['News <p>Not held back</p>']);
  // What another app has is left to it.
  expect(there.migrating).toEqual(['General']);

  there.channel('General').migration = undefined;
  // A picture that was chosen since comes with a delta pass, as the bytes that it is.
  here.team.group.photo = new DirectTeam(server, 'alice@contoso.example', 'Marketing').team.group.photo;
  await mapping(bench, entry, 'bjorn@contoso.example', 'bjorn@fabrikam.example');
  // The guest is invited by the administrator of the target: another id, the same mail.
  const invited = { ...guest, id: '9e570000-0000-4000-a000-00000000cafe' };
  server.tenant('fabrikam.example').guests.set(invited.id, invited);
  const licenses = async (): Promise<number> =>
    Number((await bench.database.pool.query('select count(*) from license_event')).rows[0].count);
  const before = await licenses();
  const second = await pass(bench, entry, 'delta');
  expect((second.books as Json).total).toMatchObject({ failed: 0 });
  expect(await licenses()).toBe(before);
  expect([...there.team.group.members]).toContain(invited.id);
  expect(there.team.group.photo).toEqual(here.team.group.photo);
  expect(there.team.group.photo).toBeDefined();
  expect(texts(there)).toEqual(texts(here));
  expect(there.migrating).toEqual([]);
  expect([...there.team.group.members]).toContain(server.tenant('fabrikam.example').named('bjorn').id);

  there.team.isArchived = true;
  here.say('News', '<p>While it was archived</p>');
  const third = await pass(bench, entry, 'delta');
  expect((third.books as Json).kinds.post).toMatchObject({ failed: 1 });
  expect(await failures()).toContain('channel-not-open');
  there.team.isArchived = false;
  const last = await pass(bench, entry, 'delta');
  expect((last.books as Json).total).toMatchObject({ failed: 0 });
  expect(texts(there)).toEqual(texts(here));
}, 120_000);
