import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectAccessible } from './support/accessible.ts';
import { openWebStage, type StagePageOptions, type WebStage } from './support/stage.ts';

let stage: WebStage;
let path: string;
beforeAll(async () => {
  stage = await openWebStage('first-picture', { mail: false, concurrency: 0 });
  const { id } = await stage.project({ name: 'Tern', entries: 300 });
  fillWithEverything(id);
  path = `/projects/${id}/list`;
});
afterAll(() => stage?.close());

/** Entries in every state, so that every kind of cell is there. */
function fillWithEverything(projectId: number): void {
  stage.postgres.query(`
    update entry set batch = 'Wave ' || id % 3, display_name = 'Person ' || id,
           status = (array['not started', 'running', 'pending', 'completed', 'completed with failures', 'stopped',
                           'failed'])[1 + id % 7] where project_id = ${projectId};
    insert into pass (entry_id, number, kind, status, settings, settings_version, requested_by, started_at, ended_at,
                      progress, resume_at, result)
    select id, 1, 'initial', status, '{}', '1', 'test', now() - interval '1 hour',
           case when status in ('running', 'pending') then null else now() end,
           '{"phase": "transfer", "container": "INBOX", "objects": 1210, "planned": 5000, "bytes": 100000, "failed": 3,
             "objectsPerSecond": 40, "bytesPerSecond": 400000, "etaSeconds": 125, "throttledUntil": null}',
           case when status = 'pending' then now() + interval '1 hour' end,
           case when status in ('running', 'pending') then null else '{}'::jsonb end
      from entry where project_id = ${projectId} and status <> 'not started'`);
}

interface Look {
  readonly rows: readonly string[];
  readonly isPicture: boolean;
}

/** What each frame showed, from the first rows until the program has painted its own. */
const WATCH = `
  window.looks = [];
  window.grid = undefined;
  const look = () => {
    const rows = [...document.querySelectorAll('[role=row][data-index]')];
    const isPicture = document.querySelector('.st-first') !== null;
    if (window.looks.length > 0 || rows.length > 0) window.looks.push({ rows: rows.map((row) => row.textContent), isPicture });
    if (window.looks.length === 0 || isPicture) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);`;

/** Holds the program back until the picture has been looked at. */
async function openSlowly(options: StagePageOptions, inspect: (page: Page) => Promise<void>): Promise<Page> {
  const looked = Promise.withResolvers<void>();
  const opened = stage.page(path, {
    ...options,
    prepare: async (page) => {
      await page.addInitScript(WATCH);
      await options.prepare?.(page);
      await page.route(/\/assets\/main-/, async (route) => {
        await looked.promise;
        await route.continue();
      });
      void page
        .locator('.st-first [data-index="0"]')
        .waitFor()
        .then(() => inspect(page))
        .then(looked.resolve, (error) => {
          looked.resolve();
          looked.reject(error);
          failure = error;
        });
    },
  });
  let failure: unknown;
  const page = await opened;
  if (failure !== undefined) throw failure;
  return page;
}

interface Place {
  readonly what: string;
  readonly at: readonly number[];
  readonly text: string;
  readonly colour: string;
  readonly font: string;
}

/** Rows and cells that are on the screen: where, and what they look like. */
const places = (page: Page): Promise<readonly Place[]> =>
  page.getByRole('grid').evaluate((grid) => {
    const view = grid.ownerDocument.defaultView;
    const parts = [
      grid,
      ...grid.querySelectorAll('[role=columnheader], [role=row], [role=gridcell], .st-progress, .st-chip'),
    ];
    const { bottom } = grid.getBoundingClientRect();
    return parts.flatMap((part: { [name: string]: never }) => {
      const box = (part as unknown as typeof grid).getBoundingClientRect();
      const element = part as unknown as typeof grid;
      if (element !== grid && (box.top > bottom || box.width === 0)) return [];
      const style = view.getComputedStyle(element);
      const row = element.closest('[data-index]')?.dataset.index ?? 'head';
      const role: string | null = element.getAttribute('role');
      return [
        {
          what: `${row} ${role ?? element.className} ${element.dataset.column ?? (role === 'columnheader' ? element.textContent : '')}`,
          at: [box.left, box.top, box.width, box.height],
          text: element === grid ? '' : (element.textContent as string),
          colour: `${style.color} on ${style.backgroundColor}, ${style.borderBottomColor}`,
          font: `${style.fontWeight} ${style.fontSize}/${style.lineHeight} ${style.fontFamily}`,
        },
      ];
    });
  });

