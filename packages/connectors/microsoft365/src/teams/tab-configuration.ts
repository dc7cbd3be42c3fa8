import type { ChannelTab } from '@sterna/content';

/** https://learn.microsoft.com/en-us/graph/api/resources/teamstab */
export interface GraphTab {
  readonly id: string;
  readonly displayName?: string | null;
  readonly configuration?: TabConfiguration | null;
  readonly teamsApp?: { readonly id?: string | null; readonly displayName?: string | null } | null;
}

export interface TabConfiguration {
  readonly entityId?: string | null;
  readonly contentUrl?: string | null;
  readonly websiteUrl?: string | null;
  readonly removeUrl?: string | null;
}

/** Apps whose tabs can be configured from outside: https://learn.microsoft.com/en-us/graph/teams-configuring-builtin-tabs */
const APPS: Readonly<Record<string, 'url' | 'file' | 'folder' | 'plan'>> = {
  'com.microsoft.teamspace.tab.web': 'url',
  'com.microsoft.teamspace.tab.planner': 'plan',
  'com.microsoft.teamspace.tab.files.sharepoint': 'folder',
  'com.microsoft.teamspace.tab.file.staticviewer.word': 'file',
  'com.microsoft.teamspace.tab.file.staticviewer.excel': 'file',
  'com.microsoft.teamspace.tab.file.staticviewer.powerpoint': 'file',
  'com.microsoft.teamspace.tab.file.staticviewer.pdf': 'file',
};

export type Shown = Pick<ChannelTab, 'url' | 'file' | 'folder' | 'plan'>;

/** What a tab leads to, and where it is looked up. */
export interface Lookup {
  /** Names of a file or folder of the team; undefined: it is elsewhere. */
  fileAt(url: string): readonly string[] | undefined;
  /** What a plan of the group is called; undefined: it is none of this one. */
  planCalled(id: string): Promise<string | undefined>;
}

/** Undefined for a tab that nothing can be said of: of another app, or that leads out of the team. */
export async function shownBy({ configuration, teamsApp }: GraphTab, look: Lookup): Promise<Shown | undefined> {
  const url = configuration?.contentUrl || configuration?.websiteUrl || '';
  switch (APPS[teamsApp?.id ?? '']) {
    case 'url':
      return url === '' ? undefined : { url };
    case 'plan': {
      const plan = await look.planCalled(configuration?.entityId || planIn(url));
      return plan === undefined ? undefined : { plan };
    }
    case 'file': {
      const file = look.fileAt(url);
      return file === undefined ? undefined : { file };
    }
    case 'folder': {
      const folder = look.fileAt(url);
      return folder === undefined ? undefined : { folder };
    }
    default:
      return undefined;
  }
}

const planIn = (url: string): string => /[?&]planId=([^&#]+)/i.exec(url)?.[1] ?? '';

export const showsUrl = (url: string): TabConfiguration => ({
  entityId: null,
  contentUrl: url,
  websiteUrl: url,
  removeUrl: null,
});

/** @param domain Of the tenant */
export function showsPlan(planId: string, domain: string): TabConfiguration {
  const url = `https://tasks.office.com/${domain}/Home/PlannerFrame?page=7&planId=${planId}`;
  return { entityId: planId, contentUrl: url, websiteUrl: url, removeUrl: url };
}

/** @param uniqueId GUID of the file in its library; of a folder there is none */
export const showsFile = (url: string, uniqueId: string): TabConfiguration => ({
  entityId: uniqueId,
  contentUrl: url,
  websiteUrl: null,
  removeUrl: null,
});
