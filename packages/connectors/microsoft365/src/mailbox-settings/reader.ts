import { glanceOf } from '@sterna/cloud-http';
import type { Change, ChangePage, Container, Content, Reader, Unreadable, Vanished } from '@sterna/connector-kit';
import { writeSetting } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { GROUPS, type GroupId, groupContainer } from './groups.ts';
import type { ListedSetting, ListedSettings } from './listed-settings.ts';

/** Mailbox settings. What changed is found by looking at all of them. */
export class SettingsReader implements Reader {
  readonly #listed: ListedSettings;
  readonly #groups: readonly GroupId[];
  readonly #leftOut: ReadonlySet<GroupId>;

  /** @param leftOut Groups that are there and are not looked at: a target that doesn't write them */
  constructor(listed: ListedSettings, groups: readonly GroupId[], leftOut: ReadonlySet<GroupId>) {
    this.#listed = listed;
    this.#groups = groups;
    this.#leftOut = leftOut;
  }

  async containers(): Promise<readonly Container[]> {
    const asked = this.#groups.filter((id) => !this.#leftOut.has(id));
    const found = await this.#listed.of(asked);
    return this.#groups.map((id) => {
      const settings = found.get(id) ?? [];
      return groupContainer(id, { total: settings.length, glance: glanceOf(settings) });
    });
  }

  async *changes(container: string): AsyncGenerator<ChangePage> {
    const settings = await this.#settings(container);
    yield {
      changes: settings.map(({ id, version }): Change => ({ id, version })),
      mode: 'full',
      next: { cursor: 'list', glance: glanceOf(settings), total: settings.length },
    };
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const byId = new Map((await this.#settings(container)).map((one) => [one.id, one]));
    for (const id of ids) {
      const found = byId.get(id);
      yield found === undefined ? { id, vanished: true } : await contentOf(found);
    }
  }

  async #settings(container: string): Promise<readonly ListedSetting[]> {
    const id = groupOf(container);
    return this.#leftOut.has(id) ? [] : this.#listed.group(id);
  }
}

/** @throws SternaError transient `container-gone` */
export function groupOf(container: string): GroupId {
  if (Object.hasOwn(GROUPS, container)) return container as GroupId;
  throw new SternaError('transient', 'container-gone', 'There are no such settings.');
}

/** What can't be told as a whole is no failure of the migration: it is passed over, and said. */
async function contentOf({ id, version, setting }: ListedSetting): Promise<Content | Unreadable> {
  try {
    const body = writeSetting(await setting());
    return { id, flags: [], date: undefined, size: body.length, body, version };
  } catch (thrown) {
    if (!(thrown instanceof SternaError) || thrown.class !== 'object') throw thrown;
    return { id, error: thrown, isSkipped: true };
  }
}
