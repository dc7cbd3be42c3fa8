import type { Listed, ListedObjects, ListedWriting } from '@sterna/cloud-http';
import type { Container, FidelityNote } from '@sterna/connector-kit';
import {
  type ChannelTab,
  hashOf,
  PASSED_OVER,
  pivotOf,
  readSetting,
  settingGroup,
  waitsForObject,
  writeSetting,
} from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { GroupContext } from '../groups/group.ts';
import { PLANNER_RIGHTS } from '../planner/graph-planner.ts';
import type { Channels } from './channels.ts';
import { CHANNEL_TAB_RIGHTS, type GraphChannel } from './graph-teams.ts';
import {
  type GraphTab,
  type Shown,
  shownBy,
  showsFile,
  showsPlan,
  showsUrl,
  type TabConfiguration,
} from './tab-configuration.ts';
import type { TeamFiles } from './team-files.ts';

export const TABS: Container = { id: 'tabs', path: [settingGroup('channel-tab')], kind: 'setting' };

/** A tab's own id is known within its channel alone. No channel's id has a slash. */
const idOf = (channelId: string, tabId: string): string => `${channelId}/${tabId}`;
const placeOf = (id: string): { readonly channelId: string; readonly tabId: string } => {
  const at = id.indexOf('/');
  return { channelId: id.slice(0, at), tabId: id.slice(at + 1) };
};

/** Tabs of the channels of a team, as far as their apps tell what they show. */
export class Tabs implements ListedObjects, ListedWriting {
  readonly kind = 'setting';
  readonly #context: GroupContext;
  readonly #channels: Channels;
  readonly #files: TeamFiles;

  constructor(context: GroupContext, channels: Channels, files: TeamFiles) {
    this.#context = context;
    this.#channels = channels;
    this.#files = files;
  }

  async containers(): Promise<readonly Container[]> {
    return [TABS];
  }

  async list(): Promise<readonly Listed[]> {
    const channels = await this.#channels.list(true);
    if (channels.length === 0) return [];
    const plansOnce = lazily(() => this.#planTitles());
    const found = await Promise.all(channels.map((channel) => this.#of(channel, plansOnce)));
    return found.flat();
  }

  async find(_container: string, id: string): Promise<Listed | undefined> {
    const { channelId, tabId } = placeOf(id);
    const channel = (await this.#channels.list()).find((one) => one.id === channelId);
    if (channel === undefined) return undefined;
    const { status, body } = await this.#context.client.send<GraphTab>({
      method: 'GET',
      path: `${this.#channels.pathOf(channelId)}/tabs/${segment(tabId)}`,
      query: { $expand: 'teamsApp' },
      doing: 'looking at a tab',
      right: CHANNEL_TAB_RIGHTS.read,
      budget: this.#channels.budget,
      expected: [404],
    });
    return status === 404 ? undefined : this.#listed(channel, body, () => this.#planTitles());
  }

  /** Among those of its own channel. */
  async rivalOf(_container: string, body: Buffer): Promise<Listed | undefined> {
    const channel = await this.#channelOf(tabIn(body));
    if (channel === undefined) return undefined;
    const { matchKey } = pivotOf(this.kind);
    const key = matchKey(body);
    return (await this.#of(channel)).find((one) => one.passedOver === undefined && matchKey(one.body).equals(key));
  }

  async ensureContainer() {
    return { container: TABS, notes: [] };
  }

  async create(
    _container: string,
    body: Buffer,
  ): Promise<{ readonly id: string; readonly notes?: readonly FidelityNote[] }> {
    const tab = tabIn(body);
    const channel = await this.#channelOf(tab);
    if (channel === undefined)
      throw waitsForObject(
        `The target has no channel ${tab.channel} yet.`,
        'See why the channel isn’t there; the next delta pass brings its tabs.',
      );
    const configuration = await this.#configurationOf(tab);
    const { client } = this.#context;
    try {
      const { body: made } = await client.send<GraphTab>({
        method: 'POST',
        path: `${this.#channels.pathOf(channel.id)}/tabs`,
        body: {
          displayName: tab.name,
          'teamsApp@odata.bind': `${client.graph}/v1.0/appCatalogs/teamsApps/${segment(tab.app)}`,
          configuration,
        },
        doing: 'making a tab',
        right: CHANNEL_TAB_RIGHTS.write,
        budget: this.#channels.budget,
      });
      return { id: idOf(channel.id, made.id) };
    } catch (thrown) {
      throw refused(thrown, tab);
    }
  }

  async replace(_container: string, now: Listed, body: Buffer): Promise<readonly FidelityNote[]> {
    const { channelId, tabId } = placeOf(now.id);
    const tab = tabIn(body);
    await this.#context.client.send({
      method: 'PATCH',
      path: `${this.#channels.pathOf(channelId)}/tabs/${segment(tabId)}`,
      body: { displayName: tab.name, configuration: await this.#configurationOf(tab) },
      doing: 'changing a tab',
      right: CHANNEL_TAB_RIGHTS.write,
      budget: this.#channels.budget,
    });
    return [];
  }

  async remove(_container: string, now: Listed): Promise<void> {
    const { channelId, tabId } = placeOf(now.id);
    await this.#context.client.send({
      method: 'DELETE',
      path: `${this.#channels.pathOf(channelId)}/tabs/${segment(tabId)}`,
      doing: 'removing a tab',
      right: CHANNEL_TAB_RIGHTS.write,
      budget: this.#channels.budget,
      expected: [404],
    });
  }