const VIEWS: readonly (StagePageOptions & { readonly name: string })[] = [
  { name: 'light', scheme: 'light' },
  { name: 'dark', scheme: 'dark' },
  { name: 'a viewer, who selects nothing', as: 'viewer', width: 1024, height: 700 },
  { name: 'a phone', width: 390, height: 844 },
];

test.each(VIEWS)('the first picture shows what the grid then shows, where it shows it: $name', async (view) => {
  let before: readonly Place[] = [];
  const page = await openSlowly(view, async (early) => {
    await early.locator('html').evaluate((html) => html.ownerDocument.fonts.ready.then(() => undefined));
    before = await places(early);
    await stage.screenshot(early, `first-picture-${view.name.replace(/\W+/g, '-')}`);
    // Current data, and told as such.
    expect(await early.getByRole('row').filter({ hasText: 'tern-1@old.example' }).getAttribute('aria-busy')).toBeNull();
    await early.getByRole('status').getByText('300 entries').waitFor();
  });
  const after = await places(page);
  expect(before.length).toBeGreaterThan(40);
  const known = new Map(after.map((place) => [place.what, place]));
  for (const place of before) {
    const same = known.get(place.what);
    expect(same, place.what).toBeDefined();
    if (same === undefined) continue;
    expect({ ...same, at: [] }).toEqual({ ...place, at: [] });
    for (const [side, value] of place.at.entries())
      expect(
        Math.abs(value - (same.at[side] ?? Number.NaN)),
        `${place.what} ${side}: ${place.at} and ${same.at}`,
      ).toBeLessThanOrEqual(2);
  }
  // Nothing that the grid shows was missing in the picture either.
  const drawn = new Set(before.map(({ what }) => what));
  expect(after.filter(({ what, text }) => text !== '' && !drawn.has(what) && / row /.test(what))).toEqual([]);

  const looks: readonly Look[] = await page.locator('html').evaluate((html) => html.ownerDocument.defaultView.looks);
  expect(looks.some(({ isPicture }) => isPicture)).toBe(true);
  expect(looks.at(-1)?.isPicture).toBe(false);
  for (const { rows } of looks) expect(rows.slice(0, 3)).toEqual(looks[0]?.rows.slice(0, 3));
});

test('columns as this browser keeps them; the picture has nothing that assistive technology would trip over', async () => {
  const columns = { batch: false, created: true, pass: true, name: true, type: true };
  const prepare = (page: Page) =>
    page.addInitScript(`localStorage.setItem('sterna.list.columns', '${JSON.stringify(columns)}')`);
  let early: readonly Place[] = [];
  const page = await openSlowly({ prepare, width: 1600 }, async (picture) => {
    early = await places(picture);
    await expectAccessible(picture, ['light']);
  });
  const late = await places(page);
  const cells = (all: readonly Place[]) =>
    all.filter(({ what }) => /gridcell/.test(what)).map(({ what, text }) => `${what}: ${text}`);
  expect(cells(early).slice(0, 30)).toEqual(cells(late).slice(0, 30));
});

test('who isn’t signed in, and who filters, gets no picture of a list', async () => {
  const strange = await stage.page(path, { as: 'nobody', refusals: [401] });
  await strange.getByLabel('Password').waitFor();
  expect(await strange.locator('.st-first').count()).toBe(0);
  const filtered = await stage.page(`${path}?status=${encodeURIComponent('["failed"]')}`, {
    prepare: (page) => page.addInitScript(WATCH),
  });
  await filtered.getByRole('status').getByText(/match/).waitFor();
  const looks: readonly Look[] = await filtered
    .locator('html')
    .evaluate((html) => html.ownerDocument.defaultView.looks);
  expect(looks.every(({ isPicture }) => !isPicture)).toBe(true);
});
