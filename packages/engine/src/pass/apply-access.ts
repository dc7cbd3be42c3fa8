import type { AccessOp, Result } from '@sterna/connector-kit';
import { type AccessBooks, type Grant, mapGrants, SternaError } from '@sterna/core';
import {
  type AccessRow,
  accessToApply,
  type ContainerRow,
  countAccessApplied,
  inFencedTransaction,
  insertNotes,
  type ObjectNote,
  saveContainers,
  settleAccess,
} from '@sterna/store';
import type { PoolClient } from 'pg';
import { capabilitiesFor, type PassContext, sourceById, targetById } from './context.ts';
import type { Structure } from './structure.ts';

const PAGE = 500;
/** Places told of a person whom the target doesn't know. */
const PLACES = 5;

/**
 * Gives the copies of files and folders the rights that the originals have, people translated by the mapping table. Rights
 * have a version of their own: only those that changed, that were written anew, or that waited are applied, and no content
 * is sent. To repeat it changes nothing, so a crash needs no intent.
 *
 * @returns undefined where the settings leave rights out, or the source has none
 */
export async function applyAccess(context: PassContext, structure: Structure): Promise<AccessBooks | undefined> {
  const isAble = (side: 'source' | 'target'): boolean => capabilitiesFor(context[side], 'file').permissions;
  if (!context.settings.settings.permissions || !isAble('source')) return undefined;
  if (!structure.source.some((one) => one.kind === 'file')) return undefined;
  if (!isAble('target')) return { applied: 0, unchanged: 0, waiting: 0, failed: 0, notKept: true };
  context.progress.phase = 'access';
  const run = new AccessRun(context);
  const before = await countAccessApplied(context.pool, context.claim.entryId);
  const foldersBefore = await run.folders(structure);
  await run.files();
  await run.tellUnknown();
  const { applied, waiting, failed } = run;
  return { applied, unchanged: before + foldersBefore, waiting, failed };
}

interface Wanted {
  readonly op: string;
  readonly container: string;
  readonly targetId: string;
  readonly grants: readonly Grant[];
}

class AccessRun {
  readonly #context: PassContext;
  readonly #unknown = new Map<string, { count: number; places: string[] }>();
  applied = 0;
  waiting = 0;
  failed = 0;

  constructor(context: PassContext) {
    this.#context = context;
  }

