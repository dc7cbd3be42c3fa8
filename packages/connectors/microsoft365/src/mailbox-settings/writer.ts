import { bodyOf, changedResult, doneResult, eachOf, existsResult } from '@sterna/cloud-http';
import type {
  Candidate,
  Container,
  CreateOp,
  FidelityNote,
  InventoryItem,
  Op,
  RemoveOp,
  ReplaceOp,
  Result,
  Writer,
} from '@sterna/connector-kit';
import { type Category, pivotOf, type Rule, readSetting, type Setting, writeSetting } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { containerGone, isGone } from '../outlook/gone.ts';
import type { PartContext } from '../part.ts';
import { colorOfPreset, nearestPreset } from './category-colors.ts';
import { FolderPlaces } from './folder-places.ts';
import { GROUP_IDS, GROUPS, type GroupId, groupContainer, groupTitle } from './groups.ts';
import {
  categoriesPath,
  type ListedSetting,
  type ListedSettings,
  rulesPath,
  settingsPath,
  WRITE,
} from './listed-settings.ts';
import { isPreference, settingsFor } from './preferences.ts';
import { groupOf } from './reader.ts';
import { toRule } from './to-rule.ts';

const pivot = pivotOf('setting');

/**
 * Mailbox settings, each under its natural key: a second create of one finds the first. Graph has no preconditions for
 * them, so what is to be changed is looked at just before.
 */
export class SettingsWriter implements Writer {
  readonly #context: PartContext;
  readonly #listed: ListedSettings;

  constructor(context: PartContext, listed: ListedSettings) {
    this.#context = context;
    this.#listed = listed;
  }

