import { createHash } from 'node:crypto';
import type { Content, ShortcutTarget } from '@sterna/connector-kit';
import { type ContentNote, type PrepareOptions, pivotOf, type StreamHasher } from '@sterna/content';
import { asSternaError, type ContentKind, type Settings, SternaError } from '@sterna/core';
import type { IntentData, Reason, TodoRow } from '@sterna/store';
import { wholeBody } from './digests.ts';
import type { Pace } from './pace.ts';
import { filtered, sourceFlags } from './plan-change.ts';

/** An object on its way: read, not yet in the books. */
export interface TransferItem {
  readonly todo: TodoRow;
  /** Files: what the target is to call it. */
  readonly name: string | undefined;
  readonly flags: string;
  readonly date: Date | undefined;
  /** Files: when it was created. */
  readonly created?: Date;
  readonly size: number;
  readonly matchKey: Buffer;
  /** Undefined while a streamed body is on its way. */
  digest: Buffer | undefined;
  readonly body: Buffer | AsyncIterable<Buffer>;
  /** The same object whole, in a format of the two systems' own; the body is what it is known by. */
  readonly native: Buffer | undefined;
  /** Files: it is a link to this object of the target. */
  readonly shortcut?: ShortcutTarget;
  /** The body can be read again and again, and others meanwhile. */
  readonly detached: boolean;
  /** Version of the source object, where its content can change. */
  readonly version: string | undefined;
  /** The earliest version to migrate, where earlier ones are: it is created, and the others replace it. */
  readonly older?: TransferItem;
  /** It is such an earlier version itself. */
  readonly isOlder?: boolean;
  /** What its preparation for the target changed. */
  readonly notes: readonly ContentNote[];
  /** For notes: so that a person recognizes the object. Computed only when needed. */
  readonly subject: () => string | undefined;
}

/** What a file is called in the target, and the key that all spellings of that name have there. */
export interface TargetName {
  readonly name: string;
  readonly key: string;
  readonly note?: ContentNote | undefined;
}

/** Headers of a streamed object are looked for in its first chunk, gathered up to this many bytes. */
const HEADER_BYTES = 64 * 1024;

/**
 * An object that was read, as the target is to hold it: prepared by its kind's pivot, so keys and digest are those of
 * what is written.
 *
 * @throws SternaError object where the pivot can't make sense of it
 */
export async function toItem(
  kind: ContentKind,
  todo: TodoRow,
  content: Content,
  /** How the target wants it; undefined: as it is. */
  prepareFor?: (body: Buffer) => Promise<PrepareOptions>,
  called?: TargetName,
): Promise<TransferItem> {
  const pivot = pivotOf(kind);
  const common = {
    todo,
    name: called?.name,
    flags: sourceFlags(content.flags),
    date: content.date,
    ...(content.created === undefined ? {} : { created: content.created }),
    version: content.version,
    detached: content.detached === true,
    native: nativeBytes(content),
  };
  const naming = [
    ...(called?.note === undefined ? [] : [called.note]),
    ...(content.notes ?? []),
    ...notGivenOut(content),
  ];
  if (Buffer.isBuffer(content.body) || pivot.hasher === undefined) {
    const raw = await wholeBody(content.body);
    const made = prepareFor === undefined ? undefined : await prepared(kind, raw, prepareFor);
    const { native, body, notes } = chosen(kind, raw, common.native, made);
    return {
      ...common,
      native,
      // Mail goes as it is, and its size is what the source says.
      size: body === raw ? content.size : body.length,
      body,
      notes: [...notes, ...naming],
      matchKey: pivot.matchKey(body, called?.key),
      digest: pivot.digest(body),
      subject: () => pivot.subject(body, content.name),
    };
  }
  // A file's name says all that its beginning could.
  const { head, stream } =
    content.detached === true ? { head: Buffer.alloc(0), stream: content.body } : await peek(content.body);
  const { hasher } = pivot;
  const item: TransferItem = {
    ...common,
    size: content.size,
    notes: naming,
    matchKey: pivot.matchKey(head, called?.key),
    digest: undefined,
    subject: () => pivot.subject(head, content.name),
    body: hashing(stream, hasher, (digest) => {
      item.digest = digest;
    }),
  };
  return item;
}

