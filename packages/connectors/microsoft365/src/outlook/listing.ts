import type { Change, ChangePage } from '@sterna/connector-kit';
import type { GraphRequest } from '../graph/client.ts';
import { statusOf } from '../graph/errors.ts';
import type { PartContext } from '../part.ts';

interface Cursor {
  /** `@odata.nextLink` */
  readonly next: string;
  /** Listed so far. */
  readonly seen: number;
}

const PREFIX = 'list:';
/** Of a listing that has ended: the next one begins anew. */
const DONE = 'list';

/**
 * All of a collection with its versions, page by page; every page can be gone on from.
 *
 * @param first the request of the first page
 */
export async function* listing<T>(
  { client }: PartContext,
  first: GraphRequest,
  given: string | undefined,
  changeOf: (item: T) => Change,
): AsyncGenerator<ChangePage> {
  const cursor = cursorIn(given, client.graph);
  try {
    yield* pages(client, first, cursor, changeOf);
  } catch (error) {
    if (cursor === undefined || ![400, 404, 410].includes(statusOf(error) ?? 0)) throw error;
    yield* pages(client, first, undefined, changeOf);
  }
}

async function* pages<T>(
  client: PartContext['client'],
  first: GraphRequest,
  cursor: Cursor | undefined,
  changeOf: (item: T) => Change,
): AsyncGenerator<ChangePage> {
  const { query: _, ...rest } = first;
  let seen = cursor?.seen ?? 0;
  for await (const page of client.pages<T>(cursor === undefined ? first : { ...rest, path: cursor.next })) {
    const changes = page.value.map(changeOf);
    seen += changes.length;
    const next = page['@odata.nextLink'];
    yield {
      changes,
      mode: 'full',
      ...(next === undefined
        ? { next: { cursor: DONE, total: seen } }
        : { resume: `${PREFIX}${JSON.stringify({ next, seen })}` }),
    };
  }
}

function cursorIn(text: string | undefined, graph: string): Cursor | undefined {
  if (text?.startsWith(PREFIX) !== true) return undefined;
  try {
    const { next, seen } = JSON.parse(text.slice(PREFIX.length)) as Partial<Cursor>;
    return typeof next === 'string' && next.startsWith(`${graph}/`) && typeof seen === 'number'
      ? { next, seen }
      : undefined;
  } catch {
    return undefined;
  }
}