  async #channelOf(tab: ChannelTab): Promise<GraphChannel | undefined> {
    const channels = await this.#channels.list();
    const first = tab.isOfFirst === true && channels.length > 0 ? await this.#channels.primary() : undefined;
    return channels.find(({ id, displayName }) =>
      first === undefined ? displayName.toLowerCase() === tab.channel.toLowerCase() : id === first,
    );
  }

  async #of(channel: GraphChannel, plans = lazily(() => this.#planTitles())): Promise<readonly Listed[]> {
    const tabs = await this.#context.client.all<GraphTab>({
      method: 'GET',
      path: `${this.#channels.pathOf(channel.id)}/tabs`,
      query: { $expand: 'teamsApp' },
      doing: 'listing the tabs of a channel',
      right: CHANNEL_TAB_RIGHTS.read,
      budget: this.#channels.budget,
    });
    return Promise.all(tabs.map((tab) => this.#listed(channel, tab, plans)));
  }

  async #listed(channel: GraphChannel, tab: GraphTab, plans: PlanTitles): Promise<Listed> {
    await this.#files.ready();
    const shown = await shownBy(tab, {
      fileAt: (url) => this.#files.fileAt(url),
      planCalled: async (id) => (await plans()).get(id),
    });
    const isFirst = channel.id === (await this.#channels.primary());
    const body = writeSetting(settingOf(channel, isFirst, tab, shown));
    const listed = { id: idOf(channel.id, tab.id), version: hashOf(body), body };
    return shown === undefined ? { ...listed, passedOver: notHeld(tab) } : listed;
  }

  async #configurationOf(tab: ChannelTab): Promise<TabConfiguration> {
    const { url, file, folder, plan } = tab;
    if (url !== undefined) return showsUrl(url);
    if (plan !== undefined) {
      const found = (await this.#plans()).find(({ title }) => title === plan);
      if (found === undefined) throw notYet(tab, `the plan ${plan}`);
      return showsPlan(found.id, this.#context.address.split('@')[1] ?? '');
    }
    const path = file ?? folder ?? [];
    const found = await this.#files.file(path);
    if (found === undefined) throw notYet(tab, path.join('/'));
    return showsFile(found.url, file === undefined ? '' : found.uniqueId);
  }

  async #planTitles(): Promise<ReadonlyMap<string, string>> {
    return new Map((await this.#plans()).map(({ id, title }) => [id, title]));
  }

  #plans(): Promise<readonly { readonly id: string; readonly title: string }[]> {
    const { client, path, directory } = this.#context;
    return client.all({
      method: 'GET',
      path: `${path}/planner/plans`,
      doing: 'listing the plans of the group',
      right: PLANNER_RIGHTS.read,
      budget: directory,
    });
  }
}

type PlanTitles = () => Promise<ReadonlyMap<string, string>>;

/** Asked for at most once, and only where it is wanted. */
function lazily<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}

const settingOf = (
  { displayName: channel }: GraphChannel,
  isFirst: boolean,
  { displayName, teamsApp }: GraphTab,
  shown: Shown = {},
): ChannelTab => ({
  type: 'channel-tab',
  channel,
  ...(isFirst ? { isOfFirst: true as const } : {}),
  name: displayName ?? '',
  app: teamsApp?.id ?? '',
  ...shown,
});

function tabIn(body: Buffer): ChannelTab {
  const setting = readSetting(body);
  if (setting.type === 'channel-tab') return setting;
  throw new SternaError('bug', 'internal', `A ${setting.type} is no tab.`);
}

const notYet = ({ name }: ChannelTab, what: string): SternaError =>
  waitsForObject(
    `The tab ${name} shows ${what}, which the target doesn’t have yet.`,
    'See why that one failed; the next delta pass brings the tab after it.',
  );

const notHeld = ({ displayName, teamsApp }: GraphTab): SternaError =>
  new SternaError(
    'object',
    'tab-not-held',
    `The tab ${displayName ?? ''} (${teamsApp?.displayName ?? teamsApp?.id ?? 'an app'}) shows what isn’t the team’s own, or what only its app can say.`,
    { fix: 'Add it in the target by hand.', details: { [PASSED_OVER]: true } },
  );

/** An app that the tenant doesn't have or allow. */
function refused(thrown: unknown, { name, app }: ChannelTab): unknown {
  if (![400, 403, 404].includes(statusOf(thrown) ?? 0)) return thrown;
  return new SternaError('object', 'tab-not-taken', `The target doesn’t take the tab ${name}.`, {
    fix: `See that the team isn’t archived, the app ${app} is allowed in the tenant, and this app has ${CHANNEL_TAB_RIGHTS.write}; then start a delta pass.`,
    cause: thrown,
  });
}
