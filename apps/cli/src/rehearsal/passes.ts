import { allItems, type Client, type PassView } from '@sterna/api-contract';
import { CONTENT_KINDS, type ItemType, LICENSE_TYPES, SternaError } from '@sterna/core';
import type { ProjectToRehearse, RehearsedEntry } from './project.ts';
import type { StandIn } from './stand-in.ts';

/** An entry of the rehearsal's own user list. */
export interface Actor {
  readonly id: number;
  readonly entry: RehearsedEntry;
  /** As the stand-ins know it. */
  readonly source: string;
  readonly target: string;
}

/** What nobody has, so that it must be made. */
const MADE: ReadonlySet<ItemType> = new Set(['site', 'group', 'team']);

/** The project as it is, between the stand-ins. */
export class RehearsalProject {
  readonly id: number;
  readonly actors: readonly Actor[];
  /** Names of both ends. */
  readonly systems: Readonly<Record<'source' | 'target', string>>;
  readonly #client: Client;

  private constructor(client: Client, id: number, systems: RehearsalProject['systems'], actors: readonly Actor[]) {
    this.#client = client;
    this.id = id;
    this.systems = systems;
    this.actors = actors;
  }

  static async create(
    client: Client,
    project: ProjectToRehearse,
    source: StandIn,
    target: StandIn,
  ): Promise<RehearsalProject> {
    const system = async (name: string, { system: { password, ...more } }: StandIn): Promise<number> => {
      const credentials = password === undefined ? {} : { credentials: { password } };
      return (await client.createSystem({ body: { name, ...more, settings: { ...more.settings }, ...credentials } }))
        .id;
    };
    // Both ends may be the same system.
    const systems = { source: `${project.source.name} (source)`, target: `${project.target.name} (target)` };
    const { id } = await client.createProject({
      body: {
        name: project.name,
        sourceSystemId: await system(systems.source, source),
        targetSystemId: await system(systems.target, target),
        settings: settingsOf(project.settings, source, target),
      },
    });
    const params = { id };
    const addresses = project.entries.map((entry) => ({
      entry,
      source: source.addressOf(entry.source),
      target: target.addressOf(entry.target),
    }));
    const { items: created } = await client.createEntries({
      params,
      body: {
        entries: addresses.map(({ entry, ...at }) => ({
          itemType: entry.itemType,
          sourceAddress: at.source,
          targetAddress: at.target,
          merge: entry.merge,
          settings: withoutWindow(entry.settings),
        })),
      },
    });
    const items = project.mapping.map((row) =>
      // A group may be called otherwise here.
      row.kind === 'group'
        ? { ...row, source: source.addressOf(row.source), target: target.addressOf(row.target) }
        : row,
    );
    await client.putMapping({ params, body: { items } });
    for (const type of LICENSE_TYPES)
      await client.grantLicenses({ body: { type, quantity: addresses.length, note: 'rehearsal' } });
    return new RehearsalProject(
      client,
      id,
      systems,
      addresses.map((one, at) => ({ ...one, id: created[at]?.id as number })),
    );
  }

  /** Makes the groups and teams. @returns those that there are */
  async preprocess(): Promise<readonly Actor[]> {
    const places = this.actors.filter(({ entry }) => MADE.has(entry.itemType));
    if (places.length > 0) await this.#act({ action: 'preprocess' }, places);
    return places;
  }

  /** A pass of every entry. @throws SternaError bug where one is refused */
  async start(): Promise<void> {
    await this.#act({ action: 'start' });
  }

  async verify(): Promise<void> {
    await this.#act({ action: 'verify' });
  }

  /** What waits for its time needn't wait any longer. */
  async resume(entryIds: readonly number[]): Promise<void> {
    await this.#client.bulkEntries({
      params: { id: this.id },
      body: { entryIds: [...entryIds], act: { action: 'resume' } },
    });
  }

  live(): Promise<readonly PassView[]> {
    return allItems((after) =>
      this.#client.listPasses({ query: { projectId: this.id, live: true, ...(after === undefined ? {} : { after }) } }),
    );
  }

  /** Of each entry, as `actors` has them. */
  async latest(actors = this.actors): Promise<readonly PassView[]> {
    return Promise.all(
      actors.map(async ({ id }) => {
        const { items } = await this.#client.listPasses({ query: { entryId: id, limit: 1 } });
        return items[0] as PassView;
      }),
    );
  }

  async #act(act: { readonly action: 'start' | 'verify' | 'preprocess' }, actors = this.actors): Promise<void> {
    const entryIds = actors.map(({ id }) => id);
    const { refused } = await this.#client.bulkEntries({ params: { id: this.id }, body: { entryIds, act } });
    const [first] = refused;
    if (first !== undefined) throw new SternaError('bug', 'internal', `${first.sourceAddress}: ${first.message}`);
  }
}

/** The project's own, but nobody waits for the evening, and content that no stand-in has is left out. */
function settingsOf(settings: Readonly<Record<string, unknown>>, source: StandIn, target: StandIn) {
  const kinds = (settings.kinds ?? {}) as Readonly<Record<string, boolean>>;
  const has = (kind: (typeof CONTENT_KINDS)[number]): boolean =>
    source.kinds.includes(kind) && target.kinds.includes(kind);
  return {
    ...withoutWindow(settings),
    kinds: Object.fromEntries(CONTENT_KINDS.map((kind) => [kind, kinds[kind] !== false && has(kind)])),
  };
}

function withoutWindow(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { bandwidth: _, ...rest } = settings;
  return rest;
}
