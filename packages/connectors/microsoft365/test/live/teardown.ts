import { isOfLiveScope, liveAccount } from '@sterna/connector-suite';
import { type Json, LiveGraph } from './graph.ts';

/** Collections of what a test makes, and what names one. */
const COLLECTIONS = [
  ['/mailFolders', 'displayName'],
  ['/calendars', 'name'],
  ['/contactFolders', 'displayName'],
  ['/todo/lists', 'displayName'],
  ['/drive/root/children', 'name'],
  ['/mailFolders/inbox/messageRules', 'displayName'],
] as const;

/** After all tests: what is theirs goes, and what is of an earlier run that was broken off. */
export async function teardown(): Promise<void> {
  const graph = new LiveGraph(liveAccount());
  for (const [collection, name] of COLLECTIONS) {
    const left: Json[] = [];
    for (let link: string | undefined = `${collection}?$top=100`; link !== undefined; ) {
      const { status, json } = await graph.call('GET', link);
      // A user without a drive, an app without a permission.
      if (status >= 300) break;
      left.push(...json.value.filter((one: Json) => isOfLiveScope(one[name])));
      link = json['@odata.nextLink'];
    }
    for (const { id } of left) {
      const path = `${collection === '/drive/root/children' ? '/drive/items' : collection}/${encodeURIComponent(id)}`;
      // Not into a bin, where that can be asked for.
      const { status } = await graph.call('POST', `${path}/permanentDelete`);
      if (status >= 300) await graph.call('DELETE', path);
    }
  }
}
