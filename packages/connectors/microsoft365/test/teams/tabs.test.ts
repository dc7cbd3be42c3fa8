import { expect, test } from 'vitest';
import { type GraphTab, shownBy, showsFile, showsPlan, showsUrl } from '../../src/teams/tab-configuration.ts';

const APP = 'com.microsoft.teamspace.tab';
const look = {
  fileAt: (url: string) => (url.startsWith('https://team/') ? url.slice(13).split('/') : undefined),
  planCalled: async (id: string) => (id === 'plan-1' ? 'Launch' : undefined),
};
const shown = (app: string, configuration: GraphTab['configuration']) =>
  shownBy({ id: '1', displayName: 'Tab', teamsApp: { id: app }, configuration: configuration ?? null }, look);

test('what a tab is made with is read back as what it shows', async () => {
  expect(await shown(`${APP}.web`, showsUrl('https://a.example/'))).toEqual({ url: 'https://a.example/' });
  expect(await shown(`${APP}.planner`, showsPlan('plan-1', 'contoso.example'))).toEqual({ plan: 'Launch' });
  expect(await shown(`${APP}.file.staticviewer.excel`, showsFile('https://team/General/a.xlsx', 'id'))).toEqual({
    file: ['General', 'a.xlsx'],
  });
  expect(await shown(`${APP}.files.sharepoint`, showsFile('https://team/General', ''))).toEqual({
    folder: ['General'],
  });
});

test('the plan of a tab is known by the address, too', async () => {
  const contentUrl = 'https://tasks.office.com/x/Home/PlannerFrame?page=7&planId=plan-1&mkt=en';
  expect(await shown(`${APP}.planner`, { entityId: null, contentUrl })).toEqual({ plan: 'Launch' });
});

test.each([
  ['another app’s', '11111111-2222-4333-8444-555555555555', { contentUrl: 'https://app.example/' }],
  ['a plan of another group', `${APP}.planner`, { entityId: 'plan-2' }],
  ['a file elsewhere', `${APP}.file.staticviewer.word`, { contentUrl: 'https://elsewhere/a.docx' }],
  ['a website without address', `${APP}.web`, { contentUrl: null }],
  ['one that isn’t configured', `${APP}.web`, null],
] as const)('of a tab that shows %s nothing can be said', async (_, app, configuration) => {
  expect(await shown(app, configuration)).toBeUndefined();
});
