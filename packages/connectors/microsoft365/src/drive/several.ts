import type {
  AccessOf,
  Candidate,
  ChangeFacets,
  ChangePage,
  Container,
  Content,
  FidelityNote,
  InventoryItem,
  Op,
  Reader,
  Result,
  Unreadable,
  Vanished,
  Writer,
} from '@sterna/connector-kit';
import { SternaError } from '@sterna/core';
import type { OpenDrive } from './open-drive.ts';

/** One of several drives that a session holds. */
export interface HeldDrive extends OpenDrive {
  /** Prefix of its containers' ids; empty: they have none. */
  readonly id: string;
  /** Names that come before those of its folders. */
  readonly path: readonly string[];
}

export interface HeldDrives {
  /** By their ids. @param anew Somebody else may have made some */
  all(anew?: boolean): Promise<ReadonlyMap<string, HeldDrive>>;
  /**
   * The drive of the target that a path leads into, made where it isn't there, and the rest of the path.
   *
   * @throws SternaError
   */
  into(path: readonly string[]): Promise<{ readonly drive: HeldDrive; readonly inner: readonly string[] }>;
}

/** The drive that a container is of, and its own name for it. @throws SternaError transient `container-gone` */
async function driveOf(
  drives: HeldDrives,
  container: string,
): Promise<{ readonly drive: HeldDrive; readonly inner: string }> {
  const at = container.indexOf(':');
  const drive = (await drives.all()).get(container.slice(0, Math.max(at, 0)));
  if (drive !== undefined) return { drive, inner: container.slice(at + 1) };
  throw new SternaError('transient', 'container-gone', 'The document library is no more.', {
    fix: 'Nothing to do: the next pass lists them afresh.',
  });
}

function outer({ id, path }: HeldDrive, container: Container): Container {
  if (id === '') return container;
  const { accessVersion, ...rest } = container;
  return {
    ...rest,
    id: `${id}:${container.id}`,
    path: [...path, ...container.path],
    // Who may use a drive as such is a matter of the site or channel that it is of.
    ...(container.path.length === 0 || accessVersion === undefined ? {} : { accessVersion }),
  };
}

const isOf = ({ id: drive }: HeldDrive, { id }: Container): boolean =>
  drive === '' ? !id.includes(':') : id.startsWith(`${drive}:`);

const within = ({ id: drive, path }: HeldDrive, container: Container): Container =>
  drive === ''
    ? container
    : { ...container, id: container.id.slice(drive.length + 1), path: container.path.slice(path.length) };

/** Several drives as one. */
export class DrivesReader implements Reader {
  readonly #drives: HeldDrives;

  constructor(drives: HeldDrives) {
    this.#drives = drives;
  }

  async containers(options: { readonly known?: readonly Container[] } = {}): Promise<readonly Container[]> {
    const lists = await Promise.all(
      [...(await this.#drives.all(true)).values()].map(async (drive) => {
        const known = options.known?.filter((one) => isOf(drive, one)).map((one) => within(drive, one));
        const found = await drive.reader.containers(known === undefined ? {} : { known });
        return found.map((one) => outer(drive, one));
      }),
    );
    return lists.flat();
  }

  async *changes(container: string, cursor: string | undefined, facets: ChangeFacets): AsyncGenerator<ChangePage> {
    const { drive, inner } = await driveOf(this.#drives, container);
    yield* drive.reader.changes(inner, cursor, facets);
  }

  async *read(container: string, ids: readonly string[]): AsyncGenerator<Content | Vanished | Unreadable> {
    const { drive, inner } = await driveOf(this.#drives, container);
    yield* drive.reader.read(inner, ids);
  }

  async *versions(container: string, id: string, depth: number): AsyncGenerator<Content> {
    const { drive, inner } = await driveOf(this.#drives, container);
    yield* drive.reader.versions(inner, id, depth);
  }

  async *access(container: string, ids: readonly string[]): AsyncGenerator<AccessOf> {
    const { drive, inner } = await driveOf(this.#drives, container);
    yield* drive.reader.access(inner, ids);
  }
}

export class DrivesWriter implements Writer {
  readonly #drives: HeldDrives;
  #making: Promise<unknown> = Promise.resolve();

  constructor(drives: HeldDrives) {
    this.#drives = drives;
  }

  async ensureContainer(
    path: readonly string[],
  ): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    // Two of one name would be two.
    const opened = this.#making.then(() => this.#drives.into(path));
    this.#making = opened.catch(() => undefined);
    const { drive, inner } = await opened;
    const { container, notes } = await drive.writer.ensureContainer(inner);
    const made = outer(drive, container);
    // What lies beside all folders isn't under a library's name: a folder of that name has its own right to it.
    return { container: path.length === 0 ? { ...made, path: [] } : made, notes };
  }

  reserve(_container: string, _key: string, name?: string): string {
    if (name === undefined) throw new SternaError('bug', 'internal', 'A file without a name.');
    return name;
  }

  async discard(container: string, stamp: string): Promise<void> {
    const { drive, inner } = await driveOf(this.#drives, container);
    await drive.writer.discard(inner, stamp);
  }

  async removeContainer(container: string): Promise<'done' | 'missing' | 'not-empty'> {
    const { drive, inner } = await driveOf(this.#drives, container);
    return drive.writer.removeContainer(inner);
  }

  async mark(): Promise<string> {
    return '';
  }

  async apply(ops: readonly Op[]): Promise<readonly Result[]> {
    const placed = await Promise.all(ops.map(async (op) => ({ op, ...(await driveOf(this.#drives, op.container)) })));
    const results = await Promise.all(
      [...Map.groupBy(placed, ({ drive }) => drive)].map(async ([drive, own]) => {
        const here: Op[] = [];
        const refused: Result[] = [];
        for (const { op, inner } of own) {
          if (op.verb !== 'place') {
            here.push({ ...op, container: inner });
            continue;
          }
          const to = await driveOf(this.#drives, op.to);
          // A move by id is one within a drive.
          if (to.drive === drive) here.push({ ...op, container: inner, to: to.inner });
          else refused.push({ op: op.op, outcome: 'refused', error: betweenDrives() });
        }
        return [...refused, ...(here.length === 0 ? [] : await drive.writer.apply(here))];
      }),
    );
    const byOp = new Map(results.flat().map((result) => [result.op, result]));
    return ops.flatMap(({ op }) => byOp.get(op) ?? []);
  }

  async confirm(): Promise<void> {
    // Nothing here carries a mark.
  }

  async *candidates(): AsyncGenerator<Candidate> {}

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const { drive, inner } = await driveOf(this.#drives, container);
    yield* drive.writer.inventory(inner, facets);
  }
}

const betweenDrives = (): SternaError =>
  new SternaError(
    'object',
    'other-library',
    'It moved to another document library, which a move by id doesn’t reach.',
    {
      fix: 'Start a delta pass: it is written there anew.',
    },
  );
