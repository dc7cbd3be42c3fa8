import type { Listed, ListedObjects, ListedWriting } from '@sterna/cloud-http';
import type { Container, Writer } from '@sterna/connector-kit';
import type { GroupSettings } from '../groups/settings.ts';
import { TABS, type Tabs } from './tabs.ts';

/** What a group and its team are set to, and the tabs of its channels. */
export class TeamSettings implements ListedObjects, ListedWriting {
  readonly kind = 'setting';
  readonly #settings: GroupSettings;
  readonly #tabs: Tabs;

  constructor(settings: GroupSettings, tabs: Tabs) {
    this.#settings = settings;
    this.#tabs = tabs;
  }

  async containers(): Promise<readonly Container[]> {
    return [...(await this.#settings.containers()), ...(await this.#tabs.containers())];
  }

  list(container: string): Promise<readonly Listed[]> {
    return container === TABS.id ? this.#tabs.list() : this.#settings.list(container);
  }

  async ensureContainer(path: readonly string[]): ReturnType<Writer['ensureContainer']> {
    return path.join('/') === TABS.path.join('/') ? this.#tabs.ensureContainer() : this.#settings.ensureContainer(path);
  }

  create(container: string, body: Buffer): ReturnType<ListedWriting['create']> {
    return this.#of(container).create(container, body);
  }

  replace(container: string, now: Listed, body: Buffer): ReturnType<ListedWriting['replace']> {
    return this.#of(container).replace(container, now, body);
  }

  remove(container: string, now: Listed): Promise<void> {
    return this.#of(container).remove(container, now);
  }

  #of(container: string): ListedWriting {
    return container === TABS.id ? this.#tabs : this.#settings;
  }
}