const nativeBytes = ({ native }: Content): Buffer | undefined =>
  native !== undefined && 'bytes' in native ? native.bytes : undefined;

const notGivenOut = ({ native }: Content): readonly ContentNote[] =>
  native === undefined || 'bytes' in native
    ? []
    : [
        {
          code: 'not-exported-whole',
          text: `The source didn’t give it out in the format in which others went whole (${native.error.message}); it was written from what it says.`,
        },
      ];

interface Prepared {
  readonly body: Buffer;
  readonly notes: readonly ContentNote[];
  /** Of the links that it has, some lead elsewhere now. */
  readonly hasNewLinks: boolean;
}

/** Whole, in the two systems' own format, where nothing that was asked for would be lost with that. */
function chosen(
  kind: ContentKind,
  raw: Buffer,
  native: Buffer | undefined,
  made: Prepared | undefined,
): Pick<TransferItem, 'native' | 'notes'> & { readonly body: Buffer } {
  if (native === undefined) return { native, body: made?.body ?? raw, notes: made?.notes ?? [] };
  if (made?.hasNewLinks === true) return { native: undefined, body: made.body, notes: [...made.notes, NOT_WHOLE] };
  return { native, body: raw, notes: made === undefined ? [] : notReached(kind, raw, made.body) };
}

const NOT_WHOLE: ContentNote = {
  code: 'not-whole-for-links',
  text: 'Links in it lead to copies now, which the format in which others go whole doesn’t allow: it was written from what it says.',
};

/** Preparing works on the pivot: in what goes whole, people keep the addresses that they have at the source. */
function notReached(kind: ContentKind, raw: Buffer, wanted: Buffer): readonly ContentNote[] {
  const { digest } = pivotOf(kind);
  if (wanted === raw || digest(raw).equals(digest(wanted))) return [];
  return [
    {
      code: 'people-not-mapped',
      text: 'It went whole, in a format that can’t be changed on the way: its people have the addresses that they have at the source.',
    },
  ];
}

const prepared = async (
  kind: ContentKind,
  body: Buffer,
  prepareFor: (body: Buffer) => Promise<PrepareOptions>,
): Promise<Prepared | undefined> => {
  const { prepare } = pivotOf(kind);
  if (prepare === undefined) return undefined;
  const options = await prepareFor(body);
  try {
    return { ...prepare(body, options), hasNewLinks: options.addressOf !== undefined };
  } catch (thrown) {
    const error = asSternaError(thrown);
    if (error.class === 'object') throw error;
    // One object that trips the parser must not end the pass of all others.
    throw new SternaError('object', 'unreadable-content', 'This object can’t be understood, so it was not migrated.', {
      fix: 'Open it in a program of the source and save it again, then start a delta pass.',
      cause: thrown,
    });
  }
};

/** Large files take their share of the bandwidth as they pass, not before. */
export function paced(content: Content, pace: Pace): Content {
  const { body } = content;
  if (content.detached !== true || Buffer.isBuffer(body)) return content;
  return {
    ...content,
    body: {
      async *[Symbol.asyncIterator]() {
        for await (const chunk of body) {
          await pace.take(chunk.length);
          yield chunk;
        }
      },
    },
  };
}

/** The same for each try to write this very content of this file; hex. */
export const stampOf = (entryId: number, { todo, version, size }: TransferItem): string =>
  stampFor(entryId, todo.src, version, size);

export const stampFor = (entryId: number, src: Buffer, version: string | undefined, size: number | undefined): string =>
  createHash('sha256')
    .update(`${entryId}\0${src.toString('hex')}\0${version ?? ''}\0${size}`)
    .digest('hex')
    .slice(0, 32);

/**
 * What settling needs to know of a write besides its keys.
 *
 * @param isFree It is known that nothing has its key
 */
