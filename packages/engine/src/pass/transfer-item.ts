import type { Content } from '@sterna/connector-kit';
import { MessageDigest, messageDigest, messageMatchKey } from '@sterna/content';
import type { TodoRow } from '@sterna/store';
import { sourceFlags } from './plan-change.ts';

/** An object on its way: read, not yet in the books. */
export interface TransferItem {
  readonly todo: TodoRow;
  readonly flags: string;
  readonly date: Date | undefined;
  readonly size: number;
  readonly matchKey: Buffer;
  /** Undefined while a streamed body is on its way. */
  digest: Buffer | undefined;
  readonly body: Buffer | AsyncIterable<Buffer>;
  /** For notes: so that a person recognizes the object. Computed only when needed. */
  readonly subject: () => string | undefined;
}

/** Headers of a streamed object are looked for in its first chunk, gathered up to this many bytes. */
const HEADER_BYTES = 64 * 1024;

export async function toItem(todo: TodoRow, content: Content): Promise<TransferItem> {
  const flags = sourceFlags(content.flags);
  const common = { todo, flags, date: content.date, size: content.size };
  if (Buffer.isBuffer(content.body)) {
    const body = content.body;
    return {
      ...common,
      body,
      matchKey: messageMatchKey(body),
      digest: messageDigest(body),
      subject: () => subjectOf(body),
    };
  }
  const { head, stream } = await peek(content.body);
  const hash = new MessageDigest();
  const item: TransferItem = {
    ...common,
    matchKey: messageMatchKey(head),
    digest: undefined,
    subject: () => subjectOf(head),
    body: hashing(stream, hash, (digest) => {
      item.digest = digest;
    }),
  };
  return item;
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

function subjectOf(bytes: Buffer): string | undefined {
  const head = bytes.toString('latin1', 0, Math.min(bytes.length, HEADER_BYTES));
  const end = head.search(/\r?\n\r?\n/);
  const found = /^subject:(.*(?:\r?\n[ \t].*)*)/im.exec(end === -1 ? head : head.slice(0, end));
  const raw = found?.[1]?.replace(/\s+/g, ' ').trim();
  return raw === undefined || raw === '' ? undefined : raw.slice(0, 200);
}

async function* hashing(
  stream: AsyncIterable<Buffer>,
  hash: MessageDigest,
  done: (digest: Buffer) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    hash.update(chunk);
    yield chunk;
  }
  done(hash.digest());
}
