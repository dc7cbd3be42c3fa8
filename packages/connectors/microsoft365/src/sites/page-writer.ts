import { bodyOf, changedResult, doneResult, eachOf, existsResult, markAt, NaturalKeys } from '@sterna/cloud-http';
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
import { type Page, pivotOf, readPage, writePage } from '@sterna/content';
import { SternaError } from '@sterna/core';
import { segment } from '../graph/client.ts';
import { type GraphPageObject, pageOf, pageToGraph, typesIn, withoutTypes } from './canvas.ts';
import { PAGES, type PageReader, pagePath, pagesContainer } from './page-reader.ts';
import type { SiteContext } from './site-context.ts';

const pivot = pivotOf('page');

/**
 * Pages of the target, each under its name. A create makes a draft, which is published by a second request: a draft of
 * ours that a crash left is finished, not made again.
 */
export class PageWriter implements Writer {
  readonly #context: SiteContext;
  readonly #reader: PageReader;
  /** By lower-case name. */
  readonly #names: NaturalKeys;
  /** Types of web parts that this site refused. */
  readonly #refused = new Set<string>();

  constructor(context: SiteContext, reader: PageReader) {
    this.#context = context;
    this.#reader = reader;
    this.#names = new NaturalKeys(
      async () => new Map((await reader.list()).map(({ id, name }) => [name?.toLowerCase() ?? '', id])),
    );
  }

  async ensureContainer(): Promise<{ readonly container: Container; readonly notes: readonly FidelityNote[] }> {
    const note = {
      code: 'authors-not-held',
      text: 'Graph lets nobody say who made a page, and when: pages are by Sterna’s app, of the day of the migration.',
    };
    return { container: pagesContainer(this.#context.webUrl), notes: [note] };
  }

  async mark(): Promise<string> {
    return markAt(this.#context.client.serverTime());
  }

  async confirm(): Promise<void> {
    // Nothing here carries a mark.
  }

  apply(ops: readonly Op[]): Promise<readonly Result[]> {
    return eachOf(
      ops,
      (op) => {
        if (op.verb === 'create') return this.#create(op);
        if (op.verb === 'replace') return this.#replace(op);
        if (op.verb === 'remove') return this.#remove(op);
        throw new SternaError('bug', 'no-such-verb', `There is no ${op.verb} for pages.`);
      },
      (error) => new SternaError('transient', 'container-gone', 'The site has no pages any more.', { cause: error }),
      2,
    );
  }

  async #create(op: CreateOp): Promise<Result> {
    const page = readPage(bodyOf(op));
    const key = page.name.toLowerCase();
    const rivalId = await this.#names.find(PAGES, key);
    const rival = rivalId === undefined ? undefined : await this.#reader.look(rivalId);
    if (rival !== undefined && !this.#isHalf(rival, page))
      return existsResult(op, { id: rival.id, version: rival.eTag });
    const notes: FidelityNote[] = [];
    const id = rival === undefined ? await this.#make(page, notes) : rival.id;
    await this.#names.put(PAGES, key, id);
    if (rival !== undefined) await this.#write(id, page, rival.eTag, notes);
    if (page.isPublished) await this.#publish(id);
    return doneResult(op.op, id, (await this.#reader.look(id))?.eTag, notes);
  }

  /** A draft that our app made and that was never published, where it should have been. */
  #isHalf({ publishingState, createdBy }: GraphPageObject, wanted: Page): boolean {
    const { clientId } = this.#context.settings;
    const isDraft = publishingState?.level === 'draft' && publishingState.versionId?.startsWith('0.') !== false;
    return wanted.isPublished && isDraft && clientId !== undefined && createdBy?.application?.id === clientId;
  }

  async #make(page: Page, notes: FidelityNote[]): Promise<string> {
    const whole = this.#without(page, notes);
    const made = await this.#post(whole);
    if (made !== undefined) return made;
    // Nothing says which of its web parts was refused: the page is made with text alone, then they come one kind at a time.
    const types = typesIn(whole);
    const bare = types.size === 0 ? undefined : await this.#post(withoutTypes(whole, types));
    if (bare === undefined) throw refused();
    await this.#addTypes(bare, whole, types, notes);
    return bare;
  }

  /** @returns undefined where the service takes no such page */
  async #post(page: Page): Promise<string | undefined> {
    const { status, body } = await this.#context.send<{ readonly id: string }>('POST', '/pages', {
      body: pageToGraph(page, true),
      doing: 'making a page',
      expected: [400],
    });
    return status === 400 ? undefined : body.id;
  }

  async #addTypes(id: string, page: Page, types: ReadonlySet<string>, notes: FidelityNote[]): Promise<void> {
    const missing = new Set(types);
    for (const type of types) {
      missing.delete(type);
      const { status } = await this.#patch(id, withoutTypes(page, missing), undefined, [400]);
      if (status !== 400) continue;
      missing.add(type);
      this.#refused.add(type);
      notes.push(partNote(type));
    }
  }

  /** Of types that the site has refused before, nobody need try again. */
  #without(page: Page, notes: FidelityNote[]): Page {
    for (const type of typesIn(page)) if (this.#refused.has(type)) notes.push(partNote(type));
    return withoutTypes(page, this.#refused);
  }

  async #replace(op: ReplaceOp): Promise<Result> {
    const body = bodyOf(op);
    const now = await this.#reader.look(op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.eTag !== op.ifVersion) {
      // The first try of this very request took effect, and its answer was lost.
      const isSame = pivot.digest(writePage(pageOf(now))).equals(pivot.digest(body));
      return isSame ? doneResult(op.op, op.targetId, now.eTag) : changedResult(op.op, now.eTag);
    }
    const page = readPage(body);
    const notes: FidelityNote[] = [];
    const isWritten = await this.#write(op.targetId, page, now.eTag, notes);
    if (!isWritten) return changedResult(op.op, (await this.#reader.look(op.targetId))?.eTag);
    if (page.isPublished) await this.#publish(op.targetId);
    return doneResult(op.op, op.targetId, (await this.#reader.look(op.targetId))?.eTag, notes);
  }

  /** @returns false where somebody else was there in between */
  async #write(id: string, page: Page, eTag: string | undefined, notes: FidelityNote[]): Promise<boolean> {
    const whole = this.#without(page, notes);
    const { status } = await this.#patch(id, whole, eTag, [400, 412]);
    if (status === 412) return false;
    if (status !== 400) return true;
    const types = typesIn(whole);
    if (types.size === 0) throw refused();
    const bare = await this.#patch(id, withoutTypes(whole, types), eTag, [400, 412]);
    if (bare.status === 412) return false;
    if (bare.status === 400) throw refused();
    await this.#addTypes(id, whole, types, notes);
    return true;
  }

  #patch(id: string, page: Page, eTag: string | undefined, expected: readonly number[]) {
    return this.#context.send('PATCH', pagePath(id), {
      body: pageToGraph(page, false),
      ...(eTag === undefined ? {} : { headers: { 'if-match': eTag } }),
      doing: 'changing a page',
      expected: [...expected],
    });
  }

  async #publish(id: string): Promise<void> {
    await this.#context.send('POST', `${pagePath(id)}/publish`, { doing: 'publishing a page', repeatable: true });
  }

  async #remove(op: RemoveOp): Promise<Result> {
    const now = await this.#reader.look(op.targetId);
    if (now === undefined) return { op: op.op, outcome: 'missing' };
    if (op.ifVersion !== undefined && now.eTag !== op.ifVersion) return changedResult(op.op, now.eTag);
    const { status } = await this.#context.send('DELETE', `/pages/${segment(op.targetId)}`, {
      doing: 'removing a page',
      expected: [404],
    });
    await this.#names.drop(PAGES, op.targetId);
    return { op: op.op, outcome: status === 404 ? 'missing' : 'done' };
  }

  async *candidates(container: string, since: string | undefined): AsyncGenerator<Candidate> {
    const listed = await this.#reader.list();
    const recent = listed.filter(
      ({ createdDateTime }) => since === undefined || Date.parse(createdDateTime ?? '') >= Date.parse(since),
    );
    for await (const one of this.#reader.read(
      container,
      recent.map(({ id }) => id),
    ))
      if ('body' in one && Buffer.isBuffer(one.body))
        yield { targetId: one.id, digest: pivot.digest(one.body), marked: false };
  }

  async *inventory(
    container: string,
    facets: { readonly matchKey?: boolean; readonly size?: boolean },
  ): AsyncGenerator<InventoryItem> {
    const listed = (await this.#reader.list()).map((page): InventoryItem & { readonly page: GraphPageObject } => ({
      page,
      targetId: page.id,
      ...(page.eTag === undefined ? {} : { version: page.eTag }),
    }));
    const sizes = new Map<string, number>();
    if (facets.size === true)
      for await (const one of this.#reader.read(
        container,
        listed.map(({ targetId }) => targetId),
      ))
        if ('body' in one) sizes.set(one.id, one.size);
    for (const { page, ...item } of listed) {
      const size = sizes.get(item.targetId);
      yield {
        ...item,
        ...(size === undefined ? {} : { size }),
        // Its name is all that it is known by.
        ...(facets.matchKey === true ? { matchKey: pivot.matchKey(writePage(pageOf(page))) } : {}),
      };
    }
  }
}

const partNote = (type: string): FidelityNote => ({
  code: 'web-part-refused',
  text: `A web part of the type ${type} isn’t on the page in the target: SharePoint’s interface takes none of its kind.`,
});

const refused = (): SternaError =>
  new SternaError('object', 'page-refused', 'SharePoint takes no such page.', {
    fix: 'Make it in the target by hand; its source is in the backup.',
  });
