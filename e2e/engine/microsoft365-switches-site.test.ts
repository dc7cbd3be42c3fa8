import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { microsoft365Connector } from '@sterna/connector-microsoft365';
import { createSite, DirectSite, type SiteBehaviour, sitesOf } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addEntry, type Bench, notes, openBench, pass, verifyResult } from '../support/direct-pass.ts';
import { scratch } from '../support/folders.ts';
import { mapping } from '../support/mapping.ts';
import { siteEndpoint } from '../support/site-graph.ts';
import { casesOf, expectEverySwitch, expectMet, type FlipCase, type Flips, watched } from '../support/switches.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';

type Way = 'site';
const ways = ['site'] as const;

const FLIPS: Flips<SiteBehaviour, Way> = {
  listViewThreshold: { other: [2], ways, unmet: 'no list is asked by a column' },
  systemFields: { other: ['ignored'], ways, unmet: 'who made an item and when is never written' },
  hyperlinksWritable: { other: [true], ways, unmet: 'links are written as text' },
  termFacetShown: { other: [false], ways },
  termsWritableAsNote: { other: [false], ways, unmet: 'terms are written as text' },
  maxLookups: { other: [2], ways },
  personalSitesListed: { other: [false], ways },
  pageSize: { other: [2], ways },
};

const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'];
const PATH = 'sites/small';
const PEOPLE = ['alice', 'bjorn', 'chloe'];

let dir: string;
let bench: Bench;
beforeAll(async () => {
  dir = scratch('engine-microsoft365-switches-site');
  bench = await openBench(join(dir, 'data'), [microsoft365Connector]);
});
afterAll(async () => {
  await bench.close();
  rmSync(dir, { recursive: true, force: true });
});

function fill(here: DirectSite): void {
  const [alice = 0, bjorn = 0, chloe = 0] = PEOPLE.map((name) => here.visit(`${name}@${SOURCE}`));
  const person = (name: string) => ({ name, displayName: name, personOrGroup: {} });
  here.makeList('Work', [
    { name: 'Code', displayName: 'Code', text: {} },
    ...['First', 'Second', 'Third', 'Fourth'].map(person),
    { name: 'Website', displayName: 'Website', hyperlinkOrPicture: { isPicture: false } },
    { name: 'Country', displayName: 'Country', term: { allowMultipleValues: false } },
  ]);
  for (let n = 0; n < 5; n += 1)
    here.addItem('Work', {
      Title: `Number ${n}`,
      Code: `C${n}`,
      First: alice,
      Second: bjorn,
      Third: chloe,
      Fourth: alice,
      Website: { Url: `https://example.org/${n}`, Description: `Site ${n}` },
      Country: { Label: 'Norway', TermGuid: '7d6a0a4a-6f3e-4f4a-9a43-6b1c8c6f0a01', WssId: 1 },
    });
  for (const name of ['One.aspx', 'Two.aspx', 'Three.aspx']) here.addPage(name, { title: name });
}

/** Titles, codes, and who; links and terms by what people read. */
const held = (site: DirectSite, hasTerms = true): string[] =>
  site
    .items('Work')
    .map(({ fields, values }) =>
      [
        fields.Title,
        fields.Code,
        ...['First', 'Second', 'Third', 'Fourth'].map((name) => site.addressOf(Number(values[name]))?.split('@')[0]),
        /https:\/\/example\.org\/\d/.exec(JSON.stringify(values))?.[0],
        hasTerms && /Norway/.exec(JSON.stringify(values))?.[0],
      ].join(' | '),
    )
    .sort();

async function run({ switches, ...looked }: FlipCase<SiteBehaviour, Way>): Promise<void> {
  const server = await startMicrosoft365({ empty: true });
  try {
    const at = server.clock.now();
    for (const domain of [SOURCE, TARGET])
      createSite(server.tenant(domain), { name: 'small', displayName: 'Small', at });
    const [here, there] = [SOURCE, TARGET].map((domain) => new DirectSite(server, `alice@${domain}`, PATH)) as [
      DirectSite,
      DirectSite,
    ];
    fill(here);
    for (const name of PEOPLE) there.visit(`${name}@${TARGET}`);
    const looks = [SOURCE, TARGET].map((domain) => watched(sitesOf(server.tenant(domain)).behaviour, switches));
    const entry = await addEntry(bench, siteEndpoint(server, SOURCE, PATH), siteEndpoint(server, TARGET, PATH));
    for (const name of PEOPLE) await mapping(bench, entry, `${name}@${SOURCE}`, `${name}@${TARGET}`);

    const sites: string[] = [];
    const { password = '', settings } = siteEndpoint(server, SOURCE, PATH);
    const system = { settings, credentials: { password } };
    for await (const one of microsoft365Connector.discover?.(system, 'site') ?? []) sites.push(one.address);
    expect(sites.filter((site) => site.includes('-my.'))).toEqual([]);
    expect(sites).toContain(`contoso.sharepoint.com/${PATH}`);

    const first = await pass(bench, entry, 'initial');
    expect(first).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    // A column that nothing tells the kind of can't be made; the books say so.
    const hasTerms = switches.termFacetShown !== false;
    expect(held(there, hasTerms)).toEqual(held(here, hasTerms));
    expect(held(there)).toHaveLength(5);
    expect((await notes(bench, entry)).some(({ code }) => code === 'column-not-held')).toBe(!hasTerms);
    expect((await pass(bench, entry, 'delta')).books.total).toMatchObject({ created: 0, updated: 0, failed: 0 });

    const [item] = here.items('Work');
    here.editItem('Work', item?.id ?? 0, { Title: 'Edited', Fourth: here.visit(`chloe@${SOURCE}`) });
    here.editPage('Two.aspx', { title: 'Edited' });
    here.addItem('Work', {
      Title: 'New',
      Code: 'C9',
      Website: { Url: 'https://example.org/9', Description: 'Site 9' },
    });
    const second = await pass(bench, entry, 'delta');
    expect(second).toMatchObject({ error: null, status: 'completed', books: { balanced: true } });
    expect(second.books.total).toMatchObject({ created: 1, updated: 2 });
    expect(held(there, hasTerms)).toEqual(held(here, hasTerms));
    expect(there.pages().map(({ title }) => title)).toEqual(here.pages().map(({ title }) => title));
    const verified = verifyResult(await pass(bench, entry, 'verify', { verifyDepth: 'content' }));
    expect(verified).toMatchObject({ missing: 0, duplicated: 0, different: 0, extra: 0 });
    expect((await notes(bench, entry)).filter(({ kind }) => kind === 'failure' || kind === 'suspect')).toEqual([]);
    expectMet(looks, looked);
    expect(server.failures).toEqual([]);
  } finally {
    await server.stop();
  }
}

test('every switch has its line', async () => {
  const server = await startMicrosoft365({ empty: true });
  expectEverySwitch(FLIPS, sitesOf(server.tenant(SOURCE)).behaviour);
  await server.stop();
});

for (const one of casesOf(FLIPS, { site: {} }))
  test(`a site goes right, whatever SharePoint does: ${one.name}`, () => run(one));