  /** @returns how many folders have their rights already */
  async folders(structure: Structure): Promise<number> {
    let unchanged = 0;
    const hasMembers = (side: 'source' | 'target'): boolean =>
      capabilitiesFor(this.#context[side], 'file').members === true;
    let page: { row: ContainerRow; version: string }[] = [];
    for (const container of structure.source) {
      const row = this.#context.sourceContainers.get(container.id);
      if (container.kind !== 'file' || row?.targetContainer === undefined || structure.excluded.has(container.id))
        continue;
      if (container.accessVersion === undefined) continue;
      // Roots are where somebody set both sides up, unless their rights are who is in the drive.
      if (container.path.length === 0 && !hasMembers('source')) continue;
      if (row.accessVersion === container.accessVersion) unchanged += 1;
      else if (container.path.length === 0 && !hasMembers('target'))
        await this.#tellMembers(row, container.accessVersion);
      else page.push({ row, version: container.accessVersion });
      if (page.length >= PAGE) {
        await this.#folderPage(page);
        page = [];
      }
    }
    await this.#folderPage(page);
    return unchanged;
  }

  /** Once, until it is others who are in it. */
  async #tellMembers(row: ContainerRow, version: string): Promise<void> {
    this.#notes.push({
      kind: 'fidelity',
      code: 'members-not-held',
      text: 'Who is in the shared drive stays behind: the target has no members of a whole drive.',
      fix: 'Share the folders in the target with these people, or migrate into a shared drive.',
      container: row.id,
    });
    row.accessVersion = version;
    await this.#commit((client, entryId) => saveContainers(client, entryId, [row]));
  }

  async files(): Promise<void> {
    const { pool, claim } = this.#context;
    let after: Buffer = Buffer.alloc(0);
    for (;;) {
      this.#context.control.checkpoint();
      const rows = await accessToApply(pool, claim.entryId, after, PAGE);
      if (rows.length === 0) return;
      after = rows.at(-1)?.src ?? after;
      await this.#filePage(rows);
    }
  }

  /** Each person once, with where they occur. */
  async tellUnknown(): Promise<void> {
    const { pool, claim } = this.#context;
    const notes = [...this.#unknown].map(
      ([principal, { count, places }]): ObjectNote => ({
        kind: 'skipped',
        code: 'unknown-principal',
        text: `The target doesn’t know ${principal}, who has rights to ${count} files or folders: ${places.join(', ')}${count > places.length ? ' …' : ''}. These rights wait.`,
        fix: 'Add a line for them to the mapping table, or make the account, and start a delta pass: it applies them without sending anything again.',
      }),
    );
    if (notes.length > 0)
      await inFencedTransaction(pool, claim.lease, (client) => insertNotes(client, claim.entryId, claim.number, notes));
  }

  async #folderPage(page: readonly { row: ContainerRow; version: string }[]): Promise<void> {
    if (page.length === 0) return;
    this.#context.control.checkpoint();
    const wanted: Wanted[] = [];
    for (const { row } of page)
      for await (const found of this.#accessOf(row.key, ['']))
        wanted.push({
          op: String(row.id),
          container: targetById(this.#context, row.targetContainer ?? 0).key,
          targetId: '',
          grants: mapGrants(found.grants, this.#context.mapping),
        });
    const results = await this.#apply(wanted);
    const done = page.filter(({ row }) =>
      this.#settled(results.get(String(row.id)), row.path.join('/'), { container: row.id }),
    );
    for (const { row, version } of done) row.accessVersion = version;
    await this.#commit((client, entryId) =>
      saveContainers(
        client,
        entryId,
        done.map(({ row }) => row),
      ),
    );
  }

  async #filePage(rows: readonly AccessRow[]): Promise<void> {
    const wanted: Wanted[] = [];
    const versions = new Map<string, string>();
    for (const [container, own] of Map.groupBy(rows, (row) => row.container)) {
      const byId = new Map(own.map((row) => [row.srcId, row]));
      for await (const found of this.#accessOf(sourceById(this.#context, container).key, [...byId.keys()])) {
        const row = byId.get(found.id);
        if (row === undefined) continue;
        const op = row.src.toString('hex');
        versions.set(op, found.version);
        wanted.push({
          op,
          container: targetById(this.#context, row.targetContainer).key,
          targetId: row.targetId,
          grants: mapGrants(found.grants, this.#context.mapping),
        });
      }
    }
    const results = await this.#apply(wanted);
    const done = rows.flatMap((row) => {
      const op = row.src.toString('hex');
      const version = versions.get(op);
      const where = `${sourceById(this.#context, row.container).path.join('/')}/${row.srcId}`;
      const isSettled = this.#settled(results.get(op), where, row);
      return version === undefined || !isSettled ? [] : [{ src: row.src, version }];
    });
    await this.#commit((client, entryId) => settleAccess(client, entryId, done));
  }

  #accessOf(container: string, ids: readonly string[]) {
    const { reader } = this.#context.source;
    if (reader.access === undefined) throw new SternaError('bug', 'internal', 'A source with rights tells none.');
    return reader.access(container, ids);
  }

  async #apply(wanted: readonly Wanted[]): Promise<ReadonlyMap<string, Result>> {
    if (wanted.length === 0) return new Map();
    const { writer } = this.#context.target;
    if (writer === undefined) throw new SternaError('config', 'target-read-only', 'The target can only be read.');
    const ops = wanted.map((one): AccessOp => ({ verb: 'access', ...one }));
    return new Map((await writer.apply(ops)).map((result) => [result.op, result]));
  }

  #notes: ObjectNote[] = [];

  /** @returns whether the copy has its rights now; without a result there is nothing to be done */
  #settled(
    result: Result | undefined,
    where: string,
    about: { readonly container: number; readonly src?: Buffer; readonly srcId?: string },
  ): boolean {
    if (result === undefined || result.outcome === 'missing') return false;
    if (result.outcome === 'unknown') throw result.error;
    if (result.outcome !== 'done') {
      this.failed += 1;
      if ('error' in result)
        this.#notes.push({
          kind: 'failure',
          code: result.error.code,
          text: `The rights of ${where} were not applied. ${result.error.message}`,
          fix: result.error.fix,
          src: about.src,
          srcId: about.srcId,
          container: about.container,
        });
      return false;
    }
    for (const note of result.notes ?? [])
      this.#notes.push({ kind: 'fidelity', ...note, src: about.src, srcId: about.srcId, container: about.container });
    for (const principal of result.waiting ?? []) {
      const known = this.#unknown.get(principal) ?? { count: 0, places: [] };
      known.count += 1;
      if (known.places.length < PLACES) known.places.push(where);
      this.#unknown.set(principal, known);
    }
    if ((result.waiting ?? []).length > 0) {
      this.waiting += 1;
      return false;
    }
    this.applied += 1;
    return true;
  }

  /** What was done, with what there is to tell of it. */
  async #commit(save: (client: PoolClient, entryId: number) => Promise<void>): Promise<void> {
    const notes = this.#notes;
    this.#notes = [];
    const { pool, claim } = this.#context;
    await inFencedTransaction(pool, claim.lease, async (client) => {
      await save(client, claim.entryId);
      await insertNotes(client, claim.entryId, claim.number, notes);
    });
  }
}