  async ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const id = GROUP_IDS.find((one) => groupTitle(one) === path.join('/'));
    if (id !== undefined) return { container: groupContainer(id), notes: [] };
    throw new SternaError('config', 'kind-not-held', `The target holds no settings called ${path.join('/')}.`, {
      field: 'kinds.setting',
      fix: 'Switch mailbox settings off, or restore them from a backup that Sterna made.',
    });
  }

  async mark(): Promise<string> {
    return '-';
  }

  async confirm(): Promise<void> {}

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const results = await eachOf(
      inOrder(ops),
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `There is no ${op.verb} for settings.`);
      },
      (error) => containerGone('mailbox', error),
      // Each is looked at beside those before it.
      1,
    );
    const byOp = new Map(results.map((result) => [result.op, result]));
    return ops.flatMap(({ op }) => byOp.get(op) ?? []);
  }

  async *candidates(container: string): AsyncGenerator<Candidate> {
    for (const { id, setting } of await this.#all(container))
      yield { targetId: id, digest: pivot.digest(writeSetting(setting)), marked: false };
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    for (const { id, version, setting } of await this.#all(container)) {
      const body = writeSetting(setting);
      yield {
        targetId: id,
        version,
        ...(facets.size === true ? { size: body.length } : {}),
        ...(facets.matchKey === true ? { matchKey: pivot.matchKey(body) } : {}),
      };
    }
  }

  /** Those that can be told as a whole; the others are nothing that could be compared with. */
  async #all(container: string): Promise<readonly (Omit<ListedSetting, 'setting'> & { readonly setting: Setting })[]> {
    const found: (Omit<ListedSetting, 'setting'> & { readonly setting: Setting })[] = [];
    for (const one of await this.#group(container))
      try {
        found.push({ ...one, setting: await one.setting() });
      } catch (thrown) {
        if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
      }
    return found;
  }

  async #group(container: string): Promise<readonly ListedSetting[]> {
    const id = groupOf(container);
    return id === 'calendar-sharing' ? [] : this.#listed.group(id);
  }

  async #create(op: CreateOp): Promise<Result> {
    const setting = this.#settingOf(op);
    const group = groupOf(op.container);
    const key = keyOf(setting);
    const rival = (await this.#listed.group(group)).find((one) => one.key === key);
    if (rival !== undefined) return existsResult(op, { id: rival.id, version: rival.version });
    const id = await this.#make(setting);
    return this.#done(op, group, id, setting);
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const setting = this.#settingOf(op);
    const group = groupOf(op.container);
    const now = await this.#find(group, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.version !== op.ifVersion)
      // The first try of this very request took effect, and its answer was lost.
      return (await isSame(now, setting)) ? this.#done(op, group, now.id, setting) : changedResult(op.op, now.version);
    await this.#change(setting, now);
    return this.#done(op, group, now.id, setting);
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const group = groupOf(op.container);
    const now = await this.#find(group, op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.version !== op.ifVersion) return changedResult(op.op, now.version);
    const { client } = this.#context;
    if (group === 'rules' || group === 'categories') {
      const path = group === 'rules' ? rulesPath(this.#context) : categoriesPath(this.#context);
      await client.send({
        ...this.#common('removing a setting'),
        method: 'DELETE',
        path: `${path}/${segment(now.id)}`,
        expected: [404],
      });
    } else if (group === 'automatic-reply') {
      const none = { type: 'automatic-reply', status: 'off', outside: 'everybody', insideText: '', outsideText: '' };
      await this.#change(none as Setting, now);
    } else
      throw new SternaError('object', 'setting-not-removable', 'This setting can be changed, but not be removed.', {
        fix: 'Change it in the target by hand.',
      });
    return { op: op.op, outcome: 'done' };
  }

  async #make(setting: Setting): Promise<string> {
    const { client } = this.#context;
    if (setting.type === 'rule') {
      const body = await this.#ruleOf(setting);
      const path = rulesPath(this.#context);
      return (await client.send<{ id: string }>({ ...this.#common('making a rule'), method: 'POST', path, body })).body
        .id;
    }
    if (setting.type === 'category') {
      const body = { displayName: setting.name, color: nearestPreset(setting.color) };
      const path = categoriesPath(this.#context);
      // A second one of that name is refused, so this can be sent again.
      const made = await client.send<{ id: string }>({
        ...this.#common('making a category'),
        method: 'POST',
        path,
        body,
      });
      return made.body.id;
    }
    await this.#set(setting);
    return setting.type;
  }

  async #change(setting: Setting, now: ListedSetting): Promise<void> {
    const { client } = this.#context;
    if (setting.type === 'rule') {
      const path = `${rulesPath(this.#context)}/${segment(now.id)}`;
      const body = await this.#ruleOf(setting, now);
      await client.send({ ...this.#common('changing a rule'), method: 'PATCH', path, body });
    } else if (setting.type === 'category') {
      const path = `${categoriesPath(this.#context)}/${segment(now.id)}`;
      const body = { color: nearestPreset(setting.color) };
      await client.send({ ...this.#common('changing a category'), method: 'PATCH', path, body });
    } else await this.#set(setting);
  }

  async #set(setting: Setting): Promise<void> {
    if (!isPreference(setting))
      throw new SternaError('bug', 'internal', `A ${setting.type} is none of the mailbox’s own settings.`);
    const { client } = this.#context;
    const body = settingsFor(setting, client.clock.now());
    const path = settingsPath(this.#context);
    await client.send({ ...this.#common('changing the mailbox settings'), method: 'PATCH', path, body });
  }

  async #ruleOf(rule: Rule, now?: ListedSetting): Promise<object> {
    const speaks = rule.actions.moveTo !== undefined || rule.actions.copyTo !== undefined;
    let folders = speaks ? await this.#listed.places.ready() : [];
    const made = (): object => toRule(rule, (place) => FolderPlaces.idOf(folders, place), now?.rule);
    try {
      return made();
    } catch (thrown) {
      if (!(thrown instanceof SternaError) || thrown.code !== 'setting-folder-missing') throw thrown;
      // It may have been made by this very pass.
      folders = await this.#listed.places.ready(true);
      return made();
    }
  }

  #settingOf(op: CreateOp | ReplaceOp): Setting {
    const setting = readSetting(bodyOf(op));
    const group = groupOf(op.container);
    const held: readonly string[] = GROUPS[group];
    if (held.includes(setting.type)) return setting;
    throw new SternaError('object', 'setting-not-held', `Exchange has no place for a ${setting.type} there.`);
  }

  #find = async (group: GroupId, id: string): Promise<ListedSetting | undefined> =>
    (await this.#listed.group(group)).find((one) => one.id === id);

  /** Looked at again: Exchange may have made something else of it. */
  async #done(op: CreateOp | ReplaceOp, group: GroupId, id: string, sent: Setting): Promise<Result> {
    const now = await this.#find(group, id);
    const notes: FidelityNote[] = colorNote(sent);
    const held = await now?.setting().catch((thrown: unknown) => {
      if (isGone(thrown) || (thrown instanceof SternaError && thrown.class === 'object')) return undefined;
      throw thrown;
    });
    const other = held === undefined ? [] : (pivot.differences?.(writeSetting(sent), writeSetting(held)) ?? []);
    if (other.length > 0 && notes.length === 0)
      notes.push({ code: 'setting-adapted', text: `Exchange holds it with another ${other.join(', ')}.` });
    return doneResult(op.op, id, now?.version, notes);
  }

  #common(doing: string) {
    return { doing, right: WRITE, budget: this.#context.outlook } as const;
  }
}

/** Rules are made in their order, which is not that of the files of an archive. */
function inOrder(ops: readonly Op[]): readonly Op[] {
  const orderOf = (op: Op): number => {
    if (op.verb !== 'create' || !Buffer.isBuffer(op.body)) return 0;
    try {
      const setting = readSetting(op.body);
      return setting.type === 'rule' ? setting.order : 0;
    } catch {
      return 0;
    }
  };
  return ops
    .map((op) => [orderOf(op), op] as const)
    .sort(([one], [other]) => one - other)
    .map(([, op]) => op);
}

async function isSame(now: ListedSetting, setting: Setting): Promise<boolean> {
  return pivot.digest(writeSetting(await now.setting())).equals(pivot.digest(writeSetting(setting)));
}

function colorNote(setting: Setting): FidelityNote[] {
  if (setting.type !== 'category') return [];
  const { color } = setting as Category;
  if (color === undefined || colorOfPreset(nearestPreset(color)) === color.toUpperCase()) return [];
  return [{ code: 'color-changed', text: 'Exchange knows 25 colors of categories: it got the nearest.' }];
}

/** As `ListedSetting.key`. */
function keyOf(setting: Setting): string {
  if (setting.type === 'rule') return JSON.stringify(['rule', setting.name, setting.nth ?? 1]);
  if (setting.type === 'category') return JSON.stringify(['category', setting.name.toLowerCase()]);
  return JSON.stringify([setting.type]);
}
