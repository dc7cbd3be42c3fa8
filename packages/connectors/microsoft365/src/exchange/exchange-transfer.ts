import { type Budget, outcomeUnknown } from '@sterna/cloud-http';
import type { Native } from '@sterna/connector-kit';
import { asSternaError, SternaError } from '@sterna/core';
import { type GraphClient, segment } from '../graph/client.ts';
import { codeOf, statusOf } from '../graph/errors.ts';

/** Name of the format among `Capabilities.native`: Exchange's fast transfer stream ([MS-OXCFXICS]), never looked into. */
export const EXCHANGE_FORMAT = 'exchange-fts';
export const EXCHANGE_RIGHT = 'MailboxItem.ImportExport.All';

/** Items of one export (https://learn.microsoft.com/en-us/graph/api/mailbox-exportitems). */
const MOST_ITEMS = 20;
/** Bytes that the items of one export may have together: the answer is one piece of JSON. A larger one goes alone. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Above this many bytes an item isn't exported: nothing says what the service takes, and it would be whole in memory. */
const MOST_PER_ITEM = 35 * 1024 * 1024;
/** Before an import URL ends. */
const EARLIER_MS = 60_000;

/** Statuses by which the service, or the app's permissions, know no such thing. */
const NO_SUCH_THING: ReadonlySet<number> = new Set([403, 404, 405, 501]);
const NOT_FOUND = 'ErrorItemNotFound';
const isNotFound = (error: unknown): boolean => codeOf(error) === NOT_FOUND;

interface ImportUrl {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

interface Exported {
  readonly itemId?: string | null;
  /** Base64. */
  readonly data?: string | null;
  readonly error?: { readonly code?: string | null } | null;
}

export interface ExportItem {
  readonly id: string;
  /** Bytes; undefined where nobody said. */
  readonly size?: number | undefined;
}

/** An item as the import answers: its id is not the immutable one. */
export interface Imported {
  readonly itemId: string;
  readonly changeKey: string;
}

export interface ImportRequest {
  /** Words for errors: “importing a message”. */
  readonly doing: string;
  readonly folder: string;
  readonly bytes: Buffer;
  /** Into this item (its immutable id), while it still is that version; else a new one is made. */
  readonly update?: { readonly id: string; readonly changeKey: string };
  /** A second one of it does no harm. */
  readonly repeatable: boolean;
}

/**
 * Exchange's own export and import of items: a copy that lacks nothing, and without mail to anybody
 * (https://learn.microsoft.com/en-us/graph/import-exchange-mailbox-item). Nothing is asked before the first item; where the
 * service or the app's permissions have no such thing, that turns it off for the rest of the session.
 */
export class ExchangeTransfer {
  readonly #client: GraphClient;
  readonly #outlook: Budget;
  readonly #userPath: string;
  #isOn: boolean;
  #mailbox: Promise<string> | undefined;
  #url: Promise<ImportUrl | undefined> | undefined;

  constructor(options: {
    readonly client: GraphClient;
    readonly outlook: Budget;
    readonly userPath: string;
    readonly isWanted: boolean;
  }) {
    this.#client = options.client;
    this.#outlook = options.outlook;
    this.#userPath = options.userPath;
    this.#isOn = options.isWanted;
  }

  /** For `Capabilities.native`. */
  get formats(): readonly string[] {
    return this.#isOn ? [EXCHANGE_FORMAT] : [];
  }

  /** As `export`, a portion at a time, each when the first of it is asked for; every item once. */
  exportAhead(items: readonly ExportItem[]): (id: string) => Promise<Native | undefined> {
    const sizes = new Map(items.map(({ id, size }) => [id, size]));
    const portionOf = new Map<string, { readonly ids: readonly string[]; made?: Promise<Map<string, Native>> }>();
    for (const ids of portions(items)) {
      const portion = { ids };
      for (const id of ids) portionOf.set(id, portion);
    }
    return async (id) => {
      const portion = portionOf.get(id);
      if (portion === undefined) return undefined;
      portion.made ??= this.export(portion.ids.map((one) => ({ id: one, size: sizes.get(one) }))).then(
        (found) => new Map(found),
      );
      const made = await portion.made;
      const native = made.get(id);
      // What was taken needs no room any more.
      made.delete(id);
      return native;
    };
  }

