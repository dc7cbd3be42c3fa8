import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { putMail } from '../support/put-mail.ts';
import { expectAccessible, expectNoSidewaysScroll } from './support/accessible.ts';
import { settled, visit } from './support/browser.ts';
import { routerPaths } from './support/router-paths.ts';
import { openWebStage, type WebStage } from './support/stage.ts';

/** What the pages are about. */
interface Made {
  readonly project: number;
  readonly system: number;
  /** Migrated and verified; a remigration of it waits for a person. */
  readonly migrated: number;
  /** Holds a message that the target refuses. */
  readonly failed: number;
  readonly untouched: number;
  readonly remigration: number;
  readonly bulk: string;
}

/** Every path of the router, and where it is looked at. A new route needs a line here. */
const PLACES: Readonly<Record<string, (made: Made) => readonly string[]>> = {
  '/sign-in': () => ['/sign-in', '/sign-in?next=%2Flicenses&expired=true'],
  '/setup': () => ['/setup'],
  '/': () => ['/'],
  '/guide': () => ['/guide'],
  '/account': () => ['/account'],
  '/systems': () => ['/systems'],
  '/systems/new': () => ['/systems/new'],
  '/systems/$systemId': ({ system }) => [`/systems/${system}`],
  '/licenses': () => ['/licenses'],
  '/notifications': () => ['/notifications'],
  '/projects': () => ['/projects'],
  '/projects/$projectId/list': ({ project }) => [`/projects/${project}/list`],
  '/projects/$projectId/batches': ({ project }) => [`/projects/${project}/batches?batch=Wave+1`],
  '/projects/$projectId/mapping': ({ project }) => [`/projects/${project}/mapping`],
  '/projects/$projectId/settings': ({ project }) => [`/projects/${project}/settings`],
  '/projects/$projectId/reports': ({ project }) => [`/projects/${project}/reports`],
  '/projects/$projectId/report/print': ({ project }) => [`/projects/${project}/report/print`],
  '/projects/$projectId/remigrate': ({ project, failed }) => [
    `/projects/${project}/remigrate`,
    `/projects/${project}/remigrate?entries=${failed}`,
  ],
  '/entries/$entryId': ({ migrated, failed, untouched }) => [
    `/entries/${untouched}`,
    `/entries/${failed}`,
    `/entries/${failed}?tab=failures`,
    `/entries/${migrated}?tab=verify`,
    `/entries/${migrated}?tab=history`,
  ],
  '/entries/$entryId/report/print': ({ failed, migrated }) => [
    `/entries/${failed}/report/print`,
    `/entries/${migrated}/report/print`,
  ],
  '/entries/$entryId/again': ({ failed }) => [`/entries/${failed}/again`],
  '/remigrations/$remigrationId': ({ remigration }) => [`/remigrations/${remigration}`],
  '/bulk-remigrations/$bulkId': ({ bulk }) => [`/bulk-remigrations/${bulk}`],
};
const IS_LONG = process.env.STERNA_TEST_LONG !== undefined;
const BEFORE_SIGNING_IN = ['/sign-in', '/setup'];
/** Much is looked at in each test; where others work on the same machine it takes its time. */
const PATIENCE_MS = 180_000;

let stage: WebStage;
let made: Made;
beforeAll(async () => {
  stage = await openWebStage('accessibility', { setUp: false, target: { announce: ['APPENDLIMIT=100000'] } });
});
afterAll(() => stage?.close());

test('every route of the dashboard is looked at here', () => {
  expect(Object.keys(PLACES).sort()).toEqual(routerPaths().sort());
});

test('/setup and /sign-in', { timeout: PATIENCE_MS }, async () => {
  const page = await stage.page('/setup', { as: 'nobody', refusals: ['401 /api/me'] });
  await look(page);
  await stage.people.setUp();
  for (const place of PLACES['/sign-in']?.({} as Made) ?? []) {
    await visit(page, place);
    await look(page);
  }
});

describe('signed in', () => {
  beforeAll(async () => {
    made = await makeState();
  }, PATIENCE_MS);

  for (const [path, places] of Object.entries(PLACES))
    if (!BEFORE_SIGNING_IN.includes(path))
      test(path, { timeout: PATIENCE_MS }, async () => {
        const [first = '', ...others] = places(made);
        const page = await stage.page(first);
        await look(page);
        for (const place of others) {
          await visit(page, place);
          await look(page);
        }
      });
});

/** Everything that is wrong with the page as it stands: in both themes, at the width of a desk and of a phone. */
async function look(page: Page): Promise<void> {
  await settled(page);
  expect(await page.locator('h1').first().innerText(), page.url()).not.toBe('There is no such page');
  const faults: string[] = [];
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await settled(page);
    const told = (error: Error): unknown => faults.push(`at ${width} px: ${error.message}`);
    // Colours are those of the wide page; the long run doesn't take that for granted.
    await expectAccessible(page, width === 390 && !IS_LONG ? [] : ['light', 'dark']).catch(told);
    if (width === 390) await expectNoSidewaysScroll(page).catch(told);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

async function makeState(): Promise<Made> {
  const { client } = stage;
  const project = await stage.project({
    name: 'Tern to Atlas',
    entries: ['ada', 'ben', 'cleo'].map((name, n) => ({
      sourceAddress: `${name}@old.example`,
      displayName: `${name} of the department with the long name`,
      batch: `Wave ${1 + (n % 2)}`,
    })),
    licenses: 10,
  });
  const [migrated = 0, failed = 0, untouched = 0] = project.entries.map(({ id }) => id);
  stage.fill('ada@old.example', 12);
  putMail(stage.source.mailRoot('ben@old.example'), { subject: 'Plans as a picture', size: 150_000 });
  putMail(stage.source.mailRoot('ben@old.example'), { subject: 'Plans in words' });
  stage.source.adopt('ben@old.example');
  const [ada, ben] = await Promise.all([stage.migrate(migrated), stage.migrate(failed)]);
  expect([ada.status, ben.status]).toEqual(['completed', 'completed with failures']);
  await client.verifyEntry({ params: { id: migrated }, body: {} });
  await stage.idle(migrated);
  const remigration = await client.beginRemigration({
    params: { id: migrated },
    body: { reason: 'configuration changed', note: 'wrong folder names' },
  });
  const bulk = await client.beginBulkRemigration({
    params: { id: project.id },
    body: { entryIds: [failed], reason: 'critical errors', backup: 'refuse', target: 'keep', note: 'again' },
  });
  const { source } = await stage.systems();
  return {
    project: project.id,
    system: source,
    migrated,
    failed,
    untouched,
    remigration: remigration.id,
    bulk: bulk.id,
  };
}
