import type { Call } from './call.ts';
import type { IntegerRule } from './query.ts';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextPageToken: string | undefined;
}

/**
 * One page of a list, by `pageToken` and a size parameter. The token remembers a place in the list, and is good for this
 * method and `scope` only.
 *
 * @param size the size parameter's name and rule: `{ name: 'maxResults', otherwise: 100, max: 500, cut: true }`
 */
export function page<T>(
  call: Call,
  items: readonly T[],
  size: IntegerRule & { readonly name: string },
  scope = '',
): Page<T> {
  const limit = call.query.integer(size.name, { min: 1, ...size });
  const token = call.query.text('pageToken');
  const kind = `page/${call.method}/${call.user.id}/${scope}`;
  const start = token === undefined || token === '' ? 0 : call.cloud.openToken<number>(kind, token);
  const end = start + limit;
  return {
    items: items.slice(start, end),
    nextPageToken: end < items.length ? call.cloud.sealToken(kind, end) : undefined,
  };
}
