import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import { entityReply, noContent, type Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { collectionReply } from '../odata/collection.ts';
import { checkExpand, shape } from '../odata/shape.ts';
import { object, orNull, type Reader, readOnly, text } from '../outlook/input.ts';
import type { Tab, TabConfiguration } from './channel.ts';
import { limited } from './limits.ts';
import { channelOf, notFound, openChannelOf, READ_CHANNELS, teams, WRITE_CHANNELS } from './place.ts';

const read = {
  permissions: ['TeamsTab.Read.All', 'TeamsTab.ReadWrite.All', ...READ_CHANNELS],
  ...limited,
} as const;
const write = { permissions: ['TeamsTab.Create', 'TeamsTab.ReadWrite.All', ...WRITE_CHANNELS], ...limited } as const;
const PATH = '/teams/{group}/channels/{channel}/tabs';

/** Apps that a tab can be of: https://learn.microsoft.com/graph/teams-configuring-builtin-tabs */
const TAB_APPS: ReadonlyMap<string, string> = new Map([
  ['com.microsoft.teamspace.tab.web', 'Website'],
  ['com.microsoft.teamspace.tab.planner', 'Planner'],
  ['com.microsoft.teamspace.tab.files.sharepoint', 'Document Library'],
  ['com.microsoft.teamspace.tab.file.staticviewer.word', 'Word'],
  ['com.microsoft.teamspace.tab.file.staticviewer.excel', 'Excel'],
  ['com.microsoft.teamspace.tab.file.staticviewer.powerpoint', 'PowerPoint'],
  ['com.microsoft.teamspace.tab.file.staticviewer.pdf', 'PDF'],
  ['com.microsoft.teamspace.tab.wiki', 'Wiki'],
  ['2a527703-1f6f-4559-a332-d8a7d288cd88', 'SharePoint'],
  ['0d820ecd-def2-4297-adad-78056cde7c78', 'OneNote'],
  ['com.microsoftstream.embed.skypeteamstab', 'Stream'],
]);

export const tabRoutes: Route[] = [
  { ...read, method: 'GET', path: PATH, handle: listTabs },
  { ...write, method: 'POST', path: PATH, handle: createTab },
  { ...read, method: 'GET', path: `${PATH}/{tab}`, handle: getTab },
  { ...write, method: 'PATCH', path: `${PATH}/{tab}`, handle: updateTab },
  { ...write, method: 'DELETE', path: `${PATH}/{tab}`, handle: deleteTab },
];

const TAB = shape('teamsTab', ['id', 'displayName', 'webUrl', 'configuration'], ['teamsApp']);

function tabJson(call: Call, tab: Tab, withApp: boolean): Record<string, unknown> {
  const { channel } = channelOf(call);
  return {
    id: tab.id,
    displayName: tab.displayName,
    webUrl: `https://teams.microsoft.com/l/entity/${tab.teamsAppId}/_djb2_msteams_prefix_${tab.id}?label=${encodeURIComponent(tab.displayName)}&context=${encodeURIComponent(JSON.stringify({ channelId: channel.id }))}`,
    configuration: { ...tab.configuration },
    ...(withApp ? { teamsApp: appJson(tab.teamsAppId) } : {}),
  };
}

function appJson(id: string) {
  return { id, externalId: null, displayName: TAB_APPS.get(id) ?? null, distributionMethod: 'store' };
}

function wantsApp(call: Call): boolean {
  return call.query.expand.some(({ property }) => property === 'teamsApp');
}

function listTabs(call: Call): Reply {
  return collectionReply(call, channelOf(call).channel.tabs, {
    shape: TAB,
    json: (tab) => tabJson(call, tab, wantsApp(call)),
    view: (tab) => tabJson(call, tab, true),
    pageSize: 100,
  });
}

const configuration: Reader<TabConfiguration> = (value, path) => {
  const read = object('teamsTabConfiguration', {
    entityId: orNull(text),
    contentUrl: orNull(text),
    websiteUrl: orNull(text),
    removeUrl: orNull(text),
  })(value, path);
  const { entityId = null, contentUrl = null, websiteUrl = null, removeUrl = null } = read;
  return { entityId, contentUrl, websiteUrl, removeUrl };
};

const fields = object('teamsTab', {
  id: readOnly,
  webUrl: readOnly,
  displayName: text,
  configuration: orNull(configuration),
});

const EMPTY: TabConfiguration = { entityId: null, contentUrl: null, websiteUrl: null, removeUrl: null };

function createTab(call: Call): Reply {
  const { channel } = openChannelOf(call);
  const json = call.json();
  const given = fields(json, '');
  const teamsAppId = /\/appCatalogs\/teamsApps(?:\/|\(')([^/')]+)(?:'\))?$/.exec(
    String(json['teamsApp@odata.bind']),
  )?.[1];
  if (teamsAppId === undefined) throw badRequest('A tab needs a teamsApp@odata.bind.');
  if (!TAB_APPS.has(teamsAppId)) throw notFound(`The app '${teamsAppId}'`);
  if (!given.displayName || given.displayName.length > 128) throw badRequest('A tab needs a displayName.');
  const tab: Tab = {
    id: teams(call).ids.guid(),
    displayName: given.displayName,
    teamsAppId,
    configuration: given.configuration ?? EMPTY,
  };
  channel.tabs.push(tab);
  return entityReply(call, tabJson(call, tab, false), { status: 201 });
}

function tabOf(call: Call): Tab {
  const found = channelOf(call).channel.tabs.find(({ id }) => id === call.parameter('tab'));
  if (found === undefined) throw notFound('The tab');
  return found;
}

function getTab(call: Call): Reply {
  checkExpand(TAB, call.query.expand);
  return entityReply(call, tabJson(call, tabOf(call), wantsApp(call)));
}

function updateTab(call: Call): Reply {
  openChannelOf(call);
  const tab = tabOf(call);
  const given = fields(call.json(), '');
  if (given.displayName !== undefined) tab.displayName = given.displayName;
  if (given.configuration !== undefined) tab.configuration = given.configuration ?? EMPTY;
  return entityReply(call, tabJson(call, tab, false));
}

function deleteTab(call: Call): Reply {
  const { channel } = openChannelOf(call);
  channel.tabs.splice(channel.tabs.indexOf(tabOf(call)), 1);
  return noContent();
}