export function intentData(item: TransferItem, isFree = false): IntentData | undefined {
  const free = isFree ? { isFree: true as const } : {};
  if (item.version === undefined) return isFree ? free : undefined;
  return {
    srcVersion: item.version,
    ...(item.isOlder === true ? { older: true as const } : {}),
    ...(item.name === undefined || item.date === undefined ? {} : { modified: item.date.getTime() }),
    ...free,
  };
}

/** Reads a streamed body to its end for its digest alone. */
export async function drainForDigest(item: TransferItem): Promise<void> {
  if (Buffer.isBuffer(item.body)) return;
  for await (const _ of item.body) {
    // toItem's stream hashes what passes.
  }
}

async function peek(body: AsyncIterable<Buffer>): Promise<{ head: Buffer; stream: AsyncIterable<Buffer> }> {
  const iterator = body[Symbol.asyncIterator]();
  const first: Buffer[] = [];
  let bytes = 0;
  let done = false;
  while (bytes < HEADER_BYTES && !done) {
    const next = await iterator.next();
    if (next.done === true) done = true;
    else {
      first.push(next.value);
      bytes += next.value.length;
    }
  }
  async function* stream(): AsyncGenerator<Buffer> {
    try {
      yield* first;
      if (done) return;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first), stream: stream() };
}

/** Hashes what passes; each time it is read, where it can be read again. */
function hashing(
  stream: AsyncIterable<Buffer>,
  hasher: () => StreamHasher,
  done: (digest: Buffer) => void,
): AsyncIterable<Buffer> {
  return {
    async *[Symbol.asyncIterator]() {
      const hash = hasher();
      for await (const chunk of stream) {
        hash.update(chunk);
        yield chunk;
      }
      done(hash.digest());
    },
  };
}

/** Other objects, ours or theirs, under the same key with a number, before it is given up. */
export const MAX_RENAMES = 20;

/** The same file under another name. */
export const renamedFile = (item: TransferItem, called: TargetName): TransferItem => ({
  ...item,
  name: called.name,
  matchKey: pivotOf('file').matchKey(Buffer.alloc(0), called.key),
  notes: [...item.notes, ...(called.note === undefined ? [] : [called.note])],
  // The digest of a stream that is read later belongs to both.
  get digest() {
    return item.digest;
  },
  set digest(digest) {
    item.digest = digest;
  },
});

/** The same object under another natural key, for the conflict option `rename`. */
export function renamedItem(kind: ContentKind, item: TransferItem, number: number): TransferItem {
  const pivot = pivotOf(kind);
  if (pivot.renamed === undefined || !Buffer.isBuffer(item.body)) return item;
  const body = pivot.renamed(item.body, number);
  const moment = pivot.keyIsSlot === true ? pivot.span?.(body)?.from : undefined;
  return {
    ...item,
    body,
    ...(moment === undefined ? {} : { date: moment }),
    // It has the old key.
    native: undefined,
    size: body.length,
    matchKey: pivot.matchKey(body),
    digest: pivot.digest(body),
    notes: [
      ...item.notes,
      pivot.keyIsSlot === true
        ? { code: 'moved-in-time', text: `Another one has its millisecond: this one is ${number} ms later.` }
        : {
            code: 'renamed',
            text: `The target has another object of the same identity; this one was added beside it (${number}).`,
          },
    ],
  };
}

/**
 * Filters that need the content: a series is looked at as a whole, so one that reaches into the dates stays whole.
 * Mail and files are filtered by date and size when they are listed; here are those that were planned under other
 * filters, since they failed then or a pass was stopped.
 */
export function filteredByContent(kind: ContentKind, item: TransferItem, settings: Settings): Reason | undefined {
  if (pivotOf(kind).hasher !== undefined || !Buffer.isBuffer(item.body)) return filtered(item, settings);
  if (settings.sizeLimit !== undefined && item.size > settings.sizeLimit) return 'over-size-limit';
  const { from, to } = settings.dateFilter;
  if (from === undefined && to === undefined) return undefined;
  const span = pivotOf(kind).span?.(item.body);
  if (span === undefined) return undefined;
  if (from !== undefined && span.until !== undefined && span.until <= new Date(from)) return 'before-date-filter';
  if (to !== undefined && span.from >= new Date(to)) return 'after-date-filter';
  return undefined;
}
