import { connectors } from '@sterna/connectors';
import { Random } from '@sterna/sample-mailbox';
import { createSite, DirectSite, type Microsoft365 } from '@sterna/simulator-microsoft365';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addEntry, notes, pass, queuePass } from '../support/direct-pass.ts';
import { siteEndpoint } from '../support/site-graph.ts';
import { until } from '../support/until.ts';
import { startMicrosoft365 } from '../support/watched-simulators.ts';
import { BareStage, LONG } from './bare-stage.ts';
import { finishPass, type Kill, killLiving, passWithKills, startPass, whileAlive } from './harness.ts';
import { atRandom, times } from './scenarios/points.ts';

const [SOURCE, TARGET] = ['contoso.example', 'fabrikam.example'] as const;
const ITEMS = 24;
const PAGES = 6;
const TIMEOUT_MS = 600_000;

const kill = new BareStage([...connectors.values()]);
let server: Microsoft365;
beforeAll(async () => {
  [server] = await Promise.all([startMicrosoft365({ empty: true }), kill.open()]);
  kill.later(() => server.stop());
}, 60_000);
afterAll(async () => {
  console.log('kills:', JSON.stringify(kill.report));
  await kill.close();
});

interface Scene {
  readonly entry: number;
  readonly here: DirectSite;
  readonly there: DirectSite;
  expectExactlyOnce(): Promise<void>;
}

/** A site with a list, another that looks into it, and pages; and an empty one of the same name. */
async function scene(name: string): Promise<Scene> {
  const path = `sites/${name}`;
  const at = server.clock.now();
  for (const domain of [SOURCE, TARGET]) createSite(server.tenant(domain), { name, displayName: name, at });
  const [here, there] = [
    new DirectSite(server, `alice@${SOURCE}`, path),
    new DirectSite(server, `alice@${TARGET}`, path),
  ];
  const customers = here.makeList('Customers', [{ name: 'Rating', displayName: 'Rating', number: {} }]);
  here.makeList('Orders', [
    { name: 'Customer', displayName: 'Customer', lookup: { listId: customers.id, columnName: 'Title' } },
  ]);
  for (let n = 1; n <= ITEMS; n++) {
    const customer = here.addItem('Customers', { Title: `Customer ${n}`, Rating: n });
    if (n % 3 === 0) here.addItem('Orders', { Title: `Order ${n}`, Customer: customer });
  }
  // Two that say the same are two.
  here.addItem('Customers', { Title: 'Customer 1', Rating: 1 });
  for (let n = 1; n <= PAGES; n++) here.addPage(`Page-${n}.aspx`, { title: `Page ${n}` });
  const entry = await addEntry(kill.bench, siteEndpoint(server, SOURCE, path), siteEndpoint(server, TARGET, path));
  const customerOf = (site: DirectSite, number: unknown): unknown =>
    site.items('Customers').find(({ id }) => String(id) === String(number))?.fields.Title;
  const meaning = (site: DirectSite) => ({
    customers: site.items('Customers').map(({ fields }) => `${fields.Title} ${fields.Rating}`),
    orders: site.items('Orders').map(({ fields }) => `${fields.Title} of ${customerOf(site, fields.CustomerLookupId)}`),
    pages: site
      .pages()
      .map((page) => `${page.name} ${page.title} ${(page.publishingState as { level: string }).level}`),
  });
  const sorted = (site: DirectSite) =>
    Object.fromEntries(Object.entries(meaning(site)).map(([kind, all]) => [kind, [...all].sort()]));
  return {
    entry,
    here,
    there,
    async expectExactlyOnce() {
      await kill.expectSettled(entry);
      expect(sorted(there)).toEqual(sorted(here));
      await kill.expectNoSuspects(entry);
      expect(server.failures).toEqual([]);
    },
  };
}

async function scenario(name: string, kills: Iterable<Kill>): Promise<void> {
  const { entry, here, expectExactlyOnce } = await scene(name);
  const outcome = await passWithKills(kill.stage, entry, 'initial', kills, {});
  expect(outcome.error).toBeNull();
  expect([outcome.status, outcome.books.balanced]).toEqual(['completed', true]);
  await expectExactlyOnce();
  for (const { id, fields } of here.items('Customers').slice(0, 6))
    here.editItem('Customers', id, { Title: `${fields.Title} (changed)` });
  here.editPage('Page-2.aspx', { title: 'Page 2 (changed)' });
  here.addItem('Customers', { Title: 'New', Rating: 99 });
  const delta = await passWithKills(
    kill.stage,
    entry,
    'delta',
    [
      { at: 'after-acknowledgement', nth: 1 },
      { at: 'after-acknowledgement', nth: 2 },
    ],
    {},
  );
  expect([delta.status, delta.books.balanced]).toEqual(['completed', true]);
  await expectExactlyOnce();
}