  /**
   * @param items with their sizes in bytes, as far as they are known
   * @returns by id; what isn't in it is gone, or the route is off
   * @throws SternaError transient | throttled
   */
  async export(items: readonly ExportItem[]): Promise<ReadonlyMap<string, Native>> {
    const found = new Map<string, Native>();
    const small = items.filter(({ id, size = 0 }) => {
      if (size > MOST_PER_ITEM) found.set(id, { format: EXCHANGE_FORMAT, error: tooLarge() });
      return size <= MOST_PER_ITEM;
    });
    for (const some of portions(small)) await this.#exportSome(some, found);
    return found;
  }

  async #exportSome(ids: readonly string[], found: Map<string, Native>): Promise<void> {
    const value = await this.#whereAllowed(async (mailbox) => {
      const { body } = await this.#client.send<{ readonly value?: readonly Exported[] }>({
        method: 'POST',
        path: `${mailbox}/exportItems`,
        body: { ItemIds: ids },
        doing: 'exporting items',
        right: EXCHANGE_RIGHT,
        budget: this.#outlook,
        repeatable: true,
      });
      return body.value ?? [];
    }).catch((thrown: unknown) => {
      const error = asSternaError(thrown);
      if (error.class !== 'object') throw error;
      return error;
    });
    if (value instanceof SternaError) {
      const [only] = ids;
      // One of them is to blame, and the answer doesn't say which.
      if (ids.length > 1) for (const id of ids) await this.#exportSome([id], found);
      else if (only !== undefined && !isNotFound(value)) found.set(only, { format: EXCHANGE_FORMAT, error: value });
      return;
    }
    const asked = new Set(ids);
    for (const [at, { itemId, data, error }] of (value ?? []).entries()) {
      // Ids may come back in their other form; the order says the same.
      const id = typeof itemId === 'string' && asked.has(itemId) ? itemId : ids[at];
      if (id === undefined || value?.length !== ids.length) continue;
      if (typeof data === 'string' && data !== '')
        found.set(id, { format: EXCHANGE_FORMAT, bytes: Buffer.from(data, 'base64') });
      else if (error?.code !== NOT_FOUND) found.set(id, { format: EXCHANGE_FORMAT, error: notExported(error?.code) });
    }
  }

  /**
   * @returns undefined where the route is off
   * @throws SternaError object where this item is refused; `outcome-unknown`; transient | throttled
   */
  async import({ doing, folder, bytes, update, repeatable }: ImportRequest): Promise<Imported | undefined> {
    if (!this.#isOn) return undefined;
    const into = update === undefined ? undefined : await this.#changingId(update.id);
    for (let tries = 0; ; tries += 1) {
      const url = await this.#importUrl();
      if (url === undefined) return undefined;
      const { status, body } = await this.#client.send<Partial<Imported> | undefined>({
        method: 'POST',
        path: url,
        signIn: 'none',
        body: {
          FolderId: folder,
          Mode: update === undefined ? 'create' : 'update',
          ...(update === undefined ? {} : { ItemId: into, ChangeKey: update.changeKey }),
          Data: bytes.toString('base64'),
        },
        doing,
        right: EXCHANGE_RIGHT,
        budget: this.#outlook,
        repeatable,
        // The URL is a permission that ends.
        expected: [401],
      });
      if (status === 401 && tries < 2) {
        this.#url = undefined;
        continue;
      }
      const { itemId, changeKey } = body ?? {};
      if (typeof itemId === 'string' && typeof changeKey === 'string') return { itemId, changeKey };
      const refused = new SternaError('object', 'graph-refused', `Microsoft 365 refused ${doing}: ${status}.`, {
        fix: 'Nothing to do: it is written another way.',
      });
      throw status === 401 ? refused : outcomeUnknown(doing, refused);
    }
  }

  /** Whether the route works, by making an import session; nothing is written. */
  async isAllowed(): Promise<boolean> {
    return (await this.#importUrl()) !== undefined;
  }

  /** One for all imports, until it ends. Undefined: the route is off. */
  async #importUrl(): Promise<string | undefined> {
    for (;;) {
      this.#url ??= this.#openImport();
      const asked = this.#url;
      const forget = (): void => {
        if (this.#url === asked) this.#url = undefined;
      };
      let open: ImportUrl | undefined;
      try {
        open = await asked;
      } catch (error) {
        forget();
        throw error;
      }
      if (open === undefined || open.until > this.#client.clock.now()) return open?.url;
      forget();
    }
  }

  #openImport(): Promise<ImportUrl | undefined> {
    return this.#whereAllowed(async (mailbox) => {
      const { body } = await this.#client.send<{ readonly importUrl: string; readonly expirationDateTime?: string }>({
        method: 'POST',
        path: `${mailbox}/createImportSession`,
        doing: 'starting an import',
        right: EXCHANGE_RIGHT,
        budget: this.#outlook,
        repeatable: true,
      });
      const until = Date.parse(body.expirationDateTime ?? '');
      const least = this.#client.clock.now() + EARLIER_MS;
      return { url: body.importUrl, until: Number.isNaN(until) ? least : Math.max(until - EARLIER_MS, least) };
    });
  }

  /** @returns undefined where the service has no such thing, or the app may not use it */
  async #whereAllowed<T>(ask: (mailbox: string) => Promise<T>): Promise<T | undefined> {
    if (!this.#isOn) return undefined;
    let mailbox: string;
    try {
      this.#mailbox ??= this.#mailboxPath();
      mailbox = await this.#mailbox;
    } catch (error) {
      this.#mailbox = undefined;
      // Clouds without it call the path itself a mistake.
      if (asSternaError(error).class !== 'object') return this.#turnOffFor(error);
      this.#isOn = false;
      return undefined;
    }
    try {
      return await ask(mailbox);
    } catch (error) {
      return this.#turnOffFor(error);
    }
  }

  #turnOffFor(error: unknown): undefined {
    const status = statusOf(error);
    // One item that is gone says nothing of the others.
    if (isNotFound(error) || status === undefined || !NO_SUCH_THING.has(status)) throw error;
    this.#isOn = false;
    return undefined;
  }

  /** Nothing asks the import URL for immutable ids. */
  async #changingId(id: string): Promise<string> {
    try {
      const { body } = await this.#client.send<{ readonly value?: readonly { readonly targetId?: string | null }[] }>({
        method: 'POST',
        path: `${this.#userPath}/translateExchangeIds`,
        body: { InputIds: [id], SourceIdType: 'restImmutableEntryId', TargetIdType: 'restId' },
        doing: 'translating an id',
        right: 'User.Read.All',
        budget: this.#outlook,
        repeatable: true,
      });
      return body.value?.[0]?.targetId ?? id;
    } catch (thrown) {
      const error = asSternaError(thrown);
      if (error.class !== 'object' && error.class !== 'auth') throw error;
      return id;
    }
  }

  async #mailboxPath(): Promise<string> {
    const { body } = await this.#client.send<{ readonly primaryMailboxId?: string | null }>({
      method: 'GET',
      path: `${this.#userPath}/settings/exchange`,
      query: { $select: 'primaryMailboxId' },
      doing: 'looking for the mailbox’s id',
      right: 'User.Read.All',
      budget: this.#outlook,
    });
    return `/admin/exchange/mailboxes/${segment(body.primaryMailboxId ?? '')}`;
  }
}

function* portions(items: readonly ExportItem[]): Generator<readonly string[]> {
  let some: string[] = [];
  let bytes = 0;
  for (const { id, size = 0 } of items) {
    if (some.length > 0 && (some.length >= MOST_ITEMS || bytes + size > MOST_BYTES)) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(id);
    bytes += size;
  }
  if (some.length > 0) yield some;
}

const tooLarge = (): SternaError =>
  new SternaError('object', 'object-too-large', 'it is larger than 35 MB', {
    fix: 'Nothing to do: it is written another way.',
  });

/** @param code Graph's own, for this item */
const notExported = (code: string | null | undefined): SternaError =>
  new SternaError(
    'object',
    'not-exported',
    `Exchange doesn’t export it${typeof code === 'string' && /^[\w.-]{1,100}$/.test(code) ? `: ${code}` : ''}`,
    { fix: 'Nothing to do: it is written another way.' },
  );