/** A list whose items lead to each other; migrated, then its links are rewritten and put back by passes that are killed. */
async function linksUnderKills(name: string, rewriting: Iterable<Kill>, restoring: Iterable<Kill>): Promise<void> {
  const path = `sites/${name}`;
  for (const domain of [SOURCE, TARGET])
    createSite(server.tenant(domain), { name, displayName: name, at: server.clock.now() });
  const [here, there] = [SOURCE, TARGET].map((domain) => new DirectSite(server, `alice@${domain}`, path)) as [
    DirectSite,
    DirectSite,
  ];
  here.makeList('Notes', [{ name: 'Body', displayName: 'Body', text: { allowMultipleLines: true } }]);
  const linkTo = (host: string, id: unknown): string =>
    `https://${host}.sharepoint.com/${path}/Lists/Notes/DispForm.aspx?ID=${id}`;
  // Each to the one before; the first leads nowhere.
  for (let n = 1, before = 999; n <= ITEMS; n += 1)
    before = here.addItem('Notes', { Title: `Note ${n}`, Body: `See ${linkTo('contoso', before)} .` });
  const bodies = (site: DirectSite) => site.items('Notes').map(({ fields }) => `${fields.Title}: ${fields.Body}`);
  const wanted = (): string[] =>
    there.items('Notes').map(({ fields: { Title } }) => {
      const n = Number(/\d+$/.exec(String(Title))?.[0]);
      const [one] = there.items('Notes').filter(({ fields }) => fields.Title === `Note ${n - 1}`);
      return `${Title}: See ${one === undefined ? linkTo('contoso', 999) : linkTo('fabrikam', one.id)} .`;
    });
  const entry = await addEntry(kill.bench, siteEndpoint(server, SOURCE, path), siteEndpoint(server, TARGET, path));
  expect((await pass(kill.bench, entry, 'initial', {})).status).toBe('completed');
  const original = bodies(there);
  expect(original).toHaveLength(ITEMS);
  for (const [links, kills, expected] of [
    ['rewrite', rewriting, wanted],
    ['keep', restoring, () => original],
  ] as const) {
    const outcome = await passWithKills(kill.stage, entry, 'delta', kills, { links });
    expect([outcome.error, outcome.status, outcome.books.balanced]).toEqual([null, 'completed', true]);
    expect(bodies(there)).toEqual(expected());
    expect(there.items('Notes')).toHaveLength(ITEMS);
    await kill.expectSettled(entry);
    await kill.expectNoSuspects(entry);
  }
}

describe('exactly once from site to site', () => {
  test(
    'acknowledged and not settled, killed while that is settled, and at random moments',
    async () => {
      await scenario('kills', [
        { at: 'after-intent-commit', nth: 2 },
        { at: 'after-acknowledgement', nth: 1 },
        { at: 'after-acknowledgement', nth: 5 },
        { at: 'during-recovery', nth: 1 },
        { at: 'after-settle-commit', nth: 3 },
        { at: 'after-acknowledgement', nth: 4 },
        ...atRandom(3, new Random(81)),
      ]);
    },
    TIMEOUT_MS,
  );

  test(
    'a page whose publishing was cut off is published, and isn’t made a second time',
    async () => {
      const { entry, there, expectExactlyOnce } = await scene('half');
      const id = await queuePass(kill.bench, entry, 'initial', {});
      const never = Promise.withResolvers<void>();
      const fault = server.faults.inject({
        fault: { kind: 'hold', until: never.promise },
        when: ({ target }: { target: string }) => target.endsWith('/publish'),
        after: 1,
      });
      const child = startPass(kill.stage, id);
      await whileAlive(
        child,
        until('a page is to be published', () => fault.struck === 1),
        'its publishing',
      );
      await killLiving(kill.stage, child, 'between a page and its publishing');
      // That one, and whichever was written beside it.
      expect(
        there.pages().filter((page) => (page.publishingState as { level: string }).level === 'draft').length,
      ).toBeGreaterThan(0);
      await finishPass(kill.stage, id);
      await expectExactlyOnce();
      never.resolve();
    },
    TIMEOUT_MS,
  );

  test(
    'an item that lands after it was sent again is removed',
    async () => {
      const { entry, there, expectExactlyOnce } = await scene('late');
      const id = await queuePass(kill.bench, entry, 'initial', {});
      const letGo = Promise.withResolvers<void>();
      const fault = server.faults.inject({
        fault: { kind: 'hold', until: letGo.promise },
        when: ({ method, target }: { method: string; target: string }) =>
          method === 'POST' && target.endsWith('/items'),
        after: 5,
      });
      const child = startPass(kill.stage, id);
      await whileAlive(
        child,
        until('an item is on its way', () => fault.struck === 1),
        'its item',
      );
      await killLiving(kill.stage, child, 'an item under way');
      await finishPass(kill.stage, id);
      const whole = there.items('Customers').length;
      expect(whole).toBe(ITEMS + 1);
      letGo.resolve();
      await until('the item has landed', () => there.items('Customers').length > whole);
      expect((await pass(kill.bench, entry, 'delta', {})).status).toBe('completed');
      await expectExactlyOnce();
      const told = (await notes(kill.bench, entry)).filter(({ kind }) => kind === 'suspect').map(({ code }) => code);
      expect(told).toEqual(['late-copy-removed']);
    },
    TIMEOUT_MS,
  );

  test(
    'links: rewritten and put back under kills, each item is there once, with the links that it is to have',
    async () => {
      await linksUnderKills(
        'links',
        [
          { at: 'after-intent-commit', nth: 1 },
          { at: 'after-acknowledgement', nth: 2 },
          { at: 'after-settle-commit', nth: 2 },
          { at: 'before-close', nth: 1 },
        ],
        [
          { at: 'after-acknowledgement', nth: 1 },
          { at: 'during-recovery', nth: 1 },
          { at: 'after-intent-commit', nth: 2 },
          ...atRandom(1, new Random(83)),
        ],
      );
    },
    TIMEOUT_MS,
  );

  test.skipIf(!LONG)(
    'many points, and random moments',
    async () => {
      const points = ['before-intent-commit', 'after-intent-commit', 'after-acknowledgement', 'before-close'] as const;
      for (const at of points)
        await scenario(
          at,
          times(at === 'before-close' ? 2 : 8, (n) => ({ at, nth: 1 + (n % 5) })),
        );
      await scenario('random', atRandom(40, new Random(82)));
      await linksUnderKills('random-links', atRandom(20, new Random(84)), atRandom(20, new Random(85)));
    },
    TIMEOUT_MS,
  );

  test('at least 10 kills hit a living process', () => {
    expect(kill.report.hits).toBeGreaterThanOrEqual(10);
  });
});
